/* place.h: where a lab's sockets and state live: $XDG_STATE_HOME/espial/labs/LAB/NODE, entered only by its owner. */
#ifndef CLI_LAB_PLACE_H
#define CLI_LAB_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cli/lab/topology.h"

/* Folder of a lab (or of all labs, name NULL), made if `make`. An open directory, or -1 with one line in err. */
int place_lab(const char *name, bool make, char err[512]);
/* Folder of one node, relative to its lab's. As above. */
int place_node(int lab_fd, const char *node, bool make, char err[512]);
/* The same as path names, for messages and for handing to a child: "" when too long. */
void place_path(const char *lab, const char *node, char out[512]);
/* The user's folder for state: $XDG_STATE_HOME/espial or ~/.local/state/espial. False: err. */
bool place_state_home(char out[512], char err[512]);
/* A folder and those above it, mode 0700. 0 or -errno. */
int place_make_path(const char *path);

/* Listen on, or connect to, the socket `name` in a folder; any length of path works. A descriptor (close-on-exec) or -errno. */
int place_listen(int dir_fd, const char *name);
int place_connect(int dir_fd, const char *name);

/* A file in a folder, to be read, following no link; NULL when it cannot. */
FILE *place_read(int dir_fd, const char *name);
/* The names of a folder's sub-folders, sorted: how many (at most max). */
size_t place_list(int dir_fd, char names[][LAB_NAME_MAX], size_t max);
/* The one lab of which a node answers. False: none, or several (err says so). */
bool place_current(char name[LAB_NAME_MAX], char err[512]);
#endif
