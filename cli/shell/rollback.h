/* rollback.h: changes that must be confirmed in time, or are taken back. */
#ifndef CLI_SHELL_ROLLBACK_H
#define CLI_SHELL_ROLLBACK_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/shell/session.h"

struct rollback;
struct rollback *rollback_new(struct shells *s, struct loop *loop, struct clock *clock, struct log *log);
void rollback_free(struct rollback *r); /* NULL-safe */

/* From now on what changes is taken back after so many minutes; with idle: so many after the user last typed. file: the
 * name of the copy that was written, for messages. False: one is pending already. */
bool rollback_start(struct rollback *r, const struct session_view *by, const char *file, unsigned minutes, bool idle);
bool rollback_pending(const struct rollback *r);
/* Another time, counted from now. */
void rollback_timer(struct rollback *r, const struct session_view *by, unsigned minutes, bool idle);
/* Keep what was changed. False: nothing is pending. */
bool rollback_confirm(struct rollback *r, const struct session_view *by);
/* Take it back now; what configure replace says goes to out. */
bool rollback_now(struct rollback *r, struct out *out);
/* show archive config rollback timer */
void rollback_show(const struct rollback *r, struct text *out);
#endif
