/* copy.h: configurations copied at a manager's word (CISCO-CONFIG-COPY-MIB). */
#ifndef SNMP_COPY_H
#define SNMP_COPY_H

#include <stdbool.h>
#include <stdint.h>

struct snmp;
struct trap_var;

#define COPIES_MAX    10  /* entries at a time */
#define COPY_FILE_MAX 200 /* octets of a name */

enum copy_place { PLACE_NONE, PLACE_NETWORK, PLACE_FILE, PLACE_STARTUP, PLACE_RUNNING }; /* ConfigFileType */
enum copy_state { COPY_WAITING = 1, COPY_RUNS, COPY_SUCCESSFUL, COPY_FAILED };
enum copy_cause {
    COPY_UNKNOWN = 1,
    COPY_BAD_NAME,
    COPY_TIMEOUT,
    COPY_NO_MEMORY,
    COPY_NO_CONFIG,
    COPY_PROTOCOL,
    COPY_IN_PART,
    COPY_NOT_READY,
    COPY_ABORTED
};
enum row_status {
    ROW_NONE,
    ROW_ACTIVE,
    ROW_NOT_IN_SERVICE,
    ROW_NOT_READY,
    ROW_CREATE_AND_GO,
    ROW_CREATE_AND_WAIT,
    ROW_DESTROY
};

/* What a manager asks for, and how it went. */
struct copy_asked {
    uint32_t index;
    uint32_t protocol; /* 1: tftp, the only one that is carried out */
    enum copy_place from, to;
    uint32_t server; /* 0: none */
    char file[COPY_FILE_MAX + 1], user[65];
    bool notify;
    enum row_status status; /* ROW_NONE: only its columns were set so far, in this turn */
    enum copy_state state;
    enum copy_cause cause;
    uint32_t began, ended; /* sysUpTime; ended: 0, not yet */
};

/* The first entry of this index or a greater one that has a status; NULL: none. */
const struct copy_asked *snmp_copy_from(const struct snmp *s, uint32_t from);
/* Which may have no status yet. */
struct copy_asked *snmp_copy_at(struct snmp *s, uint32_t index);
/* The same; made when it is not there, until the end of the turn unless it gets a status. NULL: there are too many. */
struct copy_asked *snmp_copy_make(struct snmp *s, uint32_t index);
bool snmp_copy_room(const struct snmp *s);
/* The entry's RowStatus is set: a copy begins at the end of the turn, or the entry goes. */
void snmp_copy_set(struct copy_asked *c, enum row_status status);
void snmp_copy_clear(struct snmp *s); /* all entries and what runs for them */
#endif
