/* lint.h: what in an applet will not do what its author means, said before it is needed. */
#ifndef EEM_LINT_H
#define EEM_LINT_H

#include <stdbool.h>
#include <stddef.h>

struct applet_conf;
struct eem_conf;
struct text;

enum eem_place { EEM_AT_APPLET, EEM_AT_EVENT, EEM_AT_ACTION, EEM_AT_TRIGGER };
struct eem_finding {
    const struct applet_conf *applet;
    enum eem_place place;
    const char *name;  /* of an action: its label; of an event: its tag; else "" */
    const char *check; /* "variables", "labels" ...: the row of the table */
    const char *text;  /* one sentence without its stop */
};
struct eem_lint_env {
    const struct eem_conf *conf; /* environment, other applets, the session's privilege */
    bool quiet_prompts;          /* `file prompt quiet` is configured */
    /* The order in which actions were typed: a number that rises; NULL, or 0: unknown. */
    size_t (*typed)(void *arg, const struct applet_conf *a, const char *label);
    /* A line of a mode ("exec", "config") as event cli sees it; false: no command of this router. NULL: unknown. */
    bool (*spell)(void *arg, const char *mode, const char *line, struct text *full);
    void (*say)(void *arg, const struct eem_finding *f);
    void *arg;
};
/* All checks, in the order of the table; how many findings. */
size_t eem_lint(const struct applet_conf *a, const struct eem_lint_env *env);
/* "watch: action 1.0: what is said" */
void eem_finding_text(const struct eem_finding *f, struct text *out);
/* The checks in a router: findings are told to tell. */
struct eem;
size_t eem_lint_here(struct eem *e, const struct applet_conf *a, void (*tell)(void *arg, const struct eem_finding *f),
                     void *arg);
/* What a router with `event manager lint` does at registration: every finding is logged. */
void eem_lint_registered(struct eem *e, const struct applet_conf *a);
/* The table of checks: the name of the i-th, NULL past the last. */
const char *eem_lint_check(size_t i);
#endif
