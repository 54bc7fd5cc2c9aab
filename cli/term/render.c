/* render.c: draws the line being edited, as IOS does on a terminal that understands nothing.
 *
 * The new picture (prompt, visible part of the line) is compared with the one on the screen: backspaces or rewriting go to the first column that differs, the
 * rest is written, blanks wipe what is left over, backspaces go to the cursor. A character typed at the end is therefore echoed as itself and nothing else.
 * A line wider than the terminal scrolls in steps of ten columns; `$` marks the side on which more stands. */
#include "cli/term/render.h"

#include <string.h>

static void go(struct render *r, size_t column, struct text *out)
{
    if (column > r->cursor) {
        text_addn(out, r->shown + r->cursor, column - r->cursor);
    } else if (column == 0 && r->cursor) {
        text_add(out, "\r");
    } else {
        for (size_t i = column; i < r->cursor; i++)
            text_add(out, "\b");
    }
    r->cursor = column;
}

void render_start(struct render *r, const char *prompt, struct text *out)
{
    memset(r, 0, sizeof *r);
    str_copy(r->shown, sizeof r->shown / 4, prompt);
    r->prompt = r->len = r->cursor = strlen(r->shown);
    text_add(out, r->shown);
}

void render_interrupted(struct render *r, size_t len)
{
    r->prompt = r->len = r->cursor = 0;
    r->offset = 0;
    r->hidden = len;
}

/* Keep the cursor in view: move in steps of ten. */
static void scroll(struct render *r, size_t len, size_t cursor, size_t room)
{
    if (!room || len < room) {
        r->offset = 0;
        return;
    }
    while (r->offset && cursor < r->offset + 1)
        r->offset = r->offset > 10 ? r->offset - 10 : 0;
    while (cursor >= r->offset + room - 1)
        r->offset += 10;
}

void render_line(struct render *r, const char *line, size_t len, size_t cursor, unsigned width, struct text *out)
{
    char want[sizeof r->shown];
    if (len < r->hidden || cursor < r->hidden)
        r->hidden = 0; /* the user edits what a log line carried away: draw all of it here */
    line += r->hidden;
    len -= r->hidden;
    cursor -= r->hidden;

    size_t room = width > r->prompt + 12 ? width - r->prompt : 0;
    scroll(r, len, cursor, room);
    size_t n = len - r->offset;
    bool more = room && n >= room;
    if (more)
        n = room - 1;
    if (n > sizeof want - r->prompt - 2)
        n = sizeof want - r->prompt - 2;
    memcpy(want, r->shown, r->prompt);
    memcpy(want + r->prompt, line + r->offset, n);
    if (r->offset && n)
        want[r->prompt] = '$';
    if (more)
        want[r->prompt + n - 1] = '$';
    size_t want_len = r->prompt + n, at = r->prompt + cursor - r->offset;
    if (at > want_len)
        at = want_len;

    size_t same = r->prompt;
    while (same < want_len && same < r->len && want[same] == r->shown[same])
        same++;
    if (same < want_len || same < r->len) {
        go(r, same, out);
        memcpy(r->shown + same, want + same, want_len - same);
        text_addn(out, r->shown + same, want_len - same);
        r->cursor = want_len;
        size_t left = r->len > want_len ? r->len - want_len : 0;
        for (size_t i = 0; i < left; i++)
            text_add(out, " ");
        for (size_t i = 0; i < left; i++)
            text_add(out, "\b");
        r->len = want_len;
    }
    go(r, at, out);
}

void render_finish(struct render *r, struct text *out)
{
    go(r, r->len, out);
}
