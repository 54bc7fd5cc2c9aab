/* glob.c: does a string fit a pattern of file names? One character after the other; only the last '*' met is ever tried
 * again, from further behind. An unclosed '[' stands for itself. */
#include "eem/glob.h"

#include <stddef.h>

/* One character against [...]; *end: behind it. Unclosed, '[' stands for itself. */
static bool in_class(const char *glob, char c, const char **end)
{
    bool is = false;
    const char *s = glob + 1;
    for (bool first = true; *s && (*s != ']' || first); first = false) {
        char low = *s++;
        if (*s == '-' && s[1] && s[1] != ']') {
            is |= (unsigned char)low <= (unsigned char)c && (unsigned char)c <= (unsigned char)s[1];
            s += 2;
        } else {
            is |= low == c;
        }
    }
    *end = *s ? s + 1 : glob + 1;
    return *s ? is : c == '[';
}

/* At a '*' the rest is tried from further and further behind; the
 * last '*' alone is ever tried again, so the work is at most the product of the lengths. */
bool glob_match(const char *glob, const char *s)
{
    const char *star = NULL, *retry = NULL;
    while (*s) {
        const char *next = glob + 1;
        bool fits;
        if (*glob == '*') {
            star = ++glob;
            retry = s;
            continue;
        }
        switch (*glob) {
        case '\0': fits = false; break;
        case '?': fits = true; break;
        case '[': fits = in_class(glob, *s, &next); break;
        case '\\':
            fits = glob[1] == *s;
            next = glob + 1 + (glob[1] != '\0');
            break;
        default: fits = *glob == *s;
        }
        if (fits) {
            glob = next;
            s++;
        } else if (star) {
            glob = star;
            s = ++retry;
        } else {
            return false;
        }
    }
    while (*glob == '*')
        glob++;
    return !*glob;
}
