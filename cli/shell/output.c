/* output.c: where a command's text goes. Handler -> `| filter` -> pager -> terminal or capture.
 *
 * The pager holds back what does not fit on the page and shows ` --More-- `. Keys (IOS): blank the next page, Enter one
 * line, q stop, Ctrl-C, Ctrl-Z and Ctrl-^ stop; `/expr` goes on at the first line that matches, `+expr` and `-expr`
 * keep or drop the lines that match; one such choice a command, it stays to the end. Any other key: the next page. The
 * mark is erased with backspaces and blanks, never with an escape sequence. Length 0, and every session without a
 * terminal, has no pager, and only what may be filtered is paged: a ping of ten thousand packets scrolls by.
 *
 * The same text held back waits for a terminal that is full, its reader being slow: without a mark, and no key but an
 * interruption counts until it has drained. Handlers need not wait for either: the rest of their text is held here, bounded; who prints
 * without a bound asks for room (cmd_host.room).
 */
#include "cli/shell/shell_local.h"

#include <string.h>

#define KEY_CTRL_C 0x03
#define KEY_BS     0x08
#define KEY_CTRL_Z 0x1A
#define KEY_CTRL_6 0x1E
#define KEY_DEL    0x7F

static const char more_mark[] = " --More-- ";
static const char more_erase[] = "\b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\b";

#define PIECE 16384 /* bytes given to the terminal before it is asked again whether it is full */

static bool paging(const struct output *o)
{
    return o->sh->channel && o->sh->set.length > 1 && !o->unpaged;
}

static void emit(struct output *o, const char *s, size_t len)
{
    if (!len)
        return;
    unsigned width = o->sh->set.width;
    const char *p = s, *end = s + len;
    for (const char *nl; (nl = memchr(p, '\n', (size_t)(end - p))) != NULL; p = nl + 1) {
        size_t columns = o->column + (size_t)(nl - p);
        o->lines +=
            1 + (width && columns ? (unsigned)((columns - 1) / width) : 0); /* rows: a long line takes several */
        o->column = 0;
    }
    o->column += (size_t)(end - p);
    o->midline = s[len - 1] != '\n';
    session_emit(o->sh, s, len);
}

static void show_more(struct output *o)
{
    o->more = true;
    session_notify(o->sh);
    session_emit(o->sh, more_mark, sizeof more_mark - 1);
}

static void erase(struct output *o)
{
    session_emit(o->sh, more_erase, sizeof more_erase - 1);
    o->more = false;
}

void held_add(struct text *held, const char *s, size_t len)
{
    static const char cut[] = "\n% The output is longer than can be held: the rest is left out\n";
    if (held->len > HELD_OUTPUT_MAX)
        return;
    size_t room = HELD_OUTPUT_MAX - held->len;
    text_addn(held, s, len < room ? len : room);
    if (len > room)
        text_addn(held, cut, sizeof cut - 1); /* and so it is longer than the bound: nothing follows */
}

static bool is_full(const struct output *o)
{
    struct channel *ch = o->sh->channel;
    return ch && ch->full && ch->full(ch);
}

bool output_waits(const struct output *o)
{
    return o->more || o->stalled;
}

/* Show line by line until the page, or the terminal, is full; returns how many bytes were taken. */
static size_t feed(struct output *o, const char *s, size_t len)
{
    size_t at = 0, asked = 0;
    while (at < len) {
        if (paging(o) && o->lines >= o->sh->set.length - 1) {
            show_more(o);
            break;
        }
        if (at >= asked) {
            o->stalled = is_full(o);
            if (o->stalled)
                break;
            asked = at + PIECE;
        }
        size_t n = o->sh->channel && len - at > PIECE ? PIECE : len - at;
        const char *end = paging(o) ? memchr(s + at, '\n', n) : n < len - at ? memrchr(s + at, '\n', n) : NULL;
        if (end)
            n = (size_t)(end - (s + at)) + 1;
        if (o->narrow)
            filter_write(o->narrow, s + at, n);
        else
            emit(o, s + at, n);
        at += n;
    }
    return at;
}

static void page_write(struct out *out, const char *s, size_t len)
{
    struct output *o = (struct output *)(void *)((char *)out - offsetof(struct output, paged));
    if (o->discard)
        return;
    size_t taken = output_waits(o) ? 0 : feed(o, s, len);
    held_add(&o->held, s + taken, len - taken);
}

static void shown_write(struct out *out, const char *s, size_t len)
{
    emit((struct output *)(void *)((char *)out - offsetof(struct output, shown)), s, len);
}

static void handler_write(struct out *out, const char *s, size_t len)
{
    struct output *o = (struct output *)(void *)out;
    if (o->sh->closing)
        return;
    if (o->filter) /* also after `q`: a file of tee gets the whole output, whatever was stopped on the screen */
        filter_write(o->filter, s, len);
    else
        page_write(&o->paged, s, len);
}

void output_init(struct output *o, struct shell *sh)
{
    *o = (struct output){.sh = sh};
    o->out.write = handler_write;
    o->paged.write = page_write;
    o->shown.write = shown_write;
}

void output_begin(struct output *o)
{
    o->lines = 0;
    o->column = 0;
    o->discard = o->more = o->stalled = o->typing = o->ended = false;
    o->out.width = o->paged.width = o->shown.width = o->sh->set.width;
    o->out.boot = o->sh->config_file && !o->sh->merging;
    text_clear(&o->held);
    o->held_at = 0;
}

/* Everything is shown (or dropped): forget the filters, begin the prompt on a fresh line. */
static void finish(struct output *o)
{
    if (o->narrow)
        filter_end(o->narrow);
    filter_free(o->narrow);
    o->narrow = NULL;
    text_free(&o->held);
    o->held_at = 0;
    o->ended = o->unpaged = false;
    if (o->midline)
        emit(o, "\n", 1);
}

bool output_remote(struct output *o, char url[256], struct text *text)
{
    if (!o->filter)
        return false;
    if (!o->filtered)
        filter_end(o->filter);
    o->filtered = true;
    return filter_remote(o->filter, url, text);
}

bool output_end(struct output *o)
{
    if (o->filter) {
        struct filter *f = o->filter;
        o->filter = NULL;
        if (!o->filtered)
            filter_end(f);
        filter_free(f);
    }
    o->filtered = false;
    o->ended = output_waits(o);
    if (o->ended)
        return false;
    finish(o);
    return true;
}

static void output_stop(struct output *o)
{
    o->more = o->stalled = o->typing = false;
    o->discard = true;
    text_clear(&o->held);
    o->held_at = 0;
    filter_free(o->narrow);
    o->narrow = NULL;
}

void output_flush(struct output *o)
{
    if (!o->more)
        return;
    erase(o);
    o->typing = false;
    if (o->narrow)
        filter_write(o->narrow, text_str(&o->held) + o->held_at, o->held.len - o->held_at);
    else
        emit(o, text_str(&o->held) + o->held_at, o->held.len - o->held_at);
    text_clear(&o->held);
    o->held_at = 0;
}

void output_fini(struct output *o)
{
    filter_free(o->filter);
    filter_free(o->narrow);
    text_free(&o->held);
    text_free(&o->pattern);
}

static void resume(struct output *o)
{
    size_t taken = feed(o, text_str(&o->held) + o->held_at, o->held.len - o->held_at);
    o->held_at += taken;
    if (output_waits(o))
        return;
    text_clear(&o->held);
    o->held_at = 0;
    if (o->ended) {
        finish(o);
        session_output_drained(o->sh);
    } else {
        session_output_room(o->sh);
    }
}

void output_resume(struct output *o)
{
    if (!o->stalled)
        return;
    o->stalled = false;
    resume(o);
}

static void stop(struct output *o)
{
    bool ended = o->ended;
    if (o->more)
        erase(o);
    output_stop(o);
    if (ended) {
        finish(o);
        session_output_drained(o->sh);
    } else {
        session_interrupt(o->sh);
    }
}

static void pattern_key(struct output *o, char c)
{
    if (c == '\r' || c == '\n') {
        o->typing = false;
        session_emit(o->sh, "\n", 1);
        o->narrow = filter_of_pager(o->key, text_str(&o->pattern), &o->shown);
        static const char bad[] = "% Failed to compile regular expression.\n", going[] = "filtering...\n";
        if (!o->narrow) {
            session_emit(o->sh, bad, sizeof bad - 1);
            show_more(o);
            return;
        }
        session_emit(o->sh, going, sizeof going - 1);
        o->more = false;
        o->lines = 0;
        resume(o);
    } else if (c == KEY_BS || c == KEY_DEL) {
        if (o->pattern.len) {
            o->pattern.s[--o->pattern.len] = 0;
            session_emit(o->sh, "\b \b", 3);
        }
    } else if (c == KEY_CTRL_C || c == KEY_CTRL_Z || c == KEY_CTRL_6) {
        o->typing = false;
        session_emit(o->sh, "\n", 1);
        show_more(o);
    } else if ((unsigned char)c >= ' ' && (unsigned char)c < KEY_DEL && o->pattern.len < 255) {
        text_addn(&o->pattern, &c, 1);
        session_emit(o->sh, &c, 1);
    }
}

void output_key(struct output *o, char c)
{
    if (o->typing) {
        pattern_key(o, c);
        return;
    }
    switch (c) {
    case 'q':
    case 'Q':
    case KEY_CTRL_C:
    case KEY_CTRL_Z:
    case KEY_CTRL_6: stop(o); return;
    case '/':
    case '+':
    case '-':
        if (!o->narrow) {
            erase(o);
            o->more = o->typing = true;
            o->key = c;
            text_clear(&o->pattern);
            session_emit(o->sh, &c, 1);
            return;
        }
        o->lines = 0;
        break;
    case '\r':
    case '\n': o->lines = o->sh->set.length > 1 ? o->sh->set.length - 2 : 0; break;
    default: o->lines = 0; break;
    }
    erase(o);
    resume(o);
}
