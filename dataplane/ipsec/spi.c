/* spi.c: inbound SAs by (address, protocol, SPI), for packets.
 *
 * A power of two of sets of SPI_WAYS places, at most half of them in use; a set holds the keys beside the SAs, so that a
 * packet's look-up touches one line and then the SA. A key stands in its home, or, where that is full, in the next set
 * that is not. The home is the SPI times an odd constant: SPIs in here were drawn by this router, so nobody else can
 * choose them to collide, and a stranger's SPI costs but a short walk. Removing moves back what was pushed on: there are
 * no tombstones. It grows, and does not shrink. An SA's address is not 0.
 */
#include "dataplane/ipsec/spi.h"

#include "espial/mem.h"

#define BITS_MIN 4

static struct spi_table *table_of(struct spi_index *x, uint8_t proto)
{
    return proto == PROTO_AH ? &x->ah : &x->esp;
}

static void table_init(struct spi_table *t, unsigned bits)
{
    t->bits = bits;
    t->sets = mem_aligned(sizeof *t->sets << bits, sizeof *t->sets);
    t->used = 0;
}

void spi_init(struct spi_index *x)
{
    table_init(&x->esp, BITS_MIN);
    table_init(&x->ah, BITS_MIN);
}

void spi_fini(struct spi_index *x)
{
    mem_free(x->esp.sets);
    mem_free(x->ah.sets);
    x->esp.sets = x->ah.sets = NULL;
}

static uint32_t next_of(const struct spi_table *t, uint32_t i)
{
    return (i + 1) & ((1u << t->bits) - 1);
}

static void put(struct spi_table *t, uint32_t addr, uint32_t spi, struct sa_pair *sa)
{
    uint32_t i = spi_home(t, spi);
    while (spi_full(&t->sets[i]))
        i = next_of(t, i);
    struct spi_set *s = &t->sets[i];
    unsigned at = 0;
    while (s->sa[at])
        at++;
    s->spi[at] = spi;
    s->addr[at] = addr;
    s->sa[at] = sa;
    t->used++;
}

static void grow(struct spi_table *t)
{
    struct spi_table old = *t;
    table_init(t, old.bits + 1);
    for (size_t i = 0; i < (size_t)1 << old.bits; i++)
        for (unsigned k = 0; k < SPI_WAYS; k++)
            if (old.sets[i].sa[k])
                put(t, old.sets[i].addr[k], old.sets[i].spi[k], old.sets[i].sa[k]);
    mem_free(old.sets);
}

void spi_add(struct spi_index *x, uint32_t addr, uint8_t proto, uint32_t spi, struct sa_pair *sa)
{
    struct spi_table *t = table_of(x, proto);
    if (t->used + 1 > ((size_t)SPI_WAYS << t->bits) / 2)
        grow(t);
    put(t, addr, spi, sa);
}

static void empty(struct spi_set *s, unsigned at)
{
    s->spi[at] = s->addr[at] = 0;
    s->sa[at] = NULL;
}

/* One place of set `hole` became empty: what stands further on because that set was full comes back. */
static void mend(struct spi_table *t, uint32_t hole, unsigned at)
{
    uint32_t mask = (1u << t->bits) - 1;
    bool full = true; /* the last set looked at was, before */
    for (uint32_t i = next_of(t, hole); full && i != hole; i = next_of(t, i)) {
        struct spi_set *s = &t->sets[i], *to = &t->sets[hole];
        full = spi_full(s);
        for (unsigned k = 0; k < SPI_WAYS; k++) {
            if (!s->sa[k] || ((i - spi_home(t, s->spi[k])) & mask) < ((i - hole) & mask))
                continue;
            to->spi[at] = s->spi[k];
            to->addr[at] = s->addr[k];
            to->sa[at] = s->sa[k];
            empty(s, k);
            hole = i;
            at = k;
            break;
        }
    }
}

void spi_remove(struct spi_index *x, uint32_t addr, uint8_t proto, uint32_t spi)
{
    struct spi_table *t = table_of(x, proto);
    for (uint32_t i = spi_home(t, spi);; i = next_of(t, i)) {
        struct spi_set *s = &t->sets[i];
        unsigned fits = spi_fits(s, addr, spi);
        bool full = spi_full(s);
        if (fits) {
            unsigned at = (unsigned)__builtin_ctz(fits);
            empty(s, at);
            t->used--;
            if (full)
                mend(t, i, at);
            return;
        }
        if (!full)
            return;
    }
}
