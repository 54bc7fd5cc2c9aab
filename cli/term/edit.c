/* edit.c: line editing by libedit, with IOS's keys.
 *
 * libedit runs unbuffered: each el_gets handles one key and returns. Its input is a queue of ours (EL_GETCFN), its drawing goes to /dev/null (render.c draws,
 * without an ESC), and the pseudo-terminal it insists on carries nothing. Keys that are not editing (Enter, `?`, Tab, up and down, Ctrl-Z, Ctrl-C) never
 * reach it. A key of several bytes (ESC b, ESC [ A, Ctrl-V x) is handed over when it is whole, so that libedit never
 * waits. Bytes above 126 and unbound control characters are dropped: IOS lines are ASCII. The only file that sees libedit.
 *
 * Keys (IOS): ^A ^E ^B ^F arrows ESC-B ESC-F move; ^D DEL ^H ^W ESC-D ^U ^X ^K delete; ^Y yank; ^T transpose; ESC-C ESC-L ESC-U case; ^V quote. */
#include "cli/term/edit.h"

#include <errno.h>
#include <fcntl.h>
#include <histedit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/term/termcap.h"

#define LINE_MAX_BYTES 1000 /* longer input is refused: keys beyond are dropped */
#define SCREEN_COLUMNS 1100 /* of the screen libedit believes in: no line wraps */
#define SCREEN_ROWS    4

struct edit {
    EditLine *el;
    FILE *in, *null;
    int master;
    const char *queue;
    size_t queue_len;
    char line[LINE_MAX_BYTES + 8];
};

static int next_char(EditLine *el, wchar_t *out)
{
    struct edit *e;
    el_get(el, EL_CLIENTDATA, &e);
    if (!e->queue_len)
        return 0;
    *out = (unsigned char)*e->queue++;
    e->queue_len--;
    return 1;
}

/* Keys that are not editing. */
static const struct {
    const char *key;
    enum edit_event event;
} event_keys[] = {
    {"\r", EDIT_ENTER},   {"\n", EDIT_ENTER},   {"?", EDIT_HELP},     {"\t", EDIT_TAB},     {"\x10", EDIT_UP},     {"\033[A", EDIT_UP},  {"\033OA", EDIT_UP},    {"\x0e", EDIT_DOWN},
    {"\033[B", EDIT_DOWN}, {"\033OB", EDIT_DOWN}, {"\x12", EDIT_REDRAW}, {"\x0c", EDIT_REDRAW}, {"\x1a", EDIT_END}, {"\x03", EDIT_BREAK}, {"\x1e", EDIT_BREAK},
};

static void bind_keys(EditLine *el)
{
    static const char *const keys[][2] = {
        {"^A", "ed-move-to-beg"},          {"^E", "ed-move-to-end"},          {"^B", "ed-prev-char"},            {"^F", "ed-next-char"},
        {"^H", "ed-delete-prev-char"},     {"\\177", "ed-delete-prev-char"},  {"^D", "ed-delete-next-char"},     {"^W", "ed-delete-prev-word"},
        {"^U", "vi-kill-line-prev"},       {"^X", "vi-kill-line-prev"},       {"^K", "ed-kill-line"},            {"^Y", "em-yank"},
        {"^T", "ed-transpose-chars"},      {"^V", "ed-quoted-insert"},        {"\\033b", "ed-prev-word"},        {"\\033B", "ed-prev-word"},
        {"\\033f", "em-next-word"},        {"\\033F", "em-next-word"},        {"\\033d", "em-delete-next-word"}, {"\\033D", "em-delete-next-word"},
        {"\\033c", "em-capitol-case"},     {"\\033C", "em-capitol-case"},     {"\\033l", "em-lower-case"},       {"\\033L", "em-lower-case"},
        {"\\033u", "em-upper-case"},       {"\\033U", "em-upper-case"},       {"\\033[C", "ed-next-char"},       {"\\033OC", "ed-next-char"},
        {"\\033[D", "ed-prev-char"},       {"\\033OD", "ed-prev-char"},       {"\\033[H", "ed-move-to-beg"},     {"\\033[F", "ed-move-to-end"},
        {"\\033[1~", "ed-move-to-beg"},    {"\\033[4~", "ed-move-to-end"},    {"\\033[3~", "ed-delete-next-char"},
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        el_set(el, EL_BIND, keys[i][0], keys[i][1], NULL);
}

struct edit *edit_new(void)
{
    struct edit *e = NEW(struct edit);
    const struct winsize screen = {.ws_row = SCREEN_ROWS, .ws_col = SCREEN_COLUMNS};
    char name[64];
    int slave = -1;
    e->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (e->master < 0 || grantpt(e->master) < 0 || unlockpt(e->master) < 0 || ptsname_r(e->master, name, sizeof name) != 0 ||
        (slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0 || ioctl(slave, TIOCSWINSZ, &screen) < 0)
        goto fail;
    e->in = fdopen(slave, "r");
    e->null = fopen("/dev/null", "we");
    if (!e->in || !e->null)
        goto fail;
    e->el = el_init_fd("espial", e->in, e->null, e->null, slave, slave, slave);
    if (!e->el)
        goto fail;
    el_set(e->el, EL_CLIENTDATA, e);
    termcap_release();
    el_set(e->el, EL_TERMINAL, "espial-none");
    el_set(e->el, EL_EDITOR, "emacs");
    el_set(e->el, EL_SIGNAL, 0);
    el_set(e->el, EL_GETCFN, next_char);
    bind_keys(e->el);
    el_set(e->el, EL_UNBUFFERED, 1);
    return e;
fail:
    edit_free(e);
    return NULL;
}

void edit_free(struct edit *e)
{
    if (!e)
        return;
    int saved = errno;
    if (e->el)
        el_end(e->el);
    if (e->in)
        fclose(e->in);
    if (e->null)
        fclose(e->null);
    if (e->master >= 0)
        close(e->master);
    mem_free(e);
    errno = saved;
}

/* Bytes of the key that begins here; 0 while it is not complete. */
static size_t key_length(const char *b, size_t len)
{
    if (*b == 0x16) /* Ctrl-V and what it quotes */
        return len < 2 ? 0 : 2;
    if (*b != 0x1B)
        return 1;
    if (len < 2)
        return 0;
    if (b[1] == 'O')
        return len < 3 ? 0 : 3;
    if (b[1] != '[')
        return 2;
    for (size_t i = 2; i < len; i++) {
        if (b[i] >= 0x40 && b[i] <= 0x7E)
            return i + 1;
        if ((unsigned char)b[i] < 0x20 || i >= 16)
            return i; /* no key of ours: drop it; what breaks it off (Ctrl-C) is a key by itself */
    }
    return 0;
}

/* Of the many keys that begin with ESC, those of bind_keys and event_keys: libedit has its own ideas about others. */
static bool escape_known(const char *b, size_t n)
{
    static const char *const known[] = {"[A", "[B", "[C", "[D", "[H", "[F", "OA", "OB", "OC", "OD", "[1~", "[4~", "[3~",
                                        "b",  "B",  "f",  "F",  "d",  "D",  "c",  "C",  "l",  "L",   "u",   "U"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strlen(known[i]) == n - 1 && !memcmp(known[i], b + 1, n - 1))
            return true;
    return false;
}

enum edit_event edit_key(struct edit *e, const char *bytes, size_t len, size_t *used)
{
    size_t n = key_length(bytes, len);
    unsigned char c = (unsigned char)*bytes;
    *used = n;
    if (!n)
        return EDIT_WAIT;
    size_t line_len, cursor;
    edit_line(e, &line_len, &cursor);
    bool inserts = c >= 0x20 && c != 0x7F && c != '?';
    if (c > 0x7F || c == 0 || (inserts && line_len >= LINE_MAX_BYTES) || (c == 0x16 && ((unsigned char)bytes[1] < 0x20 || (unsigned char)bytes[1] > 0x7E || line_len >= LINE_MAX_BYTES)))
        return EDIT_MORE;
    if (c == 0x1B && !escape_known(bytes, n))
        return EDIT_MORE;
    for (size_t i = 0; i < sizeof event_keys / sizeof event_keys[0]; i++) {
        if (strlen(event_keys[i].key) == n && !memcmp(event_keys[i].key, bytes, n))
            return event_keys[i].event;
    }
    if (cursor == line_len && (c == 0x04 || (n == 4 && !memcmp(bytes, "\033[3~", 4))))
        return EDIT_MORE; /* nothing to delete: libedit would call it the end of input */
    if (c < 0x20 && c != 0x1B && !strchr("\x01\x02\x04\x05\x06\x08\x0b\x14\x15\x16\x17\x18\x19", c))
        return EDIT_MORE;
    if (inserts) { /* no key binding takes it: put in without libedit's round through the terminal */
        el_insertstr(e->el, (char[2]){(char)c, 0});
        return EDIT_MORE;
    }
    e->queue = bytes;
    e->queue_len = n;
    int got = 0;
    el_gets(e->el, &got);
    e->queue_len = 0;
    return EDIT_MORE;
}

const char *edit_line(struct edit *e, size_t *len, size_t *cursor)
{
    const LineInfo *li = el_line(e->el);
    *len = (size_t)(li->lastchar - li->buffer);
    if (*len > LINE_MAX_BYTES)
        *len = LINE_MAX_BYTES;
    *cursor = (size_t)(li->cursor - li->buffer);
    if (*cursor > *len)
        *cursor = *len;
    memcpy(e->line, li->buffer, *len);
    e->line[*len] = '\0';
    return e->line;
}

void edit_set(struct edit *e, const char *text)
{
    const LineInfo *li = el_line(e->el);
    int len = (int)(li->lastchar - li->buffer), after = (int)(li->lastchar - li->cursor);
    el_cursor(e->el, after);
    el_deletestr(e->el, len);
    el_set(e->el, EL_REFRESH); /* its picture begins anew: deleting alone leaves its cursor where it was, and it would walk off its screen */
    if (*text)
        edit_add(e, text);
}

void edit_add(struct edit *e, const char *text)
{
    const LineInfo *li = el_line(e->el);
    el_cursor(e->el, (int)(li->lastchar - li->cursor));
    if (*text && strlen(text) + (size_t)(li->lastchar - li->buffer) <= LINE_MAX_BYTES)
        el_insertstr(e->el, text);
}
