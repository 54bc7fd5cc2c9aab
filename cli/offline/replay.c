/* replay.c: streaming a saved log into a desk: each line moves the time by what its stamp says, then is published on the bus
 * as if the router had just logged it. One buffer of BUFFER bytes is all that is kept, however long the log is; a line is
 * cut at LINE_KEPT. Lines also say things that other detectors hear: a tracked object's state, that somebody configured.
 *
 * Timers between two lines fire at their own times. Work that a line causes at once (the run, its commands, its log
 * lines) is done before the next line is read; what waits goes on as the lines' time goes on. */
#include "cli/offline/replay.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/offline/config.h"
#include "cli/offline/operator.h"
#include "eem/logline.h"
#include "eem/logtime.h"
#include "eem/why.h"
#include "espial/bus.h"
#include "espial/clock.h"
#include "espial/vloop.h"

enum { BUFFER = 256 * 1024, LINE_KEPT = 8192 };
enum { PROGRESS_LINES = 256, PROGRESS_MS = 250 }; /* how often the time is looked at, and something is told */
#define TIMELESS   10 /* messages without a stamp: fewer may be a test written by hand */
#define AFTER_MAX  (UINT64_C(3600) * US_PER_S)
#define RAVING_MAX (UINT64_C(10) * US_PER_S)

struct replay {
    char *path;
    int fd;
    bool ended;
    char buf[BUFFER];
    size_t at, n;
    uint64_t lines, bytes, size, left_out;
    const char *host;         /* whose lines are meant; NULL: everybody's */
    char senders[2][64];      /* the first two different ones */
    int year;
    int64_t saved_us; /* when the file was last written */
    struct logtime time;
    uint64_t target; /* loop time of the last line */
    bool skipping;   /* the rest of a line that was cut */
    int64_t told_ms; /* when progress was told, in the machine's time; 0: never looked */
    uint64_t untimed; /* messages, while no line has had a stamp */
    bool timed;
    bool shown; /* a line of progress stands on the terminal */
};

static void fill(struct replay *r)
{
    if (r->at) {
        memmove(r->buf, r->buf + r->at, r->n - r->at);
        r->n -= r->at;
        r->at = 0;
    }
    while (!r->ended && r->n < BUFFER) {
        ssize_t got = read(r->fd, r->buf + r->n, BUFFER - r->n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            fprintf(stderr, "espial: %s: %s\n", r->path, strerror(errno));
        if (got <= 0)
            r->ended = true;
        else
            r->n += (size_t)got;
    }
}

/* Frames of RFC 6587 need no line's end between them: where "71 <189>..." is followed by another such one, the line is 71
 * bytes behind the blank. */
static size_t frame_end(const char *s, size_t n)
{
    size_t digits = 0, len = 0;
    for (; digits < n && digits < 6 && s[digits] >= '0' && s[digits] <= '9'; digits++)
        len = len * 10 + (size_t)(s[digits] - '0');
    size_t end = digits + 1 + len;
    bool frame =
        digits && digits + 2 < n && s[digits] == ' ' && s[digits + 1] == '<' && isdigit((unsigned char)s[digits + 2]);
    return frame && end < n && isdigit((unsigned char)s[end]) ? end : n;
}

/* The next line, without its end, at most LINE_KEPT bytes of it; valid until the next call. */
static bool next_line(struct replay *r, const char **line, size_t *len)
{
    for (;;) {
        if (r->n - r->at < BUFFER / 4 && !r->ended)
            fill(r);
        size_t left = r->n - r->at;
        if (!left)
            return false;
        const char *s = r->buf + r->at, *nl = memchr(s, '\n', left);
        size_t whole = nl ? (size_t)(nl - s) : left, n = r->skipping ? whole : frame_end(s, whole);
        bool was_skipping = r->skipping, cut = n < whole;
        r->skipping = !cut && !nl && !r->ended;
        r->at += n + (!cut && nl != NULL);
        r->bytes += n + (!cut && nl != NULL);
        if (was_skipping)
            continue;
        *line = s;
        *len = n < LINE_KEPT ? n : LINE_KEPT;
        return true;
    }
}

struct replay *replay_open(const char *path, int year)
{
    struct stat st;
    int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);
    if (fd < 0 || fstat(fd, &st) < 0 || S_ISDIR(st.st_mode)) {
        fprintf(stderr, "espial: %s: %s\n", path, fd < 0 ? strerror(errno) : strerror(EISDIR));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    struct replay *r = NEW(struct replay);
    r->path = mem_strdup(path);
    r->fd = fd;
    r->size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
    r->saved_us = S_ISREG(st.st_mode) ? (int64_t)st.st_mtim.tv_sec * 1000000 : (int64_t)time(NULL) * 1000000;
    r->year = year;
    fill(r);
    const char *what = offline_not_text(r->buf, r->n);
    if (!what)
        return r;
    fprintf(stderr, "espial: %s: %s\n", path, what);
    replay_close(r);
    return NULL;
}

void replay_close(struct replay *r)
{
    if (!r)
        return;
    close(r->fd);
    mem_free(r->path);
    mem_free(r);
}

void replay_of(struct replay *r, const char *host)
{
    r->host = host;
}

uint64_t replay_left_out(const struct replay *r)
{
    return r->left_out;
}

bool replay_mixed(const struct replay *r, const char **one, const char **other)
{
    *one = r->senders[0];
    *other = r->senders[1];
    return !r->host && r->senders[1][0];
}

static bool meant(const struct replay *r, const char *line, size_t len, const struct logline *l)
{
    return !r->host || logline_from(line, len, l, r->host);
}

static void note_sender(struct replay *r, const char *line, const struct logline *l)
{
    size_t n = l->host_len < sizeof r->senders[0] ? l->host_len : sizeof r->senders[0] - 1;
    if (!n || l->debug || r->senders[1][0])
        return;
    char *to = r->senders[0][0] ? r->senders[1] : r->senders[0];
    if (to == r->senders[1] && !strncasecmp(r->senders[0], line + l->host_at, n) && !r->senders[0][n])
        return;
    memcpy(to, line + l->host_at, n);
}

/* The first date of what the buffer holds decides. Without a year in it, it is that of the file, or the one before when
 * the log would lie in the file's future. */
void replay_set_clock(struct replay *r, struct desk *d)
{
    struct logline l = {.stamp = LOGLINE_NO_STAMP};
    int year = r->year ? r->year : wall_split(r->saved_us).year;
    for (const char *s = r->buf, *end = r->buf + r->n; s < end && l.stamp != LOGLINE_DATE;) {
        const char *nl = memchr(s, '\n', (size_t)(end - s)), *stop = nl ? nl : end;
        size_t len = (size_t)(stop - s) < LINE_KEPT ? (size_t)(stop - s) : LINE_KEPT;
        logline_read(s, len, &l);
        if (!meant(r, s, len, &l))
            l.stamp = LOGLINE_NO_STAMP;
        s = stop + 1;
    }
    logtime_init(&r->time, d->clock, d->local_stamps, year);
    int64_t wall = wall_join(&(struct wall_time){.year = year, .mon = 0, .day = 1});
    if (l.stamp == LOGLINE_DATE) {
        wall = logtime_wall(&r->time, &l);
        if (!r->year && !l.has_year && wall > r->saved_us + INT64_C(86400) * 1000000) {
            logtime_init(&r->time, d->clock, d->local_stamps, year - 1);
            wall = logtime_wall(&r->time, &l);
        }
    }
    r->time.wall_us = wall;
    clock_set(d->clock, wall, CLOCK_BY_USER);
}

static void move_to(struct replay *r, struct desk *d, uint64_t target)
{
    uint64_t now = loop_now(d->loop);
    r->target = target;
    vloop_run_for(d->loop, target > now ? target - now : 0);
}

/* What a line of the log tells other detectors than syslog. */
struct also {
    struct typed_line typed;
    struct fact_track track;
    struct fact_config config;
    bool is_typed, is_track, is_config, is_start;
};

/* "1 interface Et0/0 line-protocol Up -> Down", "1 ip route 10.0.0.0/8 reachability Up->Down" */
static bool read_track(const char *text, struct fact_track *f)
{
    unsigned number;
    const char *arrow = strstr(text, "->");
    if (!arrow || sscanf(text, "%u", &number) != 1 || !number)
        return false;
    *f = (struct fact_track){.number = number, .up = !strncasecmp(arrow + 2 + strspn(arrow + 2, " "), "up", 2)};
    return true;
}

static void read_also(const struct fact_syslog *f, struct operator* o, struct also *a)
{
    const char *text = strstr(f->line + f->text_at, ": ");
    a->is_typed = operator_read(o, f, &a->typed);
    a->is_track = text && str_starts(f->facility, "TRACK") && !strcmp(f->mnemonic, "STATE") &&
                  read_track(text + 2, &a->track);
    a->is_config = text && !strcmp(f->facility, "SYS") && !strcmp(f->mnemonic, "CONFIG_I");
    a->is_start = !strcmp(f->facility, "SYS") && !strcmp(f->mnemonic, "RESTART");
    a->config = (struct fact_config){.left = true};
    const char *by = a->is_config ? strstr(text, " by ") : NULL;
    if (by)
        snprintf(a->config.user, sizeof a->config.user, "%.*s", (int)strcspn(by + 4, " "), by + 4);
}

static void do_also(struct desk *d, struct operator* o, const struct also *a)
{
    if (a->is_typed)
        operator_type(o, &a->typed);
    if (a->is_track)
        desk_track_changed(d, a->track.number, a->track.up);
    if (a->is_config)
        bus_publish(d->bus, FACT_CONFIG_CHANGED, &a->config, sizeof a->config);
    if (a->is_start)
        eem_booted(d->eem);
}

static void tell_progress(struct replay *r)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    int64_t now = (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
    if (!r->told_ms)
        r->told_ms = now;
    if (now - r->told_ms < PROGRESS_MS)
        return;
    r->told_ms = now;
    r->shown = true;
    if (r->size)
        fprintf(stderr, "\r%3u%% %llu lines", (unsigned)(r->bytes * 100 / r->size), (unsigned long long)r->lines);
    else
        fprintf(stderr, "\r%llu MB, %llu lines", (unsigned long long)(r->bytes >> 20), (unsigned long long)r->lines);
    (void)fflush(stderr);
}

bool replay_run(struct replay *r, struct desk *d, struct story *s, struct operator* o, uint64_t why, bool progress)
{
    const char *line;
    size_t len;
    struct fact_syslog f;
    struct logline l;
    struct also also;
    bool seen = true;
    story_line(s, 0, NULL, 0);
    story_progress(s, progress ? &r->shown : NULL);
    move_to(r, d, 0);
    while (next_line(r, &line, &len)) {
        r->lines++;
        logline_read(line, len, &l);
        if (!meant(r, line, len, &l)) {
            r->left_out++;
            seen = seen && why != r->lines;
            continue;
        }
        note_sender(r, line, &l);
        r->timed |= l.stamp != LOGLINE_NO_STAMP;
        r->untimed += !r->timed && !l.debug;
        struct logtime_step step = logtime_next(&r->time, &l);
        if (step.elapsed_us) {
            story_line(s, 0, NULL, 0);
            move_to(r, d, r->target + step.elapsed_us);
        }
        if (step.set)
            clock_set(d->clock, step.wall_us, CLOCK_BY_USER);
        if (!len)
            continue;
        logline_fact(line, len, &l, clock_wall(d->clock), &f);
        if (!l.has_seq)
            f.seq = r->lines;
        f.held = STORY_OWN_LINE;
        story_line(s, r->lines, line, len);
        read_also(&f, o, &also);
        bool logged = !f.debug || !also.is_typed; /* else it is of a session */
        const struct eem_moment moment = {.line = logged ? &f : NULL,
                                          .track = also.is_track ? &also.track : NULL,
                                          .command = also.is_typed ? also.typed.full : NULL,
                                          .mode = also.typed.mode,
                                          .configured = also.is_config};
        if (why == r->lines)
            story_why(s, &moment);
        if (logged)
            bus_publish(d->bus, FACT_SYSLOG, &f, sizeof f);
        do_also(d, o, &also);
        move_to(r, d, r->target);
        if (why == r->lines)
            story_why(s, NULL);
        if (progress && r->lines % PROGRESS_LINES == 0)
            tell_progress(r);
    }
    story_line(s, 0, NULL, 0);
    if (r->shown)
        fputs(PROGRESS_CLEAR, stderr);
    r->shown = false;
    return seen;
}

static bool busy(const struct desk *d)
{
    struct eem_job_info job;
    struct eem_job_cursor active = {0}, pending = {0};
    return eem_active_next(d->eem, &active, &job) || eem_pending_next(d->eem, &pending, &job) || eem_delayed(d->eem);
}

void replay_after(struct replay *r, struct desk *d, struct story *s, int64_t seconds)
{
    story_line(s, 0, NULL, 0);
    if (seconds >= 0) {
        move_to(r, d, r->target + (uint64_t)seconds * US_PER_S);
        return;
    }
    uint64_t end = r->target + AFTER_MAX, look = r->target + RAVING_MAX;
    while (busy(d) && loop_now(d->loop) < end && vloop_step(d->loop)) {
        if (loop_now(d->loop) < look)
            continue;
        if (story_ravings(s))
            break;
        look = loop_now(d->loop) + RAVING_MAX;
    }
}

uint64_t replay_lines(const struct replay *r)
{
    return r->lines;
}

bool replay_timeless(const struct replay *r)
{
    return !r->timed && r->untimed >= TIMELESS;
}
