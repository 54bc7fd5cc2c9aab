/* spell.h: a command as it is in full. */
#ifndef CLI_OFFLINE_SPELL_H
#define CLI_OFFLINE_SPELL_H

#include <stdbool.h>

#include "espial/text.h"

#define SPELL_MODE_MAX 32

struct spell;
/* All rows of a router. NULL with why on stderr. */
struct spell *spell_new(void);
void spell_free(struct spell *s); /* NULL-safe */
/* "sh run | i x" typed in a mode ("exec", "config-if"): "show running-config | include x" as event cli sees it, into out, and the
 * mode it belongs to ("exec" behind `do`, "config" where the sub-mode does not know it) into mode. False: no command of
 * this router; out has it as it stands, mode is left. */
bool spell(struct spell *s, const char *line, bool privileged, char mode[SPELL_MODE_MAX], struct text *out);
#endif
