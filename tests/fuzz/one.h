/* one.h: one whole router in virtual time, alone but for a cable from one of its ports to another: for harnesses that type at it. What its startup-config is refused for is
 * kept, and a reload is carried out. */
#ifndef ESPIAL_TESTS_FUZZ_ONE_H
#define ESPIAL_TESTS_FUZZ_ONE_H

#include <stdio.h>
#include <string.h>

#include "cli/app/router.h"
#include "cli/shell/session.h"
#include "cli/shell/store.h"
#include "dataplane/dataplane.h"
#include "espial/file.h"
#include "espial/loop.h"
#include "espial/rand.h"
#include "tests/fuzz/fuzz.h"
#include "tests/sim/vloop.h"
#include "tests/sim/wire.h"

struct one {
    struct loop *loop;
    struct work *work;
    struct rnd *rnd;
    struct files *files;
    struct wire *wire;
    struct router *r;
    struct router_env env;
    struct deferred reload;
    struct text said;
    unsigned reloads;
};

static inline void one_said(void *arg, const char *text, size_t len)
{
    struct one *o = arg;

    text_addn(&o->said, text, len);
}

static inline void one_up(struct one *o)
{
    struct text err = {0};

    text_clear(&o->said);
    o->r = router_new(&o->env, &err);
    fuzz_must(o->r != NULL);
    fuzz_must(dataplane_link_attach(router_dataplane(o->r), "Ethernet0/0", wire_end(o->wire, 0)) == 0);
    fuzz_must(dataplane_link_attach(router_dataplane(o->r), "Ethernet0/1", wire_end(o->wire, 1)) == 0);
    router_boot(o->r);
    text_free(&err);
}

static inline void one_reload(void *arg)
{
    struct one *o = arg;

    router_free(o->r);
    o->reloads++;
    one_up(o);
}

static inline void one_ask_reload(void *arg)
{
    struct one *o = arg;

    loop_defer(o->loop, &o->reload);
}

static inline void one_start(struct one *o, const char *config, size_t len)
{
    *o = (struct one){.loop = vloop_new(INT64_C(1363112530) * 1000000), .rnd = rnd_seeded_new(3), .files = files_memory_new()};
    o->work = vwork_new(o->loop);
    o->wire = wire_new(o->loop, NULL, NULL);
    o->reload = (struct deferred){.fn = one_reload, .arg = o};
    fuzz_must(file_replace(o->files, "nvram:startup-config", config, len) == FILE_OK);
    o->env = (struct router_env){.loop = o->loop,
                                 .work = o->work,
                                 .rnd = o->rnd,
                                 .files = o->files,
                                 .hostname = "Router",
                                 .platform = "iosxe",
                                 .mac_base = {2, 0, 0, 0, 1, 0},
                                 .boot_reason = "power-on",
                                 .reload = one_ask_reload,
                                 .reload_arg = o,
                                 .said = one_said,
                                 .said_arg = o};
    one_up(o);
    vloop_run_for(o->loop, 3 * US_PER_S);
}

static inline void one_stop(struct one *o)
{
    router_free(o->r);
    loop_undefer(o->loop, &o->reload);
    files_free(o->files);
    wire_free(o->wire);
    vwork_free(o->work);
    rnd_free(o->rnd);
    vloop_free(o->loop);
    text_free(&o->said);
}

/* Running-config, behind the header that holds the time. */
static inline void one_running(struct one *o, struct text *out)
{
    struct text all = {0};

    store_running(router_shells(o->r), false, &all);
    const char *body = strstr(text_str(&all), "\nversion ");
    fuzz_must(body != NULL);
    text_add(out, body);
    text_free(&all);
}

/* What this router would save is understood in full by another, which would save the same. */
static inline void one_must_come_back(struct one *o)
{
    struct one again;
    struct text was = {0}, is = {0};

    one_running(o, &was);
    one_start(&again, text_str(&was), was.len);
    one_running(&again, &is);
    /* Warnings are said too; what is refused is said with its line. */
    bool refused = strstr(text_str(&again.said), "startup-config, line ") != NULL;
    if (refused || strcmp(text_str(&was), text_str(&is))) {
        fprintf(stderr, "saved:\n%s\ncame back as:\n%s\nand was refused:\n%s\n", text_str(&was), text_str(&is), text_str(&again.said));
        abort();
    }
    one_stop(&again);
    text_free(&was);
    text_free(&is);
}
#endif
