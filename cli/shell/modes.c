/* modes.c: a session goes from one mode to another: exec, configuration, the object of a sub-mode, or several at once
 * (interface range). What is left is told (config_leave); the last step out of configuration ends the lock that the session may
 * have, is logged, and told as a fact. A file that is read at boot, or for a replacement, says nothing. */
#include <string.h>

#include "cli/shell/shell_local.h"

MSG(MSG_CONFIG_I, "SYS", 5, "CONFIG_I", 0, "Configured from %s");

void session_enter(struct shell *sh, enum cmd_mode mode, void *obj)
{
    struct out quiet = {.write = out_nowhere};
    enum cmd_mode old = sh->mode;
    void *old_obj = sh->obj;
    mem_free(sh->more);
    sh->more = NULL;
    sh->nmore = 0;
    sh->several = false;
    if (old == mode && old_obj == obj)
        return;
    sh->mode = mode;
    sh->obj = obj;
    if (mode == EXEC)
        lock_leave(sh);
    if (old == EXEC)
        sh->config_session = ++sh->maker->config_sessions;
    config_leave(sh->maker->grammar, old, old_obj, mode, obj, sh->closing ? &quiet : &sh->output.out);
    if (old != EXEC && mode == EXEC && (!sh->config_file || (sh->merging && !sh->replacing))) {
        struct session_view v;
        session_view(sh, &v);
        struct fact_config f = {.line = v.tty, .left = true};
        str_copy(f.user, sizeof f.user, sh->user);
        msg_post(sh->maker->env.log, &MSG_CONFIG_I, sh->origin);
        bus_publish(sh->maker->env.bus, FACT_CONFIG_CHANGED, &f, sizeof f);
    }
}

void session_enter_each(struct shell *sh, enum cmd_mode mode, void *const *objs, size_t n)
{
    session_enter(sh, mode, objs[0]);
    sh->several = true;
    sh->nmore = n - 1;
    sh->more = mem_array(n, sizeof *sh->more);
    memcpy(sh->more, objs + 1, sh->nmore * sizeof *sh->more);
}
