/* lock.h: who alone may configure. */
#ifndef CLI_SHELL_LOCK_H
#define CLI_SHELL_LOCK_H

#include <stdbool.h>

#include "espial/out.h"
#include "espial/text.h"

struct shell;
struct shells;

/* May this session configure? False: it was told who may. idle_s: from now on nobody else may, until it leaves configuration mode or has been idle so long; it is
 * told so; 0: it wants no lock. */
bool shell_config_take(struct shell *sh, unsigned idle_s, struct out *out);
bool shells_is_locked(const struct shells *s);
void shells_lock_clear(struct shells *s);
void shells_lock_show(const struct shells *s, struct text *out);
#endif
