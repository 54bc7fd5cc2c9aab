/* cmd_qfp.c: show platform hardware qfp active statistics drop, and ... feature ipsec datapath drops.
 *
 * Both are views of drop.def. The global one adds up all rows that share a global name, sorted by it; the feature one
 * prints the rows that have an id, by id. Rows that are zero are left out unless `all` is said. `clear` prints, then
 * begins anew. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/drop.h"
#include "dataplane/graph.h"
#include "dataplane/net/net.h"
#include "espial/clock.h"
#include "espial/loop.h"
#include "espial/msg.h"

typedef unsigned long long ull;

struct line {
    const char *name;
    uint16_t id;
    struct drop_count n;
};

static void rule(struct cmd_ctx *c, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        out_text(c->out, "-");
    out_text(c->out, "\n");
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct line *)a)->name, ((const struct line *)b)->name);
}

static int by_id(const void *a, const void *b)
{
    return ((const struct line *)a)->id - ((const struct line *)b)->id;
}

static size_t global_lines(const struct graph *g, struct line *v)
{
    size_t n = 0;

    for (unsigned why = 0; why < DROP_REASONS; why++) {
        struct drop_count count = drop_count(g, why, DROP_GLOBAL);
        size_t k = 0;
        if (!drop_rows[why].global[0])
            continue;
        while (k < n && strcmp(v[k].name, drop_rows[why].global))
            k++;
        if (k == n)
            v[n++] = (struct line){.name = drop_rows[why].global};
        v[k].n.packets += count.packets;
        v[k].n.bytes += count.bytes;
    }
    qsort(v, n, sizeof *v, by_name);
    return n;
}

/* "Tue Mar 21 00:00:15 2023" */
static void cleared_line(struct cmd_ctx *c, const struct graph *g)
{
    uint64_t at = drop_cleared_at(g, DROP_GLOBAL);
    struct loop *loop = graph_loop(g);
    const struct clock *clock = dataplane_env(c->self)->clock;
    uint64_t past = (loop_now(loop) - at) / US_PER_S;

    if (!at) {
        out_text(c->out, "Last clearing of QFP drops statistics : never\n\n");
        return;
    }
    struct wall_time w = clock_local(clock, clock_wall(clock) - (int64_t)(loop_now(loop) - at));
    out_printf(c->out, "Last clearing of QFP drops statistics : %s %s %d %02d:%02d:%02d %d\n (", day_names[w.wday],
               month_names[w.mon], w.day, w.hour, w.min, w.sec, w.year);
    if (past >= 3600)
        out_printf(c->out, "%lluh %llum", (ull)past / 3600, (ull)past / 60 % 60);
    else if (past >= 60)
        out_printf(c->out, "%llum", (ull)past / 60);
    out_printf(c->out, "%s%llus ago)\n\n", past >= 60 ? " " : "", (ull)past % 60);
}

static enum cmd_result show_global(struct cmd_ctx *c)
{
    struct graph *g = dataplane_graph(c->self);
    struct line v[DROP_REASONS];
    size_t n = global_lines(g, v);

    cleared_line(c, g);
    rule(c, 73);
    out_text(c->out, "Global Drop Stats                         Packets                  Octets  \n");
    rule(c, 73);
    for (size_t i = 0; i < n; i++)
        if (v[i].n.packets || cmd_has(c, "all"))
            out_printf(c->out, "%-25s%24llu%24llu  \n", v[i].name, (ull)v[i].n.packets, (ull)v[i].n.bytes);
    if (cmd_has(c, "clear"))
        drop_clear(g, DROP_GLOBAL);
    return CMD_OK;
}

static enum cmd_result show_ipsec(struct cmd_ctx *c)
{
    struct graph *g = dataplane_graph(c->self);
    struct line v[DROP_REASONS];
    size_t n = 0;

    for (unsigned why = 0; why < DROP_REASONS; why++)
        if (drop_rows[why].qfp_id)
            v[n++] = (struct line){
                .name = drop_rows[why].qfp_name, .id = drop_rows[why].qfp_id, .n = drop_count(g, why, DROP_FEATURE)};
    qsort(v, n, sizeof *v, by_id);
    rule(c, 72);
    out_text(c->out, "Drop Type  Name                                     Packets             \n");
    rule(c, 72);
    for (size_t i = 0; i < n; i++)
        if (v[i].n.packets || cmd_has(c, "all"))
            out_printf(c->out, "%9u  %-41s%20llu\n", v[i].id, v[i].name, (ull)v[i].n.packets);
    if (cmd_has(c, "clear"))
        drop_clear(g, DROP_FEATURE);
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "show platform", "Platform information"),
    HELP(EXEC, "show platform hardware", "Hardware information"),
    HELP(EXEC, "show platform hardware qfp", "Quantum flow processor"),
    HELP(EXEC, "show platform hardware qfp active", "Active instance"),
    HELP(EXEC, "show platform hardware qfp active statistics", "Statistics"),
    HELP(EXEC, "show platform hardware qfp active feature", "Feature-specific information"),
    HELP(EXEC, "show platform hardware qfp active feature ipsec", "IPsec information"),
    HELP(EXEC, "show platform hardware qfp active feature ipsec datapath", "Datapath information"),
    DO(EXEC, 1, "show platform hardware qfp active statistics drop [all=all|clear=clear]", show_global,
       "Drop statistics|Show all drop statistics|Clear drop statistics"),
    DO(EXEC, 1, "show platform hardware qfp active feature ipsec datapath drops [all=all|clear=clear]", show_ipsec,
       "Drop counters|Show all drop counters|Clear drop counters"),
};
const struct cmd_table dp_table_qfp = CMD_TABLE("dataplane/cmd/cmd_qfp", rows);
