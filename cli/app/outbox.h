/* outbox.h: bytes on their way to a descriptor that may not take them now. */
#ifndef CLI_APP_OUTBOX_H
#define CLI_APP_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "espial/loop.h"
#include "espial/text.h"

#define OUTBOX_MAX (8u * 1024 * 1024)

struct outbox {
    struct loop *loop;
    int fd;
    bool broken;     /* the reader is gone, or so slow that OUTBOX_MAX was reached: nothing is kept any more */
    struct text text;
    size_t at;
    struct fd_watch watch;
    void (*drained)(
        void *
            arg); /* all that had to wait is written, or the box broke; never called from inside outbox_write; may be NULL */
    void *arg;
};
/* fd is borrowed. Regular files and blocking descriptors work too. */
void outbox_init(struct outbox *o, struct loop *loop, int fd);
void outbox_write(struct outbox *o, const char *bytes, size_t len);
bool outbox_empty(const struct outbox *o);
bool outbox_full(const struct outbox *o); /* enough waits: write no more until `drained` */
/* Write what is left, waiting for a slow reader at most `ms`. */
void outbox_finish(struct outbox *o, int ms);
void outbox_free(struct outbox *o);
#endif
