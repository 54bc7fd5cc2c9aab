/* out.h: where a command's lines go. Handlers print through it; cli/shell/output.c is behind it (filters, pager, terminal), a test may be too.
 * Text may hold several lines or part of one (ping's `!`); lines end in '\n'. It may be kept across CMD_WAIT until the command is done. */
#ifndef ESPIAL_OUT_H
#define ESPIAL_OUT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct out {
    void (*write)(struct out *, const char *s, size_t len);
    unsigned width;   /* of the terminal; 0 unlimited */
    bool boot;        /* the startup configuration is being read: advice is left out, errors are not */
};
void out_nowhere(struct out *o, const char *s, size_t len); /* a write for text that nobody is to see */
void out_write(struct out *o, const char *s, size_t len);
void out_text(struct out *o, const char *s);
void out_printf(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void out_vprintf(struct out *o, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
#endif
