/* v2_conf.h: what was asked of IKEv2 (crypto ikev2 proposal, policy, keyring, profile and the global lines), and the
 * questions the engine asks of it. Written by the rows of dataplane/cmd/cmd_ikev2.c; v2_conf.c answers. The smart
 * defaults (proposal default, policy default) are answers, not objects, until they are typed. */
#ifndef DATAPLANE_IKE_V2_V2_CONF_H
#define DATAPLANE_IKE_V2_V2_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/ike/v2/v2_propose.h"
#include "espial/conf.h"

#define V2_NAME_MAX 64
#define V2_KEY_MAX  128
#define V2_ID_MAX   128 /* of a line that is typed */
#define V2_ID_WIRE  255 /* that a peer may say: names of hosts are as long, X.500's often longer than 128 */

/* An identity as IDi and IDr carry it (RFC 7296 section 3.5): the type's number and its bytes. */
struct v2_id {
    uint8_t type; /* ID_IPV4_ADDR 1, ID_FQDN 2, ID_RFC822_ADDR 3, ID_DER_ASN1_DN 9, ID_KEY_ID 11; 0 none */
    uint8_t len;
    uint8_t bytes[V2_ID_WIRE];
};
/* For show and debug: "192.0.2.1", a name, or hex; printable characters only. */
void v2_id_text(const struct v2_id *id, char *out, size_t cap);

struct v2_proposal_conf { /* crypto ikev2 proposal NAME */
    char name[V2_NAME_MAX];
    /* In the order typed; positions of the words in the grammar's alternatives, 1-based; 0 ends. */
    uint8_t encr[V2_ALGS_MAX], integ[V2_ALGS_MAX], prf[V2_ALGS_MAX], group[V2_ALGS_MAX];
};
struct v2_name_conf { /* proposal NAME of a policy */
    char name[V2_NAME_MAX];
};
struct v2_local_conf { /* match address local A of a policy */
    uint32_t addr;
};
struct v2_policy_conf { /* crypto ikev2 policy NAME */
    char name[V2_NAME_MAX];
    struct conf_list proposals; /* struct v2_name_conf in the order typed */
    struct conf_list locals;    /* struct v2_local_conf; none: any address */
    bool fvrf_any;
};
enum v2_match_kind {
    V2_MATCH_NONE,
    V2_MATCH_ADDRESS,
    V2_MATCH_FQDN,
    V2_MATCH_FQDN_DOMAIN,
    V2_MATCH_EMAIL,
    V2_MATCH_EMAIL_DOMAIN,
    V2_MATCH_KEY_ID,
    V2_MATCH_ANY
};
struct v2_peer_conf { /* peer NAME of a keyring */
    char name[V2_NAME_MAX];
    bool has_addr;
    uint32_t addr, mask; /* address A [MASK]; 0.0.0.0 is everybody */
    char hostname[V2_ID_MAX]; /* the address that this name has, too; "" none */
    uint8_t id_kind;          /* enum v2_match_kind; identity {address|fqdn [domain]|email [domain]|key-id} */
    uint32_t id_addr;
    char id[V2_ID_MAX];
    /* pre-shared-key [local|remote] [0|hex]: of its own direction, else the one for both */
    char key[V2_KEY_MAX + 1], key_local[V2_KEY_MAX + 1], key_remote[V2_KEY_MAX + 1];
    bool hex, hex_local, hex_remote;
    char ppk_id[V2_ID_MAX]; /* ppk manual id I key [0|hex] K [required]; "" none */
    char ppk_key[V2_KEY_MAX + 1];
    bool ppk_hex, ppk_required;
    char description[81];
};
struct v2_keyring_conf {
    char name[V2_NAME_MAX];
    struct conf_list peers; /* struct v2_peer_conf in the order typed */
};
struct v2_match_conf { /* match identity remote ... */
    uint8_t kind;
    uint32_t addr, mask;
    char text[V2_ID_MAX];
};
enum v2_auth_conf { V2_AUTH_NONE, V2_AUTH_PRE_SHARE }; /* certificates come later */
struct v2_profile_conf {                               /* crypto ikev2 profile NAME */
    char name[V2_NAME_MAX];
    char description[81];
    struct conf_list matches;        /* struct v2_match_conf */
    bool fvrf_any;
    uint32_t match_local;            /* match address local; 0 any */
    char match_if[IFNAME_MAX];       /* ... interface: its address; "" any */
    uint8_t local_id_kind; /* identity local: enum v2_match_kind (address, fqdn, email, key-id); NONE: address */
    char local_id[V2_ID_MAX];
    uint32_t local_id_addr;
    uint8_t auth_local, auth_remote; /* enum v2_auth_conf */
    char key_local[V2_KEY_MAX + 1], key_remote[V2_KEY_MAX + 1]; /* authentication ... pre-share key K; "" keyring */
    char keyring[V2_NAME_MAX], keyring_ppk[V2_NAME_MAX];        /* keyring local, keyring ppk; "" none */
    uint32_t lifetime;               /* s: 120-86400; 86400 */
    uint16_t dpd, dpd_retry;         /* s; 0: the global setting */
    uint8_t dpd_periodic;
    uint16_t nat_keepalive;          /* s; 0: the global setting */
    bool nat_force_encap, initial_contact_force, shutdown;
};
struct v2_conf {
    struct conf_list proposals, policies, keyrings, profiles;
    uint16_t dpd, dpd_retry; /* crypto ikev2 dpd; 0 off */
    uint8_t dpd_periodic;
    uint16_t nat_keepalive;
    uint16_t window;         /* 5: what is said in SET_WINDOW_SIZE */
    uint16_t cookie_challenge; /* half-open SAs from which on cookies are asked; 0 (typed): always; UINT16_MAX off */
    bool fragmentation;
    uint16_t frag_mtu;       /* 576 */
    uint32_t max_sa, max_negotiating, max_incoming, max_outgoing; /* crypto ikev2 limit; 0 none */
    uint32_t max_queue;        /* ... queue sa-init: first requests whose sums wait */
    uint16_t diagnose_error; /* entries kept; 0 off */
    bool logging;            /* crypto logging ikev2 */
};
void v2_conf_init(struct v2_conf *c);
void v2_conf_fini(struct v2_conf *c);
void v2_proposal_conf_init(void *c);
void v2_policy_conf_init(void *c);
void v2_policy_conf_fini(void *c);
void v2_peer_conf_init(void *c);
void v2_peer_conf_fini(void *c);
void v2_keyring_conf_init(void *c);
void v2_keyring_conf_fini(void *c);
void v2_profile_conf_init(void *c);
void v2_profile_conf_fini(void *c);
void v2_match_conf_settle(void *c); /* an address without a mask: the host, or with 0.0.0.0 everybody */

/* What is offered from, and accepted at, a local address: the proposals of the first policy that matches it (the typed
 * ones in the order of their names, then the default), in order. Returns how many. policy, if not NULL, is told that
 * policy's name, which stays the configuration's. */
unsigned v2_conf_proposals(const struct v2_conf *c, uint32_t local, struct v2_proposal out[V2_PROPOSALS_MAX],
                           const char **policy);
/* One proposal as it counts: the one typed, with what `default` leaves unsaid filled in and without what makes none: false
 * when there is none of that name or it is incomplete. p, when it is not NULL, is filled in any case with what there is. */
bool v2_conf_proposal(const struct v2_conf *c, const char *name, struct v2_proposal *p);
/* By name; NULL. For rows that ask whether there is one, and for show. */
const struct v2_proposal_conf *v2_conf_find_proposal(const struct v2_conf *c, const char *name);
const struct v2_keyring_conf *v2_conf_find_keyring(const struct v2_conf *c, const char *name);
/* NULL when there is none, it is shut down, or incomplete (no match identity, no authentication). */
const struct v2_profile_conf *v2_conf_profile(const struct v2_conf *c, const char *name);
/* What names mean here. */
struct v2_names {
    bool (*resolve)(void *arg, const char *name, uint32_t *out); /* a host's address */
    void *arg;
    uint32_t (*if_addr)(void *if_arg, const char *ifname); /* an interface's own; 0: none */
    void *if_arg;
};
/* Responder: the first profile (most exact match first: whole identity, then domain or mask by length, then any) whose
 * `match identity remote` fits and whose `match address local` allows. */
const struct v2_profile_conf *v2_conf_profile_for(const struct v2_conf *c, const struct v2_names *names, uint32_t local,
                                                  const struct v2_id *remote);
/* Does this profile let match? */
bool v2_conf_profile_fits(const struct v2_profile_conf *p, const struct v2_names *names, uint32_t local,
                          const struct v2_id *remote);
/* Our identity under a profile. */
void v2_conf_local_id(const struct v2_profile_conf *p, uint32_t local, struct v2_id *out);
/* The pre-shared key that proves us (local true) or the peer: of the profile itself, else of its keyring's peer found by
 * identity (when known), else by address (the name's, then the longest mask). False: none. The bytes are copied (hex
 * decoded). names NULL: there are no hosts. */
bool v2_conf_key(const struct v2_conf *c, const struct v2_names *names, const struct v2_profile_conf *p, bool local,
                 uint32_t peer, const struct v2_id *peer_id, struct key *out);
/* A postquantum preshared key (RFC 8784), by hand. Copied, hex decoded; whoever has one wipes it. */
struct v2_ppk {
    char id[V2_ID_MAX]; /* "" none */
    bool required;      /* without it there is no SA with that peer */
    uint8_t len, key[V2_KEY_MAX];
};
/* The one of this peer under this profile: in the keyring that `keyring ppk` names, found as v2_conf_key finds its key.
 * False: none, and out has neither id nor key. */
bool v2_conf_ppk(const struct v2_conf *c, const struct v2_names *names, const struct v2_profile_conf *p, uint32_t peer,
                 const struct v2_id *peer_id, struct v2_ppk *out);
/* May there be one for who has only shown this address yet? (Profiles of that local address; blocks of that peer, or of an
 * identity.) */
bool v2_conf_ppk_may(const struct v2_conf *c, const struct v2_names *names, uint32_t local, uint32_t peer);
#endif
