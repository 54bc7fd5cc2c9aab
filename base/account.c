/* account.c: whose work a loop's processor time is.
 *
 * Reading the thread's processor clock is a system call, too dear for every switch of owner; the steady clock is not. So a switch adds the steady time since the last one to the
 * owner's slice, and from time to time the slices are settled: the processor clock says what was really used since the last settling, the slices are scaled down to it when they
 * are more (another program had the processor meanwhile), and what they lack is the loop's (waking, waiting, system calls around them). Settling happens when SETTLE_NS have
 * passed and when a second is over; on waking from a sleep that crossed into another second the old one is settled first, since a sleeping thread's clock stands still.
 * What the loop looked about with instead of sleeping is a slice too: of its total, so that the sum is the kernel's, but of no second: the processor was free.
 *
 *   slices --settle--> seconds --5 s over--> five_s, and the damped one_min and five_min of each owner
 *                         |--60 of them--> minutes --60--> hours: average and busiest second
 * A slice that ran across several seconds (one long command) is spread over them evenly. Seconds nobody worked in are closed when somebody next looks, and count as idle.
 *
 * What it does not do: know about other processes (children that SSH uses are the kernel's to account), or wake anybody. */
#include "espial/account.h"

#include <math.h>
#include <string.h>

#include "espial/mem.h"

#define NS_PER_S  UINT64_C(1000000000)
#define SETTLE_NS (NS_PER_S / 10)
enum { PERIOD_S = 5, PAST_MAX = ACCOUNT_HOURS * 3600 };

const char *const account_names[ACCOUNT_OWNERS] = {
    [ACCOUNT_NONE] = "",
    [ACCOUNT_INIT] = "Init",
    [ACCOUNT_LOOP] = "Loop",
    [ACCOUNT_NET_INPUT] = "Net Input",
    [ACCOUNT_NET_OUTPUT] = "Net Output",
    [ACCOUNT_ARP] = "ARP Input",
    [ACCOUNT_IP] = "IP Input",
    [ACCOUNT_ESP] = "Crypto ESP",
    [ACCOUNT_IKE] = "Crypto IKMP",
    [ACCOUNT_WORKER] = "Crypto Worker",
    [ACCOUNT_EXEC] = "Exec",
    [ACCOUNT_LOGGER] = "Logger",
    [ACCOUNT_EEM] = "EEM Server",
    [ACCOUNT_SNMP] = "SNMP ENGINE",
    [ACCOUNT_NTP] = "NTP",
    [ACCOUNT_SSH] = "SSH Process",
};

/* A ring of what is over, the youngest at `at` - 1. */
struct span_ring {
    struct account_span *v;
    unsigned size, at, n;
};
struct owner {
    uint64_t slice; /* steady ns since the last settling */
    uint64_t total, invoked;
    uint64_t period; /* ns in the five seconds under way */
    struct account_row shown;
};
struct account {
    struct loop *loop;
    struct account_clock clock;
    struct owner owners[ACCOUNT_OWNERS];
    bool asleep, looking;
    uint64_t looked;    /* steady ns since the last settling */
    uint64_t since;     /* steady: the running slice began */
    uint64_t from;      /* steady: the slices began */
    uint64_t until;     /* steady: the end of the last slice */
    uint64_t cpu;       /* processor clock at the last settling */
    uint64_t begin;     /* steady: second 0 */
    uint64_t second;    /* the one under way */
    double second_used; /* ns in it */
    struct account_row all;
    uint64_t all_period;
    double seconds[ACCOUNT_SECONDS];
    unsigned seconds_at, nseconds;
    struct span_ring minutes, hours;
    struct account_span minute, hour; /* sums and most of those under way */
    unsigned minute_n, hour_n;
    bool has_thread;
    clockid_t thread;
    enum account_owner thread_owner;
    uint64_t thread_cpu;
};

static uint64_t clock_ns(clockid_t id)
{
    struct timespec ts;
    return clock_gettime(id, &ts) ? 0 : (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

static uint64_t machine_fast(void *arg)
{
    (void)arg;
    return clock_ns(CLOCK_MONOTONIC);
}

static uint64_t machine_cpu(void *arg)
{
    (void)arg;
    return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

static inline uint64_t fast(const struct account *a)
{
    return a->clock.fast(a->clock.arg);
}

/* ---- seconds, minutes, hours ---- */

static void ring_push(struct span_ring *r, struct account_span s)
{
    r->v[r->at] = s;
    r->at = (r->at + 1) % r->size;
    r->n += r->n < r->size;
}

static void span_add(struct account_span *sum, double average, double most)
{
    sum->average += average;
    sum->most = most > sum->most ? most : sum->most;
}

static void row_roll(struct account_row *r, uint64_t period_ns)
{
    r->five_s = (double)period_ns / (PERIOD_S * (double)NS_PER_S);
    r->one_min += (r->five_s - r->one_min) * (1 - exp(-PERIOD_S / 60.0));
    r->five_min += (r->five_s - r->five_min) * (1 - exp(-PERIOD_S / 300.0));
}

static void second_over(struct account *a)
{
    double used = a->second_used / (double)NS_PER_S;
    a->seconds[a->seconds_at] = used;
    a->seconds_at = (a->seconds_at + 1) % ACCOUNT_SECONDS;
    a->nseconds += a->nseconds < ACCOUNT_SECONDS;
    a->second_used = 0;
    a->second++;
    if (a->second % PERIOD_S == 0) {
        for (unsigned i = 0; i < ACCOUNT_OWNERS; i++) {
            row_roll(&a->owners[i].shown, a->owners[i].period);
            a->owners[i].period = 0;
        }
        row_roll(&a->all, a->all_period);
        a->all_period = 0;
    }
    span_add(&a->minute, used, used);
    if (++a->minute_n < 60)
        return;
    a->minute.average /= 60;
    ring_push(&a->minutes, a->minute);
    span_add(&a->hour, a->minute.average, a->minute.most);
    a->minute = (struct account_span){0};
    a->minute_n = 0;
    if (++a->hour_n < 60)
        return;
    a->hour.average /= 60;
    ring_push(&a->hours, a->hour);
    a->hour = (struct account_span){0};
    a->hour_n = 0;
}

/* Close the seconds before the one `at` lies in. */
static void advance(struct account *a, uint64_t at)
{
    uint64_t now = (at - a->begin) / NS_PER_S;
    if (now > a->second + PAST_MAX)
        a->second = now - PAST_MAX; /* further back nothing is kept */
    while (a->second < now)
        second_over(a);
}

/* used[i] ns of each owner, between two steady times: each second gets its part. */
static void spread(struct account *a, const uint64_t used[ACCOUNT_OWNERS], uint64_t from, uint64_t until)
{
    double length = until > from ? (double)(until - from) : 1;
    uint64_t given[ACCOUNT_OWNERS] = {0};
    for (;;) {
        advance(a, from);
        uint64_t end = a->begin + (a->second + 1) * NS_PER_S;
        bool last = until <= end;
        double part = last ? 1 : (double)(end - from) / length;
        for (unsigned i = 0; i < ACCOUNT_OWNERS; i++) {
            uint64_t ns = last ? used[i] - given[i] : (uint64_t)((double)used[i] * part);
            given[i] += ns;
            a->owners[i].period += ns;
            a->all_period += ns;
            a->second_used += (double)ns;
        }
        if (last)
            return;
        from = end;
    }
}

/* ---- settling ---- */

static uint64_t thread_used(struct account *a)
{
    if (!a->has_thread)
        return 0;
    uint64_t now = clock_ns(a->thread), used = now > a->thread_cpu ? now - a->thread_cpu : 0;
    a->thread_cpu = now > a->thread_cpu ? now : a->thread_cpu;
    return used;
}

static void settle(struct account *a)
{
    uint64_t now = a->clock.cpu(a->clock.arg), used = now > a->cpu ? now - a->cpu : 0, sum = a->looked;
    uint64_t share[ACCOUNT_OWNERS];
    a->cpu = now > a->cpu ? now : a->cpu;
    for (unsigned i = 0; i < ACCOUNT_OWNERS; i++)
        sum += a->owners[i].slice;
    double scale = sum > used ? (double)used / (double)sum : 1;
    uint64_t told = (uint64_t)((double)a->looked * scale);
    a->owners[ACCOUNT_LOOP].total += told;
    a->looked = 0;
    for (unsigned i = 0; i < ACCOUNT_OWNERS; i++) {
        share[i] = sum > used ? (uint64_t)((double)a->owners[i].slice * scale) : a->owners[i].slice;
        told += share[i];
        a->owners[i].slice = 0;
    }
    share[ACCOUNT_LOOP] += used > told ? used - told : 0;
    share[a->thread_owner] += thread_used(a);
    for (unsigned i = 0; i < ACCOUNT_OWNERS; i++)
        a->owners[i].total += share[i];
    spread(a, share, a->from, a->until);
    a->from = a->until;
}

static bool settle_due(const struct account *a, uint64_t now)
{
    return now - a->from >= SETTLE_NS || (now - a->begin) / NS_PER_S != (a->from - a->begin) / NS_PER_S;
}

/* The running slice ends here. */
static uint64_t cut(struct account *a)
{
    uint64_t now = fast(a);
    if (!a->asleep)
        a->owners[a->loop->account_at].slice += now - a->since;
    else if (a->looking)
        a->looked += now - a->since;
    a->since = a->until = now;
    return now;
}

enum account_owner account_switch(struct account *a, enum account_owner to)
{
    enum account_owner was = (enum account_owner)a->loop->account_at;
    a->owners[to].invoked++;
    cut(a);
    a->loop->account_at = (uint8_t)to;
    return was;
}

void account_back(struct account *a, enum account_owner to)
{
    uint64_t now = cut(a);
    a->loop->account_at = (uint8_t)to;
    if (now - a->from >= SETTLE_NS)
        settle(a);
}

void account_sleep(struct account *a)
{
    uint64_t now = cut(a);
    if (settle_due(a, now))
        settle(a);
    a->loop->account_at = ACCOUNT_LOOP;
    a->asleep = true;
    a->looking = false;
}

void account_look(struct account *a)
{
    a->since = fast(a);
    a->looking = true;
}

void account_wake(struct account *a, enum account_owner to)
{
    if (!a->asleep) {
        account_enter(a->loop, to);
        return;
    }
    uint64_t now = fast(a);
    if (a->looking)
        a->looked += now - a->since;
    if (settle_due(a, now)) {
        settle(a);
        a->from = now;
    }
    a->asleep = a->looking = false;
    a->since = a->until = now;
    a->loop->account_at = (uint8_t)to;
    a->owners[to].invoked++;
}

/* ---- what is asked ---- */

void account_read(struct account *a, struct account_row rows[ACCOUNT_OWNERS], struct account_row *total)
{
    uint64_t now = cut(a);
    settle(a);
    advance(a, now);
    *total = a->all;
    total->runtime_ns = total->invoked = 0;
    for (unsigned i = 0; i < ACCOUNT_OWNERS; i++) {
        struct owner *o = &a->owners[i];
        o->shown.runtime_ns = o->total;
        o->shown.invoked = o->invoked;
        total->runtime_ns += o->total;
        total->invoked += o->invoked;
        if (rows)
            rows[i] = o->shown;
    }
}

double account_second(const struct account *a, unsigned i)
{
    return i < a->nseconds ? a->seconds[(a->seconds_at + ACCOUNT_SECONDS - 1 - i) % ACCOUNT_SECONDS] : -1;
}

static bool ring_at(const struct span_ring *r, unsigned i, struct account_span *out)
{
    if (i >= r->n)
        return false;
    *out = r->v[(r->at + r->size - 1 - i) % r->size];
    return true;
}

bool account_minute(const struct account *a, unsigned i, struct account_span *out)
{
    return ring_at(&a->minutes, i, out);
}

bool account_hour(const struct account *a, unsigned i, struct account_span *out)
{
    return ring_at(&a->hours, i, out);
}

/* ---- making and ending ---- */

void account_thread(struct account *a, clockid_t cpu_clock, enum account_owner owner)
{
    a->has_thread = true;
    a->thread = cpu_clock;
    a->thread_owner = owner;
    a->thread_cpu = 0;
}

void account_thread_end(struct account *a)
{
    cut(a);
    settle(a);
    a->has_thread = false;
}

static void begin(struct account *a)
{
    a->since = a->from = a->until = a->begin = fast(a);
    a->second = 0;
    a->loop->account_at = ACCOUNT_INIT;
    a->owners[ACCOUNT_INIT].invoked = 1;
}

struct account *account_new(struct loop *loop, const struct account_clock *clock)
{
    struct account *a = NEW(struct account);
    a->loop = loop;
    a->clock = clock ? *clock : (struct account_clock){.fast = machine_fast, .cpu = machine_cpu};
    a->thread_owner = ACCOUNT_WORKER;
    a->minutes =
        (struct span_ring){.v = mem_array(ACCOUNT_MINUTES, sizeof(struct account_span)), .size = ACCOUNT_MINUTES};
    a->hours = (struct span_ring){.v = mem_array(ACCOUNT_HOURS, sizeof(struct account_span)), .size = ACCOUNT_HOURS};
    a->cpu = a->clock.cpu(a->clock.arg);
    a->owners[ACCOUNT_INIT].total = a->cpu;
    loop->account = a;
    begin(a);
    return a;
}

void account_restart(struct account *a)
{
    struct account_span *minutes = a->minutes.v, *hours = a->hours.v;
    cut(a);
    settle(a);
    memset(a->owners, 0, sizeof a->owners);
    a->all = (struct account_row){0};
    a->minute = a->hour = (struct account_span){0};
    a->all_period = a->minute_n = a->hour_n = a->nseconds = a->seconds_at = 0;
    a->second_used = 0;
    a->minutes = (struct span_ring){.v = minutes, .size = ACCOUNT_MINUTES};
    a->hours = (struct span_ring){.v = hours, .size = ACCOUNT_HOURS};
    begin(a);
}

void account_free(struct account *a)
{
    if (!a)
        return;
    a->loop->account = NULL;
    mem_free(a->minutes.v);
    mem_free(a->hours.v);
    mem_free(a);
}
