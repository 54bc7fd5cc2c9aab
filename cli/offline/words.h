/* words.h: the commands of a router. */
#ifndef CLI_OFFLINE_WORDS_H
#define CLI_OFFLINE_WORDS_H

struct grammar;
/* All rows of all tables; freed with grammar_free. NULL with why on stderr. */
struct grammar *words_grammar(void);
#endif
