/* termcap.c: gives back what the terminal library loads for each line editor, some 8 KB a session: libedit asks for a description and never lets go of it.
 *
 * The library remembers the last descriptions by the buffer they were asked for with, and frees one when the same buffer is used again while another description is
 * the current one. So the description must not be freed here (it would be freed again when malloc gives a later editor the same buffer): it stops being the current
 * one, and edit.c has libedit ask again, for a terminal that does not exist. libedit then believes in a terminal that can do nothing, as it should.
 * A file of its own, because the library's headers make macros of everyday words. */
#include <curses.h>
#include <term.h>

#include "cli/term/termcap.h"

void termcap_release(void)
{
    set_curterm(NULL);
}
