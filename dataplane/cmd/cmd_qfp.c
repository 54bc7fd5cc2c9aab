/* cmd_qfp.c: show platform hardware qfp active statistics drop [history], show drops.
 *
 * Views of drop.def: all rows that share a global name are added up, sorted by it. Rows that are zero are left out
 * unless `all` is said; when all are, one line says so. `clear` prints, then begins anew, and the heading names that
 * moment. The history is what died in the last one, five and thirty minutes; `show drops` wraps this and the IPsec
 * feature's view (cmd_qfp_ipsec.c) in lines that name the command. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/qfp.h"
#include "dataplane/dataplane.h"
#include "dataplane/drop.h"
#include "dataplane/graph.h"
#include "espial/clock.h"
#include "espial/loop.h"
#include "espial/msg.h"

typedef unsigned long long ull;

enum { ONE_MIN, FIVE_MIN, THIRTY_MIN, WINDOWS };
static const unsigned window_s[WINDOWS] = {60, 300, 1800};

struct line {
    const char *name;
    struct drop_count n;
    uint64_t recent[WINDOWS];
};

void qfp_rule(struct cmd_ctx *c, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        out_text(c->out, "-");
    out_text(c->out, "\n");
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct line *)a)->name, ((const struct line *)b)->name);
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
        for (int w = 0; w < WINDOWS; w++)
            v[k].recent[w] += drop_recent(g, why, window_s[w]);
    }
    qsort(v, n, sizeof *v, by_name);
    return n;
}

/* "Tue Mar 21 00:00:15 2023", and how long ago; at the clear itself, without that. */
static void cleared_line(struct cmd_ctx *c, const struct graph *g, bool now)
{
    struct loop *loop = graph_loop(g);
    uint64_t at = now ? loop_now(loop) : drop_cleared_at(g, DROP_GLOBAL);
    const struct clock *clock = dataplane_env(c->self)->clock;
    uint64_t past = (loop_now(loop) - at) / US_PER_S;

    if (!at) {
        out_text(c->out, "Last clearing of QFP drops statistics : never\n\n");
        return;
    }
    struct wall_time w = clock_local(clock, clock_wall(clock) - (int64_t)(loop_now(loop) - at));
    out_printf(c->out, "Last clearing of QFP drops statistics : %s %s %d %02d:%02d:%02d %d\n", day_names[w.wday],
               month_names[w.mon], w.day, w.hour, w.min, w.sec, w.year);
    if (now) {
        out_text(c->out, "\n\n");
        return;
    }
    out_text(c->out, " (");
    if (past >= 7 * 86400)
        out_printf(c->out, "%lluw ", (ull)past / (7 * 86400));
    if (past >= 86400)
        out_printf(c->out, "%llud ", (ull)past / 86400 % 7);
    if (past >= 3600)
        out_printf(c->out, "%lluh ", (ull)past / 3600 % 24);
    if (past >= 60)
        out_printf(c->out, "%llum ", (ull)past / 60 % 60);
    out_printf(c->out, "%llus ago)\n\n", (ull)past % 60);
}

static void print_global(struct cmd_ctx *c, bool all, bool clear)
{
    struct graph *g = dataplane_graph(c->self);
    struct line v[DROP_REASONS];
    size_t n = global_lines(g, v);
    bool any = false;

    cleared_line(c, g, clear);
    qfp_rule(c, 73);
    out_text(c->out, "Global Drop Stats                         Packets                  Octets  \n");
    qfp_rule(c, 73);
    for (size_t i = 0; i < n; i++)
        if (v[i].n.packets || all) {
            out_printf(c->out, "%-25s%24llu%24llu  \n", v[i].name, (ull)v[i].n.packets, (ull)v[i].n.bytes);
            any = true;
        }
    if (!any)
        out_text(c->out, "The Global drop stats were all zero\n");
    if (clear)
        drop_clear(g, DROP_GLOBAL);
}

static void print_history(struct cmd_ctx *c, bool clear)
{
    struct graph *g = dataplane_graph(c->self);
    struct line v[DROP_REASONS];
    size_t n = global_lines(g, v);
    bool any = false;

    cleared_line(c, g, clear);
    qfp_rule(c, 121);
    out_text(c->out,
             "Global Drop Stats                           1-Min                   5-Min                  30-Min   "
             "                  All\n");
    qfp_rule(c, 121);
    for (size_t i = 0; i < n; i++)
        if (v[i].n.packets) {
            out_printf(c->out, "%-25s%24llu%24llu%24llu%24llu\n", v[i].name, (ull)v[i].recent[ONE_MIN],
                       (ull)v[i].recent[FIVE_MIN], (ull)v[i].recent[THIRTY_MIN], (ull)v[i].n.packets);
            any = true;
        }
    if (!any)
        out_text(c->out, "The Global drop stats were all zero\n");
    if (clear)
        drop_clear(g, DROP_GLOBAL);
}

static enum cmd_result show_global(struct cmd_ctx *c)
{
    print_global(c, cmd_has(c, "all") || cmd_has(c, "detail"), cmd_has(c, "clear"));
    return CMD_OK;
}

static enum cmd_result show_history(struct cmd_ctx *c)
{
    print_history(c, cmd_has(c, "clear"));
    return CMD_OK;
}

#define WRAP "------------------ show platform hardware qfp active "
#define PAW  " ------------------\n\n"

static enum cmd_result drops_history(struct cmd_ctx *c)
{
    out_printf(c->out, WRAP "statistics drop history%s" PAW, cmd_has(c, "clear") ? " clear" : "");
    print_history(c, cmd_has(c, "clear"));
    return CMD_OK;
}

static void wrap_global(struct cmd_ctx *c, bool clear)
{
    out_printf(c->out, WRAP "statistics drop%s" PAW, clear ? " clear" : "");
    print_global(c, false, clear);
}

static void wrap_crypto(struct cmd_ctx *c)
{
    out_text(c->out, WRAP "feature ipsec datapath drops" PAW);
    qfp_print_ipsec(c, false, false);
}

static enum cmd_result drops_qfp(struct cmd_ctx *c)
{
    wrap_global(c, cmd_has(c, "clear"));
    return CMD_OK;
}

static enum cmd_result drops_crypto(struct cmd_ctx *c)
{
    wrap_crypto(c);
    return CMD_OK;
}

static enum cmd_result drops_all(struct cmd_ctx *c)
{
    wrap_global(c, false);
    out_text(c->out, "\n");
    wrap_crypto(c);
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "show platform", "Platform information"),
    HELP(EXEC, "show platform hardware", "Hardware information"),
    HELP(EXEC, "show platform hardware qfp", "Quantum flow processor"),
    HELP(EXEC, "show platform hardware qfp active", "Active instance"),
    HELP(EXEC, "show platform hardware qfp active statistics", "Statistics"),
    HELP(EXEC, "show platform hardware qfp active statistics drop", "Drop statistics"),
    HELP(EXEC, "show drops", "Packets dropped"),
    DO(EXEC, 1, "show platform hardware qfp active statistics drop [all=all|clear=clear|detail=detail]", show_global,
       "Show all drop statistics|Clear drop statistics|Show drop statistics with those that are zero"),
    DO(EXEC, 1, "show platform hardware qfp active statistics drop history [clear=clear]", show_history,
       "Drop statistics of the last minutes|Clear drop statistics"),
    DO(EXEC, 1, "show drops", drops_all, ""),
    DO(EXEC, 1, "show drops qfp [clear=clear]", drops_qfp, "Drops of the quantum flow processor|Clear drop statistics"),
    DO(EXEC, 1, "show drops crypto", drops_crypto, "Drops of the IPsec datapath"),
    HELP(EXEC, "show drops history", "Drops of the last minutes"),
    DO(EXEC, 1, "show drops history qfp [clear=clear]", drops_history,
       "Drops of the quantum flow processor|Clear drop statistics"),
};
const struct cmd_table dp_table_qfp = CMD_TABLE("dataplane/cmd/cmd_qfp", rows);
