/* cmd_process.c: what the router itself uses: show processes cpu [sorted | history], show processes memory, show memory.
 *
 * Processor time comes from the loop's account (espial/account.h): a process here is a part of the router, its id the part's
 * number, and the rows add up to what the kernel says the program has used. There is no interrupt level: everything runs
 * on some part's time, so the figure behind the slash is 0%. History is drawn from the seconds, minutes and hours that are
 * over, youngest at the left, a column for each, as far back as the router runs.
 *
 * Memory has two pools. Processor is the process, of what it may have: the machine's memory or the limit set on it; Lowest
 * comes from the kernel's high-water mark. I/O is the packet buffers: Total what they may grow to. Allocations are not told
 * apart by part: one row holds the heap, another the packet buffers in it. Addresses are not shown.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd/cmd_local.h"
#include "espial/account.h"

typedef unsigned long long ull;

/* ---- show processes cpu ---- */

struct shown {
    enum account_owner pid;
    struct account_row row;
    double key;
};

static unsigned percent(double share)
{
    return share > 99.99 ? 9999 : (unsigned)(share * 100 + 0.5);
}

static int by_key(const void *a, const void *b)
{
    const struct shown *x = a, *y = b;
    if (x->key != y->key)
        return x->key > y->key ? -1 : 1;
    return (int)x->pid - (int)y->pid;
}

static bool account_missing(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    if (cli->env.loop->account)
        return false;
    out_text(c->out, "% Processor time is not accounted for\n");
    return true;
}

static enum cmd_result show_cpu(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    struct account_row rows[ACCOUNT_OWNERS], total;
    struct shown v[ACCOUNT_OWNERS];
    bool sorted = cmd_has(c, "sorted");
    size_t n = 0;
    if (account_missing(c))
        return CMD_FAIL;
    account_read(cli->env.loop->account, rows, &total);
    for (unsigned i = ACCOUNT_NONE + 1; i < ACCOUNT_OWNERS; i++)
        v[n++] = (struct shown){.pid = i,
                                .row = rows[i],
                                .key = cmd_has(c, "five_min")  ? rows[i].five_min
                                       : cmd_has(c, "one_min") ? rows[i].one_min
                                                               : rows[i].five_s};
    if (sorted)
        qsort(v, n, sizeof v[0], by_key);
    out_printf(c->out, "CPU utilization for five seconds: %u%%/0%%; one minute: %u%%; five minutes: %u%%\n",
               percent(total.five_s), percent(total.one_min), percent(total.five_min));
    out_text(c->out, " PID Runtime(ms)     Invoked      uSecs   5Sec   1Min   5Min TTY Process \n");
    for (size_t i = 0; i < n; i++) {
        const struct account_row *r = &v[i].row;
        out_printf(c->out, "%4u %11llu %11llu %10llu %5.2f%% %5.2f%% %5.2f%% %3d %-17s\n", v[i].pid,
                   (ull)(r->runtime_ns / 1000000), (ull)r->invoked,
                   (ull)(r->invoked ? r->runtime_ns / 1000 / r->invoked : 0), r->five_s * 100, r->one_min * 100,
                   r->five_min * 100, 0, account_names[v[i].pid]);
    }
    return CMD_OK;
}

/* ---- show processes cpu history ---- */

#define HISTORY_MAX 72
struct graph_column {
    int average, most; /* percent; most -1: not known */
};

/* The value of each column, its digits one below the other. */
static void graph_digits(struct out *out, const struct graph_column *v, unsigned n)
{
    for (int digit = 100; digit; digit /= 10) {
        char line[HISTORY_MAX + 1];
        for (unsigned i = 0; i < n; i++)
            line[i] = v[i].most >= digit && v[i].most > 0 ? (char)('0' + v[i].most / digit % 10) : ' ';
        line[n] = '\0';
        out_printf(out, "      %s\n", line);
    }
}

static void graph_draw(struct out *out, const struct graph_column *v, unsigned n, bool averages)
{
    graph_digits(out, v, n);
    for (int level = 100; level; level -= 10) {
        char line[HISTORY_MAX + 1];
        for (unsigned i = 0; i < n; i++)
            line[i] = averages && v[i].average >= level - 5 ? '#' : v[i].most >= level - 5 ? '*' : ' ';
        line[n] = '\0';
        out_printf(out, "%5d %s\n", level, line);
    }
    out_printf(out, "     0....5....1....1....2....2....3....3....4....4....5....5....6%s\n",
               n > 60 ? "....6....7.." : "");
    out_printf(out, "               0    5    0    5    0    5    0    5    0    5    0%s\n",
               n > 60 ? "    5    0  " : "");
}

static int whole_percent(double share)
{
    return share < 0 ? -1 : share > 1 ? 100 : (int)(share * 100 + 0.5);
}

static enum cmd_result show_cpu_history(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    struct graph_column v[HISTORY_MAX];
    struct account_row total;
    struct account_span span;
    if (account_missing(c))
        return CMD_FAIL;
    const struct account *a = cli->env.loop->account;
    account_read(cli->env.loop->account, NULL, &total);
    for (unsigned i = 0; i < ACCOUNT_SECONDS; i++)
        v[i] = (struct graph_column){.most = whole_percent(account_second(a, i))};
    graph_draw(c->out, v, ACCOUNT_SECONDS, false);
    out_text(c->out, "               CPU% per second (last 60 seconds)\n\n");
    for (unsigned i = 0; i < ACCOUNT_MINUTES; i++) {
        bool known = account_minute(a, i, &span);
        v[i] = (struct graph_column){known ? whole_percent(span.average) : -1, known ? whole_percent(span.most) : -1};
    }
    graph_draw(c->out, v, ACCOUNT_MINUTES, true);
    out_text(c->out, "               CPU% per minute (last 60 minutes)\n"
                     "              * = maximum CPU%   # = average CPU%\n\n");
    for (unsigned i = 0; i < ACCOUNT_HOURS; i++) {
        bool known = account_hour(a, i, &span);
        v[i] = (struct graph_column){known ? whole_percent(span.average) : -1, known ? whole_percent(span.most) : -1};
    }
    graph_draw(c->out, v, ACCOUNT_HOURS, true);
    out_text(c->out, "                   CPU% per hour (last 72 hours)\n"
                     "                  * = maximum CPU%   # = average CPU%\n\n");
    return CMD_OK;
}

/* ---- memory ---- */

static bool memory_of(struct cmd_ctx *c, struct cli_memory *m)
{
    struct cli *cli = c->self;
    if (cli->env.memory && cli->env.memory(cli->env.arg, m))
        return true;
    out_text(c->out, "% Memory is not accounted for\n");
    return false;
}

static const char *io_name(const struct cmd_ctx *c)
{
    return ((const struct cli *)c->self)->env.iosxe ? "lsmpi_io" : "I/O";
}

static void memory_row(struct cmd_ctx *c, const char *name, const struct cli_pool *p)
{
    out_printf(c->out, "%9s  %10llX %11llu %11llu %11llu %11llu %11llu\n", name, (ull)p->head, (ull)p->total,
               (ull)p->used, (ull)(p->total - p->used), (ull)p->lowest, (ull)p->largest);
}

static enum cmd_result show_memory(struct cmd_ctx *c)
{
    struct cli_memory m;
    if (!memory_of(c, &m))
        return CMD_FAIL;
    out_text(c->out, "                Head    Total(b)     Used(b)     Free(b)   Lowest(b)  Largest(b)\n");
    memory_row(c, "Processor", &m.processor);
    memory_row(c, io_name(c), &m.io);
    return CMD_OK;
}

static void pool_line(struct cmd_ctx *c, const char *name, const struct cli_pool *p)
{
    out_printf(c->out, "%9s Pool Total: %10llu Used: %10llu Free: %10llu\n", name, (ull)p->total, (ull)p->used,
               (ull)(p->total - p->used));
}

struct memory_process {
    unsigned pid;
    const char *name;
    uint64_t allocated, freed, holding, taken, given;
};

static void process_row(struct cmd_ctx *c, const struct memory_process *p)
{
    out_printf(c->out, "%4u %3d %10llu %10llu %10llu %10llu %10llu %-16s\n", p->pid, 0, (ull)p->allocated,
               (ull)p->freed, (ull)p->holding, (ull)p->taken, (ull)p->given, p->name);
}

static enum cmd_result show_process_memory(struct cmd_ctx *c)
{
    struct cli_memory m;
    if (!memory_of(c, &m))
        return CMD_FAIL;
    uint64_t rest = m.heap > m.io_made ? m.heap - m.io_made : 0;
    const struct memory_process all = {0, "*Init*", rest, m.heap_free, rest > m.heap_free ? rest - m.heap_free : 0,
                                       0, 0},
                                io = {ACCOUNT_NET_INPUT, account_names[ACCOUNT_NET_INPUT],
                                      m.io_made,         0,
                                      m.io_made,         m.io_taken,
                                      m.io_given};
    bool swapped = cmd_has(c, "sorted") && io.holding > all.holding;
    pool_line(c, "Processor", &m.processor);
    pool_line(c, io_name(c), &m.io);
    out_text(c->out, "\n PID TTY  Allocated      Freed    Holding    Getbufs    Retbufs Process\n");
    process_row(c, swapped ? &io : &all);
    process_row(c, swapped ? &all : &io);
    out_printf(c->out, "\n%llu Total\n", (ull)(all.holding + io.holding));
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "show processes", "Active process statistics"),
    HELP(EXEC, "show processes cpu", "Show CPU use per process"),
    DO(EXEC, 1, "show processes cpu [sorted=sorted [1min=one_min|5min=five_min|5sec=five_s]]", show_cpu,
       "Show sorted output based on percentage of usage|Sort based on 1 minute utilization|Sort based on 5 minutes "
       "utilization|Sort based on 5 seconds utilization"),
    DO(EXEC, 1, "show processes cpu history", show_cpu_history, "Show CPU history in graph format"),
    DO(EXEC, 1, "show processes memory [sorted=sorted]", show_process_memory,
       "Show memory use per process|Show sorted output based on memory held"),
    HELP(EXEC, "show memory", "Memory statistics"),
    DO(EXEC, 1, "show memory [statistics]", show_memory, "Show memory pool statistics"),
};
const struct cmd_table cli_table_process = CMD_TABLE("cli/cmd/cmd_process", rows);
