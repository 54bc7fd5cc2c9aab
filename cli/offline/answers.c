/* answers.c: the shell of a desk. What an applet types is looked up in a file that is nothing but a terminal session, as it
 * was copied: a line that begins with a prompt is a command, what follows up to the next prompt is its output.
 *
 *     R1#show ip interface brief
 *     Interface        IP-Address      OK? Method Status     Protocol
 *     Ethernet0/0      10.0.0.1        YES NVRAM  up         up
 *     R1#copy running-config tftp:
 *     Address or name of remote host []? 10.0.0.9
 *     Destination filename [r1-confg]?
 *     !!
 *     R1#
 *     #: takes 2.5                     of the command above: seconds; `#: hangs`: it never comes back
 *
 * Words may be abbreviated on either side, `*` in the file stands for any words. A command that is there several times gets
 * its answers in turn, the last one again and again. One with `| include ...` that is not there is cut out of the answer to
 * what stands before the bar. What looks like a question stops the output: the next command is the answer to it when the
 * action waited for a pattern that the question fits; else nobody answers, and the run hangs until maxrun, as on a router.
 *
 * The desk knows by itself: enable, disable, configure terminal, exit, end, terminal ..., `event manager run`, and in
 * configuration the event manager's own lines, which act at once. Everything else is unknown and refused. */
#include "cli/offline/answers.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/offline/config.h"
#include "cli/shell/filter.h"
#include "espial/bus.h"
#include "espial/loop.h"
#include "espial/msg.h"
#include "espial/regex.h"

MSG(MSG_CONFIG_I, "SYS", 5, "CONFIG_I", 0, "Configured from %s");

struct answer {
    char *command; /* blanks made single */
    char *output;  /* each line with its end */
    uint64_t us;
    bool hangs;
    bool used;
    char mode[32]; /* of the prompt behind it: "(config-if)"; "" unless it directly follows */
    bool has_mode;
};
struct answers {
    struct shells shells; /* first */
    struct answers_hear hear;
    struct desk *desk;
    struct answer *v;
    size_t n;
    bool accept;
};
struct shell {
    struct shell_base base; /* first */
    struct answers *answers;
    char applet[EEM_NAME_MAX];
    char *origin; /* "console by  on vty0 (EEM:watch)" */
    bool privileged, config;
    char mode[32]; /* of a sub-mode that the answers show; "": that of the typist */
    struct typist typist;
    char prompt[128];
    struct text output, left; /* left: what follows a question */
    bool asked;
    struct timer timer;
    shell_done_fn *done;
    void *arg;
    bool matched, closed;
};

/* ---- the file */

/* "R1(config-if)#show x": where the command begins; NULL: the line is output. */
static const char *prompt_end(const char *s, char mode[32])
{
    size_t n = 0;
    mode[0] = '\0';
    if (!isalpha((unsigned char)s[0]))
        return NULL;
    while (isalnum((unsigned char)s[n]) || (s[n] && strchr("_.-", s[n])))
        n++;
    if (s[n] == '(') {
        size_t len = strcspn(s + n, ")") + 1;
        if (s[n + len - 1] != ')' || len >= 32)
            return NULL;
        snprintf(mode, 32, "%.*s", (int)len, s + n);
        n += len;
    }
    return s[n] == '#' || s[n] == '>' ? s + n + 1 : NULL;
}

static char *squeeze(const char *s)
{
    struct text t = {0};
    text_add(&t, "");
    s += strspn(s, " \t");
    while (*s) {
        size_t n = strcspn(s, " \t");
        if (t.len)
            text_add(&t, " ");
        text_addn(&t, s, n);
        s += n + strspn(s + n, " \t");
    }
    char *copy = mem_strdup(text_str(&t));
    text_free(&t);
    return copy;
}

static void note(struct answer *a, const char *s)
{
    double seconds;
    s += strspn(s, " ");
    if (a && str_starts(s, "hangs"))
        a->hangs = true;
    else if (a && sscanf(s, "takes %lf", &seconds) == 1 && seconds >= 0 && seconds < 1e6)
        a->us = (uint64_t)(seconds * 1e6);
}

static void finish(struct answer *a, struct text *output)
{
    if (a)
        a->output = mem_strndup(text_str(output), output->len);
    text_clear(output);
}

static void read_answers(struct answers *a, const char *text)
{
    struct text output = {0};
    struct answer *now = NULL;
    for (const char *s = text; *s;) {
        size_t n = strcspn(s, "\n"), len = n && s[n - 1] == '\r' ? n - 1 : n;
        char *line = mem_strndup(s, len), mode[32];
        const char *command = prompt_end(line, mode);
        if (command) {
            if (now) {
                str_copy(now->mode, sizeof now->mode, mode);
                now->has_mode = true;
            }
            finish(now, &output);
            now = NULL;
            char *squeezed = squeeze(command);
            if (squeezed[0]) {
                a->v = mem_resize(a->v, a->n + 1, sizeof *a->v);
                now = &a->v[a->n++];
                *now = (struct answer){.command = squeezed};
            } else {
                mem_free(squeezed);
            }
        } else if (str_starts(line, "#:")) {
            note(now ? now : a->n ? &a->v[a->n - 1] : NULL, line + 2);
        } else if (now) {
            text_add(&output, line);
            text_add(&output, "\n");
        }
        mem_free(line);
        s += n + (s[n] == '\n');
    }
    finish(now, &output);
    text_free(&output);
}

/* ---- which answer */

static bool word_fits(const char *a, size_t na, const char *b, size_t nb)
{
    size_t n = na < nb ? na : nb;
    return n && !strncasecmp(a, b, n);
}

/* Both squeezed. `*` of the file is any words of the command, its filter excepted. */
static bool command_fits(const char *file, const char *typed)
{
    while (*file && *typed) {
        size_t nf = strcspn(file, " "), nt = strcspn(typed, " ");
        if (nf == 1 && *file == '*') {
            const char *rest = file + 1 + (file[1] == ' ');
            for (const char *t = typed;; t += strcspn(t, " ") + (t[strcspn(t, " ")] == ' ')) {
                if (command_fits(rest, t))
                    return true;
                if (!*t || *t == '|')
                    return false;
            }
        }
        if (!word_fits(file, nf, typed, nt))
            return false;
        file += nf + (file[nf] == ' ');
        typed += nt + (typed[nt] == ' ');
    }
    return !*typed && (!*file || !strcmp(file, "*"));
}

static struct answer *find(struct answers *a, const char *typed)
{
    struct answer *last = NULL;
    for (int exact = 1; exact >= 0 && !last; exact--)
        for (size_t i = 0; i < a->n; i++) {
            struct answer *x = &a->v[i];
            if (exact ? strcasecmp(x->command, typed) != 0 : !command_fits(x->command, typed))
                continue;
            last = x;
            if (!x->used)
                break;
        }
    if (last)
        last->used = true;
    return last;
}

struct collect {
    struct out out; /* first */
    struct text *text;
};

static void collect_write(struct out *o, const char *s, size_t len)
{
    text_addn(((struct collect *)o)->text, s, len);
}

/* `show x | include y` by the answer to `show x`. False: the router's own error is in out. */
static bool filtered(struct answers *a, const char *spec, const char *output, struct text *out)
{
    struct collect c = {.out = {.write = collect_write}, .text = out};
    struct filter *f;
    struct filter_error error;
    if (filter_new(spec, &(struct filter_env){.files = a->desk->files}, &c.out, &f, &error) != FILTER_OK)
        return false;
    filter_write(f, output, strlen(output));
    filter_end(f);
    filter_free(f);
    return true;
}

/* ---- a session */

static bool question(const char *line)
{
    static const char *const marks[] = {"[confirm]", "]?",         "]:",       "(y/n)",
                                        "[y/n]",     "? [yes/no]", "[yes/no]", "assword:"};
    size_t n = strcspn(line, "\n");
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        const char *at = memmem(line, n, marks[i], strlen(marks[i]));
        if (at)
            return true;
    }
    return false;
}

static const char *make_prompt(struct shell *sh)
{
    const char *mode = !sh->config ? "" : sh->mode[0] ? sh->mode : cmd_modes[sh->typist.mode].prompt;
    snprintf(sh->prompt, sizeof sh->prompt, "%s%s%c", sh->answers->desk->hostname, mode, sh->privileged ? '#' : '>');
    return sh->prompt;
}

static void come_back(void *arg)
{
    struct shell *sh = arg;
    struct shell_result r = {.output = text_str(&sh->output),
                             .len = sh->output.len,
                             .matched = sh->matched,
                             .asked = sh->asked,
                             .closed = sh->closed};
    sh->done(sh->arg, &r);
}

/* Output up to the first question, or all of it and the prompt. True: it stops at a question that `until` does not fit. */
static bool give(struct shell *sh, const char *output, const char *until)
{
    struct regex *re = until ? regex_new(until, REGEX_IOS, NULL, NULL) : NULL;
    bool stuck = false;
    char *rest = NULL;
    sh->matched = sh->asked = false;
    for (const char *s = output; *s && !sh->asked;) {
        size_t n = strcspn(s, "\n");
        size_t from, to;
        bool fits = re && regex_groups(re, s, n, 1, &from, &to) > 0;
        if (fits || question(s)) {
            const char *end = s + n;
            if (fits)
                end = s + to;
            text_addn(&sh->output, s, (size_t)(end - s));
            rest = mem_strdup(s + n + (s[n] == '\n'));
            sh->asked = question(s);
            sh->matched = fits;
            stuck = !fits;
            break;
        }
        text_addn(&sh->output, s, n + (s[n] == '\n'));
        s += n + (s[n] == '\n');
    }
    if (!sh->matched && !stuck) {
        const char *prompt = make_prompt(sh);
        text_add(&sh->output, prompt);
        size_t from, to;
        sh->matched = re && regex_groups(re, prompt, strlen(prompt), 1, &from, &to) > 0;
    } else if (sh->matched && !sh->asked) { /* the pattern fits something on the way: the rest is not seen any more */
        text_clear(&sh->left);
    }
    if (sh->asked) {
        text_clear(&sh->left);
        text_add(&sh->left, rest ? rest : "");
    }
    mem_free(rest);
    regex_free(re);
    return stuck;
}

static bool is_command(const char *line, const char *words, size_t least)
{
    size_t n = strcspn(line, " ");
    return n >= least && !strncasecmp(line, words, n) && n <= strcspn(words, " ");
}

/* "event manager run NAME a b c" */
static bool run_applet(struct shell *sh, const char *line)
{
    char copy[512], *argv[EEM_RUN_ARGS + 4], *save = NULL;
    size_t n = 0;
    bool waits;
    str_copy(copy, sizeof copy, line);
    for (char *w = strtok_r(copy, " ", &save); w && n < EEM_RUN_ARGS + 4; w = strtok_r(NULL, " ", &save))
        argv[n++] = w;
    if (n < 4 || !is_command(argv[0], "event", 2) || !is_command(argv[1], "manager", 1) ||
        !is_command(argv[2], "run", 2))
        return false;
    switch (eem_run(sh->answers->desk->eem, argv[3], (const char *const *)argv + 4, n - 4, NULL, &waits)) {
    case EEM_RUN_STARTED: return true;
    case EEM_RUN_UNKNOWN:
    case EEM_RUN_NOT_NONE:
        text_printf(&sh->output, "EEM policy %s not registered with event none Event Detector\n", argv[3]);
        return true;
    case EEM_RUN_QUEUE_FULL: text_printf(&sh->output, "%% EEM policy %s cannot be run now\n", argv[3]); return true;
    }
    return false;
}

/* Configuration is left: it is logged, and is event config. */
static void leave(struct shell *sh, struct text *said)
{
    struct desk *d = sh->answers->desk;
    const struct fact_config f = {.left = true};
    typist_leave(&sh->typist, said);
    sh->config = false;
    msg_post(d->log, &MSG_CONFIG_I, sh->origin);
    bus_publish(d->bus, FACT_CONFIG_CHANGED, &f, sizeof f);
}

/* What the desk does by itself. */
static bool known(struct shell *sh, const char *line)
{
    struct text said = {0};
    bool is = true;
    if (!line[0]) {
        ;
    } else if (!strcasecmp(line, "end") && sh->config) {
        leave(sh, &said);
    } else if (!strcasecmp(line, "exit") && sh->config) {
        if (sh->mode[0])
            sh->mode[0] = '\0';
        else if (sh->typist.mode != CONFIG)
            typist_exit(&sh->typist, &said);
        else
            leave(sh, &said);
    } else if (sh->config) {
        enum typed t = typist_line(&sh->typist, line, &said);
        is = t == TYPED_TAKEN || t == TYPED_EMPTY || t == TYPED_REFUSED;
        if (is && t != TYPED_EMPTY)
            sh->mode[0] = '\0';
    } else if (is_command(line, "enable", 2)) {
        sh->privileged = true;
    } else if (is_command(line, "disable", 4)) {
        sh->privileged = false;
    } else if (!strcasecmp(line, "exit") || is_command(line, "logout", 2) || !strcasecmp(line, "quit")) {
        sh->closed = true;
    } else if (is_command(line, "configure", 4) && sh->privileged) {
        text_add(&said, "Enter configuration commands, one per line.  End with CNTL/Z.");
        typist_begin(&sh->typist, sh->answers->desk);
        sh->config = true;
    } else if (!is_command(line, "terminal", 4)) {
        is = sh->privileged && run_applet(sh, line);
    }
    sh->mode[0] = sh->config ? sh->mode[0] : '\0';
    if (said.len) {
        text_add(&sh->output, text_str(&said));
        if (said.s[said.len - 1] != '\n')
            text_add(&sh->output, "\n");
    }
    text_free(&said);
    return is;
}

/* An answer of the file, or the filter of one. */
static struct answer *look_up(struct shell *sh, const char *line, struct text *output)
{
    struct answer *x = find(sh->answers, line);
    if (x) {
        text_add(output, x->output);
        return x;
    }
    size_t bar = filter_split(line, 0);
    if (bar == SIZE_MAX)
        return NULL;
    size_t n = bar;
    while (n && line[n - 1] == ' ')
        n--;
    char *base = mem_strndup(line, n);
    x = find(sh->answers, base);
    mem_free(base);
    return x && filtered(sh->answers, line + bar + 1, x->output, output) ? x : NULL;
}

static void tell(struct shell *sh, const char *prompt, const char *line, enum typed_as as, const char *output)
{
    const struct answers_hear *h = &sh->answers->hear;
    h->typed(h->arg, sh->applet, prompt, line, as, output);
}

static void answers_type(struct shell *sh, const char *line, const char *until, shell_done_fn *done, void *arg)
{
    struct text output = {0};
    char *squeezed = squeeze(line);
    char prompt[sizeof sh->prompt];
    uint64_t us = 0;
    bool hangs = false, was_asked = sh->asked;
    enum typed_as as = TYPED_ANSWERED;
    str_copy(prompt, sizeof prompt, was_asked ? "" : make_prompt(sh));
    sh->done = done;
    sh->arg = arg;
    text_clear(&sh->output);
    text_add(&sh->output, "\n");
    bool bare = !strncasecmp(squeezed, "do ", 3) && sh->config;
    const char *command = bare ? squeezed + 3 : squeezed;
    if (was_asked) {
        text_add(&output, text_str(&sh->left));
        text_clear(&sh->left);
    } else if (!bare && known(sh, command)) {
        as = TYPED_KNOWN;
        struct text ignored = {0};
        struct answer *x = look_up(sh, command, &ignored);
        us = x ? x->us : 0;
        text_free(&ignored);
    } else {
        struct answer *x = look_up(sh, command, &output);
        if (x) {
            us = x->us;
            hangs = x->hangs;
            if (x->has_mode && sh->config && x->mode[0])
                str_copy(sh->mode, sizeof sh->mode, x->mode);
        } else if (!sh->answers->accept) {
            as = TYPED_NO_ANSWER;
            text_add(&output, "            ^\n% Invalid input detected at '^' marker.\n\n");
        }
    }
    size_t shown_from = sh->output.len;
    bool stuck = give(sh, text_str(&output), until);
    tell(sh, prompt, line, stuck || hangs ? TYPED_STUCK : as,
         text_str(&sh->output) + (as == TYPED_KNOWN ? 1 : shown_from));
    if (!stuck && !hangs)
        timer_set(&sh->timer, us);
    text_free(&output);
    mem_free(squeezed);
}

static struct shell *answers_open(struct shells *s, const struct shell_params *p)
{
    struct shell *sh = NEW(struct shell);
    sh->base.shells = s;
    sh->answers = (struct answers *)s;
    const char *name = strstr(p->origin, "(EEM:");
    if (name)
        snprintf(sh->applet, sizeof sh->applet, "%.*s", (int)strcspn(name + 5, ")"), name + 5);
    sh->origin = mem_strdup(p->origin);
    sh->privileged = p->privilege > 1;
    timer_init(&sh->timer, sh->answers->desk->loop, come_back, sh);
    typist_begin(&sh->typist, sh->answers->desk);
    return sh;
}

static void answers_close(struct shell *sh)
{
    struct text said = {0};
    timer_clear(&sh->timer);
    if (sh->config)
        leave(sh, &said);
    text_free(&said);
    mem_free(sh->origin);
    text_free(&sh->output);
    text_free(&sh->left);
    mem_free(sh);
}

static const struct shells_ops answers_ops = {
    .open = answers_open, .type = answers_type, .close = answers_close, .prompt = make_prompt};

struct answers *answers_new(const char *path, const struct answers_hear *hear, bool accept)
{
    struct answers *a = NEW(struct answers);
    a->shells.ops = &answers_ops;
    a->hear = *hear;
    a->accept = accept;
    if (path) {
        size_t len;
        char *text = offline_read(path, &len);
        if (!text) {
            answers_free(a);
            return NULL;
        }
        read_answers(a, text);
        mem_free(text);
    }
    return a;
}

void answers_free(struct answers *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < a->n; i++) {
        mem_free(a->v[i].command);
        mem_free(a->v[i].output);
    }
    mem_free(a->v);
    mem_free(a);
}

struct shells *answers_shells(struct answers *a)
{
    return &a->shells;
}

void answers_set_desk(struct answers *a, struct desk *d)
{
    a->desk = d;
}
