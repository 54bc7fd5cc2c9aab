/* cmd_range.c: `interface range`: several interfaces at once.
 *
 *     GigabitEthernet0/0 - 2 , Loopback1-3,tunnel 7
 *
 * Each part is an interface, or its number and the last one of the same type and place. Each name is typed as `interface NAME` would be: what that makes is made,
 * and what it refuses ends the line. What is typed in the mode is then done to each interface in turn (cli/shell/exec.c). */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/cmd/cmd_local.h"
#include "cli/config/config.h"
#include "espial/text.h"

#define RANGE_MAX 256

struct range {
    char names[RANGE_MAX][IFNAME_MAX];
    size_t n;
};

/* The names first to last, where `first` ends in its number. */
static bool add(struct range *r, const char *first, const char *last)
{
    char name[IFNAME_MAX];
    uint64_t from, to;
    size_t stem = strlen(first);

    while (stem && isdigit((unsigned char)first[stem - 1]))
        stem--;
    if (!str_uint(first + stem, 0, UINT32_MAX, &from) || !str_uint(last ? last : first + stem, from, UINT32_MAX, &to))
        return false;
    for (uint64_t i = from; i <= to; i++) {
        if (r->n == RANGE_MAX ||
            snprintf(name, sizeof name, "%.*s%u", (int)stem, first, (unsigned)i) >= (int)sizeof name ||
            !ifname_parse(name, r->names[r->n]))
            return false;
        r->n++;
    }
    return true;
}

/* Cuts the blanks around off. */
static char *trimmed(char *s)
{
    s += strspn(s, " \t");
    for (size_t n = strlen(s); n && strchr(" \t", s[n - 1]);)
        s[--n] = '\0';
    return s;
}

static bool parse(char *text, struct range *r)
{
    char *at = text, *part;

    while ((part = strsep(&at, ","))) {
        char *last = strchr(part, '-');
        if (last)
            *last++ = '\0';
        if (!add(r, trimmed(part), last ? trimmed(last) : NULL))
            return false;
    }
    return true;
}

static enum cmd_result do_range(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    struct range *r = NEW(struct range);
    struct match *m = NEW(struct match);
    void *objs[RANGE_MAX];
    char text[GRAMMAR_LINE_MAX], line[IFNAME_MAX + 16];
    struct config_next next;
    size_t n = 0;

    str_copy(text, sizeof text, cmd_str(c, "which"));
    bool ok = parse(text, r);
    if (!ok)
        out_text(c->out, "% Invalid interface range\n");
    for (size_t i = 0; ok && i < r->n; i++) {
        snprintf(line, sizeof line, "interface %s", r->names[i]);
        ok = grammar_match(cli->grammar, CONFIG, c->privilege, line, m) == MATCH_OK &&
             config_run(cli->grammar, m, NULL, c->out, &next) == CONFIG_ENTER;
        if (ok)
            objs[n++] = next.obj;
    }
    if (ok)
        c->host->enter_each(c->shell, CONFIG_IF, objs, n);
    mem_free(m);
    mem_free(r);
    return ok ? CMD_OK : CMD_FAIL;
}

static const struct cmd_row rows[] = {
    {.kind = CMD_DO_ROW,
     .mode = CONFIG,
     .priv = 15,
     .flags = CMD_IN_CONFIG | CMD_KEEPS,
     .sentence = "interface range <line:which>",
     .fn = do_range,
     .help = "Select an interface to configure|interface range command|Interfaces, as in GigabitEthernet0/0 - 2 , "
             "Loopback1"},
};
const struct cmd_table cli_table_range = CMD_TABLE("cli/cmd/cmd_range", rows);
