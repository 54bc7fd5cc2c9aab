/* grammar_local.h: a sentence as a tree, and the walk over it. Only cli/grammar includes this. */
#ifndef ESPIAL_CLI_GRAMMAR_LOCAL_H
#define ESPIAL_CLI_GRAMMAR_LOCAL_H

#include "cli/grammar/grammar.h"

#define SENTENCE_WORDS 256 /* literals and values of one sentence */

enum elem_kind {
    ELEM_LITERAL,
    ELEM_VALUE,
    ELEM_SEQ,      /* kids one after another */
    ELEM_CHOICE,   /* {..} or [..]: kids are SEQs, one of them (optional: or none) */
    ELEM_ANYORDER, /* &{..}: kids are SEQs, each once (optional ones at most once) */
};
enum value_type {
    VALUE_IP,
    VALUE_MASK,
    VALUE_WILDCARD,
    VALUE_RANGE,
    VALUE_HEX_RANGE,
    VALUE_OID,
    VALUE_SECONDS,
    VALUE_HEX,
    VALUE_HHMM,
    VALUE_HHMMSS,
    VALUE_MONTH,
    VALUE_WEEKDAY,
    VALUE_IFNAME,
    VALUE_HOST,
    VALUE_WORD,
    VALUE_STRING,
    VALUE_ARG,
    VALUE_URL,
    VALUE_LINE,
    VALUE_LOOSE,
};

/* There are more than ten thousand of these in a router: the order of the fields leaves no gaps, and of groups (SEQ, CHOICE,
 * ANYORDER), which are half of them, there is no memory behind ELEM_GROUP_SIZE. */
struct elem {
    enum elem_kind kind : 8;
    enum value_type type : 8; /* VALUE */
    uint8_t index;            /* among its siblings */
    uint8_t repeat_max;
    bool optional, repeat;
    bool stop;           /* after `no` the line may end behind it */
    bool key;            /* tells which element of the list */
    uint16_t len, room;  /* of text; text that fits the field, without NUL; 0: any */
    struct elem *parent, *kids, *next;
    const struct grammar_row *rule;
    const char *name; /* what it binds or is asked for; NULL: nothing */
    const struct cmd_bind *bind;
    /* LITERAL, VALUE */
    const char *text; /* the literal; of a value its spec, "<1-5>" */
    const char *help; /* ends at NUL or '|' */
    union {
        int64_t constant; /* LITERAL: what it binds */
        int64_t lo;       /* RANGE, HEX_RANGE */
    };
    int64_t hi; /* RANGE, HEX_RANGE; SECONDS: in ms */
};
#define ELEM_GROUP_SIZE offsetof(struct elem, text)

struct sentence {
    struct elem *root;   /* SEQ */
    struct elem **words; /* literals and values as written; until the grammar is ready */
    size_t nwords;
    bool keyed;        /* some bind is a key */
    bool key_optional; /* the last key may be left out: then its default is meant */
};

struct grammar_mode {
    const struct grammar_row **rows; /* that can be typed */
    size_t nrows;
    const struct grammar_row *enters; /* the MODE row that leads here */
    bool no;                          /* `no` exists here */
    uint8_t no_from;                  /* from this privilege on */
};

/* A word taken on the way: steps of all partial paths share their beginnings. */
struct step {
    const struct elem *elem; /* NULL: `no` or `default` before a row is chosen */
    const char *word;        /* literals: in full */
    int32_t prev;            /* index of the step before; -1: none */
    uint32_t used;           /* of the &{} we are in: items already entered */
    uint16_t start, end, depth;
    uint8_t rank; /* how well it fits: enum rank */
    uint8_t repeats;
    bool no, dflt, has_key;
    bool granted; /* level.c: a moved command, open to this privilege */
    bool more; /* the line ended inside the value (interface type without number) */
};
enum rank { RANK_EXACT, RANK_PREFIX, RANK_TYPED, RANK_NAME, RANK_WORD, RANK_LINE };

struct grammar {
    struct pool *pool;
    struct grammar_mode modes[CMD_MODES];
    const struct grammar_level *levels;
    size_t nlevels;
    bool has_levels[CMD_MODES];
    /* scratch of the walk */
    struct step *steps;
    size_t nsteps, steps_cap;
    int32_t *live, *fresh, *tail;
    size_t live_cap, fresh_cap, tail_cap;
};

/* words.c: s[0..n) as a string, the same one for the same word, as long as the pool lives. */
struct words *words_new(struct pool *pool);
void words_free(struct words *w);
const char *words_keep(struct words *w, const char *s, size_t n);

/* Where the parts of a sentence go: the tree; its words; and the list of its words. */
struct sentence_store {
    struct pool *tree;
    struct words *words;
    struct pool *lists;
};
/* sentence.c: NULL and a reason in err when it cannot be read. HELP paths may name values of unknown type. */
struct sentence *sentence_parse(const struct sentence_store *store, const char *text, bool help_path,
                                char err[static 128]);

/* token.c: one value type each. */
enum token { TOKEN_NO, TOKEN_YES, TOKEN_MORE };
/* Does a value start at line[pos]? YES: *end is behind it. NO: *fail is the first character that does not fit. MORE:
 * the line ends within it. */
enum token token_accept(const struct elem *e, const char *line, size_t len, size_t pos, size_t *end, size_t *fail);
/* The accepted token as a value; its text goes to store (at most cap bytes with NUL), the bytes used are returned. */
size_t token_value(const struct elem *e, const char *line, size_t start, size_t end, struct cmd_val *v, char *store,
                   size_t cap);
/* As expanded text: like typed, interface names in full. */
void token_expand(const struct elem *e, const char *line, size_t start, size_t end, struct text *out);
/* From a field. False when such a value cannot be typed. */
bool token_format(const struct elem *e, int64_t num, const char *text, struct text *out);
/* What `?` calls it: "A.B.C.D", "<1-5>", "WORD". buf is used for ranges. */
const char *token_placeholder(const struct elem *e, char buf[static 48]);
enum rank token_rank(enum value_type t);
/* Does it take the rest of the line? */
bool token_is_rest(enum value_type t);
size_t token_word_end(const char *line, size_t len, size_t pos);
size_t token_skip(const char *line, size_t len, size_t pos);
/* The interface type that a word abbreviates (letters only), and for `?` its help and its range of numbers. NULL: none
 * or several. */
const char *token_iftype(const char *word, size_t len);
const char *token_iftype_help(const char *type);
const char *token_iftype_number(const char *type);

/* match.c: the walk. */
struct walk {
    struct grammar *g;
    enum cmd_mode mode;
    uint8_t privilege;
    const char *line;
    size_t len;
    bool help; /* leave the word that touches the end of the line unread */
    size_t nlive, nfresh, ntail;
    size_t fail;    /* first character that nobody could take */
    bool dead;      /* nobody came to the end */
    bool ambiguous; /* dead, and an earlier abbreviation was undecided */
};
void walk_run(struct walk *w);
/* Keep of v[0..n) the best paths by rank. False when they took different words for the same typed ones. */
bool walk_best(struct walk *w, int32_t *v, size_t *n);
/* What can follow a path (step -1: the beginning of a line): fn for each literal and value; true when the line may end
 * here. */
typedef void walk_next_fn(void *arg, const struct elem *e, uint32_t used);
bool walk_next(const struct walk *w, int32_t at, walk_next_fn *fn, void *arg);
/* The words before the rows: `no`, `default`; NULL at the end of the list. */
const char *walk_prefix(const struct walk *w, size_t i);
/* Is another row an equally good reading of this line? For the check at start-up. */
const struct grammar_row *grammar_rival(struct grammar *g, enum cmd_mode mode, const char *line,
                                        const struct grammar_row *self);

/* level.c: moved commands. walk_levels: do they count in this walk? */
static inline bool walk_levels(const struct walk *w)
{
    return w->privilege < 15 && w->g->has_levels[w->mode];
}
uint8_t level_of_row(const struct cmd_row *row);
bool level_admits(const struct walk *w, int32_t at, const struct elem *e);       /* may e follow the path at? */
bool level_grants(const struct walk *w, int32_t before, const struct step *s); /* does this step open its row? */
bool level_may_end(const struct walk *w, int32_t at);
uint8_t level_of_path(const struct walk *w, int32_t at);

/* The same for one sentence; after NULL: at its beginning. */
bool sentence_next(const struct sentence *s, const struct elem *after, uint32_t used, walk_next_fn *fn, void *arg);

/* helps.c: gives every word its text: from HELP rows, from the row, from another row. Complaints go to err through
 * complain(). */
struct help_path {
    const struct cmd_row *row;
    const char *table;
    struct sentence *path;
};
void helps_give(struct grammar *g, const struct help_path *paths, size_t n, struct text *err);
void complain(struct text *err, const char *table, const struct cmd_row *row, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* sample.c: one typed line of a row; how: with nothing optional, or with everything and the first or the last
 * alternatives. */
enum sample { SAMPLE_SHORT, SAMPLE_FIRST, SAMPLE_LAST };
void sentence_sample(const struct sentence *s, enum sample how, struct text *out);
#endif
