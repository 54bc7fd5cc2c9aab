/* desk.c: the event manager of a router without the router: virtual time, a log, a bus, files in memory, and the very
 * rows of the grammar that a router has, those of the event manager's configuration. What others would do for it is
 * either simulated by what the log says (tracked objects) or absent, and then actions fail as they do where a router has
 * no such thing. */
#include "cli/offline/desk.h"

#include <stdio.h>
#include <string.h>

#include "cli/app/tables.h"
#include "cli/config/config.h"
#include "espial/bus.h"
#include "espial/clock.h"
#include "espial/file.h"
#include "espial/loop.h"
#include "espial/msg.h"
#include "espial/vloop.h"

#define FREE_TURNS 2000 /* at one instant; those behind them take a millisecond each, so that maxrun ends what loops */

static const char *desk_hostname(void *arg)
{
    return ((struct desk *)arg)->hostname;
}

/* What the router says of a stub that an action sets; of other objects the log says it. */
MSG(MSG_TRACKING, "TRACKING", 5, "STATE", 0, "%u stub-object %s->%s");

static struct desk_track *track_of(struct desk *d, uint32_t number)
{
    for (size_t i = 0; i < d->ntracks; i++)
        if (d->tracks[i].number == number)
            return &d->tracks[i];
    return NULL;
}

static struct desk_track *track_new(struct desk *d, uint32_t number)
{
    if (d->ntracks == DESK_TRACKS_MAX)
        return NULL;
    struct desk_track *t = &d->tracks[d->ntracks++];
    *t = (struct desk_track){.number = number};
    return t;
}

static void track_turns(struct desk *d, struct desk_track *t, bool up)
{
    struct fact_track f = {.number = t->number, .up = up};
    t->up = up;
    bus_publish(d->bus, FACT_TRACK, &f, sizeof f);
}

void desk_track_changed(struct desk *d, uint32_t number, bool up)
{
    struct desk_track *t = track_of(d, number);
    if (!t)
        t = track_new(d, number);
    if (t)
        track_turns(d, t, up);
}

static bool track_get(void *arg, uint32_t number, bool *up)
{
    const struct desk_track *t = track_of(arg, number);
    if (t)
        *up = t->up;
    return t != NULL;
}

static bool track_set(void *arg, uint32_t number, bool up)
{
    static const char *const words[] = {"Down", "Up"};
    struct desk *d = arg;
    struct desk_track *t = track_of(d, number);
    if (!t || !t->stub)
        return false;
    if (t->up != up) {
        msg_post(d->log, &MSG_TRACKING, number, words[t->up], words[up]);
        track_turns(d, t, up);
    }
    return true;
}

/* ---- the grammar: all rows of the event manager but those of EXEC */

static bool make_grammar(struct desk *d)
{
    struct text err = {0};
    size_t all = espial_tables_count(), n = 0;
    const struct cmd_table **tables = mem_array(all, sizeof *tables);
    void **selves = mem_array(all, sizeof *selves);
    d->tables = mem_array(all + 1, sizeof *d->tables);
    for (size_t i = 0; i < all; i++) {
        const struct cmd_table *from = espial_table(i);
        if (espial_table_owner(i) != OWNER_EEM)
            continue;
        struct cmd_row *rows = mem_array(from->nrows + 1, sizeof *rows);
        size_t nrows = 0;
        for (size_t k = 0; k < from->nrows; k++)
            if (from->rows[k].mode != EXEC)
                rows[nrows++] = from->rows[k];
        d->tables[n] = (struct cmd_table){.name = from->name, .rows = rows, .nrows = nrows};
        tables[n] = &d->tables[n];
        selves[n++] = d->eem;
    }
    d->grammar = grammar_new(tables, selves, n, &err);
    if (!d->grammar)
        fprintf(stderr, "espial: %s", text_str(&err));
    text_free(&err);
    mem_free(tables);
    mem_free(selves);
    return d->grammar != NULL;
}

struct desk *desk_new(int64_t wall_us, struct shells *shells, const struct eem_observer *observer)
{
    struct desk *d = NEW(struct desk);
    str_copy(d->hostname, sizeof d->hostname, "Router");
    d->loop = vloop_new(wall_us);
    vloop_pace(d->loop, FREE_TURNS, US_PER_MS);
    d->bus = bus_new(d->loop);
    d->clock = clock_new(d->loop);
    d->log = log_new(d->loop, d->bus);
    log_set_clock(d->log, d->clock);
    d->files = files_memory_new();
    d->eem = eem_new(&(struct eem_env){.loop = d->loop,
                                       .clock = d->clock,
                                       .bus = d->bus,
                                       .log = d->log,
                                       .shells = shells,
                                       .hostname = desk_hostname,
                                       .arg = d,
                                       .files = d->files,
                                       .gate = &d->gate,
                                       .track_get = track_get,
                                       .track_set = track_set,
                                       .observer = observer});
    if (make_grammar(d))
        return d;
    desk_free(d);
    return NULL;
}

void desk_free(struct desk *d)
{
    if (!d)
        return;
    eem_stop(d->eem);
    grammar_free(d->grammar);
    eem_free(d->eem);
    for (struct cmd_table *t = d->tables; t && t->rows; t++)
        mem_free((void *)(uintptr_t)t->rows);
    mem_free(d->tables);
    files_free(d->files);
    log_free(d->log);
    clock_free(d->clock);
    bus_free(d->bus);
    vloop_free(d->loop);
    mem_free(d);
}

/* ---- what else the configuration says */

static void timezone_line(struct desk *d, const char *rest)
{
    char name[8];
    int hours, minutes = 0;
    if (sscanf(rest, "%7s %d %d", name, &hours, &minutes) < 2 || hours < -23 || hours > 23 || minutes < 0 ||
        minutes > 59)
        return;
    struct clock_conf *c = clock_conf(d->clock);
    str_copy(c->zone.name, sizeof c->zone.name, name);
    c->zone.offset_min = hours * 60 + (hours < 0 ? -minutes : minutes);
    clock_conf_changed(d->clock);
}

/* "clock summer-time CEST recurring [last Sun Mar 2:00 last Sun Oct 3:00 [60]]" */
static bool summer_day(const char *week, const char *day, const char *mon, const char *at, struct clock_rule *r)
{
    unsigned hour, minute;
    *r = (struct clock_rule){.week = str_iprefix(week, "last")    ? 5
                                     : str_iprefix(week, "first") ? 1
                                                                  : (uint8_t)(week[0] - '0')};
    if (r->week < 1 || r->week > 5 || strlen(day) < 3 || strlen(mon) < 3 || sscanf(at, "%u:%u", &hour, &minute) != 2 ||
        hour > 23 || minute > 59)
        return false;
    while (r->day < 7 && strncasecmp(day, day_names[r->day], 3))
        r->day++;
    while (r->month < 12 && strncasecmp(mon, month_names[r->month], 3))
        r->month++;
    r->month++;
    r->hour = (uint8_t)hour;
    r->minute = (uint8_t)minute;
    return r->day < 7 && r->month <= 12;
}

static void summer_line(struct desk *d, const char *rest)
{
    char name[8], kind[16], w[8][8];
    unsigned offset = 60;
    struct clock_conf *c = clock_conf(d->clock);
    struct clock_rule begins = {.week = 2, .day = 0, .month = 3, .hour = 2},
                      ends = {.week = 1, .day = 0, .month = 11, .hour = 2};
    int n = sscanf(rest, "%7s %15s %7s %7s %7s %7s %7s %7s %7s %7s %u", name, kind, w[0], w[1], w[2], w[3], w[4], w[5],
                   w[6], w[7], &offset);
    if (n < 2 || !str_iprefix(kind, "recurring"))
        return;
    if (n >= 10 && (!summer_day(w[0], w[1], w[2], w[3], &begins) || !summer_day(w[4], w[5], w[6], w[7], &ends)))
        return;
    str_copy(c->summer.name, sizeof c->summer.name, name);
    c->summer.offset_min = c->zone.offset_min + (int)(offset < 1440 ? offset : 60);
    c->begins = begins;
    c->ends = ends;
    clock_conf_changed(d->clock);
}

static void stamps_line(struct desk *d, const char *line)
{
    struct stamp_conf s = {.kind = strstr(line, " uptime") ? 1 : 2};
    s.msec = strstr(line, " msec") != NULL;
    s.localtime = strstr(line, " localtime") != NULL;
    s.show_timezone = strstr(line, " show-timezone") != NULL;
    s.year = strstr(line, " year") != NULL;
    log_conf(d->log)->stamp_log = s;
    log_conf_changed(d->log);
    d->local_stamps = s.localtime;
}

/* An object is up until the log says otherwise, a stub is as its default-state says: down. */
static void track_line(struct desk *d, uint32_t number, bool stub)
{
    d->in_track = track_of(d, number);
    if (d->in_track)
        return;
    d->in_track = track_new(d, number);
    if (d->in_track) {
        d->in_track->up = !stub;
        d->in_track->stub = stub;
    }
}

void desk_other_line(struct desk *d, const char *line)
{
    unsigned number;
    char what[32] = "";
    while (*line == ' ')
        line++;
    if (sscanf(line, "track %u %31s", &number, what) >= 1 && number) {
        track_line(d, number, strlen(what) >= 2 && str_iprefix(what, "stub-object"));
        return;
    }
    if (sscanf(line, "default-state %31s", what) == 1 && d->in_track && d->in_track->stub)
        d->in_track->up = str_iprefix(what, "up");
    else if (str_starts(line, "hostname "))
        d->named = sscanf(line + 9, "%63s", d->hostname) == 1;
    else if (str_starts(line, "clock timezone "))
        timezone_line(d, line + 15);
    else if (str_starts(line, "clock summer-time "))
        summer_line(d, line + 18);
    else if (str_starts(line, "service timestamps log"))
        stamps_line(d, line);
}

/* ---- typing */

struct page {
    struct out out; /* first */
    struct text *text;
};

static void page_write(struct out *o, const char *s, size_t len)
{
    text_addn(((struct page *)o)->text, s, len);
}

void typist_begin(struct typist *t, struct desk *d)
{
    t->desk = d;
    t->mode = CONFIG;
    t->obj = NULL;
}

static void go(struct typist *t, enum cmd_mode mode, void *obj, struct text *said)
{
    struct page page = {.out = {.write = page_write}, .text = said};
    enum cmd_mode from = t->mode;
    void *from_obj = t->obj;
    t->mode = mode;
    t->obj = obj;
    if (from != mode || from_obj != obj)
        config_leave(t->desk->grammar, from, from_obj, mode, obj, &page.out);
}

void typist_exit(struct typist *t, struct text *said)
{
    enum cmd_mode outer = CONFIG;
    void *obj = t->mode == CONFIG ? NULL : config_outer(t->desk->grammar, t->mode, t->obj, &outer);
    go(t, outer, obj, said);
}

void typist_leave(struct typist *t, struct text *said)
{
    go(t, CONFIG, NULL, said);
}

/* How much of the line a mode understood: nothing, when not its whole first word (behind `no`). */
static size_t understood(const struct match *m, enum match_result r, const char *line)
{
    if (r != MATCH_INVALID)
        return SIZE_MAX;
    size_t first = strspn(line, " \t");
    if (str_starts(line + first, "no ") || str_starts(line + first, "default "))
        first += strcspn(line + first, " ") + strspn(line + first + strcspn(line + first, " "), " ");
    return m->caret <= first + strcspn(line + first, " \t") ? 0 : m->caret;
}

static void refuse(const struct match *m, enum match_result r, const char *line, struct text *said)
{
    if (r == MATCH_INCOMPLETE)
        text_add(said, "% Incomplete command.");
    else if (r == MATCH_AMBIGUOUS)
        text_printf(said, "%% Ambiguous command:  \"%s\"", line);
    else
        text_printf(said, "%% Invalid input detected at '^' marker: \"%.40s\"",
                    line + (m->caret < strlen(line) ? m->caret : strlen(line)));
}

/* A line that acts at once (event manager policy FILE): nothing of a session is behind it. */
static enum typed act(struct typist *t, void *obj, struct out *out)
{
    static const struct cmd_host nobody;
    const struct match *m = &t->match;
    struct cmd_ctx c = {.self = m->self,
                        .obj = obj,
                        .out = out,
                        .host = &nobody,
                        .no = m->no,
                        .dflt = m->dflt,
                        .privilege = 15,
                        .vals = m->vals,
                        .nvals = m->nvals,
                        .line = m->expanded};
    return m->row->fn(&c) == CMD_OK ? TYPED_TAKEN : TYPED_REFUSED;
}

enum typed typist_line(struct typist *t, const char *line, struct text *said)
{
    struct page page = {.out = {.write = page_write}, .text = said};
    enum cmd_mode mode = t->mode;
    void *obj = t->obj;
    if (!config_alive(t->desk->grammar, mode, obj)) {
        mode = t->mode = CONFIG;
        obj = t->obj = NULL;
    }
    enum match_result first = MATCH_INVALID;
    size_t most = 0;
    struct text why = {0};
    for (;;) {
        enum match_result r = grammar_match(t->desk->grammar, mode, 15, line, &t->match);
        if (r == MATCH_EMPTY || r == MATCH_COMMENT) {
            text_free(&why);
            return TYPED_EMPTY;
        }
        if (r == MATCH_OK)
            break;
        size_t got = understood(&t->match, r, line);
        if (got > most) {
            most = got;
            first = r;
            text_clear(&why);
            refuse(&t->match, first, line, &why);
        }
        if (mode == CONFIG) {
            if (most)
                text_add(said, text_str(&why));
            text_free(&why);
            return most ? TYPED_REFUSED : TYPED_UNKNOWN;
        }
        enum cmd_mode outer = CONFIG;
        obj = config_outer(t->desk->grammar, mode, obj, &outer);
        mode = outer;
    }
    text_free(&why);
    struct config_next next = {.mode = mode, .obj = obj};
    go(t, mode, obj, said);
    if (t->match.row->kind == CMD_DO_ROW)
        return act(t, obj, &page.out);
    switch (config_run(t->desk->grammar, &t->match, obj, &page.out, &next)) {
    case CONFIG_TAKEN: return TYPED_TAKEN;
    case CONFIG_ENTER: go(t, next.mode, next.obj, said); return TYPED_TAKEN;
    case CONFIG_REFUSED: break;
    }
    return TYPED_REFUSED;
}
