/* replace.c: `configure replace`: passes of planning and typing.
 *
 *   plan what differs (cli/config/plan.c) --none--> put lists in order --> done
 *      ^                  |
 *      |                  v
 *      +------ type it into a session without a terminal
 *
 * A pass may leave something over: an undone line took more with it, or a line waited for another. When something was not
 * taken away because it is in use, one pass takes out who uses it, and the next one types again what is wanted of that.
 * Five passes are made
 * at most, as on IOS. A plan that comes out the same again although every line of it was accepted says nothing that the
 * router could do (the port of a cable cannot be removed; a password is printed otherwise than it was typed), and one
 * that comes out as the one before the last goes in a circle: that is done too. Lines that are refused to the end are listed and the replacement has failed.
 *
 * Everything goes through the same door as a person's typing, so no setting is known here. A section is entered anew
 * for each of its runs of lines, and left before the next line of global configuration. */
#include "cli/shell/replace.h"

#include <string.h>

#include "cli/config/tree.h"
#include "cli/shell/shell_local.h"
#include "cli/shell/store.h"

#define PASSES_MAX 5

MSG(MSG_CONFIG_R, "SYS", 5, "CONFIG_R", 0, "Config Replace is Done");

struct typist {
    struct shell *sh;
    const char *heads[CONFIG_DEPTH_MAX + 1]; /* the sections that lead to the present line */
    unsigned depth;                          /* of the mode the session is in: 0 global configuration */
    struct text refused;                     /* lines that were, each below its sections */
    size_t nrefused;
};

struct config_tree *store_running_tree(struct shells *s)
{
    struct text t = {0}, err = {0};
    store_running(s, false, &t);
    struct config_tree *tree = config_tree_new(text_str(&t), t.len, &err);
    text_free(&t);
    text_free(&err);
    return tree; /* hostname and line con 0 are always there: it is never empty */
}

/* A line, or the lines of a banner. True: it was accepted. */
static bool type_text(struct typist *t, const char *text)
{
    struct shell *sh = t->sh;
    bool ok = true;
    for (;;) {
        size_t n = strcspn(text, "\n");
        char *line = mem_strndup(text, n);
        session_line(sh, line);
        mem_free(line);
        session_answer_defaults(sh);
        ok &= sh->waiting || !sh->refused;
        if (!text[n])
            break;
        text += n + 1;
    }
    if (sh->waiting)
        session_interrupt(sh);
    text_clear(&sh->capture);
    return ok;
}

static bool enter(struct typist *t, const char *head)
{
    enum cmd_mode mode = t->sh->mode;
    void *obj = t->sh->obj;
    bool ok = type_text(t, head);
    if (t->sh->mode == CONFIG)
        t->depth = 0;
    else if (ok && (t->sh->mode != mode || t->sh->obj != obj))
        t->depth++;
    return ok;
}

/* Go to the mode in which a line of this depth is typed. */
static bool go(struct typist *t, unsigned depth)
{
    if (t->depth == depth)
        return true;
    while (t->sh->mode != CONFIG && t->depth > 0) {
        type_text(t, "exit");
        t->depth = t->sh->mode == CONFIG ? 0 : t->depth - 1;
    }
    t->depth = 0;
    for (unsigned d = 0; d < depth; d++)
        if (!t->heads[d] || !enter(t, t->heads[d]) || t->depth != d + 1)
            return false;
    return true;
}

static void add_line(struct text *out, unsigned depth, const char *text)
{
    text_printf(out, "%*s%s\n", (int)depth, "", text);
}

static void type_step(struct typist *t, struct config_step *s)
{
    bool ok = go(t, s->depth) && enter(t, s->text);
    t->heads[s->depth] = s->text;
    s->refused = !ok;
    if (ok)
        return;
    t->nrefused++;
    for (unsigned d = 0; d < s->depth; d++)
        if (t->heads[d])
            add_line(&t->refused, d, t->heads[d]);
    add_line(&t->refused, s->depth, s->text);
}

static void list_plan(struct out *out, const struct config_plan *p)
{
    struct text t = {0};
    for (size_t i = 0; i < p->n; i++)
        add_line(&t, p->v[i].depth, p->v[i].text);
    text_add(&t, "end\n");
    out_write(out, text_str(&t), t.len);
    text_free(&t);
}

/* Types a plan; the number of refused lines. With `first` it stops at the first of them. */
static size_t type_plan(struct maker *m, struct config_plan *p, const struct replace_params *who, bool first,
                        struct text *refused)
{
    struct typist t = {.sh = shell_open(&m->shells, &(struct shell_params){.user = who->user,
                                                                            .origin = who->origin,
                                                                            .privilege = 15,
                                                                            .config_file = true})};
    t.sh->merging = t.sh->replacing = true;
    for (size_t i = 0; i < p->n && !(first && t.nrefused); i++)
        type_step(&t, &p->v[i]);
    go(&t, 0);
    shell_close(t.sh);
    text_clear(refused);
    text_addn(refused, text_str(&t.refused), t.refused.len);
    text_free(&t.refused);
    return t.nrefused;
}

static void tell_failure(struct out *out, const struct config_plan *p, unsigned passes, const struct text *refused)
{
    out_text(out, "The rollback configlet from the last pass is listed below:\n********\n\n"
                  "!List of Rollback Commands:\n");
    list_plan(out, p);
    out_printf(out, "********\n\n\nRollback aborted after %u pass%s\n", passes, passes == 1 ? "" : "es");
    out_text(out, "The following commands are failed to apply to the IOS image.\n********\n");
    out_write(out, text_str(refused), refused->len);
    out_text(out, "********\n");
}

/* In place of a plan: who uses what the last one could not take away. False: nobody does. */
static bool take_out_users(struct grammar *g, const struct config_tree *from, const struct config_plan *last,
                           struct config_plan *now)
{
    struct config_plan users;
    config_plan_release(g, from, last, &users);
    if (!users.n) {
        config_plan_free(&users);
        return false;
    }
    config_plan_free(now);
    *now = users;
    return true;
}

enum replace_result store_replace(struct shells *s, const struct config_tree *to, const struct replace_params *p,
                                  struct out *out)
{
    struct maker *m = (struct maker *)s;
    if (store_is_typing(s)) {
        out_text(out, "%Error: a configuration that is being read cannot be replaced\n");
        return REPLACE_FAILED;
    }
    struct config_tree *before = p->revert ? store_running_tree(s) : NULL;
    struct config_tree *target = config_tree_canonical(m->grammar, to);
    struct config_plan last = {0}, earlier = {0}, now;
    struct text refused = {0};
    size_t nrefused = 0;
    unsigned passes = 0;
    bool done = false, failed = false;
    while (!done && !failed) {
        struct config_tree *from = store_running_tree(s);
        config_plan_make(m->grammar, from, target, &now);
        bool frees = now.n && nrefused && passes < PASSES_MAX - 1 && take_out_users(m->grammar, from, &last, &now);
        if (frees)
            config_plan_free(&last); /* the next one may be the same again, and yet do more */
        config_tree_free(from);
        done = !now.n || (passes && !nrefused && config_plan_same(&now, &last)) ||
               (passes > 1 && !nrefused && config_plan_same(&now, &earlier));
        failed = !done && (passes == PASSES_MAX || (p->revert && nrefused && !frees));
        if (!done && !failed) {
            passes++;
            if (p->list) {
                out_printf(out, "!Pass %u\n\n!List of Commands:\n", passes);
                list_plan(out, &now);
                out_text(out, "\n");
            }
            nrefused = type_plan(m, &now, p, p->revert, &refused);
        }
        if (done || failed) {
            config_plan_free(&now);
        } else {
            config_plan_free(&earlier);
            earlier = last;
            last = now;
        }
    }
    enum replace_result result = REPLACE_DONE;
    if (done) {
        config_arrange(m->grammar, target);
        out_printf(out, "Total number of passes: %u\nRollback Done\n", passes);
        msg_post(m->env.log, &MSG_CONFIG_R);
    } else {
        tell_failure(out, &last, passes, &refused);
        result = REPLACE_FAILED;
        if (before) {
            struct out quiet = {.write = out_nowhere};
            store_replace(s, before, &(struct replace_params){.user = p->user, .origin = p->origin}, &quiet);
            result = REPLACE_REVERTED;
        }
    }
    config_plan_free(&last);
    config_plan_free(&earlier);
    config_tree_free(target);
    config_tree_free(before);
    text_free(&refused);
    return result;
}
