/* resolver.c: a stub resolver (RFC 1034, section 5.3.1).
 *
 *     name, server: ask --answer: address------------> remembered; done, found
 *                    |   --answer: no such name------> next name, first server; the last one: done
 *                    |   --answer: the server fails--> next server
 *                    |   --timeout------------------> the same again, `sends` times in all, then the next server
 *                    `   --no server is left--------> done
 *
 * An answer counts when it comes from the server that is asked, from port 53, to a port and with a number that were drawn for this question, and repeats it; the rest is
 * as if it had not come. A server that is silent is asked again with another number. Addresses are remembered as long as the server says, a week at most, 64 of them;
 * then the one that has least time left makes room. That there is no address is not remembered. */
#include "cli/names/resolver.h"

#include <string.h>
#include <strings.h>

#include "espial/inet.h"
#include "espial/loop.h"
#include "espial/mem.h"
#include "espial/rand.h"
#include "espial/text.h"

enum { PORT_FIRST = 49152, PORTS = 16384, PORT_TRIES = 8, WEEK_S = 7 * 86400 };

struct lookup {
    struct resolver *resolver;
    struct lookup *next;
    struct resolver_ask ask;
    char names[RESOLVER_NAMES][DNS_NAME_MAX + 1];
    size_t name, server;
    unsigned sends;
    bool found;
    uint8_t told; /* a bit for each server that `tried` was told of */
    uint16_t id;
    struct udp_sock *sock;
    struct timer timer;
};
struct resolver {
    struct loop *loop;
    struct rnd *rnd;
    struct inet *inet;
    struct lookup *lookups;
    struct resolver_entry entries[RESOLVER_CACHE];
    size_t n;
};

/* ---- what is remembered ---- */

static struct resolver_entry *entry_of(const struct resolver *r, const char *name)
{
    for (size_t i = 0; i < r->n; i++)
        if (!strcasecmp(r->entries[i].name, name))
            return (struct resolver_entry *)&r->entries[i];
    return NULL;
}

bool resolver_known(const struct resolver *r, const char *name, uint32_t *addr)
{
    const struct resolver_entry *e = entry_of(r, name);

    if (!e || e->until_us <= loop_now(r->loop))
        return false;
    *addr = e->addr;
    return true;
}

bool resolver_next(const struct resolver *r, size_t *cursor, const struct resolver_entry **out)
{
    while (*cursor < r->n) {
        *out = &r->entries[(*cursor)++];
        if ((*out)->until_us > loop_now(r->loop))
            return true;
    }
    return false;
}

void resolver_forget(struct resolver *r, const char *name)
{
    for (size_t i = r->n; i-- > 0;)
        if (!name || !strcasecmp(r->entries[i].name, name))
            r->entries[i] = r->entries[--r->n];
}

static struct resolver_entry *room_for(struct resolver *r, const char *name)
{
    struct resolver_entry *e = entry_of(r, name);

    if (e)
        return e;
    if (r->n < RESOLVER_CACHE)
        return &r->entries[r->n++];
    e = &r->entries[0];
    for (size_t i = 1; i < r->n; i++)
        if (r->entries[i].until_us < e->until_us)
            e = &r->entries[i];
    return e;
}

static void remember(struct resolver *r, const char *name, uint32_t addr, uint32_t ttl)
{
    struct resolver_entry *e = room_for(r, name);

    if (ttl < 1) /* whoever asked must find it */
        ttl = 1;
    str_copy(e->name, sizeof e->name, name);
    e->addr = addr;
    e->since_us = loop_now(r->loop);
    e->until_us = e->since_us + (ttl < WEEK_S ? ttl : WEEK_S) * US_PER_S;
}

/* ---- a lookup ---- */

void resolver_cancel(struct lookup *l)
{
    if (!l)
        return;
    struct lookup **at = &l->resolver->lookups;
    while (*at != l)
        at = &(*at)->next;
    *at = l->next;
    timer_clear(&l->timer);
    udp_close(l->sock);
    mem_free(l);
}

static void over(struct lookup *l, bool found)
{
    void (*done)(void *, bool) = l->ask.done;
    void *arg = l->ask.arg;

    resolver_cancel(l);
    done(arg, found);
}

static void on_udp(void *arg, const struct udp_from *from, const uint8_t *data, size_t len);

static bool open_somewhere(struct lookup *l)
{
    struct resolver *r = l->resolver;

    udp_close(l->sock);
    l->sock = NULL;
    for (unsigned i = 0; r->inet && !l->sock && i < PORT_TRIES; i++)
        l->sock = udp_open(r->inet, (uint16_t)(PORT_FIRST + rnd_u32(r->rnd) % PORTS), on_udp, l);
    return l->sock != NULL;
}

/* What is to be done next: ask, or say that nothing is left. */
static void on_time(void *arg)
{
    struct lookup *l = arg;
    struct resolver *r = l->resolver;
    uint8_t query[DNS_QUERY_MAX];

    if (l->found) {
        over(l, true);
        return;
    }
    if (l->sends == l->ask.sends) {
        l->server++;
        l->sends = 0;
    }
    if (l->name == l->ask.nnames || l->server == l->ask.nservers || !open_somewhere(l)) {
        over(l, false);
        return;
    }
    uint32_t server = l->ask.servers[l->server];
    if (!(l->told >> l->server & 1))
        l->ask.tried(l->ask.arg, server);
    l->told |= (uint8_t)(1u << l->server);
    l->sends++;
    l->id = (uint16_t)rnd_u32(r->rnd);
    size_t len = dns_query(query, l->id, l->names[l->name]);
    timer_set(&l->timer, l->ask.timeout_s * US_PER_S);
    if (udp_send(l->sock, 0, server, DNS_PORT, query, len) == 0)
        return;
    l->sends = l->ask.sends; /* no way there: the next one, in a turn of its own */
    timer_set(&l->timer, 0);
}

static void on_udp(void *arg, const struct udp_from *from, const uint8_t *data, size_t len)
{
    struct lookup *l = arg;
    uint32_t addr, ttl;

    if (from->src != l->ask.servers[l->server] || from->sport != DNS_PORT)
        return;
    switch (dns_answer(data, len, l->id, l->names[l->name], &addr, &ttl)) {
    case DNS_STRANGE: return;
    case DNS_ADDRESS:
        remember(l->resolver, l->names[l->name], addr, ttl);
        l->found = true;
        break;
    case DNS_NO_NAME:
        l->name++;
        l->server = 0;
        l->sends = 0;
        break;
    case DNS_FAILED: l->sends = l->ask.sends; break;
    }
    udp_close(l->sock); /* another answer to the same question would be one too many */
    l->sock = NULL;
    timer_set(&l->timer, 0);
}

struct lookup *resolver_ask(struct resolver *r, const struct resolver_ask *ask)
{
    struct lookup *l = NEW(struct lookup);

    l->resolver = r;
    l->ask = *ask;
    l->ask.nnames = 0;
    for (size_t i = 0; i < ask->nnames; i++)
        if (dns_name_ok(ask->names[i]))
            str_copy(l->names[l->ask.nnames++], sizeof l->names[0], ask->names[i]);
    l->next = r->lookups;
    r->lookups = l;
    timer_init(&l->timer, r->loop, on_time, l);
    timer_set(&l->timer, 0);
    return l;
}

struct resolver *resolver_new(struct loop *loop, struct rnd *rnd, struct inet *inet)
{
    struct resolver *r = NEW(struct resolver);

    r->loop = loop;
    r->rnd = rnd;
    r->inet = inet;
    return r;
}

void resolver_free(struct resolver *r)
{
    if (!r)
        return;
    while (r->lookups)
        resolver_cancel(r->lookups);
    mem_free(r);
}
