/* lines.c: a short list of lines, oldest first: what was typed ahead, and the history. Bounded by its user, who says
 * how many may be kept.
 */
#include "cli/shell/shell_local.h"

#include <string.h>

void lines_add(struct lines *l, const char *s, size_t max)
{
    if (max == 0)
        return;
    while (l->n >= max)
        mem_free(lines_take(l));
    l->v = mem_resize(l->v, l->n + 1, sizeof *l->v);
    l->v[l->n++] = mem_strdup(s);
}

char *lines_take(struct lines *l)
{
    char *s = l->v[0];
    l->n--;
    memmove(l->v, l->v + 1, l->n * sizeof *l->v);
    return s;
}

void lines_clear(struct lines *l)
{
    for (size_t i = 0; i < l->n; i++)
        mem_free(l->v[i]);
    mem_free(l->v);
    *l = (struct lines){0};
}

void quote_line(struct text *out, const char *line, size_t max)
{
    for (size_t i = 0; i < max && line[i]; i++) {
        unsigned char c = (unsigned char)line[i];
        text_addn(out, (c < ' ' && c != '\t') || c == 0x7F ? "." : line + i, 1);
    }
    text_add(out, "\n");
}
