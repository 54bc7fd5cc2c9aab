/* termcap.h: see termcap.c. */
#ifndef CLI_TERM_TERMCAP_H
#define CLI_TERM_TERMCAP_H

/* The description loaded last is nobody's: the next question with the same buffer frees it. */
void termcap_release(void);
#endif
