/* cmd_alias.c: alias MODE NAME LINE. What an alias does to a line, and those that every router has, are in
 * cli/shell/alias.c. To who types, modes with the same prompt are one.
 */
#include <string.h>

#include "cli/cmd/cmd_local.h"

struct alias_conf {
    uint8_t mode; /* index in modes */
    char name[32], command[200];
};
/* In the order of the row's alternatives. */
static const enum cmd_mode modes[] = {CONFIG, CONFIG_CRYPTO_MAP, CONFIG_TRANSFORM, EXEC, CONFIG_IF, CONFIG_EXT_NACL,
                                      CONFIG_LINE};
#define MODE_WORDS "configure|crypto-map|crypto-transform|exec|interface|ipenacl|line"
#define MODE_HELPS                                                                                                     \
    "Global configuration mode|Crypto map config mode|Crypto transform config mode|Exec mode|Interface configuration " \
    "mode|IP named extended access-list configuration mode|Line configuration mode"

void alias_conf_list_init(struct conf_list *l)
{
    conf_list_init(l, sizeof(struct alias_conf), NULL, NULL);
}

bool cli_alias(void *arg, enum cmd_mode mode, size_t i, struct alias *out)
{
    const struct cli *cli = arg;
    CONF_EACH(struct alias_conf, a, &cli->sys.aliases)
    if (strcmp(cmd_modes[modes[a->mode]].prompt, cmd_modes[mode].prompt) == 0 && i-- == 0) {
        *out = (struct alias){.name = a->name, .command = a->command};
        return true;
    }
    return false;
}

static const struct cmd_scope alias_scope = {.size = sizeof(struct alias_conf)};

static const struct cmd_row rows[] = {
    LINE(CONFIG, &alias_scope, &sys_scope, struct sys_conf, aliases,
         "alias {" MODE_WORDS "}=mode <word:name> <line:command>",
         "Create command alias|" MODE_HELPS "|Alias name|Command to which alias refers",
         KEY_NUM(struct alias_conf, mode), KEY_TXT(struct alias_conf, name), TXT(struct alias_conf, command)),
};
const struct cmd_table cli_table_alias = CMD_TABLE("cli/cmd/cmd_alias", rows);
