/* control.h: a node's control socket, the router's side of cli/lab/control.h. Outlives reloads. */
#ifndef CLI_APP_CONTROL_H
#define CLI_APP_CONTROL_H

struct console;
struct control;
struct loop;
struct router;

/* listen_fd is taken over. stop: a client asked the node to end. */
struct control *control_new(struct loop *loop, int listen_fd, struct console *console, void (*stop)(void *arg),
                            void *arg);
void control_free(struct control *c); /* NULL-safe */
/* NULL before a reload frees the router: commands under way are answered then. */
void control_set_router(struct control *c, struct router *r);
#endif
