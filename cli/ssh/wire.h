/* wire.h: what the router and the child of one SSH connection say to each other over their socketpair: one frame a packet (SOCK_SEQPACKET), at most
 * SSH_FRAME_MAX bytes: a byte that names it, then its fields in order. Numbers are big-endian, texts and bytes have their length (4 bytes) before them, as on the
 * wire of SSH. The child is not trusted: the router reads every frame with struct rd, which cannot leave the frame, and a frame with a byte missing
 * or to spare is refused as a whole. */
#ifndef CLI_SSH_WIRE_H
#define CLI_SSH_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/buf.h"
#include "espial/mem.h"

#define SSH_FRAME_MAX 32768u
#define SSH_DATA_MAX  16384u /* bytes of a channel in one frame */

enum sshd_frame {
    /* router -> child */
    SSH_F_CONFIG =
        1, /* u32 seconds for the handshake, text ident, banner, kex, host key, cipher, mac algorithms; u8 methods (enum sshd_method); then texts: host keys (PEM) */
    SSH_F_VERDICT, /* u8 enum sshd_verdict: to PASSWORD and KEY */
    SSH_F_ANSWER,  /* u8 1: accepted: to SHELL, EXEC, SUBSYSTEM */
    SSH_F_EXIT,    /* u32 status: after the data sent before, end the channel and the connection */
    /* child -> router */
    SSH_F_READY = 32, /* text cipher, mac, key exchange, the client's version: keys are exchanged */
    SSH_F_PASSWORD,   /* text user, password; u8 1: by keyboard-interactive */
    SSH_F_KEY,        /* text user; bytes: the key (RFC 4253 6.6); u8 1: it has signed */
    SSH_F_PTY,        /* text terminal; u32 columns, rows */
    SSH_F_WINDOW,     /* u32 columns, rows */
    SSH_F_SHELL,
    SSH_F_EXEC,      /* text command */
    SSH_F_SUBSYSTEM, /* text name */
    SSH_F_EOF,       /* the client will send no more */
    /* both */
    SSH_F_DATA = 64, /* the rest of the frame: bytes of the channel */
};
enum sshd_verdict { SSH_DENIED, SSH_PASSED, SSH_DENIED_LAST /* and the connection ends */ };
enum sshd_method { SSH_BY_PASSWORD = 1, SSH_BY_KEYBOARD = 2, SSH_BY_KEY = 4 };

/* Not to be copied: wr points into it, and is bad when the frame did not fit, which is then not to be sent. */
struct sshd_writer {
    struct wr wr;
    uint8_t b[SSH_FRAME_MAX];
};
void sshd_write_start(struct sshd_writer *w, enum sshd_frame f);
void sshd_write_bytes(struct sshd_writer *w, const void *p, size_t len); /* with their length */
void sshd_write_text(struct sshd_writer *w, const char *s);

/* Points into the frame; with a reader that is bad, 0 bytes. */
const uint8_t *sshd_read_bytes(struct rd *r, size_t *len);
/* A text of at most cap - 1 bytes without NUL; "" when it is bad. */
void sshd_read_text(struct rd *r, char *out, size_t cap);
/* Everything was read and nothing is left. */
MUST_USE bool sshd_read_ended(const struct rd *r);

/* Base64 (RFC 4648), blanks and line ends passed over; how many bytes it is, 0 when it is malformed or too much for cap. */
size_t base64_decode(const char *s, size_t len, uint8_t *out, size_t cap);
/* "AAAA..." with a line end after every `width` characters (0: none); out holds 4/3 of len and the line ends. */
struct text;
void base64_encode(const void *p, size_t len, size_t width, struct text *out);
#endif
