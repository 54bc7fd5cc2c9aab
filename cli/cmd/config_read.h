/* config_read.h: whole configurations named by URL: files of this router, system:running-config, files of other machines. */
#ifndef CLI_CMD_CONFIG_READ_H
#define CLI_CMD_CONFIG_READ_H

#include "cli/cmd/cmd_local.h"

#define CONFIG_READ_MAX 2
struct config_text {
    char name[256]; /* as it is spoken of */
    struct text text;
};
/* What to do with them, in the order asked for; the texts are freed behind it. Returns as a handler does. */
typedef enum cmd_result config_read_fn(struct cmd_ctx *c, const struct config_text *v);
/* Returned by a handler as its own result: `then` at once when all are here, later when one must come over the network. What cannot be read is told, and ends the
 * command. */
enum cmd_result config_read(struct cmd_ctx *c, const char *const *urls, size_t n, config_read_fn *then);
#endif
