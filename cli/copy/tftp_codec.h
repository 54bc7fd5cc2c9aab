/* tftp_codec.h: TFTP's packets (RFC 1350) and options (RFC 2347, 2348, 2349). */
#ifndef CLI_COPY_TFTP_CODEC_H
#define CLI_COPY_TFTP_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tftp_op { TFTP_RRQ = 1, TFTP_WRQ, TFTP_DATA, TFTP_ACK, TFTP_ERROR, TFTP_OACK };
enum tftp_error {
    TFTP_UNDEFINED,
    TFTP_NOT_FOUND,
    TFTP_ACCESS,
    TFTP_FULL,
    TFTP_ILLEGAL,
    TFTP_UNKNOWN_ID,
    TFTP_EXISTS,
    TFTP_NO_USER,
    TFTP_OPTIONS /* RFC 2347 */
};
enum { TFTP_BLOCK_MIN = 8, TFTP_BLOCK = 512, TFTP_BLOCK_MAX = 8192, TFTP_HEADER = 4, TFTP_PORT = 69 };

struct tftp_packet {
    enum tftp_op op;
    uint16_t number;     /* DATA, ACK: block; ERROR: code */
    const uint8_t *data; /* DATA: in place */
    size_t len;
    bool has_block, has_size; /* OACK */
    uint16_t block;
    uint64_t size;
};
/* What a client hears: DATA, ACK, ERROR, OACK. False: not one of these, cut short, or an option that was never asked for, twice, or out of its range. Values are
 * held against TFTP's bounds here, against what was asked for by the caller. */
bool tftp_decode(const uint8_t *p, size_t len, struct tftp_packet *out);
/* Bytes written; 0: they do not fit. block 0: no blksize option; size UINT64_MAX: no tsize option. */
size_t tftp_request(uint8_t *out, size_t cap, enum tftp_op op, const char *name, uint16_t block, uint64_t size);
size_t tftp_ack(uint8_t out[TFTP_HEADER], uint16_t number);
size_t tftp_error(uint8_t *out, size_t cap, enum tftp_error code, const char *text);
#endif
