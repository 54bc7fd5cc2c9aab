/* transfer.h: one file on its way from or to another machine. tftp: goes over the router's own UDP (tftp.c), scp: ftp: http: https: over the host's sockets, by a
 * child that is the program curl (curl.c). Both are asked and heard through the same calls; everything happens on the loop. */
#ifndef CLI_COPY_TRANSFER_H
#define CLI_COPY_TRANSFER_H

#include "cli/copy/url.h"
#include "espial/file.h"

struct loop;
struct inet;
struct children;
struct copier;
struct transfer;

enum transfer_end {
    TRANSFER_OK,
    TRANSFER_TIMEOUT,
    TRANSFER_NOT_FOUND,
    TRANSFER_DENIED,
    TRANSFER_FULL,   /* there */
    TRANSFER_EXISTS, /* there */
    TRANSFER_TOO_BIG,
    TRANSFER_NO_ROUTE,
    TRANSFER_NO_HOST,   /* its name means nothing */
    TRANSFER_REFUSED,   /* nobody listens there */
    TRANSFER_PROTOCOL,  /* an answer that makes no sense */
    TRANSFER_UNDEFINED, /* the other end says no more than "no" */
    TRANSFER_LOCAL,     /* take or give said no: the caller knows why */
    TRANSFER_NONE,      /* this router has no way to do it */
    TRANSFER_ENDS
};
/* The words in IOS's parentheses: "Timed out". */
const char *transfer_end_text(enum transfer_end e);

struct transfer_params {
    struct url url; /* with a host and a path */
    bool put;       /* false: get */
    uint64_t size;  /* put: how many bytes there will be */
    int fd; /* put: the file itself, where it is one of this machine's, at its beginning; -1: bytes come from give alone */
    uint32_t source;     /* tftp: address to send from; 0: that of the route */
    uint16_t block_size; /* tftp: 512 to 8192; 0: 512 */
    /* None is called from inside transfer_start or after `ended`. */
    bool (*take)(void *arg, const void *data, size_t len); /* get: the next bytes. False ends it with TRANSFER_LOCAL */
    bool (*give)(void *arg, void *buf, size_t max,
                 size_t *n);                        /* put: the next bytes; *n < max: the last. False as above */
    void (*started)(void *arg, const char *ifname); /* the other end has answered; ifname: where (tftp), or NULL */
    void (*mark)(void *arg, char c);                /* '!' a piece went over, '.' one had to be repeated */
    void (*ended)(void *arg, enum transfer_end e, uint64_t bytes); /* the handle is gone */
    void *arg;
};

/* inet, children: NULL where there are none. */
struct copier *copier_new(struct loop *loop, struct inet *inet, struct children *children);
void copier_free(struct copier *c); /* ends what still goes on; nobody is told. NULL-safe */
/* Never NULL: what cannot begin ends in a later turn. */
struct transfer *transfer_start(struct copier *c, const struct transfer_params *p);
/* Stop at once; `ended` is not called. NULL-safe. */
void transfer_cancel(struct transfer *t);
#endif
