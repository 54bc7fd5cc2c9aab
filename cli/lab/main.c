/* main.c: the words of `espial lab`. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/lab/collector.h"
#include "cli/lab/lab.h"
#include "espial/text.h"

static int wrong(const char *what, const char *word)
{
    fprintf(stderr, "espial: lab: %s%s%s\n", what, word ? ": " : "", word ? word : "");
    return 2;
}

struct words {
    const char *lab, *since, *export_keys;
    uint64_t time_scale, timeout;
    bool fresh;
};

/* Options may stand anywhere before the words of exec. */
static int take_options(int argc, char **argv, struct words *w)
{
    enum { LAB = 1, FRESH, SCALE, TIMEOUT, SINCE, EXPORT };
    static const struct option names[] = {
        {"lab", required_argument, NULL, LAB},
        {"fresh", no_argument, NULL, FRESH},
        {"time-scale", required_argument, NULL, SCALE},
        {"timeout", required_argument, NULL, TIMEOUT},
        {"since", required_argument, NULL, SINCE},
        {"export-keys", required_argument, NULL, EXPORT},
        {NULL, 0, NULL, 0},
    };
    bool exec = false;
    for (int i = 1; i < argc && !exec; i++)
        exec = !strcmp(argv[i], "exec");
    optind = 1;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, exec ? "+" : "", names, NULL)) != -1;) {
        switch (c) {
        case LAB: w->lab = optarg; break;
        case FRESH: w->fresh = true; break;
        case SINCE: w->since = optarg; break;
        case EXPORT: w->export_keys = optarg; break;
        case SCALE:
            if (!str_uint(optarg, 1, 1000, &w->time_scale))
                return wrong("--time-scale is a number from 1 to 1000", optarg);
            break;
        case TIMEOUT:
            if (!str_uint(optarg, 0, 86400, &w->timeout))
                return wrong("--timeout is seconds, at most 86400", optarg);
            break;
        default:
            return wrong("unknown option, or one without its value", argv[optind - 1]);
        }
    }
    return 0;
}

int lab_main(int argc, char **argv)
{
    struct words w = {.since = "boot", .time_scale = 1, .timeout = 60};
    int status = take_options(argc, argv, &w);
    if (status)
        return status;
    char **word = argv + optind;
    int n = argc - optind;
    const char *verb = n > 0 ? word[0] : "";
    if (!strcmp(verb, "up") && n == 2)
        return lab_up(word[1], (unsigned)w.time_scale, w.fresh, w.export_keys);
    if (!strcmp(verb, "status") && n == 1)
        return lab_status(w.lab);
    if (!strcmp(verb, "down") && n == 1)
        return lab_down(w.lab);
    if (!strcmp(verb, "console") && n == 2)
        return lab_console(w.lab, word[1]);
    if (!strcmp(verb, "exec") && n >= 3)
        return lab_exec(w.lab, word[1], word + 2);
    if (!strcmp(verb, "mark") && n == 2)
        return lab_mark(w.lab, word[1]);
    if (!strcmp(verb, "wait") && n == 3)
        return lab_wait(w.lab, word[1], word[2], (unsigned)w.timeout, w.since);
    if (!strcmp(verb, "capture") && n == 4)
        return lab_capture(w.lab, word[1], word[2], word[3]);
    if (!strcmp(verb, "collect") && n >= 2) /* a lab's own process (up.c), not for people */
        return collector_run(word[1], word + 2);
    return wrong(*verb ? "these words do not fit (espial --help)"
                       : "up, status, down, console, exec, mark, wait or capture is wanted",
                 *verb ? verb : NULL);
}
