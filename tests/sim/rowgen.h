/* rowgen.h: every row of any command tables, typed, printed and typed again. */
#ifndef TESTS_SIM_ROWGEN_H
#define TESTS_SIM_ROWGEN_H

#include <stddef.h>
#include <stdint.h>

#include "espial/cmd.h"

struct rowgen_counts {
    size_t rows, lines, printed, hand_printed; /* hand_printed: rows with a print function */
};
/* For every row of the tables `rounds` generated lines (all alternatives, with and without options, values at both ends
 * of their ranges), and for each line: it matches its row in full and says the same; every word has help; every word
 * shortened as far as Tab still completes it matches too; its values, put into a fresh object, print a line that gives
 * an object with the same values and the same line; `no` before it matches; alternatives that are kept nowhere are a
 * fault. Objects are made with the scopes' init alone: no engine is called. One line a fault goes to faults; nothing
 * there means all is well. */
void rowgen_check(const struct cmd_table *const *tables, size_t n, unsigned rounds, uint64_t seed,
                  struct rowgen_counts *counts, struct text *faults);
struct grammar_row;
/* One line of a row, by chance; state: of the chance, any number. */
void rowgen_line(const struct grammar_row *row, uint64_t *state, struct text *line);
#endif
