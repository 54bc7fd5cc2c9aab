/* mailer.h: a mail server for tests: streams that speak by a script, refuse, break or stay silent. */
#ifndef ESPIAL_TESTS_SIM_MAILER_H
#define ESPIAL_TESTS_SIM_MAILER_H

#include "espial/loop.h"
#include "espial/stream.h"
#include "espial/text.h"

enum { MAILER_LATENCY_MS = 10 };
enum mailer_temper { MAILER_ANSWERS, MAILER_REFUSES, MAILER_SILENT, MAILER_HANGS_UP };

/* What comes is answered by the next of `replies`, MAILER_LATENCY_MS later; behind the last (NULL) it hangs up. It takes a hundred
 * bytes at a time. */
struct mailer {
    struct streams streams; /* first */
    struct loop *loop;
    enum mailer_temper temper;
    unsigned refuse; /* the first so many connections */
    const char *const *replies;
    unsigned opened, open;
    uint32_t addr; /* where the last connection went */
    uint16_t port;
    struct text last; /* what the last connection that was closed has heard */
};
extern const char *const mailer_kind[]; /* the replies to one mail that is taken */

void mailer_init(struct mailer *m, struct loop *loop, enum mailer_temper temper, const char *const *replies);
void mailer_end(struct mailer *m); /* no stream is open any more */
#endif
