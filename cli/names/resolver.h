/* resolver.h: asks name servers for addresses over the router's own UDP, and remembers what they said. */
#ifndef CLI_NAMES_RESOLVER_H
#define CLI_NAMES_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/names/dns_codec.h"

struct inet;
struct loop;
struct lookup;
struct resolver;
struct rnd;

enum { RESOLVER_NAMES = 8, RESOLVER_SERVERS = 6, RESOLVER_CACHE = 64 };

struct resolver *resolver_new(struct loop *loop, struct rnd *rnd, struct inet *inet); /* all borrowed */
void resolver_free(struct resolver *r); /* NULL-safe; lookups end unheard */

struct resolver_ask {
    const char *names[RESOLVER_NAMES]; /* one after the other, until one has an address */
    size_t nnames;
    uint32_t servers[RESOLVER_SERVERS]; /* the next one when one fails or is silent */
    size_t nservers;
    unsigned timeout_s, sends; /* how long for an answer; how often in all a server is asked; at least 1 each */
    void (*tried)(void *arg, uint32_t server); /* a server is asked for the first time */
    void (*done)(void *arg, bool found);       /* in a later turn; the lookup is gone. found: resolver_known has it */
    void *arg;
};
/* Names that dns_name_ok refuses are left out. */
struct lookup *resolver_ask(struct resolver *r, const struct resolver_ask *ask);
void resolver_cancel(struct lookup *l); /* NULL-safe; done is not called */

/* What a server said, as long as it holds. */
struct resolver_entry {
    char name[DNS_NAME_MAX + 1];
    uint32_t addr;
    uint64_t since_us, until_us; /* loop time */
};
bool resolver_known(const struct resolver *r, const char *name, uint32_t *addr);
bool resolver_next(const struct resolver *r, size_t *cursor, const struct resolver_entry **out); /* cursor from 0 */
void resolver_forget(struct resolver *r, const char *name);                                      /* NULL: all */
#endif
