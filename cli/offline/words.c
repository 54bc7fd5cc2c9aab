/* words.c: all commands of a router, without a router behind them: they say what a line means (cli/shell/spell.c), and nobody
 * runs it. A saved log may be of another router, with commands that are not there. */
#include "cli/offline/words.h"

#include <stdio.h>

#include "cli/app/tables.h"
#include "cli/grammar/grammar.h"
#include "espial/mem.h"
#include "espial/text.h"

struct grammar *words_grammar(void)
{
    struct text err = {0};
    size_t n = espial_tables_count();
    const struct cmd_table **tables = mem_array(n, sizeof *tables);
    void **selves = mem_array(n, sizeof *selves);
    for (size_t i = 0; i < n; i++)
        tables[i] = espial_table(i);
    struct grammar *g = grammar_new(tables, selves, n, &err);
    if (!g)
        fprintf(stderr, "espial: %s", text_str(&err));
    text_free(&err);
    mem_free(tables);
    mem_free(selves);
    return g;
}
