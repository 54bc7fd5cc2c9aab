/* termcap.c: gives back what the terminal library loads for each terminal. libedit asks it for a description whenever a line editor is made (always that of the "dumb"
 * terminal: it draws nothing) and never lets go of it, some 8 KB a session. Once libedit has read what it wants, nobody needs the description. A file of its own,
 * because the library's headers make macros of everyday words. */
#include <curses.h>
#include <term.h>

#include "cli/term/termcap.h"

void termcap_forget(void)
{
    if (cur_term)
        del_curterm(cur_term);
}
