/* flow.c: the blocks of an applet: if, elseif, else, while, foreach, break, continue, exit, and where each goes.
 *
 * Actions run in the order of their labels; the blocks are those of that order, whatever the order they were typed in.
 * flow_blocks walks them once and notes for each action the places it can go to; what does not pair is said in words.
 *
 *     if A op B      true: next action     false: to the elseif, else or end that follows
 *     elseif, else   reached from above: the branch before it was taken, on behind the end
 *     while A op B   false: behind its end             end of a loop: back to its head
 *     foreach V "L"  no word left: behind its end
 *
 * `if A op B goto LABEL` opens no block. Operands are compared as numbers when both are, else as text. */
#include <string.h>

#include "eem/eem_local.h"
#include "espial/mem.h"

#define NEST_MAX 64

struct open_block {
    size_t head;   /* if, while, foreach */
    size_t branch; /* the last if, elseif or else */
    bool loop, has_else;
};

struct walk {
    const struct applet_conf *a;
    struct block *blocks;
    struct open_block open[NEST_MAX];
    size_t depth;
    void (*complain)(void *arg, size_t at, const char *what);
    void *arg;
};

static void complain(struct walk *w, size_t at, const char *what)
{
    w->blocks[at].ok = false;
    if (w->complain)
        w->complain(w->arg, at, what);
}

static bool is_goto(const struct action_conf *a)
{
    return a->verb == ACTION_IF && a->more[0];
}

static void opens(struct walk *w, size_t at, bool loop)
{
    if (w->depth == NEST_MAX)
        complain(w, at, "blocks are nested too deeply");
    else
        w->open[w->depth++] = (struct open_block){.head = at, .branch = at, .loop = loop};
}

static void branches(struct walk *w, size_t at, bool is_else)
{
    struct open_block *top = w->depth ? &w->open[w->depth - 1] : NULL;
    if (!top || top->loop || top->has_else) {
        complain(w, at,
                 is_else ? "\"else\" action found outside of conditional block"
                         : "\"elseif\" action found outside of conditional block");
        return;
    }
    w->blocks[top->branch].next = (uint32_t)at;
    top->branch = at;
    top->has_else = is_else;
}

/* Every branch of the block that ends here, and every break of the loop, learns where. */
static void ends(struct walk *w, size_t at)
{
    if (!w->depth) {
        complain(w, at, "\"end\" action found outside of conditional block");
        return;
    }
    struct open_block *top = &w->open[--w->depth];
    w->blocks[top->branch].next = (uint32_t)at;
    w->blocks[at].loop = top->loop;
    w->blocks[at].next = (uint32_t)top->head;
    for (size_t i = top->head; i < at; i++) {
        const struct action_conf *a = w->a->actions.v[i];
        struct block *b = &w->blocks[i];
        bool leaves = a->verb == ACTION_BREAK || a->verb == ACTION_CONTINUE;
        bool of_this = top->loop ? leaves || i == top->head
                                 : a->verb == ACTION_IF || a->verb == ACTION_ELSEIF || a->verb == ACTION_ELSE;
        if (b->end == UINT32_MAX && of_this) {
            b->end = (uint32_t)at;
            if (a->verb == ACTION_CONTINUE)
                b->next = (uint32_t)top->head;
        }
    }
}

static bool in_loop(const struct walk *w)
{
    for (size_t i = 0; i < w->depth; i++)
        if (w->open[i].loop)
            return true;
    return false;
}

struct block *flow_blocks(const struct applet_conf *a, void (*say)(void *arg, size_t at, const char *what), void *arg)
{
    size_t n = a->actions.n;
    struct walk w = {.a = a, .blocks = mem_array(n + 1, sizeof *w.blocks), .complain = say, .arg = arg};
    for (size_t i = 0; i < n; i++)
        w.blocks[i] = (struct block){.next = UINT32_MAX, .end = UINT32_MAX, .ok = true};
    for (size_t i = 0; i < n; i++) {
        const struct action_conf *act = a->actions.v[i];
        switch (act->verb) {
        case ACTION_IF:
            if (!is_goto(act))
                opens(&w, i, false);
            break;
        case ACTION_WHILE:
        case ACTION_FOREACH: opens(&w, i, true); break;
        case ACTION_ELSEIF: branches(&w, i, false); break;
        case ACTION_ELSE: branches(&w, i, true); break;
        case ACTION_END: ends(&w, i); break;
        case ACTION_BREAK:
        case ACTION_CONTINUE:
            if (!in_loop(&w))
                complain(&w, i,
                         act->verb == ACTION_BREAK ? "\"break\" action found outside of a loop"
                                                   : "\"continue\" action found outside of a loop");
            break;
        default: break;
        }
    }
    while (w.depth)
        complain(&w, w.open[--w.depth].head, "conditional block is not closed by an \"end\" action");
    return w.blocks;
}

void applet_nest(struct applet_conf *a)
{
    unsigned depth = 0;
    CONF_EACH(struct action_conf, act, &a->actions)
    {
        bool middle = act->verb == ACTION_ELSE || act->verb == ACTION_ELSEIF, close = act->verb == ACTION_END;
        if ((middle || close) && depth)
            depth--;
        act->depth = (uint8_t)(depth < NEST_MAX ? depth : NEST_MAX);
        if (middle || (act->verb == ACTION_IF && !is_goto(act)) || act->verb == ACTION_WHILE ||
            act->verb == ACTION_FOREACH)
            depth++;
    }
}

/* ---- the actions. r->pc points behind the one that is performed. */

static bool compare(struct run *r, const struct action_conf *a, bool *result)
{
    char *left = run_value(r, a->text), *right = left ? run_value(r, a->pattern) : NULL;
    if (right)
        *result = eem_compare(a->op, left, right);
    bool ok = right != NULL;
    mem_free(left);
    mem_free(right);
    return ok;
}

static const struct action_conf *at(const struct run *r, size_t i)
{
    return r->applet->conf.actions.v[i];
}

/* The branch at `i` was not taken: to the next one that is. */
static enum step try_next(struct run *r, size_t i)
{
    for (;;) {
        i = r->applet->blocks[i].next;
        if (i >= r->applet->conf.actions.n)
            return STEP_END; /* flow_blocks has refused it */
        const struct action_conf *a = at(r, i);
        bool is = true;
        if (a->verb == ACTION_ELSEIF && !compare(r, a, &is)) {
            r->pc = i + 1;
            return STEP_FAILED;
        }
        if (is) {
            r->pc = i + 1;
            return STEP_NEXT;
        }
    }
}

static enum step go_to(struct run *r, const char *label)
{
    const struct conf_list *actions = &r->applet->conf.actions;
    for (size_t i = 0; i < actions->n; i++)
        if (!strcmp(at(r, i)->label, label)) {
            r->pc = i;
            /* loops that the jump leaves are over */
            while (r->nloops &&
                   (i <= r->loops[r->nloops - 1].at || i > r->applet->blocks[r->loops[r->nloops - 1].at].end))
                mem_free(r->loops[--r->nloops].list);
            return STEP_NEXT;
        }
    r->error = "FH_ENOENT";
    return STEP_FAILED;
}

static enum step perform_if(struct run *r, const struct action_conf *a)
{
    bool is;
    if (!compare(r, a, &is))
        return STEP_FAILED;
    if (is_goto(a))
        return is ? go_to(r, a->more) : STEP_NEXT;
    return is ? STEP_NEXT : try_next(r, r->pc - 1);
}

static enum step perform_branch(struct run *r, const struct action_conf *a)
{
    (void)a;
    r->pc = r->applet->blocks[r->pc - 1].end + (size_t)1;
    return STEP_NEXT;
}

static enum step perform_while(struct run *r, const struct action_conf *a)
{
    bool is;
    if (!compare(r, a, &is))
        return STEP_FAILED;
    if (!is)
        r->pc = r->applet->blocks[r->pc - 1].end + (size_t)1;
    return STEP_NEXT;
}

static enum step begin_foreach(struct run *r, const struct action_conf *a)
{
    if (r->nloops == RUN_LOOPS_MAX) {
        r->error = "FH_EMEMORY";
        return STEP_FAILED;
    }
    char *list = run_value(r, a->text);
    if (!list)
        return STEP_FAILED;
    if (!r->loops)
        r->loops = mem_array(RUN_LOOPS_MAX, sizeof *r->loops);
    r->loops[r->nloops++] = (struct run_loop){.at = r->pc - 1, .list = list};
    return STEP_NEXT;
}

/* Each character of the delimiter parts words; a "\n" leaves the CR before it, as on IOS. Between blanks there are no empty words. */
static bool next_word(struct run_loop *l, const char *delimiter, char **word)
{
    struct text by = {0};
    run_unescape(delimiter[0] ? delimiter : " \t\r\n", &by);
    const char *s = l->list + l->pos;
    s += strspn(s, text_str(&by));
    size_t n = strcspn(s, text_str(&by));
    text_free(&by);
    if (!n)
        return false;
    *word = mem_strndup(s, n);
    l->pos = (size_t)(s - l->list) + n;
    return true;
}

static enum step perform_foreach(struct run *r, const struct action_conf *a)
{
    size_t here = r->pc - 1;
    if (!r->nloops || r->loops[r->nloops - 1].at != here)
        if (begin_foreach(r, a) != STEP_NEXT)
            return STEP_FAILED;
    struct run_loop *l = &r->loops[r->nloops - 1];
    char *word;
    if (!next_word(l, a->pattern, &word)) {
        mem_free(l->list);
        r->nloops--;
        r->pc = r->applet->blocks[here].end + (size_t)1;
        return STEP_NEXT;
    }
    bool ok = run_set(r, a->var, word);
    mem_free(word);
    return ok ? STEP_NEXT : STEP_FAILED;
}

static enum step perform_end(struct run *r, const struct action_conf *a)
{
    const struct block *b = &r->applet->blocks[r->pc - 1];
    (void)a;
    if (b->loop)
        r->pc = b->next;
    return STEP_NEXT;
}

static enum step perform_break(struct run *r, const struct action_conf *a)
{
    size_t here = r->pc - 1, end = r->applet->blocks[here].end, head = r->applet->blocks[end].next;
    (void)a;
    if (r->nloops && r->loops[r->nloops - 1].at == head)
        mem_free(r->loops[--r->nloops].list);
    r->pc = end + 1;
    return STEP_NEXT;
}

static enum step perform_continue(struct run *r, const struct action_conf *a)
{
    (void)a;
    r->pc = r->applet->blocks[r->pc - 1].next;
    return STEP_NEXT;
}

static enum step perform_exit(struct run *r, const struct action_conf *a)
{
    if (!a->text[0])
        return STEP_END;
    char *code = run_value(r, a->text);
    bool ok = code && run_set(r, "_exit_status", code);
    mem_free(code);
    return ok ? STEP_END : STEP_FAILED;
}

static enum step perform_comment(struct run *r, const struct action_conf *a)
{
    (void)r;
    (void)a;
    return STEP_NEXT;
}

static enum step perform_handle_error(struct run *r, const struct action_conf *a)
{
    static const enum on_error all[] = {ON_ERROR_EXIT, ON_ERROR_IGNORE, ON_ERROR_WARN};
    r->on_error = all[a->kind % 3];
    return STEP_NEXT;
}

const struct action_kind action_handle_error = {perform_handle_error};
const struct action_kind action_if = {perform_if}, action_elseif = {perform_branch}, action_else = {perform_branch},
                         action_end = {perform_end}, action_while = {perform_while}, action_foreach = {perform_foreach},
                         action_break = {perform_break}, action_continue = {perform_continue},
                         action_exit = {perform_exit}, action_comment = {perform_comment};
