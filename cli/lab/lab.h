/* lab.h: `espial lab ...`. Each verb returns the program's exit status: 0 done, 1 the router refused (or a wait ended unmet), 2 wrong usage or an unreadable file,
 * 3 it could not run. One line on stderr says what went wrong. */
#ifndef CLI_LAB_LAB_H
#define CLI_LAB_LAB_H

#include <stdbool.h>
#include <stddef.h>

int lab_main(int argc, char **argv); /* argv[0] is "lab" */

/* up.c */
int lab_up(const char *topology, unsigned time_scale, bool fresh, const char *export_keys);
int lab_status(const char *lab);
int lab_down(const char *lab);

/* client.c */
int lab_console(const char *lab, const char *node);
int lab_exec(const char *lab, const char *node, char **commands);
int lab_mark(const char *lab, const char *node);
int lab_wait(const char *lab, const char *node, const char *regex, unsigned timeout_s, const char *since);
int lab_capture(const char *lab, const char *node, const char *ifname, const char *file);
/* Send a request (control.h). fd_to_pass -1: none. False with errno. */
bool lab_request(int fd, const char *const *words, size_t n, int fd_to_pass);
#endif
