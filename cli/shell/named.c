/* named.c: a command that names another machine waits until name servers have been asked for it.
 *
 *     ping NAME -> known, or nobody is asked: it runs
 *               -> ask: Translating "NAME"...domain server (A) (B) -> [OK]: it runs, and finds the name known
 *                                                                  -> no answer: it runs, and says that it does not know it
 *     one word that is no command -> ask -> % Unknown command or computer name ...
 *                                        -> found: connections are not made from here
 *
 * The second is what IOS makes of a typo; it asks for it where name servers are configured and the line has not `transport preferred none`, at terminals alone. An interruption
 * (Ctrl-Shift-6) ends the wait and the command. A held line is matched again when it may run, as behind a gate. */
#include <string.h>

#include "cli/shell/shell_local.h"
#include "espial/ip.h"
#include "espial/mem.h"

static void named_end(struct shell *sh)
{
    mem_free(sh->named.line);
    sh->named = (struct named){0};
    sh->abort_fn = NULL;
}

static void tried(void *arg, uint32_t server)
{
    struct shell *sh = arg;

    out_printf(&sh->output.out, "%s(%s)", sh->named.tried++ ? " " : "", IP4(server));
}

static void typo_over(struct shell *sh, bool found)
{
    named_end(sh);
    out_text(&sh->output.out, found ? "% telnet connections not permitted from this terminal\n"
                                    : "% Unknown command or computer name, or unable to find computer address\n");
    session_over(sh, CMD_FAIL);
}

static void answered(void *arg, bool found)
{
    struct shell *sh = arg;
    char *line = sh->named.line;

    sh->named.asking = NULL;
    out_text(&sh->output.out, found ? " [OK]\n" : "\n");
    if (sh->named.typo) {
        typo_over(sh, found);
        return;
    }
    sh->named.line = NULL;
    named_end(sh);
    sh->named.asked = true;
    sh->passed = true;
    session_resume(sh, line);
    mem_free(line);
}

static void interrupted(void *arg, bool closing)
{
    struct shell *sh = arg;

    sh->maker->env.name_cancel(sh->named.asking);
    named_end(sh);
    if (closing)
        return;
    out_text(&sh->output.out, "\n");
    session_over(sh, CMD_FAIL);
}

static void ask(struct shell *sh, const char *name, const char *typed, bool typo)
{
    const struct shells_env *env = &sh->maker->env;

    sh->named = (struct named){.line = mem_strdup(typed), .typo = typo};
    sh->abort_fn = interrupted;
    sh->abort_arg = sh;
    sh->output.unpaged = true;
    out_printf(&sh->output.out, "Translating \"%s\"...domain server ", name);
    sh->named.asking = env->name_ask(env->arg, name, tried, answered, sh);
}

static bool is_asked(const struct shell *sh, const char *name)
{
    const struct shells_env *env = &sh->maker->env;

    return env->name_wanted && env->name_wanted(env->arg, name);
}

bool named_waits(struct shell *sh, const char *typed)
{
    bool asked = sh->named.asked;

    sh->named.asked = false;
    for (size_t i = 0; !asked && i < sh->match.nvals; i++)
        if (sh->match.vals[i].kind == CMD_VAL_HOST && is_asked(sh, sh->match.vals[i].text)) {
            ask(sh, sh->match.vals[i].text, typed, false);
            return true;
        }
    return false;
}

bool named_typo(struct shell *sh, const char *typed)
{
    char name[256];
    size_t at = strspn(typed, " \t"), n = strcspn(typed + at, " \t");

    if (!sh->channel || sh->config_file || sh->mode != EXEC || sh->set.no_names || n >= sizeof name ||
        typed[at + n + strspn(typed + at + n, " \t")])
        return false;
    memcpy(name, typed + at, n);
    name[n] = 0;
    if (!is_asked(sh, name))
        return false;
    ask(sh, name, typed, true);
    return true;
}
