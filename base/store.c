/* store.c: pieces of memory of a few sizes, which come and go but lie close together.
 *
 * What packets of many SAs touch shall be on as few pages as can be: a processor knows where some thousand pages are, and
 * looks up others in tables that are themselves in memory. So pieces are cut one after another from chunks: small ones
 * first (STORE_CHUNK bytes, then as much again as there is), and from STORE_MANY bytes on of STORE_HUGE, which the kernel
 * is asked to make of one large page each (madvise: where it does not, they are like others). A piece given back is wiped,
 * and is the next of its size; when all are back, so are the chunks. Pieces are zeroed and begin a line of the cache.
 * Large ones (over STORE_PIECE) are the heap's. Under AddressSanitizer all are, so that it sees who uses them too long. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "espial/mem.h"

enum { LINE = 64, STORE_PIECE = 8192, STORE_CHUNK = 16 * 1024, STORE_MANY = 512 * 1024, STORE_HUGE = 2 << 20 };

#ifdef __SANITIZE_ADDRESS__
enum { STORE_HEAP = 1 };
#else
enum { STORE_HEAP = 0 };
#endif

struct store_chunk {
    struct store_chunk *next;
    uint8_t *bytes;
    size_t size, used;
    bool mapped;
};
struct store_piece {
    struct store_piece *next;
};
struct store {
    struct store_chunk *chunks; /* the first is the one that is cut from */
    size_t pieces, bytes;
    struct store_piece *back[STORE_PIECE / LINE + 1]; /* given back, by lines */
};

struct store *store_new(void)
{
    return NEW(struct store);
}

/* At a place that is a multiple of its size. NULL: none. */
static uint8_t *huge_new(void)
{
    uint8_t *all = mmap(NULL, 2 * STORE_HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED)
        return NULL;
    size_t before = (STORE_HUGE - (uintptr_t)all % STORE_HUGE) % STORE_HUGE;
    if (before)
        munmap(all, before);
    munmap(all + before + STORE_HUGE, STORE_HUGE - before);
    (void)madvise(all + before, STORE_HUGE, MADV_HUGEPAGE);
    return all + before;
}

static void chunk_add(struct store *s)
{
    struct store_chunk *c = NEW(struct store_chunk);
    c->bytes = s->bytes >= STORE_MANY ? huge_new() : NULL;
    c->mapped = c->bytes;
    c->size = c->mapped ? STORE_HUGE : s->bytes < STORE_CHUNK ? STORE_CHUNK : s->bytes;
    if (!c->mapped && c->size > STORE_MANY)
        c->size = STORE_MANY;
    if (!c->mapped)
        c->bytes = mem_aligned(c->size, LINE);
    c->next = s->chunks;
    s->chunks = c;
    s->bytes += c->size;
}

static void chunks_end(struct store *s)
{
    while (s->chunks) {
        struct store_chunk *c = s->chunks;
        s->chunks = c->next;
        if (c->mapped)
            munmap(c->bytes, c->size);
        else
            mem_free(c->bytes);
        mem_free(c);
    }
    s->bytes = 0;
    memset(s->back, 0, sizeof s->back);
}

void store_free(struct store *s)
{
    if (!s)
        return;
    chunks_end(s);
    mem_free(s);
}

static size_t lines_of(size_t size)
{
    return (size + LINE - 1) / LINE;
}

void *store_take(struct store *s, size_t size)
{
    size_t lines = lines_of(size);
    if (STORE_HEAP || size > STORE_PIECE)
        return mem_aligned(lines * LINE, LINE);
    s->pieces++;
    struct store_piece *p = s->back[lines];
    if (p) {
        s->back[lines] = p->next;
        p->next = NULL;
        return p;
    }
    if (!s->chunks || s->chunks->size - s->chunks->used < lines * LINE)
        chunk_add(s);
    uint8_t *at = s->chunks->bytes + s->chunks->used;
    s->chunks->used += lines * LINE;
    return at;
}

void store_give(struct store *s, void *piece, size_t size)
{
    size_t lines = lines_of(size);
    if (STORE_HEAP || size > STORE_PIECE) {
        mem_free(piece);
        return;
    }
    struct store_piece *p = memset(piece, 0, lines * LINE);
    p->next = s->back[lines];
    s->back[lines] = p;
    if (--s->pieces == 0)
        chunks_end(s);
}
