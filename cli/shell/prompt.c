/* prompt.c: what stands before the cursor.
 *
 * EXEC shows the hostname whole and `>` or `#`, or what `prompt` says in their place: %h the hostname, %p the mark, %n
 * the line's number, %s a blank, %t a tab, %% itself. Configuration modes show the hostname's first 20 characters and the
 * mode, whatever `prompt` says; `no service prompt config` takes theirs away.
 */
#include <stdio.h>
#include <string.h>

#include "cli/shell/shell_local.h"

#define HOST_SHOWN 20 /* characters of the hostname in configuration modes */

static void put(struct shell *sh, const char *s)
{
    size_t n = strlen(sh->prompt);
    str_copy(sh->prompt + n, sizeof sh->prompt - n, s);
}

static void worded(struct shell *sh, const char *format, const char *host)
{
    char one[12] = "";
    sh->prompt[0] = '\0';
    for (const char *p = format; *p; p++) {
        if (*p != '%' || !p[1]) {
            put(sh, (char[2]){*p, 0});
            continue;
        }
        switch (*++p) {
        case 'h': put(sh, host); break;
        case 'p': put(sh, sh->privilege > 1 ? "#" : ">"); break;
        case 's': put(sh, " "); break;
        case 't': put(sh, "\t"); break;
        case 'n':
            snprintf(one, sizeof one, "%d", sh->vty ? sh->n + 1 : 0);
            put(sh, one);
            break;
        default: put(sh, (char[2]){*p, 0});
        }
    }
}

/* That of the mode, or of the object in it. */
static const char *mode_text(const struct shell *sh)
{
    struct grammar *g = sh->maker->grammar;
    const struct grammar_row *mode = g ? grammar_mode_row(g, sh->mode) : NULL;
    const char *text = sh->several ? cmd_modes[sh->mode].several : NULL;

    if (!text && mode && mode->row->scope->prompt && config_alive(g, sh->mode, sh->obj))
        text = mode->row->scope->prompt(sh->obj);
    return text ? text : cmd_modes[sh->mode].prompt;
}

const char *session_prompt(struct shell *sh)
{
    const struct shells_env *env = &sh->maker->env;
    const char *host = env->hostname(env->arg), *format = "";
    bool config = true;
    if (env->prompt)
        format = env->prompt(env->arg, &config);
    if (sh->mode == EXEC && format[0])
        worded(sh, format, host);
    else if (sh->mode == EXEC)
        snprintf(sh->prompt, sizeof sh->prompt, "%.63s%c", host, sh->privilege > 1 ? '#' : '>');
    else if (config)
        snprintf(sh->prompt, sizeof sh->prompt, "%.*s%s#", HOST_SHOWN, host, mode_text(sh));
    else
        sh->prompt[0] = '\0';
    return sh->prompt;
}
