/* privilege.h: what this program gives up once it has opened what needed it: see privilege.c. */
#ifndef CLI_APP_PRIVILEGE_H
#define CLI_APP_PRIVILEGE_H

/* state_fd: the state directory, which must stay writable. 0, or -errno: something is still held. */
int privilege_drop(int state_fd);
#endif
