/* bare.h: the sums of ESP and nothing else, for bench_esp.c to be held against: see bare.c. */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "dataplane/ipsec/ipsec.h"
#include "dataplane/stage.h"

#define VECTOR     GRAPH_VECTOR
#define PACKET_MAX 2048
#define ORDER      (1 << 20) /* places of the random order */

struct transform_row {
    const char *name;
    struct ipsec_transform t;
    const char *hash; /* of the bare HMAC */
};

static inline double bench_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static inline void bench_must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "bench_esp: %s failed\n", what);
    exit(1);
}

/* Over libcrypto. */
struct bare;
struct bare *bare_new(const struct transform_row *row, unsigned size, bool encrypt);
void bare_free(struct bare *b);
/* For about `seconds`; *best becomes the seconds a packet took, if that is less. */
void bare_round(struct bare *b, double seconds, double *best);

/* Over the multi-buffer library, AES-GCM with nkeys keys in a random order. NULL where there is none; then a round does nothing. */
struct wide;
struct wide *wide_new(const struct transform_row *row, unsigned size, bool encrypt, unsigned nkeys);
void wide_free(struct wide *w);
void wide_round(struct wide *w, const uint32_t *order, double seconds, double *best);
#endif
