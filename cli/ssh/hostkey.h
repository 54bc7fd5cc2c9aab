/* hostkey.h: the router's own key pairs (crypto key generate), kept in nvram:private-config. */
#ifndef CLI_SSH_HOSTKEY_H
#define CLI_SSH_HOSTKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/keypair.h"

struct files;
struct hostkeys;

#define HOSTKEY_NAME_MAX 127
#define HOSTKEYS_MAX     16

struct hostkey {
    char name[HOSTKEY_NAME_MAX + 1];
    struct keypair *pair;
    bool exportable;
    int64_t made_wall_us;
};

/* kept: false: in memory alone, until the router ends (--seed). */
struct hostkeys *hostkeys_new(struct files *files, bool kept);
void hostkeys_free(struct hostkeys *h); /* NULL-safe */
/* Reads the file; a key that cannot be read is passed over. How many there are now. */
size_t hostkeys_load(struct hostkeys *h);
bool hostkeys_kept(const struct hostkeys *h);
/* In the order they were made; NULL past the end. */
const struct hostkey *hostkeys_nth(const struct hostkeys *h, size_t i);
const struct hostkey *hostkeys_find(const struct hostkeys *h, enum keypair_kind kind, const char *name);
/* Takes pair over, in the place of one of the same kind and name; false when there are too many, or the file cannot be written (then it is in memory all the
 * same). */
bool hostkeys_put(struct hostkeys *h, const char *name, struct keypair *pair, bool exportable, int64_t made_wall_us);
/* name NULL: all of the kind. How many went. */
size_t hostkeys_remove(struct hostkeys *h, enum keypair_kind kind, const char *name);
#endif
