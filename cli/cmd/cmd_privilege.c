/* cmd_privilege.c: `privilege exec level 7 show running-config`: commands moved to another privilege level. What a level
 * does to matching, `?` and Tab is cli/grammar/level.c's; here is what was asked.
 *
 * A command's beginnings move with it, unless they were given a level of their own: who may `show running-config` at
 * level 7 needs `show`, and then a user below 7 has it no longer, as on IOS. They are kept and printed as lines of their
 * own, as there; `privilege exec reset show` gives one back.
 */
#include <string.h>

#include "cli/cmd/cmd_local.h"

#define LEVELS_MAX 1000

static const struct {
    const char *name;
    enum cmd_mode mode;
} modes[] = {{"exec", EXEC}, {"configure", CONFIG}, {"interface", CONFIG_IF}, {"line", CONFIG_LINE}};

static struct grammar_level *find(struct cli *cli, enum cmd_mode mode, const char *words)
{
    for (size_t i = 0; i < cli->nlevels; i++)
        if (cli->levels[i].mode == mode && !strcmp(cli->levels[i].words, words))
            return &cli->levels[i];
    return NULL;
}

static bool give(struct cli *cli, enum cmd_mode mode, const char *words, uint8_t level, bool all, bool own)
{
    struct grammar_level *l = find(cli, mode, words);
    if (l && !own)
        return true;
    if (!l) {
        if (cli->nlevels >= LEVELS_MAX)
            return false;
        cli->levels = mem_resize(cli->levels, cli->nlevels + 1, sizeof *cli->levels);
        l = &cli->levels[cli->nlevels++];
    }
    *l = (struct grammar_level){.mode = mode, .level = level, .all = all};
    str_copy(l->words, sizeof l->words, words);
    return true;
}

static void take_back(struct cli *cli, enum cmd_mode mode, const char *words)
{
    struct grammar_level *l = find(cli, mode, words);
    if (!l)
        return;
    size_t at = (size_t)(l - cli->levels);
    memmove(l, l + 1, (cli->nlevels - at - 1) * sizeof *l);
    cli->nlevels--;
}

static enum cmd_result do_privilege(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    enum cmd_mode mode = modes[cmd_int(c, "mode")].mode;
    struct text words = {0};
    bool ok =
        grammar_expand(cli->grammar, mode, cmd_str(c, "command"), &words) && words.len < sizeof cli->levels[0].words;
    if (!ok) {
        out_text(c->out, "% Unrecognized command\n");
    } else if (c->no || !cmd_has(c, "level")) {
        take_back(cli, mode, words.s);
    } else {
        uint8_t level = (uint8_t)cmd_int(c, "level");
        ok = give(cli, mode, words.s, level, cmd_has(c, "all"), true);
        for (char *blank; ok && (blank = strrchr(words.s, ' ')) != NULL;) {
            *blank = 0;
            ok = give(cli, mode, words.s, level, false, false);
        }
        if (!ok)
            out_text(c->out, "% Too many commands with a level of their own\n");
    }
    text_free(&words);
    grammar_set_levels(cli->grammar, cli->levels, cli->nlevels);
    return ok ? CMD_OK : CMD_FAIL;
}

static void print_levels(void *self, const void *obj, struct text *out)
{
    struct cli *cli = self;
    (void)obj;
    for (size_t m = 0; m < sizeof modes / sizeof modes[0]; m++)
        for (size_t i = 0; i < cli->nlevels; i++)
            if (cli->levels[i].mode == modes[m].mode)
                text_printf(out, "privilege %s%s level %u %s\n", modes[m].name, cli->levels[i].all ? " all" : "",
                            cli->levels[i].level, cli->levels[i].words);
}

#define ROW(fl, sent, printer)                                                                                         \
    {                                                                                                                  \
        .kind = CMD_DO_ROW, .mode = CONFIG, .priv = 15, .flags = CMD_IN_CONFIG | CMD_KEEPS | (fl), .sentence = sent,   \
        .fn = do_privilege, .print = printer, .help = ""                                                               \
    }
static const struct cmd_row rows[] = {
    HELP(CONFIG, "privilege", "Command privilege parameters"),
    HELP(CONFIG, "privilege exec", "Exec mode"),
    HELP(CONFIG, "privilege configure", "Global configuration mode"),
    HELP(CONFIG, "privilege interface", "Interface configuration mode"),
    HELP(CONFIG, "privilege line", "Line configuration mode"),
    HELP(CONFIG, "privilege exec all", "All suboption will be set to the same level"),
    HELP(CONFIG, "privilege exec level", "Set privilege level of command"),
    HELP(CONFIG, "privilege exec all level", "Set privilege level of command"),
    HELP(CONFIG, "privilege exec level <level:0-15>", "Privilege level"),
    HELP(CONFIG, "privilege exec level <level:0-15> <line:command>", "Initial keywords of the command to modify"),
    HELP(CONFIG, "privilege exec reset", "Reset privilege level of command"),
    HELP(CONFIG, "privilege exec reset <line:command>", "Initial keywords of the command to modify"),
    ROW(CMD_NO, "privilege {exec|configure|interface|line}=mode [all=all] level <level:0-15> <line:command>",
        print_levels),
    ROW(0, "privilege {exec|configure|interface|line}=mode reset <line:command>", NULL),
};
const struct cmd_table cli_table_privilege = CMD_TABLE("cli/cmd/cmd_privilege", rows);
