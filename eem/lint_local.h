/* lint_local.h: the checks of lint.c, for eem/lint*.c only. */
#ifndef EEM_LINT_LOCAL_H
#define EEM_LINT_LOCAL_H

#include "eem/eem_local.h"
#include "eem/lint.h"

struct lint {
    const struct applet_conf *a;
    const struct eem_lint_env *env;
    const char *check;
    struct block *blocks;
    bool paired; /* the blocks are */
    size_t found;
};
#define LINT_NACTIONS(l) ((l)->a->actions.n)
static inline const struct action_conf *lint_action(const struct lint *l, size_t i)
{
    return l->a->actions.v[i];
}
void lint_at(struct lint *l, const struct action_conf *a, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void lint_event(struct lint *l, const struct event_conf *ev, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void lint_applet(struct lint *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Is the action a head of a loop, or any action that others may be reached around? */
bool lint_is_goto(const struct action_conf *a);
/* Somewhere a `goto` leads here. */
bool lint_is_target(const struct lint *l, const struct action_conf *a);
/* Is word an abbreviation of full, of at least `least` letters? word ends at a blank. */
bool lint_word(const char *word, const char *full, size_t least);
const char *lint_next_word(const char *s);

/* lint_flow.c */
void lint_variables(struct lint *l);
void lint_regexp_results(struct lint *l);
void lint_unreachable(struct lint *l);
void lint_waits(struct lint *l);
void lint_loops(struct lint *l);
void lint_goto(struct lint *l);
/* lint_cli.c */
/* What an action types; NULL: nothing. */
const char *lint_command(const struct action_conf *a);
/* Does a command lead into configuration (1), or back to EXEC (0)? -1: neither. */
int lint_configures(const char *command);
/* Is a command typed by an action behind this one? */
bool lint_types_more(const struct lint *l, size_t at);
void lint_enable(struct lint *l);
void lint_modes(struct lint *l);
void lint_sync(struct lint *l);
void lint_abbreviations(struct lint *l);
/* lint_prompts.c */
void lint_prompts(struct lint *l);
/* lint_never.c */
void lint_never(struct lint *l);
/* lint_messages.c: a pattern of event syslog against what messages say. */
void lint_messages(struct lint *l, const struct event_conf *ev);
/* lint_text.c */
void lint_labels(struct lint *l);
void lint_everything(struct lint *l);
void lint_own_lines(struct lint *l);
void lint_line_ends(struct lint *l);
void lint_dialect(struct lint *l);
void lint_globs(struct lint *l);
#endif
