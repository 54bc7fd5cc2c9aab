/* generate.c: a key pair being made: off the loop (work.h), one at a time. The pair is put among the host keys when it is whole; when the one who asked has gone
 * meanwhile (Ctrl-C, a closed session) it is thrown away, and the old one stays. */
#include "cli/ssh/hostkey.h"
#include "cli/ssh/sshd_local.h"
#include "espial/clock.h"
#include "espial/mem.h"
#include "espial/work.h"

struct generation {
    struct sshd *ssh;
    struct sshd_generate asked; /* done NULL: nobody waits any more */
    char name[HOSTKEY_NAME_MAX + 1];
    uint64_t began_us;
    struct work_job *job;
    struct keypair *pair;
};

static void make(void *arg)
{
    struct generation *g = arg;
    g->pair = keypair_new((enum keypair_kind)g->asked.kind, g->asked.bits);
}

static bool keep(struct sshd *s, const char *name, struct keypair *pair, bool exportable)
{
    bool stored = hostkeys_put(s->keys, name, pair, exportable, clock_wall(s->env.clock));
    sshd_keys_changed(s);
    return stored;
}

static void made(void *arg)
{
    struct generation *g = arg;
    struct sshd *s = g->ssh;
    struct sshd_generate asked = g->asked;
    bool is_made = g->pair != NULL, stored = false;
    uint64_t took = loop_now(s->env.loop) - g->began_us;
    s->generation = NULL;
    if (is_made && asked.done)
        stored = keep(s, g->name, g->pair, asked.exportable);
    else
        keypair_free(g->pair);
    mem_free(g);
    if (asked.done)
        asked.done(asked.arg, is_made, stored, took);
}

bool sshd_generate(struct sshd *s, const struct sshd_generate *asked)
{
    if (s->generation)
        return false;
    struct generation *g = NEW(struct generation);
    g->ssh = s;
    g->asked = *asked;
    str_copy(g->name, sizeof g->name, asked->name);
    g->began_us = loop_now(s->env.loop);
    s->generation = g;
    g->job = work_run(s->env.work, make, g, made);
    return true;
}

void sshd_generate_forget(struct sshd *s)
{
    if (s->generation)
        s->generation->asked.done = NULL;
}

void sshd_generate_stop(struct sshd *s)
{
    struct generation *g = s->generation;
    if (!g)
        return;
    work_cancel(s->env.work, g->job);
    keypair_free(g->pair);
    mem_free(g);
    s->generation = NULL;
}

bool sshd_generate_now(struct sshd *s, const struct sshd_generate *asked)
{
    struct keypair *pair = keypair_new((enum keypair_kind)asked->kind, asked->bits);
    return pair && keep(s, asked->name, pair, asked->exportable);
}
