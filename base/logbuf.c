/* logbuf.c: the logging buffer: a ring of whole messages, bounded in bytes.
 *
 * Messages stand NUL-ended in one block, each in one piece: what does not fit behind the newest goes to the front of the block, over the oldest ones. The block grows
 * by doubling until it has the size that was asked for (`logging buffered 2000000` costs nothing until there is that much to say); only then does it
 * wrap. So there are two shapes: plain, [head, tail), and wrapped, [head, wrap) and then [0, tail) with tail <= head.
 *
 * A cursor is a message's number (32 bits, counted from the first one ever) and its place: reading on costs nothing, and a reader whose place was overwritten, cleared or
 * resized away goes on with the oldest message instead of reading rubbish. */
#include "base/log_local.h"

#include <string.h>

#include "espial/mem.h"

enum { LOGBUF_MIN = 256, LOGBUF_FIRST = 4096 };

struct logbuf {
    char *data;
    size_t cap, max;
    size_t head, tail, wrap;
    bool wrapped;
    uint32_t first, count; /* number of the oldest; messages held */
};

static size_t clamp_size(size_t size)
{
    return size < LOGBUF_MIN ? LOGBUF_MIN : size > INT32_MAX ? INT32_MAX : size;
}

struct logbuf *logbuf_new(size_t size)
{
    struct logbuf *b = NEW(struct logbuf);
    b->max = clamp_size(size);
    return b;
}

void logbuf_free(struct logbuf *b)
{
    if (!b)
        return;
    mem_free(b->data);
    mem_free(b);
}

static void logbuf_empty(struct logbuf *b)
{
    b->head = b->tail = b->wrap = 0;
    b->wrapped = false;
    b->count = 0;
}

static void logbuf_pop(struct logbuf *b)
{
    b->head += strlen(b->data + b->head) + 1;
    b->first++;
    b->count--;
    if (b->count == 0) {
        logbuf_empty(b);
    } else if (b->wrapped && b->head == b->wrap) {
        b->head = 0;
        b->wrapped = false;
    }
}

/* Make room for n bytes at b->tail; n <= max. */
static void logbuf_room(struct logbuf *b, size_t n)
{
    for (;;) {
        if (b->wrapped) {
            if (b->head - b->tail >= n)
                return;
        } else if (b->cap - b->tail >= n) {
            return;
        } else if (b->cap < b->max) {
            size_t cap = b->cap ? b->cap * 2 : LOGBUF_FIRST;
            b->cap = cap < b->max ? cap : b->max;
            b->data = mem_resize(b->data, b->cap, 1);
            continue;
        } else if (b->head >= n) {
            b->wrap = b->tail;
            b->tail = 0;
            b->wrapped = true;
            return;
        }
        logbuf_pop(b);
    }
}

void logbuf_push(struct logbuf *b, const char *line)
{
    size_t n = strlen(line) + 1;
    if (n > b->max)
        return;
    logbuf_room(b, n);
    memcpy(b->data + b->tail, line, n);
    b->tail += n;
    b->count++;
}

const char *logbuf_next(const struct logbuf *b, size_t *cursor)
{
    uint64_t c = *cursor;
    uint32_t number = (uint32_t)(c >> 32) - 1; /* of the message to give */
    size_t at = (uint32_t)c;
    if (c == 0 || (int32_t)(number - b->first) < 0)
        number = b->first;
    if (number == b->first)
        at = b->head; /* any other stands where the one before it, still held, ended */
    if (number - b->first >= b->count)
        return NULL;
    if (b->wrapped && at == b->wrap)
        at = 0;
    const char *line = b->data + at;
    at += strlen(line) + 1;
    *cursor = (uint64_t)(number + 2) << 32 | at;
    return line;
}

void logbuf_clear(struct logbuf *b)
{
    b->first += b->count;
    logbuf_empty(b);
}

void logbuf_resize(struct logbuf *b, size_t size)
{
    size = clamp_size(size);
    if (size == b->max)
        return;
    struct logbuf old = *b;
    size_t cursor = 0;
    b->data = NULL;
    b->cap = 0;
    b->max = size;
    b->first += b->count;
    logbuf_empty(b);
    for (const char *line; (line = logbuf_next(&old, &cursor));)
        logbuf_push(b, line);
    mem_free(old.data);
}
