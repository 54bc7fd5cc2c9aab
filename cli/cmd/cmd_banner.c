/* cmd_banner.c: `banner motd|login|exec|incoming`: text between two of one character.
 *
 * The first character behind the kind is the delimiter (the two characters `^C`, as configurations are printed, count as
 * one). What follows up to the next of it is the banner; when the line does not hold that, further lines are read raw,
 * without a prompt, until one does. The text is kept as typed, the line end behind an opening delimiter included, so
 * that running-config prints what was typed. Control characters other than tabs are dropped: a banner goes to terminals
 * before anybody has logged in. `banner incoming` is for reverse connections, of which there are none: it is kept.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cmd/cmd_local.h"

#define BANNER_MAX 8192

static const char *const kinds[BANNERS] = {"motd", "login", "exec", "incoming"};

struct reading {
    struct waiting w; /* first */
    enum session_banner which;
    char delimiter[3];
    struct text text;
};

/* Up to the delimiter; true when it was there. */
static bool take(struct reading *r, const char *line)
{
    const char *end = strstr(line, r->delimiter);
    size_t n = end ? (size_t)(end - line) : strlen(line);
    for (size_t i = 0; i < n && r->text.len < BANNER_MAX; i++)
        if ((unsigned char)line[i] >= ' ' ? line[i] != 0x7F : line[i] == '\t')
            text_addn(&r->text, line + i, 1);
    if (!end && r->text.len < BANNER_MAX)
        text_add(&r->text, "\n");
    return end != NULL;
}

static enum cmd_result keep(struct cmd_ctx *c, const struct reading *r)
{
    char **banner = &((struct cli *)c->self)->banners[r->which];
    if (r->text.len >= BANNER_MAX || strstr(text_str(&r->text), "^C")) {
        out_printf(c->out, "%% A banner has less than %d characters and no ^C in it\n", BANNER_MAX);
        return CMD_FAIL;
    }
    mem_free(*banner);
    *banner = r->text.len ? mem_strdup(r->text.s) : NULL;
    return CMD_OK;
}

static void reading_free(struct waiting *w)
{
    struct reading *r = (struct reading *)w;
    text_free(&r->text);
    mem_free(r);
}

static void next_line(void *arg, const char *line)
{
    struct reading *r = arg;
    struct cmd_ctx *c = r->w.c;
    if (!take(r, line))
        c->host->ask_raw(c->shell, next_line, r);
    else
        waiting_end(&r->w, keep(c, r));
}

static enum cmd_result do_banner(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    const char *typed = cmd_str(c, "text");
    enum session_banner which = (enum session_banner)cmd_int(c, "which");
    if (c->no) {
        mem_free(cli->banners[which]);
        cli->banners[which] = NULL;
        return CMD_OK;
    }
    if (!typed[0]) {
        out_text(c->out, "% Incomplete command.\n\n");
        return CMD_FAIL;
    }
    struct reading *r = NEW(struct reading);
    size_t n = str_starts(typed, "^C") ? 2 : 1;
    r->which = which;
    memcpy(r->delimiter, typed, n);
    waiting_begin(&r->w, c, reading_free);
    if (take(r, typed + n)) {
        waiting_end(&r->w, keep(c, r));
        return CMD_WAIT;
    }
    out_printf(c->out, "Enter TEXT message.  End with the character '%s'.\n", r->delimiter);
    c->host->ask_raw(c->shell, next_line, r);
    return CMD_WAIT;
}

static void print_banners(void *self, const void *obj, struct text *out)
{
    struct cli *cli = self;
    (void)obj;
    static const enum session_banner order[] = {BANNER_EXEC, BANNER_INCOMING, BANNER_LOGIN, BANNER_MOTD};
    for (size_t i = 0; i < BANNERS; i++)
        if (cli->banners[order[i]])
            text_printf(out, "banner %s ^C%s^C\n", kinds[order[i]], cli->banners[order[i]]);
}

#define ROW(sent, printer)                                                                                             \
    {                                                                                                                  \
        .kind = CMD_DO_ROW, .mode = CONFIG, .priv = 15, .flags = CMD_IN_CONFIG | CMD_KEEPS | CMD_NO, .sentence = sent, \
        .fn = do_banner, .print = printer, .help = ""                                                                  \
    }
static const struct cmd_row rows[] = {
    HELP(CONFIG, "banner", "Define a login banner"),
    HELP(CONFIG, "banner motd", "Set Message of the Day banner"),
    HELP(CONFIG, "banner login", "Set login banner"),
    HELP(CONFIG, "banner exec", "Set EXEC process creation banner"),
    HELP(CONFIG, "banner incoming", "Set incoming terminal line banner"),
    HELP(CONFIG, "banner motd <line:text>", "c banner-text c, where 'c' is a delimiting character"),
    ROW("banner {motd|login|exec|incoming}=which [<line:text>]", print_banners),
};
const struct cmd_table cli_table_banner = CMD_TABLE("cli/cmd/cmd_banner", rows);
