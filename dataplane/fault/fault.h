/* fault.h: named defects that can be switched on, for teaching and for tests: see fault.def. An engine asks where a
 * defect would strike; the answer is no unless `test crypto fault` said otherwise. */
#ifndef DATAPLANE_FAULT_FAULT_H
#define DATAPLANE_FAULT_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct faults;
struct rnd;

enum fault_id {
#define FAULT(id, bug, window_ms, text) id,
#include "dataplane/fault/fault.def"
#undef FAULT
    FAULTS
};
struct fault_row {
    const char *bug;    /* CSCsq59183 */
    uint32_t window_ms; /* where none is given; 0: it has none */
    const char *text;
};
const struct fault_row *fault_row(enum fault_id id);
/* The row of a bug id, in either case. False: none. */
bool fault_find(const char *bug, enum fault_id *out);

/* How one is switched on. */
struct fault_conf {
    bool on;
    uint8_t percent;    /* 1-100: strikes with this chance */
    uint32_t every;     /* strikes at every nth occasion alone; 0: at each */
    uint32_t window_ms; /* its delay */
    uint32_t threshold; /* strikes only while more than so many pairs are installed */
};
struct faults *faults_new(struct rnd *rnd);
void faults_free(struct faults *f); /* NULL-safe */
void fault_set(struct faults *f, enum fault_id id, const struct fault_conf *c);
const struct fault_conf *fault_conf(const struct faults *f, enum fault_id id);
/* Is it on at all? f may be NULL (as below). */
bool fault_on(const struct faults *f, enum fault_id id);
/* An occasion: does it strike now? load: what its threshold is held against, else 0. */
bool fault_strikes(struct faults *f, enum fault_id id, uint32_t load);
uint64_t fault_window_us(const struct faults *f, enum fault_id id);
/* Occasions met and strikes since it was switched on. */
void fault_counts(const struct faults *f, enum fault_id id, uint64_t *occasions, uint64_t *strikes);
#endif
