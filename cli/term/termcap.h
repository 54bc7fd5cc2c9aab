/* termcap.h: see termcap.c. */
#ifndef CLI_TERM_TERMCAP_H
#define CLI_TERM_TERMCAP_H

/* Forget the description loaded last. */
void termcap_forget(void);
#endif
