/* v2_codec.h: IKEv2 bytes (RFC 7296 section 3) in two steps: the shape of everything is checked, then interpreted.
 * Nothing here knows a state or a key. */
#ifndef DATAPLANE_IKE_V2_V2_CODEC_H
#define DATAPLANE_IKE_V2_V2_CODEC_H

#include "dataplane/ike/codec.h"
#include "espial/buf.h"
#include "espial/ip.h"

enum v2_payload_type {
    V2_NONE = 0,
    V2_SA = 33,
    V2_KE = 34,
    V2_IDI = 35,
    V2_IDR = 36,
    V2_CERT = 37,
    V2_CERTREQ = 38,
    V2_AUTH = 39,
    V2_NONCE = 40,
    V2_NOTIFY = 41,
    V2_DELETE = 42,
    V2_VENDOR = 43,
    V2_TSI = 44,
    V2_TSR = 45,
    V2_SK = 46,
    V2_CP = 47,
    V2_EAP = 48,
    V2_SKF = 53
};
enum v2_exchange_type { V2_IKE_SA_INIT = 34, V2_IKE_AUTH = 35, V2_CREATE_CHILD_SA = 36, V2_INFORMATIONAL = 37 };
enum v2_flag { V2_FLAG_INITIATOR = 0x08, V2_FLAG_VERSION = 0x10, V2_FLAG_RESPONSE = 0x20 };
enum v2_protocol { V2_PROTO_NONE = 0, V2_PROTO_IKE = 1, V2_PROTO_AH = 2, V2_PROTO_ESP = 3 };
enum v2_transform_type { V2_T_ENCR = 1, V2_T_PRF = 2, V2_T_INTEG = 3, V2_T_DH = 4, V2_T_ESN = 5 };
enum v2_notify_type {
    V2N_UNSUPPORTED_CRITICAL_PAYLOAD = 1,
    V2N_INVALID_IKE_SPI = 4,
    V2N_INVALID_MAJOR_VERSION = 5,
    V2N_INVALID_SYNTAX = 7,
    V2N_INVALID_MESSAGE_ID = 9,
    V2N_INVALID_SPI = 11,
    V2N_NO_PROPOSAL_CHOSEN = 14,
    V2N_INVALID_KE_PAYLOAD = 17,
    V2N_AUTHENTICATION_FAILED = 24,
    V2N_SINGLE_PAIR_REQUIRED = 34,
    V2N_NO_ADDITIONAL_SAS = 35,
    V2N_INTERNAL_ADDRESS_FAILURE = 36,
    V2N_FAILED_CP_REQUIRED = 37,
    V2N_TS_UNACCEPTABLE = 38,
    V2N_INVALID_SELECTORS = 39,
    V2N_TEMPORARY_FAILURE = 43,
    V2N_CHILD_SA_NOT_FOUND = 44,
    V2N_INITIAL_CONTACT = 16384,
    V2N_SET_WINDOW_SIZE = 16385,
    V2N_ADDITIONAL_TS_POSSIBLE = 16386,
    V2N_IPCOMP_SUPPORTED = 16387,
    V2N_NAT_DETECTION_SOURCE_IP = 16388,
    V2N_NAT_DETECTION_DESTINATION_IP = 16389,
    V2N_COOKIE = 16390,
    V2N_USE_TRANSPORT_MODE = 16391,
    V2N_HTTP_CERT_LOOKUP_SUPPORTED = 16392,
    V2N_REKEY_SA = 16393,
    V2N_ESP_TFC_PADDING_NOT_SUPPORTED = 16394,
    V2N_NON_FIRST_FRAGMENTS_ALSO = 16395,
    V2N_MOBIKE_SUPPORTED = 16396,
    V2N_CHILDLESS_IKEV2_SUPPORTED = 16418,
    V2N_IKEV2_FRAGMENTATION_SUPPORTED = 16430,
    V2N_SIGNATURE_HASH_ALGORITHMS = 16431,
    V2N_USE_PPK = 16435,
    V2N_PPK_IDENTITY = 16436,
    V2N_NO_PPK_AUTH = 16437,
};
const char *v2_notify_name(uint16_t type); /* "NAT_DETECTION_SOURCE_IP"; NULL unknown */
const char *v2_notify_said(uint16_t type); /* for a sentence: unknown ones have words too */
const char *v2_exchange_name(uint8_t type); /* "IKE_SA_INIT"; NULL unknown */

#define V2_MSG_MAX     65000 /* longest message taken in whole or put together from fragments, bytes */
#define V2_OUT_MAX     4096  /* longest message made, before fragmentation */
#define V2_NONCE_MIN   16
#define V2_NONCE_MAX   256
#define V2_PAYLOADS_MAX 48

struct v2_hdr {
    uint8_t ispi[8], rspi[8];
    uint8_t next, version, exchange, flags;
    uint32_t mid, length;
};
/* `len` is the datagram's: it must be what the header says. CODEC_VERSION: major version is not 2. */
MUST_USE enum codec_result v2_header(const uint8_t *p, size_t len, struct v2_hdr *h);

struct v2_payload {
    uint8_t type;
    bool critical;
    const uint8_t *body; /* behind the 4-byte generic header */
    uint16_t len;
    uint8_t next; /* of SK and SKF: type of the first payload inside */
};
struct v2_payloads {
    struct v2_payload v[V2_PAYLOADS_MAX];
    unsigned n;
    uint8_t bad_critical; /* type of an unknown payload that is critical; 0 none: the walk goes on over it */
};
/* Walk a chain of exactly len bytes that begins with type `first`. SK and SKF must be last. Unknown payloads that are
 * not critical are left out. */
MUST_USE enum codec_result v2_payloads(uint8_t first, const uint8_t *p, size_t len, struct v2_payloads *out);
/* The only payload of a type: NULL when there is none or more than one. */
const struct v2_payload *v2_one(const struct v2_payloads *ps, uint8_t type);
unsigned v2_count(const struct v2_payloads *ps, uint8_t type);
/* The i-th (from 0) of a type, or NULL. */
const struct v2_payload *v2_nth(const struct v2_payloads *ps, uint8_t type, unsigned i);
/* Is what the payloads hold of the shape of their types? Too many proposals or selectors are, and so are types that have no
 * shape of their own here. */
MUST_USE enum codec_result v2_bodies(const struct v2_payloads *ps);
/* The only nonce, of a legal length, or NULL. */
const struct v2_payload *v2_nonce(const struct v2_payloads *ps);

/* Security association payload. Room for who offers all that it knows (strongSwan: 60 proposals and more). */
#define V2_SA_PROPOSALS_MAX  128
#define V2_SA_TRANSFORMS_MAX 1024
struct v2_transform {
    uint8_t type;
    uint16_t id;
    uint16_t key_bits; /* 0: no attribute */
    bool strange;      /* has an attribute that we do not know: never chosen */
};
struct v2_sa_proposal {
    uint8_t number, protocol, spi_len;
    uint8_t spi[8];
    uint16_t first, n; /* of its transforms */
};
struct v2_sa_body {
    struct v2_sa_proposal v[V2_SA_PROPOSALS_MAX];
    struct v2_transform t[V2_SA_TRANSFORMS_MAX];
    unsigned n, nt;
};
MUST_USE enum codec_result v2_sa(const struct v2_payload *p, struct v2_sa_body *out);

struct v2_ke_body {
    uint16_t group;
    const uint8_t *data;
    uint16_t len;
};
MUST_USE enum codec_result v2_ke(const struct v2_payload *p, struct v2_ke_body *out);

struct v2_notify_body {
    uint8_t proto, spi_len;
    uint16_t type;
    const uint8_t *spi, *data;
    uint16_t len;
};
MUST_USE enum codec_result v2_notify(const struct v2_payload *p, struct v2_notify_body *out);
/* The first notify of a type. */
bool v2_notify_find(const struct v2_payloads *ps, uint16_t type, struct v2_notify_body *out);
/* The first notify that is an error. */
bool v2_notify_error(const struct v2_payloads *ps, struct v2_notify_body *out);

struct v2_delete_body {
    uint8_t proto, spi_len;
    uint16_t n;
    const uint8_t *spis;
};
MUST_USE enum codec_result v2_delete(const struct v2_payload *p, struct v2_delete_body *out);

/* Traffic selectors (section 3.13.1): ranges, host order. IPv6 ones are counted and skipped. */
#define V2_TS_MAX 32
struct v2_ts {
    uint8_t proto; /* 0 any */
    uint16_t port_lo, port_hi;
    uint32_t lo, hi;
};
struct v2_ts_body {
    struct v2_ts v[V2_TS_MAX];
    unsigned n, skipped;
};
MUST_USE enum codec_result v2_tsb(const struct v2_payload *p, struct v2_ts_body *out);
struct selector;
void v2_ts_of(const struct selector *s, struct v2_ts *out);
/* The greatest selector (a subnet, one port or any) inside both the range and the wider selector; false: they have
 * nothing in common that a selector can say. exact: is that the whole of ts? */
bool v2_ts_narrow(const struct v2_ts *ts, const struct selector *within, struct selector *out, bool *exact);
/* The greatest selector inside ts that has this address and port (0: has none) in it; false: ts has not. */
bool v2_ts_around(const struct v2_ts *ts, uint8_t proto, uint32_t addr, uint16_t port, struct selector *out);

/* Writing. Overflow is remembered and makes v2_end return 0. */
struct v2_wr {
    struct wr w;
    size_t next_at, open_at;
    uint8_t *base;
    uint8_t first; /* type of the first payload of an inner chain (v2_begin_inner) */
};
void v2_begin(struct v2_wr *m, void *buf, size_t cap, const struct v2_hdr *h);
/* Only a chain of payloads, to be sealed into SK: see v2_sk.h. */
void v2_begin_inner(struct v2_wr *m, void *buf, size_t cap);
void v2_open(struct v2_wr *m, uint8_t type);
void v2_close(struct v2_wr *m);
void v2_put(struct v2_wr *m, uint8_t type, const void *body, size_t len);
size_t v2_end(struct v2_wr *m); /* of a whole message: sets its length */
void v2_put_ke(struct v2_wr *m, uint16_t group, const void *p, size_t len);
void v2_put_notify(struct v2_wr *m, uint8_t proto, uint16_t type, const void *spi, uint8_t spi_len, const void *data,
                   size_t len);
void v2_put_delete(struct v2_wr *m, uint8_t proto, uint8_t spi_len, const void *spis, unsigned n);
void v2_put_ts(struct v2_wr *m, uint8_t type, const struct v2_ts *v, unsigned n);
void v2_put_id(struct v2_wr *m, uint8_t type, uint8_t id_type, const void *id, size_t len);
#endif
