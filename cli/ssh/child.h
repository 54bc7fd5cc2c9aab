/* child.h: the process behind one SSH connection. */
#ifndef CLI_SSH_CHILD_H
#define CLI_SSH_CHILD_H

#define SSH_CHILD_WORD "ssh-connection" /* argv[1] of it */
#define SSH_CHILD_CONNECTION 0           /* its descriptors */
#define SSH_CHILD_ROUTER     1

/* Serves the connection until it ends; the exit status. Called first thing in main, before anything is opened. */
int sshd_child_main(void);

/* jail.c: give up what a connection's child never needs: memory and descriptors beyond a bound, core dumps, new privileges, and at last every system call but
 * those of a program that computes and talks over what it has open. */
void sshd_jail_bounds(void);
void sshd_jail_calls(void);
#endif
