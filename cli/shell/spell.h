/* spell.h: a command as it is in full. */
#ifndef CLI_SHELL_SPELL_H
#define CLI_SHELL_SPELL_H

#include <stdbool.h>

#include "espial/text.h"

#define SPELL_MODE_MAX 32

struct grammar;
/* "sh run | i x" typed in a mode ("exec", "config-if"): "show running-config | include x" as event cli sees it, into out, and the
 * mode it belongs to ("exec" behind `do`, "config" where the sub-mode does not know it) into mode. False: no command of
 * this router; out has it as it stands, mode is left. */
bool session_spell(struct grammar *g, const char *line, bool privileged, char mode[SPELL_MODE_MAX], struct text *out);
#endif
