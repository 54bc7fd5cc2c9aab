/* story_sent.c: of a replay's story, what leaves the router: lines that are logged, traps, mails. Each is told, and held against what
 * is expected of its applet (expect.c). Whose a line is says the line; whose a trap, its varbind of CISCO-EMBEDDED-EVENT-MGR-MIB. */
#include "cli/offline/story_local.h"

#include <inttypes.h>
#include <string.h>

#include "espial/bus.h"
#include "espial/mem.h"

/* A line of the router about what an applet did: "... on vty0 (EEM:NAME)". */
static bool about_untold(const struct story *s, const char *line)
{
    char applet[EEM_NAME_MAX];
    const char *by = strstr(line, "(EEM:");
    if (!by)
        return false;
    snprintf(applet, sizeof applet, "%.*s", (int)strcspn(by + 5, ")"), by + 5);
    return story_untold(s, applet);
}

/* "NAME: text" of a line that an applet logs. */
static void line_of_whom(const struct story *s, const struct fact_syslog *f, char out[EEM_NAME_MAX])
{
    const char *colon = strstr(f->line + f->text_at, ": ");
    out[0] = '\0';
    for (size_t i = 0; colon && i < s->ntallies; i++) {
        size_t n = strlen(s->tallies[i].applet);
        if (!strncmp(colon + 2, s->tallies[i].applet, n) && colon[2 + n] == ':')
            str_copy(out, EEM_NAME_MAX, s->tallies[i].applet);
    }
}

void story_on_log(void *arg, const void *fact)
{
    struct story *s = arg;
    const struct fact_syslog *f = fact;
    char applet[EEM_NAME_MAX];
    if (f->held & STORY_OWN_LINE)
        return;
    line_of_whom(s, f, applet);
    if (applet[0])
        expect_text(s->expect, applet, EXPECT_LOGS, f->line + f->text_at);
    if (!about_untold(s, f->line + f->text_at) && story_head(s, applet[0] ? applet : "router")) {
        fputs("logs ", s->out);
        story_clean(s->out, f->line + f->text_at, strlen(f->line + f->text_at), 1000);
        fputc('\n', s->out);
    }
}

static void trap_text(const struct fact_trap *f, unsigned column, char *out, size_t cap)
{
    out[0] = '\0';
    for (size_t i = 0; i < f->nvars && i < TRAP_VARBINDS_MAX; i++) {
        const struct trap_var *v = &f->vars[i];
        if (v->oid_len < 2 || v->oid[v->oid_len - 2] != column)
            continue;
        if (v->type == TRAP_STRING)
            snprintf(out, cap, "%.*s", (int)v->len, (const char *)v->data);
        else if (v->type == TRAP_INT || v->type == TRAP_UNSIGNED)
            snprintf(out, cap, "%" PRId64, v->num);
    }
}

enum { COLUMN_NAME = 7, COLUMN_INT1 = 9, COLUMN_INT2 = 10, COLUMN_STR = 11 };

void story_on_trap(void *arg, const void *fact)
{
    struct story *s = arg;
    const struct fact_trap *f = fact;
    char applet[EEM_NAME_MAX], int1[24], int2[24], str[260];
    trap_text(f, COLUMN_NAME, applet, sizeof applet);
    trap_text(f, COLUMN_INT1, int1, sizeof int1);
    trap_text(f, COLUMN_INT2, int2, sizeof int2);
    trap_text(f, COLUMN_STR, str, sizeof str);
    expect_text(s->expect, applet, EXPECT_TRAPS, str);
    if (!story_told(s) || !story_head(s, applet[0] ? applet : "router"))
        return;
    fprintf(s->out, "sends a trap (%s)", f->kind);
    if (int1[0])
        fprintf(s->out, " intdata1 %s", int1);
    if (int2[0])
        fprintf(s->out, " intdata2 %s", int2);
    if (str[0]) {
        fputs(" strdata \"", s->out);
        story_clean(s->out, str, strlen(str), 255);
        fputc('"', s->out);
    }
    fputc('\n', s->out);
}

void story_on_mail(void *arg, const struct eem_run_seen *run, const struct eem_mail_seen *m)
{
    struct story *s = arg;
    char *text = mem_printf("%s: %s: %s", m->to, m->subject, m->body);
    expect_text(s->expect, run->applet->name, EXPECT_MAILS, text);
    if (story_head(s, run->applet->name)) {
        fprintf(s->out, "mails %s by %s: ", m->to, m->server);
        story_clean(s->out, m->subject, strlen(m->subject), 255);
        fputs(": ", s->out);
        story_clean(s->out, m->body, strlen(m->body), VALUE_TOLD);
        fputc('\n', s->out);
    }
    mem_free(text);
}
