/* listed.h: tables whose entries are listed one after the other in no order of their index (who.c and lines of the configuration): looked through for each question, as such
 * lists are short. */
#ifndef SNMP_MIB_LISTED_H
#define SNMP_MIB_LISTED_H

#include "espial/mib.h"

struct snmp;

/* The next entry, and its index (at->n 0: a name that is too long to be one's). False: there is no other. */
typedef bool listed_fn(struct snmp *s, size_t *cursor, void *entry, struct mib_index *at);

/* mib_table.next: `entry` is room for one. */
bool listed_behind(struct snmp *s, listed_fn *each, void *entry, struct mib_index *at);
/* The first entry of this index, into *entry. */
bool listed_at(struct snmp *s, listed_fn *each, void *entry, const struct mib_index *at) MUST_USE;
/* The spin lock of tables in which nothing can be set: it stands at 0. */
bool listed_lock(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out);
#endif
