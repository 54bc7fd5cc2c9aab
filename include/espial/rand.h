/* rand.h: chance, injected. base/crypto/rand.c gives the real generator (getrandom); tests and --seed give a repeatable one. */
#ifndef ESPIAL_RAND_H
#define ESPIAL_RAND_H

#include <stddef.h>
#include <stdint.h>

struct rnd {
    void (*fill)(struct rnd *, void *buf, size_t len);
};
static inline void rnd_fill(struct rnd *r, void *buf, size_t len)
{
    r->fill(r, buf, len);
}
static inline uint32_t rnd_u32(struct rnd *r)
{
    uint32_t v;
    r->fill(r, &v, sizeof v);
    return v;
}

/* Of the system's generator. All are freed with rnd_free. */
struct rnd *rnd_system_new(void);
/* Repeatable (ChaCha20 or AES-CTR keyed by the seed): for simulation and --seed only. */
struct rnd *rnd_seeded_new(uint64_t seed);
/* Much of it, quickly, out of a little: an AES-256-CTR stream under keys from `from`, which must outlive it. Each piece's
 * key is gone when the piece is given out (nobody learns earlier pieces from its memory); new chance is mixed in every
 * megabyte. As unforeseeable as `from` is, and as repeatable. */
struct rnd *rnd_stretch_new(struct rnd *from);
void rnd_free(struct rnd *r); /* NULL-safe; wipes */
#endif
