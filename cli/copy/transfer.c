/* transfer.c: what is common to transfers, whichever way they go: their list, their beginning in a turn of its own, their end.
 *
 * A transfer belongs to the copier of one router and to the command that asked for it, until `ended` is called or the command cancels it. A TFTP client that has
 * acknowledged the last block stays for a while by itself (`over`), to repeat that acknowledgement; few of these are kept. */
#include "cli/copy/copy_local.h"

enum { LINGERING_MAX = 8 };

const char *transfer_end_text(enum transfer_end e)
{
    static const char *const texts[TRANSFER_ENDS] = {
        [TRANSFER_OK] = "OK",
        [TRANSFER_TIMEOUT] = "Timed out",
        [TRANSFER_NOT_FOUND] = "No such file or directory",
        [TRANSFER_DENIED] = "Permission denied",
        [TRANSFER_FULL] = "Not enough space on device",
        [TRANSFER_EXISTS] = "Can't create a file that exists",
        [TRANSFER_TOO_BIG] = "File too big",
        [TRANSFER_NO_ROUTE] = "Destination unreachable; gateway or host down",
        [TRANSFER_NO_HOST] = "Unknown host",
        [TRANSFER_REFUSED] = "Connection refused by remote host",
        [TRANSFER_PROTOCOL] = "Protocol error",
        [TRANSFER_UNDEFINED] = "Undefined error",
        [TRANSFER_LOCAL] = "I/O error",
        [TRANSFER_NONE] = "Function not implemented",
    };
    return (unsigned)e < TRANSFER_ENDS ? texts[e] : "I/O error";
}

static void begin(void *arg)
{
    struct transfer *t = arg;
    t->ops->start(t);
}

struct copier *copier_new(struct loop *loop, struct inet *inet, struct children *children)
{
    struct copier *c = NEW(struct copier);
    c->loop = loop;
    c->inet = inet;
    c->children = children;
    return c;
}

void transfer_free(struct transfer *t, bool cancelled)
{
    t->ops->fini(t, cancelled);
    timer_clear(&t->timer);
    *t->link = t->next;
    if (t->next)
        t->next->link = t->link;
    mem_free(t);
}

void copier_free(struct copier *c)
{
    if (!c)
        return;
    while (c->first)
        transfer_free(c->first, true);
    mem_free(c);
}

/* The newest stand first: the last of those that linger is the oldest. */
static void drop_lingering(struct copier *c)
{
    struct transfer *oldest = NULL;
    unsigned n = 0;
    for (struct transfer *t = c->first; t; t = t->next)
        if (t->over) {
            n++;
            oldest = t;
        }
    if (n > LINGERING_MAX)
        transfer_free(oldest, false);
}

struct transfer *transfer_start(struct copier *c, const struct transfer_params *p)
{
    struct transfer *t = p->url.scheme == URL_TFTP ? tftp_transfer_new() : curl_transfer_new();
    t->copier = c;
    t->p = *p;
    t->next = c->first;
    t->link = &c->first;
    if (t->next)
        t->next->link = &t->next;
    c->first = t;
    timer_init(&t->timer, c->loop, begin, t);
    timer_set(&t->timer, 0);
    return t;
}

void transfer_end(struct transfer *t, enum transfer_end e, bool linger)
{
    struct copier *c = t->copier;
    void (*ended)(void *, enum transfer_end, uint64_t) = t->p.ended;
    void *arg = t->p.arg;
    uint64_t bytes = t->bytes;
    if (linger) {
        t->over = true;
        drop_lingering(c);
    } else {
        transfer_free(t, false);
    }
    ended(arg, e, bytes);
}

void transfer_cancel(struct transfer *t)
{
    if (t)
        transfer_free(t, true);
}
