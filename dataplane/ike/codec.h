/* codec.h: ISAKMP bytes (RFC 2408 section 3) in two steps: validate the shape of everything, then interpret. Nothing
 * here knows a state or a key. */
#ifndef DATAPLANE_IKE_CODEC_H
#define DATAPLANE_IKE_CODEC_H

#include "espial/buf.h"
#include "espial/mem.h"

enum isakmp_payload {
    PL_NONE = 0,
    PL_SA = 1,
    PL_PROPOSAL = 2,
    PL_TRANSFORM = 3,
    PL_KE = 4,
    PL_ID = 5,
    PL_CERT = 6,
    PL_CR = 7,
    PL_HASH = 8,
    PL_SIG = 9,
    PL_NONCE = 10,
    PL_NOTIFY = 11,
    PL_DELETE = 12,
    PL_VENDOR = 13,
    PL_ATTR = 14,
    PL_NAT_D = 20,
    PL_NAT_OA = 21,
    PL_PRIVATE = 128,
    PL_NAT_D_DRAFT = 130, /* draft-ietf-ipsec-nat-t-ike-02 and -03 */
    PL_NAT_OA_DRAFT = 131,
    PL_FRAGMENT = 132, /* a piece of a message (v1/v1_frag.c) */
};
enum isakmp_exchange {
    EX_MAIN = 2,
    EX_AGGRESSIVE = 4,
    EX_INFO = 5,
    EX_TRANSACTION = 6,
    EX_QUICK = 32,
    EX_NEW_GROUP = 33
};
enum isakmp_flag { FLAG_ENCRYPT = 1, FLAG_COMMIT = 2, FLAG_AUTH = 4 };
enum isakmp_proto { IPROTO_ISAKMP = 1, IPROTO_AH = 2, IPROTO_ESP = 3, IPROTO_IPCOMP = 4 };
enum isakmp_notify {
    N_INVALID_PAYLOAD_TYPE = 1,
    N_DOI_NOT_SUPPORTED = 2,
    N_INVALID_COOKIE = 4,
    N_INVALID_MAJOR_VERSION = 5,
    N_INVALID_EXCHANGE_TYPE = 7,
    N_INVALID_FLAGS = 8,
    N_INVALID_MESSAGE_ID = 9,
    N_INVALID_PROTOCOL_ID = 10,
    N_INVALID_SPI = 11,
    N_INVALID_TRANSFORM_ID = 12,
    N_ATTRIBUTES_NOT_SUPPORTED = 13,
    N_NO_PROPOSAL_CHOSEN = 14,
    N_BAD_PROPOSAL_SYNTAX = 15,
    N_PAYLOAD_MALFORMED = 16,
    N_INVALID_KEY_INFORMATION = 17,
    N_INVALID_ID_INFORMATION = 18,
    N_INVALID_HASH_INFORMATION = 23,
    N_AUTHENTICATION_FAILED = 24,
    N_CONNECTED = 16384,
    N_RESPONDER_LIFETIME = 24576,
    N_REPLAY_STATUS = 24577,
    N_INITIAL_CONTACT = 24578,
    N_R_U_THERE = 36136,
    N_R_U_THERE_ACK = 36137,
};
enum isakmp_id {
    ID_IPV4_ADDR = 1,
    ID_FQDN = 2,
    ID_USER_FQDN = 3,
    ID_IPV4_SUBNET = 4,
    ID_IPV4_RANGE = 7,
    ID_DER_ASN1_DN = 9,
    ID_KEY_ID = 11
};

enum isakmp_cfg { CFG_REQUEST = 1, CFG_REPLY, CFG_SET, CFG_ACK };

enum codec_result {
    CODEC_OK,
    CODEC_LENGTH,   /* the datagram is not exactly as long as its header says, or too long for us */
    CODEC_VERSION,  /* not ISAKMP 1.x */
    CODEC_RESERVED, /* a field that must be zero is not */
    CODEC_PAYLOAD,  /* a payload reaches beyond the message, is too short, or of an unknown type */
    CODEC_BODY,     /* the inside of a payload is malformed */
    CODEC_TOO_MANY, /* more payloads, proposals or transforms than we look at */
};
const char *codec_result_text(enum codec_result r);

#define ISAKMP_HDR     28
#define ISAKMP_MSG_MAX 8192 /* longest message taken in, bytes */
#define ISAKMP_OUT_MAX 4096 /* longest message made */
#define COOKIE_LEN     8
#define NONCE_MIN      8
#define NONCE_MAX      256

struct isakmp_hdr {
    uint8_t icookie[COOKIE_LEN], rcookie[COOKIE_LEN];
    uint8_t next, version, exchange, flags;
    uint32_t mid, length;
};
/* `len` is the datagram's: it must be what the header says. */
MUST_USE enum codec_result codec_header(const uint8_t *p, size_t len, struct isakmp_hdr *h);

struct payload {
    uint8_t type;
    const uint8_t *body; /* behind the 4-byte generic header */
    uint16_t len;
    const uint8_t *raw; /* with the generic header: body - 4 */
};
#define PAYLOADS_MAX 40
struct payloads {
    struct payload v[PAYLOADS_MAX];
    unsigned n;
    size_t used; /* bytes the payloads take; what follows is padding */
};
/* Walk a chain that begins with type `first`. Checks lengths, RESERVED and types; padding after the last is allowed
 * when `padded`. */
MUST_USE enum codec_result codec_payloads(uint8_t first, const uint8_t *p, size_t len, bool padded,
                                          struct payloads *out);
/* The only payload of a type: NULL when there is none or more than one. */
const struct payload *payload_one(const struct payloads *ps, uint8_t type);
unsigned payload_count(const struct payloads *ps, uint8_t type);
/* The i-th (from 0) of a type, or NULL. */
const struct payload *payload_nth(const struct payloads *ps, uint8_t type, unsigned i);

/* Security association payload (codec_sa.c). */
#define SA_TRANSFORMS_MAX 250
struct sa_transform {
    uint8_t proposal, protocol, number, id, spi_len;
    bool bundle; /* its proposal number occurs twice (AH and ESP): all or none */
    uint8_t spi[16];
    struct rd attrs; /* validated */
};
struct sa_body {
    struct sa_transform v[SA_TRANSFORMS_MAX];
    unsigned n;
};
MUST_USE enum codec_result codec_sa(const struct payload *sa, struct sa_body *out);

struct attr {
    uint16_t type;
    bool basic;     /* TV */
    uint32_t value; /* of a TLV: its number, UINT32_MAX when it does not fit */
    const uint8_t *data;
    uint16_t len; /* of a TLV */
};
bool attrs_valid(struct rd attrs);
/* The next attribute of a validated list; false at the end. */
bool attr_next(struct rd *attrs, struct attr *out);

/* Bodies (codec_body.c). */
struct id_body {
    uint8_t type, proto;
    uint16_t port;
    const uint8_t *data;
    uint16_t len;
};
MUST_USE enum codec_result codec_id(const struct payload *p, struct id_body *out);
struct notify_body {
    uint32_t doi;
    uint8_t proto, spi_len;
    uint16_t type;
    const uint8_t *spi, *data;
    uint16_t len;
};
MUST_USE enum codec_result codec_notify(const struct payload *p, struct notify_body *out);
struct delete_body {
    uint32_t doi;
    uint8_t proto, spi_len;
    uint16_t n;
    const uint8_t *spis; /* n * spi_len */
};
MUST_USE enum codec_result codec_delete(const struct payload *p, struct delete_body *out);
struct config_body { /* of PL_ATTR: the configuration method's */
    uint8_t type;    /* enum isakmp_cfg */
    uint16_t id;
    struct rd attrs; /* validated */
};
MUST_USE enum codec_result codec_config(const struct payload *p, struct config_body *out);
/* A phase-1 identity as text ("192.0.2.1", a name, or its hex); printable characters only. */
void id_text(const struct id_body *id, char *out, size_t cap);

/* Known vendor ids, by what they promise. */
enum vendor {
    VENDOR_OTHER,
    VENDOR_NATT_RFC3947,
    VENDOR_NATT_07,
    VENDOR_NATT_03,
    VENDOR_NATT_02,
    VENDOR_NATT_02_BARE, /* the same, named without a line end */
    VENDOR_DPD,
    VENDOR_UNITY,
    VENDOR_XAUTH,
    VENDOR_ESPIAL,
    VENDOR_FRAGMENTATION,
    VENDORS
};
enum vendor codec_vendor(const struct payload *p);
const uint8_t *vendor_bytes(enum vendor v, size_t *len);

/* Writing. A message is begun, payloads opened and closed in order, then ended; overflow is remembered and makes
 * msg_end return 0. */
struct msg_wr {
    struct wr w;
    size_t next_at; /* where the type of the next payload goes */
    size_t open_at; /* the open payload */
};
void msg_begin(struct msg_wr *m, void *buf, size_t cap, const struct isakmp_hdr *h);
void msg_open(struct msg_wr *m, uint8_t type);
void msg_close(struct msg_wr *m);
void msg_payload(struct msg_wr *m, uint8_t type, const void *body, size_t len);
/* Pads with zeros so that what follows the header is a multiple of `block` (1: none), sets the length; 0 when it did
 * not fit. */
size_t msg_end(struct msg_wr *m, size_t block);

void msg_sa_open(struct msg_wr *m);
/* more: another proposal follows. Leaves the proposal open for `ntransforms` transforms; msg_proposal_close sets its
 * length. */
size_t msg_proposal_open(struct msg_wr *m, bool more, uint8_t number, uint8_t protocol, const void *spi,
                         uint8_t spi_len, uint8_t ntransforms);
void msg_proposal_close(struct msg_wr *m, size_t at);
size_t msg_transform_open(struct msg_wr *m, bool more, uint8_t number, uint8_t id);
void msg_transform_close(struct msg_wr *m, size_t at);
/* TV when it fits in 16 bits, else a 4-byte TLV. */
void msg_attr(struct msg_wr *m, uint16_t type, uint32_t value);
void msg_id_addr(struct msg_wr *m, uint8_t proto, uint16_t port, uint32_t addr);
void msg_id_subnet(struct msg_wr *m, uint8_t proto, uint16_t port, uint32_t addr, uint32_t mask);
void msg_id_bytes(struct msg_wr *m, uint8_t type, uint8_t proto, uint16_t port, const void *data, size_t len);
void msg_notify(struct msg_wr *m, uint8_t proto, uint16_t type, const void *spi, uint8_t spi_len, const void *data,
                size_t len);
#endif
