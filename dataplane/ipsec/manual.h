/* manual.h: keys typed by hand (crypto map NAME SEQ ipsec-manual): do they fit? */
#ifndef DATAPLANE_IPSEC_MANUAL_H
#define DATAPLANE_IPSEC_MANUAL_H

#include "dataplane/ipsec/ipsec_conf.h"
#include "dataplane/ipsec/sad.h"

enum manual_lack {
    MANUAL_FITS,
    MANUAL_AEAD,  /* AES-GCM and AES-GMAC may not have a key that lives on (RFC 4106 section 2, RFC 4543) */
    MANUAL_ESN,   /* the upper half of a number is agreed upon, never sent (RFC 4303 section 2.2.1) */
    MANUAL_UNSET, /* nothing was said of this key */
    MANUAL_SHORT,
};
struct manual_verdict {
    enum manual_lack lack;
    unsigned key;      /* KEY_ESP_IN ..; MANUAL_UNSET, MANUAL_SHORT */
    bool auth;         /* its authenticator; else its cipher */
    size_t need, have; /* bytes */
    bool longer;       /* some key has more than is used of it */
};
/* The keys of an entry (SESSION_KEYS of them) for this transform. A longer key is cut to what is needed. */
struct manual_verdict manual_judge(const struct ipsec_transform *t, const struct session_key_conf *keys);
/* Of an entry as it is configured, with its transform set, or the one called default. False: that is none. */
bool manual_transform(struct ipsec *ips, const struct cryptomap_conf *c, struct ipsec_transform *t);
#endif
