/* operator.c: event cli needs somebody who types. A saved log tells of that in two ways: as a line that begins with the
 * router's own prompt (a session that was captured, or written for a test: "R1(config)#no ip routing"), and as
 * %PARSER-5-CFGLOG_LOGGEDCMD. The command goes through the gate as it does on a router, where applets let it run, drop it
 * or hold it until they have ended; the story tells which. It is taken as it stands: nothing here knows all commands, so
 * abbreviations stay what they are. Who types answers `action gets` with an empty line, a moment later. */
#include "cli/offline/operator.h"

#include <ctype.h>
#include <string.h>

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

static void ask(struct operator* o, const char *command, const char *mode, const char *user, bool privileged)
{
    struct gate *g = &o->desk->gate;
    struct typing *t = NULL;
    for (size_t i = 0; i < HELD_MAX && !t; i++)
        if (!o->held[i].used)
            t = &o->held[i];
    if (!t || !g->arg || !g->wants(g->arg, GATE_ENTER))
        return;
    *t = (struct typing){.owner = o, .used = true};
    str_copy(t->command, sizeof t->command, command);
    timer_init(&t->answer, o->desk->loop, give_answer, t);
    const struct gate_question q = {.key = GATE_ENTER,
                                    .text = t->command,
                                    .typed = t->command,
                                    .mode = mode,
                                    .user = user,
                                    .host = "",
                                    .tty = 0,
                                    .privilege = privileged ? 15 : 1,
                                    .term = t,
                                    .put = put,
                                    .get = get};
    switch (g->ask(g->arg, &q, resumed, t)) {
    case GATE_GO: t->used = false; return;
    case GATE_SKIP:
        t->used = false;
        story_command(o->story, t->command, "is dropped");
        return;
    case GATE_HOLD: story_command(o->story, t->command, "is held until applets have ended"); return;
    }
}

bool operator_line(struct operator* o, const char *line)
{
    size_t n = strlen(o->desk->hostname);
    char mode[32] = "exec", command[256];
    if (strncmp(line, o->desk->hostname, n))
        return false;
    line += n;
    if (*line == '(') {
        size_t len = strcspn(line, ")");
        if (line[len] != ')' || len >= sizeof mode)
            return false;
        snprintf(mode, sizeof mode, "%.*s", (int)(len - 1), line + 1);
        line += len + 1;
    }
    if (*line != '#' && *line != '>')
        return false;
    bool privileged = *line++ == '#';
    line += strspn(line, " ");
    if (!*line)
        return true;
    str_copy(command, sizeof command, line);
    ask(o, command, mode, "", privileged);
    return true;
}

void operator_logged(struct operator* o, const char *text)
{
    const char *command = strstr(text, "logged command:");
    char user[32] = "";
    if (!command)
        return;
    if (str_starts(text, "User:"))
        snprintf(user, sizeof user, "%.*s", (int)strcspn(text + 5, " "), text + 5);
    ask(o, command + strlen("logged command:"), "config", user, true);
}
