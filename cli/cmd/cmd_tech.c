/* cmd_tech.c: show tech-support: the everyday shows one after the other, each below a line with its name.
 *
 * The commands are run as if they were typed, through the grammar, so the list below is all there is to it; one that this
 * router has not is left out. Passwords, keys and communities in the configuration are replaced by <removed>, as on IOS,
 * because this output is what people send to others.
 */
#include <string.h>

#include "cli/cmd/cmd_local.h"
#include "cli/grammar/grammar.h"

static const char *const commands[] = {
    "show version",
    "show clock detail",
    "show inventory raw",
    "show platform",
    "show running-config",
    "show users",
    "show line",
    "show terminal",
    "show privilege",
    "show processes cpu",
    "show processes cpu history",
    "show processes memory",
    "show memory statistics",
    "show file systems",
    "dir",
    "show interfaces",
    "show interfaces summary",
    "show interfaces description",
    "show interfaces counters",
    "show interfaces stats",
    "show ip interface",
    "show ip interface brief",
    "show protocols",
    "show ip protocols",
    "show ip route",
    "show ip route summary",
    "show ip traffic",
    "show arp",
    "show hosts",
    "show access-lists",
    "show crypto isakmp policy",
    "show crypto isakmp sa detail",
    "show crypto ipsec sa detail",
    "show crypto session detail",
    "show platform hardware qfp active statistics drop all",
    "show event manager policy registered",
    "show event manager history events",
    "show snmp",
    "show debugging",
    "show logging",
};

/* ---- secrets taken out ---- */

struct censor {
    struct out out; /* first */
    struct out *to;
    struct text line; /* not ended yet */
};

/* Words after which a secret stands, and what may stand between: its type, which is none. */
static const struct {
    const char *begins, *after, *types;
} secrets[] = {
    {"enable", "secret", "0456789"},     {"enable", "password", "0456789"},
    {"username", "secret", "0456789"},   {"username", "password", "0456789"},
    {"password", "password", "0456789"}, {"crypto", "key", "06"},
    {"snmp-server", "community", ""},    {"pre-shared-key", "key", "06"},
    {"pre-shared-key", "local", "06"},   {"pre-shared-key", "remote", "06"},
    {"authentication", "key", "06"},     {"pre-shared-key", "pre-shared-key", "06"},
    {"key-string", "key-string", ""},
};

static bool word_is(const char *at, const char *word)
{
    size_t n = strlen(word);
    return !strncmp(at, word, n) && (at[n] == ' ' || !at[n]);
}

static const char *next_word(const char *at)
{
    at += strcspn(at, " ");
    return at + strspn(at, " ");
}

/* The secret in a line of configuration; NULL: none. */
static const char *secret_in(const char *line)
{
    const char *first = line + strspn(line, " ");
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        if (!word_is(first, secrets[i].begins))
            continue;
        for (const char *at = first; *at; at = next_word(at)) {
            if (!word_is(at, secrets[i].after))
                continue;
            at = next_word(at);
            if (word_is(at, "hex") || (*at && at[1] == ' ' && strchr(secrets[i].types, *at)))
                at = next_word(at);
            return *at ? at : NULL;
        }
    }
    if (!word_is(first, "snmp-server") || !word_is(next_word(first), "host"))
        return NULL;
    const char *at = next_word(next_word(next_word(first)));
    static const char *const words[] = {"traps", "informs", "version", "1", "2c", "3", "auth", "noauth", "priv"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        at = word_is(at, words[i]) ? next_word(at) : at;
    return *at ? at : NULL;
}

static void censor_line(struct censor *z)
{
    const char *line = text_str(&z->line), *secret = secret_in(line);
    if (secret) {
        const char *rest = secret + strcspn(secret, " ");
        out_printf(z->to, "%.*s<removed>%s\n", (int)(secret - line), line, rest);
    } else {
        out_printf(z->to, "%s\n", line);
    }
    text_clear(&z->line);
}

static void censor_write(struct out *out, const char *s, size_t len)
{
    struct censor *z = (struct censor *)out;
    while (len) {
        const char *end = memchr(s, '\n', len);
        size_t n = end ? (size_t)(end - s) : len;
        text_addn(&z->line, s, n);
        if (end)
            censor_line(z);
        n += end != NULL;
        s += n;
        len -= n;
    }
}

/* ---- one after the other ---- */

static void run(struct cmd_ctx *c, const char *line, struct match *m)
{
    struct cli *cli = c->self;
    struct censor z = {.out = {.write = censor_write, .width = c->out->width}, .to = c->out};
    if (grammar_match(cli->grammar, EXEC, c->privilege, line, m) != MATCH_OK)
        return;
    out_printf(c->out, "\n------------------ %s ------------------\n\n", line);
    struct cmd_ctx in = *c;
    in.self = m->self;
    in.out = strcmp(line, "show running-config") ? c->out : &z.out;
    in.vals = m->vals;
    in.nvals = m->nvals;
    in.line = m->expanded;
    m->row->fn(&in);
    if (z.line.len)
        censor_line(&z);
    text_free(&z.line);
}

static enum cmd_result show_tech(struct cmd_ctx *c)
{
    struct match *m = NEW(struct match);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        run(c, commands[i], m);
    out_text(c->out, "\n");
    mem_free(m);
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    DO(EXEC, 15, "show tech-support", show_tech, "Show system information for Tech-Support"),
};
const struct cmd_table cli_table_tech = CMD_TABLE("cli/cmd/cmd_tech", rows);
