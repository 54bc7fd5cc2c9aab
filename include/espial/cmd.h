/* cmd.h: a command, declared once. From one row come parsing, abbreviation, the caret, `?`, Tab, `no`, `default` and the line of running-config.
 *
 * SENTENCES. Words separated by blanks:
 *   show            a literal; any unique prefix matches, case-insensitively
 *   <type:name>     a typed value called name; <type> alone is called like its type. Types:
 *                     ip mask wildcard   A.B.C.D              uint32_t (host order)
 *                     1-65535            a range (also -5-5)  any integer field;   <seq:1-65535> written name first: <NAME:LO-HI>
 *                     0x0-0xFFFF         the same, typed in hexadecimal, with or without 0x
 *                     word               one word             char[]
 *                     line               rest of the line     char[]   (last in a sentence)
 *                     loose              the same, but what stands behind a closed quote is refused   char[]
 *                     string             "quoted" or a word   char[]   (printed in quotes; \" escapes)
 *                     arg                the same             char[]   (printed in quotes when it must be)
 *                     ifname             interface name       char[IFNAME_MAX], stored canonical; one or two words typed
 *                     host               name or A.B.C.D      char[]
 *                     oid                dotted numbers, optional trailing dot, with or without quotes   char[]
 *                     seconds            N[.mmm]              uint32_t/uint64_t, milliseconds; <seconds:maxrun>
 *                     hex                hex digits           char[]
 *                     hhmm hhmmss        H:MM, H:MM:SS        any integer field: minutes, seconds of the day
 *                     month weekday      Mar[ch], Sun[day]    any integer field: 1-12, 0-6 (Sunday is 0)
 *                     url                disk0:name ...       char[]
 *   word=field      a literal that binds 1 to `field` when present; word=field:7 binds 7
 *   {a|b c|<x>}     exactly one alternative;  {a|b}=field binds the number (from 0) of the alternative chosen
 *   [x]             may be left out;  [a|b]=field: as {} , and left out keeps the default
 *   &{x|[y]|z}      all in any order, each once; bracketed alternatives may be left out
 *   <word:name>...  one or more, up to the size of the array field (last in its group)
 *   Precedence when several fit: literal, then typed, then free word; exact, then prefix; a later word may settle an earlier abbreviation.
 *   In `=field` and names, the name is that of a BIND of the row (settings) or a value asked for with cmd_*() (EXEC commands); a name may be both.
 *
 * HELP. HELP rows give the help of one word each, for sentences of any table of that mode that begin with that path. A row's `help` holds, separated by '|', one
 * text for each further word of its sentence, in the order written (literals, values; a `...` counts once); an empty text means another row gives it. Missing
 * or surplus texts are a start-up error.
 *
 * `no`. Never written in a row. SET: the bound fields return to their defaults (those scope->init gives). LINE: the element with the same KEY fields is removed.
 * MODE: the object is removed. Under `no` everything after the last KEY value (SET: from the first bound word) may be left out. A DO row whose flag is
 * CMD_NO accepts `no` too (debug ...), the handler sees c->no; one with CMD_NO_ONLY is there under `no` alone (no access-list 101),
 * and a SET row with it under `no` and `default` alone (no ip http server).
 *
 * RUNNING-CONFIG. The sentence is printed backwards from the bound fields: SET when any bound field differs from its default (flags: CMD_SHOW_NO prints
 * "no ..." when a flag or value is at its default; a bool whose default is true prints "no ..." when false); optional parts when one of their fields differs from the default. LINE: every element in list
 * order, by the row of that list whose constants fit. MODE: every object, then its rows indented by one blank. Sections are ordered by cli/config/order.def.
 */
#ifndef ESPIAL_CMD_H
#define ESPIAL_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/conf.h"
#include "espial/ip.h"
#include "espial/out.h"
#include "espial/text.h"

enum cmd_mode {
    EXEC,
    CONFIG,
    CONFIG_IF,
    CONFIG_LINE,
    CONFIG_ISAKMP,      /* crypto isakmp policy */
    CONFIG_ISAKMP_PROFILE,
    CONFIG_ISAKMP_PEER,
    CONFIG_TRANSFORM,   /* crypto ipsec transform-set */
    CONFIG_CRYPTO_MAP,
    CONFIG_CRYPTO_MANUAL, /* crypto map ... ipsec-manual */
    CONFIG_IPSEC_PROFILE, /* crypto ipsec profile */
    CONFIG_STD_NACL,
    CONFIG_EXT_NACL,
    CONFIG_APPLET,
    CONFIG_APPLET_TRIGGER, /* trigger of an applet */
    CONFIG_ERM,        /* resource policy */
    CONFIG_ERM_POLICY, /* policy NAME global */
    CONFIG_ERM_NODE,   /* system */
    CONFIG_ERM_OWNER,  /* cpu total, memory processor */
    CONFIG_KEYRING,
    CONFIG_CRYPTO_IDENTITY,
    CONFIG_ARCHIVE,
    CONFIG_ARCHIVE_LOG, /* archive / log config */
    CONFIG_SSH_PUBKEY,      /* ip ssh pubkey-chain */
    CONFIG_SSH_PUBKEY_USER, /* its users */
    CONFIG_IKEV2_PROPOSAL,
    CONFIG_IKEV2_POLICY,
    CONFIG_IKEV2_KEYRING,
    CONFIG_IKEV2_PEER,      /* peer of an IKEv2 keyring */
    CONFIG_IKEV2_PROFILE,
    CONFIG_TRACK,         /* track N: an interface, a route, an IP SLA */
    CONFIG_TRACK_METRIC,  /* ip route ... metric threshold */
    CONFIG_TRACK_BOOLEAN, /* list boolean */
    CONFIG_TRACK_PERCENTAGE,
    CONFIG_TRACK_WEIGHT,
    CONFIG_TRACK_STUB,
    CONFIG_SLA, /* ip sla N */
    CONFIG_CP,  /* control-plane */
    CONFIG_RED, /* redundancy */
    CMD_MODES
};
/* prompt: "(config-if)"; heading: "Interface configuration commands:"; several: the prompt with several objects, where there may be some. Indexed by enum cmd_mode; defined in cli/grammar. */
struct cmd_mode_info {
    const char *prompt, *heading, *several;
};
extern const struct cmd_mode_info cmd_modes[CMD_MODES];

enum cmd_result {
    CMD_OK,
    CMD_FAIL, /* the handler printed "% ..." */
    CMD_WAIT, /* the command goes on; cmd_done() ends it */
};

enum cmd_val_kind { CMD_VAL_INT, CMD_VAL_TEXT, CMD_VAL_HOST /* text: a name, or A.B.C.D */ };
struct cmd_val {
    const char *name; /* as in the sentence */
    enum cmd_val_kind kind;
    int64_t num;      /* integers, addresses, seconds (ms), choices, constants */
    const char *text; /* words, lines, names: NUL-ended; also the typed form of numbers */
};

struct shell;
struct cmd_ctx {
    void *self;   /* the table's owner: struct dataplane *, struct eem * ... */
    void *obj;    /* in a sub-mode: the configuration object entered */
    struct out *out;
    struct shell *shell;
    const struct cmd_host *host; /* verbs on the session, below */
    bool no, dflt;
    uint8_t privilege;
    const struct cmd_val *vals;
    size_t nvals;
    const char *line; /* as typed, expanded: "show crypto isakmp sa" */
};
typedef enum cmd_result cmd_fn(struct cmd_ctx *c);

/* Values by name. cmd_has: was it there? The others give 0 or "" when it was not. cmd_nth: the i-th of a repeated value, NULL past the end. */
bool cmd_has(const struct cmd_ctx *c, const char *name);
int64_t cmd_int(const struct cmd_ctx *c, const char *name);
static inline uint32_t cmd_ip(const struct cmd_ctx *c, const char *name)
{
    return (uint32_t)cmd_int(c, name);
}
const char *cmd_str(const struct cmd_ctx *c, const char *name);
const char *cmd_nth(const struct cmd_ctx *c, const char *name, size_t i);

/* What a handler may ask of its session. All implemented by cli/shell; c->host is never NULL. */
struct cmd_host {
    /* After CMD_WAIT: the command is done. */
    void (*done)(struct shell *, enum cmd_result r);
    /* After CMD_WAIT: what to call when the user interrupts (Ctrl-C, Ctrl-Shift-6) or the session ends; it must stop the work and call done (not on session end:
     * then `closing` is true and c->out is gone). */
    void (*on_abort)(struct shell *, void (*fn)(void *arg, bool closing), void *arg);
    /* Ask: prints prompt, hands the answer (one line, or one key for single_key; "" = default). Returns at once; the handler returns CMD_WAIT. `answer` is called later with
     * the same c->out still valid, and must end with host->done or another ask. A handler that keeps memory in arg sets on_abort too: an interrupted question is not
     * answered. */
    void (*ask)(struct shell *, const char *prompt, bool single_key, void (*answer)(void *arg, const char *text), void *arg);
    /* Enter a mode with an object (normally MODE rows do this); leave to EXEC; close the session. */
    void (*enter)(struct shell *, enum cmd_mode mode, void *obj);
    /* Enter a mode with several objects of it, one at least; objs is copied. What is typed there is done to each, until the mode is left. */
    void (*enter_each)(struct shell *, enum cmd_mode mode, void *const *objs, size_t n);
    void (*end)(struct shell *);
    void (*quit)(struct shell *);
    void (*set_privilege)(struct shell *, uint8_t level);
    /* As ask, for one line that is not echoed (passwords). */
    void (*ask_secret)(struct shell *, const char *prompt, void (*answer)(void *arg, const char *text), void *arg);
    /* As ask, for one raw line: no prompt, and nothing in it is a command, a comment or a key of its own. Whoever types by program (the startup file, an applet,
     * the lab) gives it with his next line, never a default: text of several lines (banners, key strings) is a row whose handler asks for line after line. */
    void (*ask_raw)(struct shell *, void (*answer)(void *arg, const char *text), void *arg);
    /* As ask_raw, but Ctrl-Z ends the text instead of the command: what stood before it comes as a line, when there is something, and then the line "\x1a". */
    void (*ask_text)(struct shell *, void (*answer)(void *arg, const char *text), void *arg);
    /* Is there room for output? False: what was printed waits, for a slow reader or a key at --More--, and on_room is called once, in a later turn, when all of it
     * is shown; not when the command is interrupted or the session ends. For handlers whose output has no bound; what others print is held for them. */
    bool (*room)(struct shell *, void (*on_room)(void *arg), void *arg);
    /* The lines of an object of a sub-mode (or of a copy of one) as running-config has them, without their indentation. */
    void (*say)(struct shell *, enum cmd_mode mode, const void *obj, struct text *out);
};
#define cmd_done(c_host, shell, result) ((c_host)->done((shell), (result)))

/* Where settings live. One scope per kind of object. */
enum cmd_change { CMD_ADDED, CMD_CHANGED, CMD_REMOVED };
struct cmd_scope {
    size_t size;                      /* of one object */
    void (*init)(void *obj);          /* fill in defaults (memory is zeroed before); NULL: all zero */
    void (*fini)(void *obj);          /* free what it owns; NULL: nothing */
    void *(*global)(void *self);      /* scope of CONFIG rows: the one object; NULL for objects of a mode */
    /* After a line changed obj (REMOVED: just before it is freed). Engines compare asked with running here. May be NULL. */
    void (*changed)(void *self, void *obj, enum cmd_change what);
    /* A MODE or LINE object is complete and about to be entered/kept, or a SET line is about to change the object to this: refuse with a text
     * printed to out and false; text printed with true is a warning. May be NULL. */
    bool (*check)(void *self, const void *obj, struct out *out);
    /* A LINE element is about to stand in the list of `parent` (the mode's object, or parent->global), new or, typed again, with other words:
     * refuse as check does. May be NULL. */
    bool (*joins)(void *self, const void *parent, const void *obj, struct out *out);
    /* `no` is about to remove this LINE or MODE element: refuse as check does. May be NULL. */
    bool (*leaves)(void *self, const void *obj, struct out *out);
    /* `no` names a LINE or MODE element that the list does not have. NULL: that is no matter. */
    void (*absent)(void *self, const void *obj);
    /* `no` of a SET line with all its values, which stand in `typed`, is about to put obj's back: refuse as check does. NULL: whatever was typed. */
    bool (*unset)(void *self, const void *obj, const void *typed, struct out *out);
    /* The mode was left by exit/end/another command (EEM registers then). May be NULL. */
    void (*left)(void *self, void *obj, struct out *out);
    /* What the prompt of a mode says instead of its own text, by what its object is: "(config-ip-sla-echo)"; NULL: its own. May be NULL. */
    const char *(*prompt)(const void *obj);
    /* Bring what was typed for a LINE or MODE element to the form it is kept in, before it is sought in its list (10.1.2.3 0.0.255.255 is 10.1.0.0 ...). May be NULL. */
    void (*settle)(void *obj);
    /* LINE: in how many blocks of its list an element stands: so many blanks more are printed behind its second word (EEM's actions). NULL: none. */
    unsigned (*nested)(const void *obj);
};

struct cmd_bind {
    const char *name; /* in the sentence; NULL ends the list */
    uint16_t off;
    uint16_t size;    /* of the field (of one element, for arrays of text) */
    uint8_t count;    /* elements of an array bound to `...`; else 1 */
    bool is_text, is_signed, key;
};

enum cmd_kind { CMD_HELP = 1, CMD_DO_ROW, CMD_MODE_ROW, CMD_SET_ROW, CMD_LINE_ROW };
enum cmd_flags {
    CMD_NO = 1,        /* DO: accepts `no` */
    CMD_SHOW_NO = 2,   /* SET: at its default prints "no ..." (no ip address) */
    CMD_HIDDEN = 4,    /* accepted, never printed (an older spelling; show-only aliases) */
    CMD_IN_CONFIG = 8, /* DO row of a configuration mode: an action, nothing kept (e.g. `exit`) */
    CMD_NO_ECHO = 16,
    CMD_LISTED = 32,   /* with CMD_HIDDEN: never printed, but listed by `?` (line console) ... */
    CMD_UNLISTED = 64, /* ... because what is printed is not (line con) */
    CMD_YIELDS = 128,  /* an abbreviation that fits another row's word too means that one (sh log: logging, not login) */
    CMD_KEEPS = 256, /* DO row of a configuration mode that keeps what the grammar cannot bind (a banner, a user whose password is hashed): its running counts
                       as a change; one such row of a family prints all of it */
    CMD_NO_ONLY = 512, /* DO, with CMD_NO: and nothing else; SET: not without `no` or `default` */
    CMD_ANEW = 1024, /* MODE, LINE: an object with this key and other words on its line is refused until the old one is gone (track 5 interface ...) */
    CMD_STAYS = 2048, /* MODE: what scope->leaves refuses to let go is put back by `default`, not held by something else (a port with a cable) */
};

#define CMD_BINDS_MAX 24 /* of one row, without the end */
struct cmd_row {
    enum cmd_kind kind;
    enum cmd_mode mode;
    uint8_t priv;
    uint16_t flags;
    const char *sentence, *help;
    cmd_fn *fn;                      /* DO */
    enum cmd_mode enters;            /* MODE */
    const struct cmd_scope *scope;   /* SET: of the object written (CONFIG: its global; sub-mode: NULL = the mode's object).
                                        MODE, LINE: of the elements */
    const struct cmd_scope *parent;  /* MODE, LINE in CONFIG: scope whose global holds the list; NULL in a sub-mode: the mode's object */
    size_t list_off;                 /* MODE, LINE: offset of the struct conf_list in the parent */
    const struct cmd_bind *binds;    /* CMD_BINDS(...); NULL: none */
    /* Escape hatch, counted by a test: print this row's object oneself (one or more whole lines, without indentation). DO rows of CONFIG: obj is NULL; the text
     * stands in the section of the row's sentence, blank lines included. */
    void (*print)(void *self, const void *obj, struct text *out);
};

struct cmd_table {
    const char *name; /* "dataplane/cmd/cmd_ipsec" for start-up errors */
    const struct cmd_row *rows;
    size_t nrows;
};
#define CMD_TABLE(tname, rowsv) {.name = tname, .rows = rowsv, .nrows = sizeof(rowsv) / sizeof((rowsv)[0])}

/* The binds of a row: an array of its own, so that a row without has none. cmd_each_bind(b, row) { ... } */
#define CMD_BINDS(...) (const struct cmd_bind[]){__VA_ARGS__ __VA_OPT__(, ){.name = NULL}}
#define cmd_each_bind(b, row) for (const struct cmd_bind *b = (row)->binds; b && b->name; b++)

/* Bindings: the name in the sentence is the field's name. KEY_*: part of what `no` (and typing it again) finds the element by. */
#define B_(strct, field, txt, sgn, k) {.name = #field, .off = offsetof(strct, field), .size = sizeof(((strct *)0)->field), .count = 1, .is_text = txt, .is_signed = sgn, .key = k}
#define NUM(strct, field)      B_(strct, field, false, false, false)  /* bool, unsigned integers, addresses, enum numbers */
#define SNUM(strct, field)     B_(strct, field, false, true, false)   /* signed integers */
#define TXT(strct, field)      B_(strct, field, true, false, false)   /* char[N] */
#define KEY_NUM(strct, field)  B_(strct, field, false, false, true)
#define KEY_TXT(strct, field)  B_(strct, field, true, false, true)
/* Of a structure inside the object: sentences name its fields without it. NUM_IN(struct cryptomap_conf, sa, pfs) is `pfs`. */
#define IN_(strct, inner, field, txt) {.name = #field, .off = offsetof(strct, inner.field), .size = sizeof(((strct *)0)->inner.field), .count = 1, .is_text = txt}
#define NUM_IN(strct, inner, field) IN_(strct, inner, field, false)
#define TXT_IN(strct, inner, field) IN_(strct, inner, field, true)
#define TXTS_IN(strct, inner, field) {.name = #field, .off = offsetof(strct, inner.field), .size = sizeof(((strct *)0)->inner.field[0]), .count = sizeof(((strct *)0)->inner.field) / sizeof(((strct *)0)->inner.field[0]), .is_text = true}
#define TXTS(strct, field)     {.name = #field, .off = offsetof(strct, field), .size = sizeof(((strct *)0)->field[0]), .count = sizeof(((strct *)0)->field) / sizeof(((strct *)0)->field[0]), .is_text = true}

#define HELP(m, path, text)                       {.kind = CMD_HELP, .mode = m, .sentence = path, .help = text}
#define DO(m, level, sent, func, text)            {.kind = CMD_DO_ROW, .mode = m, .priv = level, .sentence = sent, .fn = func, .help = text}
#define DO_F(m, level, fl, sent, func, text)      {.kind = CMD_DO_ROW, .mode = m, .priv = level, .sentence = sent, .fn = func, .help = text, .flags = fl}
#define DO_NO(m, level, sent, func, text)         {.kind = CMD_DO_ROW, .mode = m, .priv = level, .sentence = sent, .fn = func, .help = text, .flags = CMD_NO}
#define NO_ONLY(m, level, sent, func, text)       {.kind = CMD_DO_ROW, .mode = m, .priv = level, .sentence = sent, .fn = func, .help = text, .flags = CMD_NO | CMD_NO_ONLY}
/* SET(CONFIG_CRYPTO_MAP, NULL, "match address <word:acl>", "...", TXT(struct cryptomap_entry_conf, acl)) */
#define SET(m, scp, sent, text, ...)              {.kind = CMD_SET_ROW, .mode = m, .sentence = sent, .help = text, .scope = scp, .binds = CMD_BINDS(__VA_ARGS__)}
#define SET_F(m, scp, fl, sent, text, ...)        {.kind = CMD_SET_ROW, .mode = m, .sentence = sent, .help = text, .scope = scp, .flags = fl, .binds = CMD_BINDS(__VA_ARGS__)}
/* LINE(CONFIG, &psk_scope, &ike_scope, struct ike_conf, psks, "crypto isakmp key ...", "...", TXT(struct psk_conf, key), KEY_NUM(struct psk_conf, addr), ...) */
#define LINE(m, scp, par, pstruct, list, sent, text, ...) \
    {.kind = CMD_LINE_ROW, .mode = m, .sentence = sent, .help = text, .scope = scp, .parent = par, .list_off = offsetof(pstruct, list), .binds = CMD_BINDS(__VA_ARGS__)}
#define MODE(m, enter, scp, par, pstruct, list, sent, text, ...) \
    {.kind = CMD_MODE_ROW, .mode = m, .enters = enter, .sentence = sent, .help = text, .scope = scp, .parent = par, .list_off = offsetof(pstruct, list), .binds = CMD_BINDS(__VA_ARGS__)}
#endif
