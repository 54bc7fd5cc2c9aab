/* operator.c: event cli needs somebody who types. A saved log tells of that in two ways: as a line that begins with the
 * router's own prompt (a session that was captured, or written for a test: "R1(config)#no ip routing"), and as
 * %PARSER-5-CFGLOG_LOGGEDCMD. The command goes through the gate as it does on a router, where applets let it run, drop it
 * or hold it until they have ended; the story tells which. Patterns see it in full (words.c), $_cli_line as it was typed.
 * Who types answers `action gets` with an empty line, a moment later. */
#include "cli/offline/operator.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/grammar/grammar.h"
#include "cli/offline/words.h"
#include "espial/bus.h"
#include "espial/gate.h"
#include "espial/loop.h"

#define HELD_MAX 64

struct typing { /* one command, while it is held */
    struct operator* owner;
    bool used;
    char command[256];
    struct timer answer;
    void (*answered)(void *arg, const char *line);
    void *arg;
};
struct operator
{
    struct desk *desk;
    struct story *story;
    struct grammar *grammar; /* made when the first command is there */
    struct typing held[HELD_MAX];
};

struct operator* operator_new(struct desk *d, struct story *s)
{
    struct operator* o = NEW(struct operator);
    o->desk = d;
    o->story = s;
    return o;
}

void operator_free(struct operator* o)
{
    if (o)
        grammar_free(o->grammar);
    mem_free(o);
}

static void resumed(void *session, bool run)
{
    struct typing *t = session;
    story_command(t->owner->story, t->command, run ? "runs now" : "is dropped");
    timer_clear(&t->answer);
    t->used = false;
}

static void put(void *term, const char *text)
{
    struct typing *t = term;
    story_printed(t->owner->story, text);
}

static void give_answer(void *arg)
{
    struct typing *t = arg;
    t->answered(t->arg, "");
}

static void get(void *term, void (*answer)(void *arg, const char *line), void *arg)
{
    struct typing *t = term;
    t->answered = answer;
    t->arg = arg;
    timer_set(&t->answer, 0);
}

/* The router's name at the beginning of a prompt; where the configuration does not give it one, any that could be. 0: it is
 * not there. */
static size_t name_length(const struct desk *d, const char *line)
{
    size_t n = strlen(d->hostname);
    if (d->named || !isalpha((unsigned char)line[0]))
        return strncmp(line, d->hostname, n) ? 0 : n;
    for (n = 1; isalnum((unsigned char)line[n]) || (line[n] && strchr("-_.", line[n]));)
        n++;
    return n;
}

/* "R1(config)#no ip routing" */
static bool by_prompt(const struct operator* o, const char *line, struct typed_line *t)
{
    size_t n = name_length(o->desk, line);
    str_copy(t->mode, sizeof t->mode, "exec");
    if (!n)
        return false;
    line += n;
    if (*line == '(') {
        size_t len = strcspn(line, ")");
        if (line[len] != ')' || len >= sizeof t->mode)
            return false;
        snprintf(t->mode, sizeof t->mode, "%.*s", (int)(len - 1), line + 1);
        line += len + 1;
    }
    if (*line != '#' && *line != '>')
        return false;
    t->privileged = *line++ == '#';
    str_copy(t->command, sizeof t->command, line + strspn(line, " "));
    return true;
}

/* "User:admin  logged command:no ip routing" */
static bool by_message(const char *text, struct typed_line *t)
{
    const char *command = strstr(text, "logged command:");
    const char *user = strstr(text, "User:");
    if (!command)
        return false;
    if (user && user < command)
        snprintf(t->user, sizeof t->user, "%.*s", (int)strcspn(user + 5, " "), user + 5);
    str_copy(t->mode, sizeof t->mode, "config");
    str_copy(t->command, sizeof t->command, command + strlen("logged command:"));
    t->privileged = true;
    return true;
}

bool operator_read(struct operator* o, const struct fact_syslog *f, struct typed_line *t)
{
    struct gate *g = &o->desk->gate;
    struct text full = {0};
    *t = (struct typed_line){0};
    if (f->debug ? !by_prompt(o, f->line + f->text_at, t)
                 : strcmp(f->mnemonic, "CFGLOG_LOGGEDCMD") || !by_message(f->line + f->text_at, t))
        return false;
    str_copy(t->full, sizeof t->full, t->command);
    if (!t->command[0] || !g->arg || !g->wants(g->arg, GATE_ENTER))
        return true;
    if (!o->grammar)
        o->grammar = words_grammar();
    if (o->grammar && session_spell(o->grammar, t->command, t->privileged, t->mode, &full))
        str_copy(t->full, sizeof t->full, text_str(&full));
    text_free(&full);
    return true;
}

void operator_type(struct operator* o, const struct typed_line *typed)
{
    struct gate *g = &o->desk->gate;
    struct typing *t = NULL;
    for (size_t i = 0; i < HELD_MAX && !t; i++)
        if (!o->held[i].used)
            t = &o->held[i];
    if (!typed->command[0] || !t || !g->arg || !g->wants(g->arg, GATE_ENTER))
        return;
    *t = (struct typing){.owner = o, .used = true};
    str_copy(t->command, sizeof t->command, typed->command);
    timer_init(&t->answer, o->desk->loop, give_answer, t);
    const struct gate_question q = {.key = GATE_ENTER,
                                    .text = typed->full,
                                    .typed = t->command,
                                    .mode = typed->mode,
                                    .user = typed->user,
                                    .host = "",
                                    .tty = 0,
                                    .privilege = typed->privileged ? 15 : 1,
                                    .term = t,
                                    .put = put,
                                    .get = get};
    enum gate_verdict verdict = g->ask(g->arg, &q, resumed, t);
    t->used = verdict == GATE_HOLD;
    if (verdict == GATE_SKIP)
        story_command(o->story, t->command, "is dropped");
    else if (verdict == GATE_HOLD)
        story_command(o->story, t->command, "is held until applets have ended");
}
