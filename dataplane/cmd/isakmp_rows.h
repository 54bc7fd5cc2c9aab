/* isakmp_rows.h: what the rows of ISAKMP, of its keyrings and of its profiles share. */
#ifndef DATAPLANE_CMD_ISAKMP_ROWS_H
#define DATAPLANE_CMD_ISAKMP_ROWS_H

#include <stdbool.h>

struct out;

/* Of a scope whose objects are struct ike_psk_conf: sealed keys and masks with holes are refused. */
bool isakmp_psk_check(void *self, const void *obj, struct out *out);
#endif
