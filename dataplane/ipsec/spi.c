/* spi.c: inbound SAs by (address, protocol, SPI), for packets.
 *
 * A power of two of slots, probed linearly, at most half in use; a slot holds the key beside the SA, so that a packet's
 * look-up touches one line and then the SA. The place is the SPI times an odd constant: SPIs in here were drawn by this
 * router, so nobody else can choose them to collide, and a stranger's SPI costs but a short walk. Removing moves back
 * what was pushed on: there are no tombstones. It grows, and does not shrink.
 */
#include "dataplane/ipsec/ipsec_local.h"

#define BITS_MIN 6

void spi_init(struct spi_index *x)
{
    x->bits = BITS_MIN;
    x->slots = mem_aligned(sizeof *x->slots << x->bits, 64);
    x->used = 0;
}

void spi_fini(struct spi_index *x)
{
    mem_free(x->slots);
    x->slots = NULL;
}

/* The slot of a key, or the empty one that ends its walk. */
static struct spi_slot *slot_of(const struct spi_index *x, uint32_t addr, uint8_t proto, uint32_t spi)
{
    uint32_t mask = (1u << x->bits) - 1;
    for (uint32_t i = spi_place(x, spi);; i = (i + 1) & mask) {
        struct spi_slot *s = &x->slots[i];
        if (!s->sa || (s->spi == spi && s->addr == addr && s->proto == proto))
            return s;
    }
}

struct sa_pair *spi_find(const struct spi_index *x, uint32_t addr, uint8_t proto, uint32_t spi)
{
    return slot_of(x, addr, proto, spi)->sa;
}

static void grow(struct spi_index *x)
{
    struct spi_slot *old = x->slots;
    size_t n = (size_t)1 << x->bits++;
    x->slots = mem_aligned(2 * n * sizeof *x->slots, 64);
    for (size_t i = 0; i < n; i++)
        if (old[i].sa)
            *slot_of(x, old[i].addr, old[i].proto, old[i].spi) = old[i];
    mem_free(old);
}

void spi_add(struct spi_index *x, uint32_t addr, uint8_t proto, uint32_t spi, struct sa_pair *sa)
{
    struct spi_slot *s = slot_of(x, addr, proto, spi);
    if (!s->sa && ++x->used > (size_t)1 << (x->bits - 1)) {
        grow(x);
        s = slot_of(x, addr, proto, spi);
    }
    *s = (struct spi_slot){.spi = spi, .addr = addr, .proto = proto, .sa = sa};
}

void spi_remove(struct spi_index *x, uint32_t addr, uint8_t proto, uint32_t spi)
{
    uint32_t mask = (1u << x->bits) - 1;
    struct spi_slot *s = slot_of(x, addr, proto, spi);
    if (!s->sa)
        return;
    uint32_t hole = (uint32_t)(s - x->slots);
    for (uint32_t i = (hole + 1) & mask; x->slots[i].sa; i = (i + 1) & mask) {
        uint32_t home = spi_place(x, x->slots[i].spi);
        if (((i - home) & mask) >= ((i - hole) & mask)) { /* its walk passes the hole */
            x->slots[hole] = x->slots[i];
            hole = i;
        }
    }
    x->slots[hole].sa = NULL;
    x->used--;
}
