/* box.c: routers, wires, a loop and chance of one simulation. Nothing here knows what a router does: it plays the part of cli/app/run.c with a virtual clock,
 * a memory file system and seeded chance. */
#include "tests/sim/box.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/dataplane.h"
#include "espial/account.h"
#include "espial/bus.h"
#include "espial/file.h"
#include "espial/ip.h"
#include "espial/loop.h"
#include "espial/shell.h"
#include "tests/sim/vloop.h"

#define TYPE_MAX_US (300 * US_PER_S)

struct plug {
    struct wire *wire;
    int end;
    char ifname[IFNAME_MAX];
};
struct node {
    struct box *box;
    char name[32];
    struct files *files;
    struct router *router;
    struct router_env env;
    struct plug plugs[BOX_LINKS_MAX];
    size_t nplugs;
    struct shell *shell;
    struct text log, output, file;
    struct deferred reload;
    bool done;
};
struct box {
    struct loop *loop;
    unsigned busy; /* percent */
    uint64_t busy_since, cpu_ns; /* used before then */
    struct rnd *rnd, *wire_rnd;
    struct work *work;
    struct node nodes[BOX_NODES_MAX];
    size_t nnodes;
    struct wire *wires[BOX_LINKS_MAX];
    size_t nwires;
};

static struct node *find(struct box *b, const char *name)
{
    for (size_t i = 0; i < b->nnodes; i++) {
        if (!strcmp(b->nodes[i].name, name))
            return &b->nodes[i];
    }
    fail_msg("no node %s", name);
    return NULL;
}

static uint64_t steady_ns(void *arg)
{
    return loop_now(((struct box *)arg)->loop) * 1000;
}

static uint64_t cpu_ns(void *arg)
{
    const struct box *b = arg;
    return b->cpu_ns + (loop_now(b->loop) - b->busy_since) * 10 * b->busy;
}

void box_busy(struct box *b, unsigned percent)
{
    b->cpu_ns = cpu_ns(b);
    b->busy_since = loop_now(b->loop);
    b->busy = percent;
}

struct box *box_new(uint64_t seed)
{
    struct box *b = NEW(struct box);
    b->loop = vloop_new(INT64_C(1363112530) * 1000000); /* Tue Mar 12 18:22:10 2013 UTC */
    account_free(b->loop->account);
    account_new(b->loop, &(const struct account_clock){.fast = steady_ns, .cpu = cpu_ns, .arg = b});
    b->rnd = rnd_seeded_new(seed);
    b->wire_rnd = rnd_seeded_new(seed ^ 0x77697265);
    b->work = vwork_new(b->loop);
    return b;
}

static void on_syslog(void *arg, const void *fact)
{
    struct node *n = arg;
    text_add(&n->log, ((const struct fact_syslog *)fact)->line);
    text_add(&n->log, "\n");
}

static void stop(struct node *n)
{
    shell_close(n->shell);
    n->shell = NULL;
    router_free(n->router);
    n->router = NULL;
}

static void start(struct node *n)
{
    struct text err = {0};
    n->router = router_new(&n->env, &err);
    if (!n->router)
        fail_msg("%s", text_str(&err));
    text_free(&err);
    bus_subscribe(router_bus(n->router), FACT_SYSLOG, on_syslog, n);
    for (size_t i = 0; i < n->nplugs; i++)
        assert_int_equal(dataplane_link_attach(router_dataplane(n->router), n->plugs[i].ifname, wire_end(n->plugs[i].wire, n->plugs[i].end)), 0);
    router_boot(n->router);
}

static void do_reload(void *arg)
{
    struct node *n = arg;
    n->done = true; /* the command that asked for it will not come back */
    stop(n);
    start(n);
}

static void ask_reload(void *arg)
{
    struct node *n = arg;
    loop_defer(n->box->loop, &n->reload);
}

static void boot_said(void *arg, const char *text, size_t len)
{
    struct node *n = arg;
    fail_msg("%s: its startup-config is refused: %.*s", n->name, (int)len, text);
}

void box_node(struct box *b, const char *name, const char *config)
{
    assert_true(b->nnodes < BOX_NODES_MAX);
    struct node *n = &b->nodes[b->nnodes++];
    n->box = b;
    str_copy(n->name, sizeof n->name, name);
    n->files = files_memory_new();
    assert_int_equal(file_replace(n->files, "nvram:startup-config", config, strlen(config)), FILE_OK);
    n->reload = (struct deferred){.fn = do_reload, .arg = n};
    n->env = (struct router_env){
        .loop = b->loop,
        .work = b->work,
        .rnd = b->rnd,
        .files = n->files,
        .hostname = n->name,
        .platform = "iosxe",
        .mac_base = {0xaa, 0xbb, 0xcc, 0, (uint8_t)b->nnodes, 0},
        .boot_reason = "power-on",
        .reload = ask_reload,
        .reload_arg = n,
        .said = boot_said,
        .said_arg = n,
    };
}

void box_streams(struct box *b, const char *node, struct streams *streams)
{
    find(b, node)->env.streams = streams;
}

void box_node_file(struct box *b, const char *name, const char *sample)
{
    char path[512], buf[4096];
    struct text t = {0};
    snprintf(path, sizeof path, SAMPLES_DIR "/%s", sample);
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("%s: cannot be read", path);
    for (size_t n; f && (n = fread(buf, 1, sizeof buf, f)) > 0;)
        text_addn(&t, buf, n);
    fclose(f);
    box_node(b, name, text_str(&t));
    text_free(&t);
}

struct wire *box_link(struct box *b, const char *a, const char *a_if, const char *z, const char *z_if)
{
    const struct wire_params quiet = {.delay_us = 1000};
    const char *const names[2] = {a, z}, *const ifs[2] = {a_if, z_if};
    assert_true(b->nwires < BOX_LINKS_MAX);
    struct wire *w = b->wires[b->nwires++] = wire_new(b->loop, b->wire_rnd, &quiet);
    for (int end = 0; end < 2; end++) {
        struct node *n = find(b, names[end]);
        struct plug *p = &n->plugs[n->nplugs++];
        p->wire = w;
        p->end = end;
        str_copy(p->ifname, sizeof p->ifname, ifs[end]);
    }
    return w;
}

struct box *box_incident(uint64_t seed)
{
    struct box *b = box_new(seed);
    box_node_file(b, "hub", "invalid-spi/hub.cfg");
    box_node_file(b, "isp", "invalid-spi/isp.cfg");
    box_node_file(b, "spoke", "invalid-spi/spoke.cfg");
    box_link(b, "hub", "Ethernet0/0", "isp", "Ethernet0/0");
    box_link(b, "spoke", "Ethernet0/0", "isp", "Ethernet0/1");
    box_boot(b);
    return b;
}

void box_boot(struct box *b)
{
    for (size_t i = 0; i < b->nnodes; i++)
        start(&b->nodes[i]);
    box_run(b, 2 * US_PER_S);
}

void box_free(struct box *b)
{
    for (size_t i = 0; i < b->nnodes; i++) {
        struct node *n = &b->nodes[i];
        stop(n);
        loop_undefer(b->loop, &n->reload);
        files_free(n->files);
        text_free(&n->log);
        text_free(&n->output);
        text_free(&n->file);
    }
    for (size_t i = 0; i < b->nwires; i++)
        wire_free(b->wires[i]);
    vwork_free(b->work);
    rnd_free(b->rnd);
    rnd_free(b->wire_rnd);
    vloop_free(b->loop);
    mem_free(b);
}

struct loop *box_loop(struct box *b)
{
    return b->loop;
}

struct router *box_router(struct box *b, const char *node)
{
    return find(b, node)->router;
}

static void on_done(void *arg, const struct shell_result *r)
{
    struct node *n = arg;
    text_clear(&n->output);
    text_addn(&n->output, r->output, r->len);
    n->done = true;
    if (r->closed)
        n->shell = NULL;
}

void box_start(struct box *b, const char *node, const char *line)
{
    struct node *n = find(b, node);
    const struct shell_params p = {.user = "", .origin = "console by console", .privilege = 15};
    if (!n->shell)
        n->shell = shell_open(router_shells(n->router), &p);
    assert_non_null(n->shell);
    n->done = false;
    text_clear(&n->output);
    shell_type(n->shell, line, NULL, on_done, n);
}

static bool is_done(void *arg)
{
    return ((struct node *)arg)->done;
}

bool box_done(struct box *b, const char *node)
{
    return find(b, node)->done;
}

const char *box_output(struct box *b, const char *node)
{
    return text_str(&find(b, node)->output);
}

const char *box_type(struct box *b, const char *node, const char *line)
{
    struct node *n = find(b, node);
    box_start(b, node, line);
    if (!vloop_run_until(b->loop, is_done, n, TYPE_MAX_US))
        fail_msg("%s: \"%s\" does not end", node, line);
    return text_str(&n->output);
}

void box_type_all(struct box *b, const char *node, const char *lines)
{
    char line[512];
    while (*lines) {
        size_t n = strcspn(lines, "\n");
        snprintf(line, sizeof line, "%.*s", (int)n, lines);
        const char *said = box_type(b, node, line);
        if (strstr(said, "% ") || strstr(said, "^"))
            fail_msg("%s: \"%s\": %s", node, line, said);
        lines += n + (lines[n] == '\n');
    }
}

void box_run(struct box *b, uint64_t us)
{
    vloop_run_for(b->loop, us);
}

struct expectation {
    struct node *node;
    size_t from;
    const char *text;
};

static bool has_line(void *arg)
{
    const struct expectation *e = arg;
    return e->node->log.len > e->from && strstr(e->node->log.s + e->from, e->text) != NULL;
}

bool box_wait_log(struct box *b, const char *node, size_t from, const char *text, uint64_t us)
{
    struct expectation e = {find(b, node), from, text};
    return vloop_run_until(b->loop, has_line, &e, us);
}

const char *box_log(struct box *b, const char *node)
{
    return text_str(&find(b, node)->log);
}

size_t box_log_len(struct box *b, const char *node)
{
    return find(b, node)->log.len;
}

size_t box_log_count(struct box *b, const char *node, size_t from, const char *text)
{
    size_t count = 0;
    for (const char *p = box_log(b, node) + from; (p = strstr(p, text)); p += strlen(text))
        count++;
    return count;
}

void box_reload(struct box *b, const char *node)
{
    struct node *n = find(b, node);
    stop(n);
    start(n);
}

const char *box_file(struct box *b, const char *node, const char *path)
{
    struct node *n = find(b, node);
    text_clear(&n->file);
    enum file_result e = file_read(n->files, path, &n->file);
    return e == FILE_OK ? text_str(&n->file) : "";
}

void box_put(struct box *b, const char *node, const char *path, const char *text)
{
    struct node *n = find(b, node);

    assert_int_equal(file_replace(n->files, path, text, strlen(text)), FILE_OK);
}

struct files *box_files(struct box *b, const char *node)
{
    return find(b, node)->files;
}
