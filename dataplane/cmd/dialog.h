/* dialog.h: a command that asks its options one by one, as bare `ping` and `traceroute` do: see dialog.c. */
#ifndef DATAPLANE_CMD_DIALOG_H
#define DATAPLANE_CMD_DIALOG_H

#include <stdbool.h>
#include <stdint.h>

#include "espial/cmd.h"

#define DIALOG_QUESTIONS 24
#define DIALOG_ANSWER    64

enum dialog_kind {
    ASK_WORD,    /* one of the words in `words`, by prefix; the first is the default */
    ASK_ADDRESS, /* A.B.C.D; must be given */
    ASK_SOURCE,  /* an address, an interface, or nothing */
    ASK_NUMBER,  /* lo to hi */
    ASK_YES,     /* yes or no */
    ASK_HEX,     /* 16 bits in hexadecimal, 0x in front or not */
};
struct dialog_question {
    const char *prompt; /* "Repeat count [5]: " */
    enum dialog_kind kind;
    uint32_t lo, hi, otherwise; /* otherwise: the default; ASK_YES: 1 yes */
    int only_if;       /* 1 + the place of an ASK_YES question that must have been answered with yes; 0: always */
    const char *words; /* ASK_WORD: "ip", "none": the one word that is taken */
};
struct dialog_answers {
    uint32_t number[DIALOG_QUESTIONS]; /* or the address, or 1 for yes */
    char text[DIALOG_QUESTIONS][DIALOG_ANSWER];
};
/* Ask, then call done with the answers (valid during the call); it returns what a command's handler does. The handler returns what this returns. */
enum cmd_result dialog_ask(struct cmd_ctx *c, const struct dialog_question *questions, size_t n,
                           enum cmd_result (*done)(struct cmd_ctx *c, const struct dialog_answers *a));
#endif
