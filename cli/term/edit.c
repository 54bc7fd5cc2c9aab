/* edit.c: line editing with IOS's keys, the hard ones by libedit.
 *
 * The line and its cursor live here, as plain bytes. What a person does most (characters put in, moves by characters,
 * rubbing out, the kill ring) is done here too, so that a pasted configuration costs nothing; for words, cases and transposing,
 * libedit is given the line, handles one key unbuffered and gives it back. Its input is a queue of ours (EL_GETCFN),
 * its drawing goes to /dev/null (render.c draws, without an ESC), and the pseudo-terminal it insists on carries
 * nothing. Keys that are not editing (Enter, `?`, Tab, up and down, Ctrl-Z, Ctrl-C) never reach it. A key of several
 * bytes (ESC b, ESC [ A, Ctrl-V x) is handled when it is whole. Bytes above 126 and unbound control characters are
 * dropped: IOS lines are ASCII; so are the brackets that modern terminals put around pasted text (ESC [ 200 ~). The
 * only file that sees libedit.
 *
 * Keys (IOS): ^A ^E ^B ^F arrows ESC-B ESC-F move; ^D DEL ^H ^W ESC-D ^U ^X ^K delete; ^Y puts back what was deleted
 * last, ESC-Y then what was deleted before it (ten pieces are kept); ^T transpose; ESC-C ESC-L ESC-U case; ^V quote: a
 * quoted control character becomes its two visible ones (^C), as running-config writes it. With editing off only the
 * ones that rub out are left, and ^V. */
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
#define KILLS_MAX      10 /* pieces deleted that are kept */

struct edit {
    EditLine *el;
    FILE *in, *null;
    int master;
    const char *queue;
    size_t queue_len;
    bool is_plain;
    bool behind; /* libedit's line is an older one */
    size_t len, cursor;
    char line[LINE_MAX_BYTES + 8];
    char *kills[KILLS_MAX]; /* the newest first */
    size_t nkills;
    bool yanked; /* the last key put back kills[yank], which begins at yank_at */
    size_t yank, yank_at;
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
    {"\r", EDIT_ENTER},    {"\n", EDIT_ENTER},    {"?", EDIT_HELP},    {"\t", EDIT_TAB},      {"\x10", EDIT_UP},
    {"\033[A", EDIT_UP},   {"\033OA", EDIT_UP},   {"\x0e", EDIT_DOWN}, {"\033[B", EDIT_DOWN}, {"\033OB", EDIT_DOWN},
    {"\x12", EDIT_REDRAW}, {"\x0c", EDIT_REDRAW}, {"\x1a", EDIT_END},  {"\x03", EDIT_BREAK},  {"\x1e", EDIT_BREAK},
};

static void bind_keys(EditLine *el)
{
    static const char *const keys[][2] = {
        {"^D", "ed-delete-next-char"},
        {"^W", "ed-delete-prev-word"},
        {"^U", "vi-kill-line-prev"},
        {"^X", "vi-kill-line-prev"},
        {"^K", "ed-kill-line"},
        {"^T", "ed-transpose-chars"},
        {"\\033b", "ed-prev-word"},
        {"\\033B", "ed-prev-word"},
        {"\\033f", "em-next-word"},
        {"\\033F", "em-next-word"},
        {"\\033d", "em-delete-next-word"},
        {"\\033D", "em-delete-next-word"},
        {"\\033c", "em-capitol-case"},
        {"\\033C", "em-capitol-case"},
        {"\\033l", "em-lower-case"},
        {"\\033L", "em-lower-case"},
        {"\\033u", "em-upper-case"},
        {"\\033U", "em-upper-case"},
        {"\\033[3~", "ed-delete-next-char"},
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
    if (e->master < 0 || grantpt(e->master) < 0 || unlockpt(e->master) < 0 ||
        ptsname_r(e->master, name, sizeof name) != 0 || (slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0 ||
        ioctl(slave, TIOCSWINSZ, &screen) < 0)
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
    for (size_t i = 0; i < e->nkills; i++)
        mem_free(e->kills[i]);
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
    if (b[1] && strchr("\r\n\x03\x1a\x1e", b[1]))
        return 1; /* an ESC that leads nowhere does not swallow Enter or Ctrl-C */
    if (b[1] == 'O') {
        if (len < 3)
            return 0;
        return (unsigned char)b[2] < 0x20 ? 2 : 3;
    }
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

/* Of the many keys that begin with ESC, those of bind_keys: libedit has its own ideas about others. */
static bool escape_known(const char *b, size_t n)
{
    static const char *const known[] = {"[3~", "b", "B", "f", "F", "d", "D", "c", "C", "l", "L", "u", "U"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strlen(known[i]) == n - 1 && !memcmp(known[i], b + 1, n - 1))
            return true;
    return false;
}

static void put(struct edit *e, const char *s, size_t n)
{
    memmove(e->line + e->cursor + n, e->line + e->cursor, e->len - e->cursor + 1);
    memcpy(e->line + e->cursor, s, n);
    e->cursor += n;
    e->len += n;
    e->behind = true;
}

static void cut(struct edit *e, size_t at, size_t n)
{
    memmove(e->line + at, e->line + at + n, e->len - at - n + 1);
    e->len -= n;
    e->cursor = at;
    e->behind = true;
}

static enum edit_event insert(struct edit *e, const char *s, size_t n)
{
    if (e->len + n > LINE_MAX_BYTES)
        return EDIT_FULL;
    put(e, s, n);
    return EDIT_MORE;
}

/* ---- the kill ring ---- */

static void remember_kill(struct edit *e, const char *s, size_t n)
{
    if (!n)
        return;
    if (e->nkills == KILLS_MAX)
        mem_free(e->kills[--e->nkills]);
    memmove(e->kills + 1, e->kills, e->nkills * sizeof e->kills[0]);
    e->kills[0] = mem_strndup(s, n);
    e->nkills++;
}

static enum edit_event yank(struct edit *e, size_t which)
{
    const char *text = e->kills[which];
    e->yank_at = e->cursor;
    e->yank = which;
    if (insert(e, text, strlen(text)) == EDIT_FULL)
        return EDIT_FULL;
    e->yanked = true;
    return EDIT_MORE;
}

/* ---- libedit's part ---- */

static void to_libedit(struct edit *e)
{
    if (!e->behind)
        return;
    const LineInfo *li = el_line(e->el);
    int len = (int)(li->lastchar - li->buffer), after = (int)(li->lastchar - li->cursor);
    el_cursor(e->el, after);
    el_deletestr(e->el, len);
    el_set(
        e->el,
        EL_REFRESH); /* its picture begins anew: deleting alone leaves its cursor where it was, and it would walk off its screen */
    if (e->len)
        el_insertstr(e->el, e->line);
    el_cursor(e->el, (int)e->cursor - (int)e->len);
    e->behind = false;
}

static void from_libedit(struct edit *e)
{
    const LineInfo *li = el_line(e->el);
    e->len = (size_t)(li->lastchar - li->buffer);
    e->cursor = (size_t)(li->cursor - li->buffer);
    if (e->len > LINE_MAX_BYTES) {
        e->len = LINE_MAX_BYTES;
        e->behind = true;
    }
    if (e->cursor > e->len)
        e->cursor = e->len;
    memcpy(e->line, li->buffer, e->len);
    e->line[e->len] = '\0';
}

/* A key that libedit knows. What a key of deletion took out of the line is kept for Ctrl-Y. */
static void by_libedit(struct edit *e, const char *key, size_t n, bool kills)
{
    char before[LINE_MAX_BYTES + 1];
    size_t len = e->len;
    int got = 0;
    memcpy(before, e->line, len);
    to_libedit(e);
    e->queue = key;
    e->queue_len = n;
    el_gets(e->el, &got);
    e->queue_len = 0;
    from_libedit(e);
    if (kills && e->len < len)
        remember_kill(e, before + e->cursor, len - e->len);
}

static enum edit_event quoted(struct edit *e, unsigned char c)
{
    if (c == 0 || c > 0x7F)
        return EDIT_MORE;
    if (c < 0x20 || c == 0x7F)
        return insert(e, (char[2]){'^', (char)(c ^ 0x40)}, 2);
    return insert(e, (char[1]){(char)c}, 1);
}

/* Moves by a character or to an end. */
static bool move(struct edit *e, const char *key, size_t n)
{
    static const struct {
        const char *key;
        char to;
    } moves[] = {
        {"\x01", 'A'},   {"\x05", 'E'},   {"\x02", 'B'},   {"\x06", 'F'},   {"\033[C", 'F'},  {"\033OC", 'F'},
        {"\033[D", 'B'}, {"\033OD", 'B'}, {"\033[H", 'A'}, {"\033[F", 'E'}, {"\033[1~", 'A'}, {"\033[4~", 'E'},
    };
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
        if (strlen(moves[i].key) != n || memcmp(moves[i].key, key, n) != 0)
            continue;
        switch (moves[i].to) {
        case 'A': e->cursor = 0; break;
        case 'E': e->cursor = e->len; break;
        case 'B': e->cursor -= e->cursor > 0; break;
        case 'F': e->cursor += e->cursor < e->len; break;
        }
        e->behind = true;
        return true;
    }
    return false;
}

static enum edit_event edit_one(struct edit *e, const char *key, size_t n, bool was_yank)
{
    unsigned char c = (unsigned char)*key;
    if (c >= 0x20 && c < 0x7F)
        return insert(e, key, 1);
    if (!e->is_plain && move(e, key, n))
        return EDIT_MORE;
    switch (c) {
    case 0x16: return quoted(e, (unsigned char)key[1]);
    case 0x08:
    case 0x7F:
        if (e->cursor)
            cut(e, e->cursor - 1, 1);
        return EDIT_MORE;
    case 0x19: return e->nkills && !e->is_plain ? yank(e, 0) : EDIT_MORE;
    case 0x1B:
        if (n == 2 && (key[1] == 'y' || key[1] == 'Y')) {
            if (!was_yank || e->is_plain)
                return EDIT_MORE;
            cut(e, e->yank_at, strlen(e->kills[e->yank]));
            return yank(e, (e->yank + 1) % e->nkills);
        }
        if (!escape_known(key, n) || e->is_plain)
            return EDIT_MORE;
        break;
    default:
        if (c > 0x7F || !strchr(e->is_plain ? "\x15\x17\x18" : "\x04\x0b\x14\x15\x17\x18", c))
            return EDIT_MORE;
    }
    if (e->cursor == e->len && (c == 0x04 || (n == 4 && !memcmp(key, "\033[3~", 4))))
        return EDIT_MORE; /* nothing to delete: libedit would call it the end of input */
    by_libedit(e, key, n, strchr("\x0b\x15\x17\x18", c) || (n == 2 && (key[1] == 'd' || key[1] == 'D')));
    return EDIT_MORE;
}

enum edit_event edit_key(struct edit *e, const char *bytes, size_t len, size_t *used)
{
    size_t n = key_length(bytes, len);
    bool was_yank = e->yanked;
    *used = n;
    if (!n)
        return EDIT_WAIT;
    e->yanked = false;
    if (!*bytes)
        return EDIT_MORE;
    for (size_t i = 0; i < sizeof event_keys / sizeof event_keys[0]; i++)
        if (*bytes == *event_keys[i].key && strlen(event_keys[i].key) == n && !memcmp(event_keys[i].key, bytes, n)) {
            bool moves = event_keys[i].event == EDIT_UP || event_keys[i].event == EDIT_DOWN;
            return moves && e->is_plain ? EDIT_MORE : event_keys[i].event;
        }
    return edit_one(e, bytes, n, was_yank);
}

void edit_set_plain(struct edit *e, bool is_plain)
{
    e->is_plain = is_plain;
}

const char *edit_line(struct edit *e, size_t *len, size_t *cursor)
{
    *len = e->len;
    *cursor = e->cursor;
    return e->line;
}

void edit_set(struct edit *e, const char *text)
{
    if (!e->len && !*text)
        return;
    e->len = e->cursor = 0;
    e->line[0] = '\0';
    e->behind = true;
    edit_add(e, text);
}

void edit_add(struct edit *e, const char *text)
{
    e->cursor = e->len;
    edit_put(e, text);
}

void edit_put(struct edit *e, const char *text)
{
    size_t n = strlen(text);
    if (n && n + e->len <= LINE_MAX_BYTES)
        put(e, text, n);
}
