/* out.c: printing through a struct out. Short texts are formatted on the stack and handed over in one write; long ones in a struct text. What stands behind
 * (filters, the pager, a file, a test) is not known here. */
#include "espial/out.h"

#include <stdio.h>
#include <string.h>

#include "espial/text.h"

void out_nowhere(struct out *o, const char *s, size_t len)
{
    (void)o, (void)s, (void)len;
}

void out_write(struct out *o, const char *s, size_t len)
{
    if (len)
        o->write(o, s, len);
}

void out_text(struct out *o, const char *s)
{
    out_write(o, s, strlen(s));
}

void out_vprintf(struct out *o, const char *fmt, va_list ap)
{
    char line[512];
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(line, sizeof line, fmt, ap);
    if (n >= 0 && (size_t)n < sizeof line) {
        out_write(o, line, (size_t)n);
    } else if (n >= 0) {
        struct text t = {0};
        text_vprintf(&t, fmt, again);
        out_write(o, text_str(&t), t.len);
        text_free(&t);
    }
    va_end(again);
}

void out_printf(struct out *o, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    out_vprintf(o, fmt, ap);
    va_end(ap);
}
