/* errors.h: the last errors of IKE, for `show crypto isakmp|ikev2 diagnose error`: a ring of as many as are wanted. */
#ifndef DATAPLANE_IKE_ERRORS_H
#define DATAPLANE_IKE_ERRORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IKE_ERROR_TEXT 120
struct ike_error {
    uint32_t peer;
    unsigned count; /* so often in a row */
    char text[IKE_ERROR_TEXT];
};
struct ike_errors {
    struct ike_error *v; /* owned; the newest before `next` */
    unsigned n, next, cap;
    unsigned dropped; /* for want of room, since the last clear */
};

/* max: entries to keep, 0 none; another than the last time begins anew. One like the newest counts that one up. */
void ike_errors_add(struct ike_errors *e, unsigned max, uint32_t peer, const char *text);
/* Newest first. Cursor from 0; NULL at the end. */
const struct ike_error *ike_errors_next(const struct ike_errors *e, size_t *cursor);
void ike_errors_clear(struct ike_errors *e);
void ike_errors_fini(struct ike_errors *e);
#endif
