/* copy_local.h: what the two ways of transfer share. */
#ifndef CLI_COPY_COPY_LOCAL_H
#define CLI_COPY_COPY_LOCAL_H

#include "cli/copy/transfer.h"
#include "espial/loop.h"
#include "espial/mem.h"

struct copier {
    struct loop *loop;
    struct inet *inet;
    struct children *children;
    struct transfer *first;
};
struct transfer_ops {
    void (*start)(struct transfer *t);                /* in a turn of its own */
    void (*fini)(struct transfer *t, bool cancelled); /* let go of everything; the memory is freed by transfer.c */
};
struct transfer { /* first member of both kinds */
    const struct transfer_ops *ops;
    struct copier *copier;
    struct transfer *next, **link;
    struct transfer_params p;
    struct timer timer; /* begins it; from `start` on the kind's own */
    uint64_t bytes;
    bool over; /* `ended` was called; the kind goes on by itself (tftp's last acknowledgement) */
};
struct transfer *tftp_transfer_new(void);
struct transfer *curl_transfer_new(void);
/* It is over: tells the caller and frees t, unless `linger`. */
void transfer_end(struct transfer *t, enum transfer_end e, bool linger);
void transfer_free(struct transfer *t, bool cancelled);
#endif
