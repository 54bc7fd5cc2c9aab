/* replace.h: the running configuration made equal to a given one, by typing what differs. */
#ifndef CLI_SHELL_REPLACE_H
#define CLI_SHELL_REPLACE_H

#include "cli/shell/session.h"

struct config_tree;

enum replace_result {
    REPLACE_DONE,
    REPLACE_FAILED,   /* some lines were refused to the last; what was accepted stays */
    REPLACE_REVERTED, /* the same, and everything was put back */
};
struct replace_params {
    const char *user, *origin; /* who asks: for "Last configuration change ... by", for messages */
    bool list;                 /* show the commands of each pass */
    bool revert;               /* at the first refused line put everything back */
};
/* Make running-config equal to `to`; what is to be told goes to out, as `configure replace` words it. */
enum replace_result store_replace(struct shells *s, const struct config_tree *to, const struct replace_params *p,
                                  struct out *out);
/* running-config as it is now; never NULL. The caller frees it. */
struct config_tree *store_running_tree(struct shells *s);
#endif
