/* store.h: configuration as files: running-config as text, startup-config written and typed. */
#ifndef CLI_SHELL_STORE_H
#define CLI_SHELL_STORE_H

#include "cli/shell/session.h"
#include "espial/file.h"

#define STARTUP_CONFIG "nvram:startup-config"

/* The configuration as it is saved: from the comments of the last change to the line "end". all: with defaults. */
void store_running(struct shells *s, bool all, struct text *out);
/* Write it to a file: the old one or the new one, whole. by: the user, for the header; line: his terminal line, for
 * those who are told (FACT_CONFIG_CHANGED). Saving to startup-config is remembered as "saved". */
MUST_USE enum file_result store_save(struct shells *s, const char *path, const char *by, uint32_t line);

/* Type the lines of a configuration text (len bytes, of which none need be text) into a session without a terminal, up to a line "end". name stands in what is
 * said about refused lines ("name, line 3:"), which goes to messages with all other output. boot: the lines do not
 * count as a change and leaving configuration is not logged. Returns how many lines were refused. */
size_t store_type(struct shells *s, const char *text, size_t len, const char *name, const char *origin, bool boot,
                  struct text *messages);
/* Is a configuration text being typed just now? It may hold `do copy FILE running-config` or `do configure replace FILE`, which would go on for ever. */
bool store_is_typing(struct shells *s);
/* The startup file, if there is one: FILE_NOT_FOUND when not. */
MUST_USE enum file_result store_boot(struct shells *s, struct text *messages, size_t *refused);
#endif
