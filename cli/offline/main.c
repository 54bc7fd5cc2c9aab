/* main.c: `espial eem test` and `espial eem lint`: their options. */
#include "cli/offline/offline.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/offline/lint.h"
#include "cli/offline/operator.h"
#include "cli/offline/replay.h"

static const char usage[] =
    "usage: espial eem test CONFIG --log FILE [--answers FILE] [--format text|tap|junit] [--why LINE] [--quiet]\n"
    "                       [--run 'NAME ARGUMENT...'] [--raise 'NAME VARIABLE=VALUE...'] [--after SECONDS] [--year "
    "YEAR] [--accept] [--host NAME]\n"
    "       espial eem lint CONFIG...\n";

#define RAISED_MAX 32

struct test_options {
    const char *config, *log, *answers, *run, *host;
    const char *raise[RAISED_MAX];
    size_t nraise;
    enum story_format format;
    uint64_t why;
    int64_t after;
    int year;
    bool quiet, accept, help;
};

static int wrong(const char *what, const char *word)
{
    fprintf(stderr, "espial: %s: %s\n", what, word);
    return 2;
}

/* The exit status of it: it was asked for, or the words were wrong. */
static int tell_usage(bool asked)
{
    fputs(usage, asked ? stdout : stderr);
    return asked ? 0 : 2;
}

static bool read_format(const char *word, enum story_format *f)
{
    static const char *const names[] = {[STORY_TEXT] = "text", [STORY_TAP] = "tap", [STORY_JUNIT] = "junit"};
    for (unsigned i = 0; i < 3; i++)
        if (!strcmp(word, names[i])) {
            *f = (enum story_format)i;
            return true;
        }
    return false;
}

static int read_options(int argc, char **argv, struct test_options *o)
{
    static const struct option all[] = {{"log", 1, 0, 'l'},
                                        {"answers", 1, 0, 'a'},
                                        {"format", 1, 0, 'f'},
                                        {"why", 1, 0, 'w'},
                                        {"after", 1, 0, 't'},
                                        {"year", 1, 0, 'y'},
                                        {"quiet", 0, 0, 'q'},
                                        {"accept", 0, 0, 'c'},
                                        {"run", 1, 0, 'r'},
                                        {"host", 1, 0, 'o'},
                                        {"raise", 1, 0, 'e'},
                                        {"help", 0, 0, 'h'},
                                        {0}};
    uint64_t v;
    *o = (struct test_options){.after = -1};
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "", all, NULL)) != -1;) {
        switch (c) {
        case 'l': o->log = optarg; break;
        case 'a': o->answers = optarg; break;
        case 'r': o->run = optarg; break;
        case 'o': o->host = optarg; break;
        case 'e':
            if (o->nraise == RAISED_MAX)
                return wrong("--raise: too many of them at", optarg);
            o->raise[o->nraise++] = optarg;
            break;
        case 'q': o->quiet = true; break;
        case 'c': o->accept = true; break;
        case 'f':
            if (!read_format(optarg, &o->format))
                return wrong("--format is text, tap or junit, not", optarg);
            break;
        case 'w':
            if (!str_uint(optarg, 1, UINT64_MAX / 2, &o->why))
                return wrong("--why wants the number of a line, not", optarg);
            break;
        case 't':
            if (!str_uint(optarg, 0, 31536000, &v))
                return wrong("--after wants seconds, not", optarg);
            o->after = (int64_t)v;
            break;
        case 'y':
            if (!str_uint(optarg, 1970, 9999, &v))
                return wrong("--year wants a year, not", optarg);
            o->year = (int)v;
            break;
        case 'h': o->help = true; break;
        default: return wrong("no such option, or it lacks its value", argv[optind - 1]);
        }
    }
    if (o->help)
        return 0;
    if (optind != argc - 1)
        return tell_usage(false);
    o->config = argv[optind];
    return 0;
}

/* --run 'NAME ARGUMENT...', before the first line */
static bool run_by_hand(struct desk *d, const char *words)
{
    char copy[1024], *argv[EEM_RUN_ARGS + 1], *save = NULL;
    size_t n = 0;
    bool waits;
    str_copy(copy, sizeof copy, words);
    for (char *w = strtok_r(copy, " ", &save); w && n <= EEM_RUN_ARGS; w = strtok_r(NULL, " ", &save))
        argv[n++] = w;
    return n && eem_run(d->eem, argv[0], (const char *const *)argv + 1, n - 1, NULL, &waits) == EEM_RUN_STARTED;
}

/* --raise 'NAME VARIABLE=VALUE...': a word without = belongs to the value before it */
static bool raise_event(struct desk *d, const char *words)
{
    char copy[2048], *save = NULL, *name;
    const char *vars[EEM_RUN_ARGS], *values[EEM_RUN_ARGS];
    size_t n = 0;
    str_copy(copy, sizeof copy, words);
    char *end = copy + strlen(copy);
    if (!(name = strtok_r(copy, " ", &save)))
        return false;
    for (char *w = name + strlen(name) + 1; w < end;) {
        size_t len = strcspn(w, " ");
        char *eq = memchr(w, '=', len);
        if (eq && eq > w && n == EEM_RUN_ARGS)
            return false;
        if (eq && eq > w) {
            if (n)
                w[-1] = '\0';
            *eq = '\0';
            vars[n] = w + (*w == '$');
            values[n++] = eq + 1;
        } else if (!n) {
            return false;
        }
        w += len + 1;
    }
    return eem_raise(d->eem, name, vars, values, n);
}

/* What the configuration says about clock and stamps must be known before its applets are in force. */
static void look_ahead(struct desk *d, const char *text)
{
    for (const char *s = text; *s;) {
        size_t n = strcspn(s, "\n");
        char *line = mem_strndup(s, n && s[n - 1] == '\r' ? n - 1 : n);
        desk_other_line(d, line);
        mem_free(line);
        s += n + (s[n] == '\n');
    }
}

static void tell_mixed(const struct replay *r, const char *log)
{
    const char *one, *other;
    if (replay_mixed(r, &one, &other))
        fprintf(stderr, "espial: %s: lines of several hosts (%s, %s), taken as one router's: --host NAME chooses\n",
                log, one, other);
}

static void tell_timeless(const struct replay *r, const char *log)
{
    if (replay_timeless(r))
        fprintf(stderr,
                "espial: %s: no line has a time that is understood, so no time passes: timers, periods and ratelimits "
                "are not tried\n",
                log);
}

static int replay_all(const struct test_options *o, struct replay *r, const char *text, size_t len)
{
    int status = 2;
    struct config c = {0};
    struct expectations e = {0};
    struct operator* who = NULL;
    struct story *s = story_new(stdout, o->format, o->quiet);
    struct answers_hear hear = story_hear(s);
    struct answers *a = answers_new(o->answers, &hear, o->accept);
    struct desk *d = a ? desk_new(0, answers_shells(a), story_observer(s)) : NULL;
    if (d) {
        answers_set_desk(a, d);
        story_begin(s, d, &e);
        look_ahead(d, text);
        if (r)
            replay_set_clock(r, d);
        offline_config_read(&c, d, o->config, text, len);
        expect_read(&e, &c);
        story_config(s, &c);
        status = 0;
        if (o->run && !run_by_hand(d, o->run))
            status = wrong("--run: no such applet with event none", o->run);
        for (size_t i = 0; i < o->nraise && !status; i++)
            if (!raise_event(d, o->raise[i]))
                status = wrong("--raise: no such applet, or not NAME VARIABLE=VALUE", o->raise[i]);
        if (!status) {
            who = operator_new(d, s);
            bool explained = replay_run(r, d, s, who, o->why, isatty(STDERR_FILENO));
            replay_after(r, d, s, o->after);
            status = story_end(s, &c, o->log, replay_lines(r)) ? 0 : 1;
            if (o->why > replay_lines(r))
                status = wrong("--why: the log has not so many lines", o->log);
            if (!explained)
                status = wrong("--why: that line is not of", o->host);
            if (o->host && replay_left_out(r) == replay_lines(r))
                status = wrong("--host: no line of the log is of", o->host);
            tell_mixed(r, o->log);
            tell_timeless(r, o->log);
        }
    }
    desk_free(d);
    operator_free(who);
    answers_free(a);
    story_free(s);
    expect_free(&e);
    config_free(&c);
    return status;
}

static int test(int argc, char **argv)
{
    struct test_options o;
    size_t len;
    int status = read_options(argc, argv, &o);
    if (status)
        return status;
    if (o.help)
        return tell_usage(true);
    if (!o.log)
        return wrong("a log to replay is wanted", "--log FILE");
    if (!strcmp(o.config, "-") && !strcmp(o.log, "-"))
        return wrong("standard input is CONFIG or the log, not both", "-");
    char *text = offline_read(o.config, &len);
    struct replay *r = text ? replay_open(o.log, o.year) : NULL;
    if (r)
        replay_of(r, o.host);
    status = r ? replay_all(&o, r, text, len) : 2;
    replay_close(r);
    mem_free(text);
    return status;
}

static int lint(int argc, char **argv)
{
    size_t n = 0;
    if (argc < 2 || (argv[1][0] == '-' && argv[1][1]))
        return tell_usage(argc >= 2 && !strcmp(argv[1], "--help"));
    for (int i = 1; i < argc; i++) {
        struct config c;
        struct desk *d = desk_new(0, NULL, NULL);
        bool read = d && config_load(&c, d, argv[i]);
        if (read) {
            n += lint_config(&c, d, stdout);
            config_free(&c);
        }
        desk_free(d);
        if (!read)
            return 2;
    }
    return n ? 1 : 0;
}

int offline_main(int argc, char **argv)
{
    if (argc >= 2 && !strcmp(argv[1], "test"))
        return test(argc - 1, argv + 1);
    if (argc >= 2 && !strcmp(argv[1], "lint"))
        return lint(argc - 1, argv + 1);
    return tell_usage(argc >= 2 && !strcmp(argv[1], "--help"));
}
