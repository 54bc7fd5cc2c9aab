/* cmd_clock.c: the calendar as users see it: clock set, clock timezone, clock summer-time, show clock.
 *
 * What is asked is kept as it is typed (hours and minutes of a zone, the two rules or dates of a summer) and brought to
 * the clock's own form when it changes. The time that `clock set` names is local. Every change of what `show clock`
 * prints is told with the time before and after (%SYS-6-CLOCKUPDATE), as on IOS, at boot too.
 *
 * A summer without rules is that of the United States since 2007: second Sunday of March to first Sunday of November, at
 * two; it is an hour, if nothing else is said.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cmd/cmd_local.h"
#include "espial/account.h"

MSG(MSG_CLOCK, "SYS", 6, "CLOCKUPDATE", 0,
    "System clock has been updated from %s to %s, configured from %s.");

enum { MINUTES_UNSAID = 60, SUMMER_DATE = 2 };

static void *clock_global(void *self)
{
    return &((struct cli *)self)->clock;
}

static void clock_init(void *obj)
{
    *(struct clock_ask *)obj = (struct clock_ask){
        .minutes = MINUTES_UNSAID,
        .begins = {.week = 2, .day = 0, .month = 3, .time = 2 * 60},
        .ends = {.week = 1, .day = 0, .month = 11, .time = 2 * 60},
        .offset = 60,
    };
}

void clock_ask_start(struct clock_ask *c)
{
    clock_init(c);
}

static struct clock_rule rule_of(const struct summer_ask *s, bool date)
{
    struct clock_rule r = {.month = s->month, .hour = (uint8_t)(s->time / 60), .minute = (uint8_t)(s->time % 60)};
    if (date) {
        r.year = s->year;
        r.mday = s->mday;
    } else {
        r.week = s->week;
        r.day = s->day;
    }
    return r;
}

static void apply(struct cli *cli)
{
    const struct clock_ask *c = &cli->clock;
    struct clock_conf *f = clock_conf(cli->env.clock);
    int minutes = c->minutes == MINUTES_UNSAID ? 0 : c->minutes;
    *f = (struct clock_conf){.zone.offset_min = c->hours * 60 + (c->hours < 0 ? -minutes : minutes)};
    str_copy(f->zone.name, sizeof f->zone.name, c->zone[0] ? c->zone : "UTC");
    str_copy(f->summer.name, sizeof f->summer.name, c->summer);
    f->summer.offset_min = f->zone.offset_min + c->offset;
    f->begins = rule_of(&c->begins, c->kind == SUMMER_DATE);
    f->ends = rule_of(&c->ends, c->kind == SUMMER_DATE);
    clock_conf_changed(cli->env.clock);
}

/* Who types: "console by console", "console by admin on vty0 (192.0.2.1)"; the startup file is the console's. */
static const char *by_whom(const struct shell *sh, struct session_view *v)
{
    if (!sh)
        return "console by console";
    session_view(sh, v);
    return str_starts(v->origin, "console by ") ? v->origin : "console by console";
}

static void clock_changed(void *self, void *obj, enum cmd_change what)
{
    struct cli *cli = self;
    struct clock_ask *c = obj;
    struct session_view v;
    char before[64], after[64];
    (void)what;
    if (c->zone[0] && c->minutes == MINUTES_UNSAID)
        c->minutes = 0;
    int64_t now = clock_wall(cli->env.clock);
    clock_text(cli->env.clock, now, false, before);
    apply(cli);
    clock_text(cli->env.clock, now, false, after);
    msg_post(cli->env.log, &MSG_CLOCK, before, after, by_whom(shells_typing(cli->shells), &v));
}

static int days_in(int year, int month)
{
    struct wall_time next = {.year = year, .mon = month, .day = 1}; /* of the month after */
    return wall_split(wall_join(&next) - 1).day;
}

static bool clock_check(void *self, const void *obj, struct out *out)
{
    const struct clock_ask *c = obj;
    (void)self;
    if (!c->summer[0] || c->kind != SUMMER_DATE)
        return true;
    struct wall_time b = {
        .year = c->begins.year, .mon = c->begins.month - 1, .day = c->begins.mday, .min = c->begins.time};
    struct wall_time e = {.year = c->ends.year, .mon = c->ends.month - 1, .day = c->ends.mday, .min = c->ends.time};
    if (b.day <= days_in(b.year, c->begins.month) && e.day <= days_in(e.year, c->ends.month) &&
        wall_join(&b) < wall_join(&e))
        return true;
    out_text(out, "% Invalid summer time dates\n");
    return false;
}

static const struct cmd_scope clock_scope = {.size = sizeof(struct clock_ask),
                                             .init = clock_init,
                                             .global = clock_global,
                                             .changed = clock_changed,
                                             .check = clock_check};

static enum cmd_result do_clock_set(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    struct session_view v;
    char before[64], after[64];
    int64_t time = cmd_int(c, "time");
    int year = (int)cmd_int(c, "year"), month = (int)cmd_int(c, "month");
    struct wall_time w = {.year = year, .mon = month - 1, .day = (int)cmd_int(c, "day"), .sec = (int)time};
    if (w.day > days_in(year, month)) {
        out_text(c->out, "% Invalid date\n");
        return CMD_FAIL;
    }
    clock_text(cli->env.clock, clock_wall(cli->env.clock), false, before);
    clock_set(cli->env.clock, clock_from_local(cli->env.clock, &w), CLOCK_BY_USER);
    clock_text(cli->env.clock, clock_wall(cli->env.clock), false, after);
    msg_post(cli->env.log, &MSG_CLOCK, before, after, by_whom(c->shell, &v));
    return CMD_OK;
}

/* ---- show clock ---- */

/* A moment when zones change, in the zone that ends then. */
static void changeover(struct cmd_ctx *c, const char *what, int64_t utc_us, const struct clock_zone *zone)
{
    struct wall_time w = wall_split(utc_us + zone->offset_min * INT64_C(60000000));
    out_printf(c->out, "Summer time %s %02d:%02d:%02d %s %s %s %d %d\n", what, w.hour, w.min, w.sec, zone->name,
               day_names[w.wday], month_names[w.mon], w.day, w.year);
}

static const char *const marks[] = {[CLOCK_UNSET] = "*", [CLOCK_LOST] = ".", [CLOCK_SET] = ""};
static const char *const sources[] = {[CLOCK_BY_NOBODY] = "hardware calendar",
                                      [CLOCK_BY_USER] = "user configuration",
                                      [CLOCK_BY_NTP] = "NTP"};

void cli_stamp(void *arg, struct out *out)
{
    const struct cli *cli = arg;
    const struct clock *clock = cli->env.clock;
    struct account_row rows[ACCOUNT_OWNERS], total = {0};
    char now[64];

    if (cli->env.loop->account)
        account_read(cli->env.loop->account, rows, &total);
    out_printf(out, "Load for five secs: %.0f%%/0%%; one minute: %.0f%%; five minutes: %.0f%%\n", total.five_s * 100,
               total.one_min * 100, total.five_min * 100);
    out_printf(out, "Time source is %s, %s%s\n", sources[clock_by(clock)], marks[clock_mark(clock)],
               clock_text(clock, clock_wall(clock), true, now));
}

static enum cmd_result show_clock(struct cmd_ctx *c)
{
    const struct clock *clock = ((struct cli *)c->self)->env.clock;
    const struct clock_conf *f = clock_conf((struct clock *)(uintptr_t)clock);
    int64_t wall = clock_wall(clock), begins, ends;
    char now[64];
    out_printf(c->out, "%s%s\n", marks[clock_mark(clock)], clock_text(clock, wall, true, now));
    if (!cmd_has(c, "detail"))
        return CMD_OK;
    out_printf(c->out, "Time source is %s\n", sources[clock_by(clock)]);
    if (clock_summer(clock, wall, &begins, &ends)) {
        changeover(c, "starts", begins, &f->zone);
        changeover(c, "ends", ends, &f->summer);
    }
    return CMD_OK;
}

#define C(f)                                                                                                           \
    {                                                                                                                  \
        .name = #f, .off = offsetof(struct clock_ask, f), .size = sizeof(((struct clock_ask *)0)->f), .count = 1       \
    }
#define WEEK(w)                                                                                                        \
    "{<" w ".week:1-4>|first=" w ".week:1|last=" w ".week:5} <weekday:" w ".day> <month:" w ".month> <hhmm:" w ".time>"
#define DATE(w)                                                                                                        \
    "{<month:" w ".month> <" w ".mday:1-31>|<" w ".mday:1-31> <month:" w ".month>} <" w ".year:1993-2035> <hhmm:" w   \
    ".time>"
#define WEEK_HELP(w)                                                                                                   \
    "Week number to " w "|First week of the month|Last week of the month|Weekday to " w "|Month to " w "|Time to " w  \
    " (hh:mm)"
#define DATE_HELP(w)                                                                                                   \
    "Month to " w "|Date to " w "|Date to " w "|Month to " w "|Year to " w "|Time to " w " (hh:mm)"

static const struct cmd_row rows[] = {
    HELP(CONFIG, "clock", "Configure time-of-day clock"),
    SET(CONFIG, &clock_scope, "clock timezone <word:zone> <hours:-23-23> [<minutes:0-59>]",
        "Configure time zone|name of time zone|Hours offset from UTC|Minutes offset from UTC",
        TXT(struct clock_ask, zone), SNUM(struct clock_ask, hours), NUM(struct clock_ask, minutes)),
    SET(CONFIG, &clock_scope,
        "clock summer-time <word:summer> {recurring=kind:1 [" WEEK("begins") " " WEEK("ends") " [<offset:1-1440>]]"
        "|date=kind:2 " DATE("begins") " " DATE("ends") " [<offset:1-1440>]}",
        "Configure summer (daylight savings) time|name of time zone in summer|Configure recurring summer time|"
        WEEK_HELP("start") "|" WEEK_HELP("end") "|Offset to add in minutes|Configure absolute summer time|"
        DATE_HELP("start") "|" DATE_HELP("end") "|Offset to add in minutes",
        TXT(struct clock_ask, summer), NUM(struct clock_ask, kind), C(begins.week), C(begins.day), C(begins.month),
        C(begins.time), C(begins.mday), C(begins.year), C(ends.week), C(ends.day), C(ends.month), C(ends.time),
        C(ends.mday), C(ends.year), NUM(struct clock_ask, offset)),
    HELP(EXEC, "clock", "Manage the system clock"),
    DO(EXEC, 15,
       "clock set <hhmmss:time> {<day:1-31> <month:month>|<month:month> <day:1-31>} <year:1993-2035>", do_clock_set,
       "Set the time and date|Current Time|Day of the month|Month of the year|Month of the year|Day of the month|Year"),
    DO(EXEC, 1, "show clock [detail=detail]", show_clock, "Display the system clock|Display detailed information"),
};
const struct cmd_table cli_table_clock = CMD_TABLE("cli/cmd/cmd_clock", rows);
