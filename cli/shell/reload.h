/* reload.h: the router going down: at once, or later, with everybody told. */
#ifndef CLI_SHELL_RELOAD_H
#define CLI_SHELL_RELOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "espial/text.h"

struct clock;
struct log;
struct loop;
struct reload;
struct shells;

#define RELOAD_REASON_MAX 120

struct reload_env {
    struct shells *shells;
    struct loop *loop;
    struct clock *clock;
    struct log *log;
    void (*go)(void *arg); /* tear the router down, in a later turn */
    void *arg;
};
struct reload *reload_new(const struct reload_env *env);
void reload_free(struct reload *r); /* NULL-safe */

/* In so many microseconds; what was planned before is forgotten. by: "console"; reason "": Reload Command. */
void reload_plan(struct reload *r, uint64_t in_us, const char *by, const char *reason);
/* False: nothing was planned. */
bool reload_cancel(struct reload *r);
/* Now. asking: the session that asked for it, which needs no banner; NULL: none. */
struct shell;
void reload_now(struct reload *r, const char *by, const char *reason, const struct shell *asking);
/* "Reload scheduled in 9 minutes by console" and the reason: of the plan, or of one that would be made; false and
 * nothing: there is none. */
bool reload_show(const struct reload *r, struct text *out);
void reload_describe(const struct reload *r, uint64_t in_us, const char *by, const char *reason, struct text *out);
#endif
