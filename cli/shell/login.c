/* login.c: what stands between a terminal and its first prompt.
 *
 *             line wants nothing
 *   begin ---------------------------------------------> banner exec, prompt
 *     |  banner motd, banner login                          ^
 *     +--> "Username: " --> "Password: " --> aaa_login -----+ yes
 *             ^                                  | no
 *             +--- "% Login invalid" ------------+ third time: hang up
 *
 * A line with `login` alone asks for its password only. Thirty seconds are given for each answer. Which of this is asked
 * is aaa's to say (aaa_wants); here are the words. A vty that cannot let anybody in says so and hangs up. Sessions that
 * SSH has let in, and those typed by programs, begin at the prompt; the former are shown the banners first.
 *
 * Before that begins nothing is written: session_new only notes that it is due, and the first step of the loop does it.
 */
#include <stdio.h>
#include <string.h>

#include "cli/shell/shell_local.h"
#include "espial/ip.h"

#define TRIES         3

struct aaa_door login_door(const struct shell *sh)
{
    struct aaa_door door = {.vty = sh->vty, .line = sh->n > 0 ? (unsigned)sh->n : 0};
    if (sh->vty && !ip4_parse(sh->location, &door.source))
        door.source = 0;
    door.local_port = sh->vty ? 23 : 0;
    return door;
}

const char *login_place(const struct shell *sh)
{
    return sh->location[0] ? sh->location : "0.0.0.0";
}

/* ---- banners ---- */

static void fill_in(struct maker *m, const char *text, int n, struct text *out)
{
    static const char *const names[] = {"$(hostname)", "$(domain)", "$(line)"};
    while (*text) {
        size_t i = 0;
        while (i < 3 && !str_starts(text, names[i]))
            i++;
        if (i == 3)
            text_addn(out, text++, 1);
        else
            text += strlen(names[i]);
        if (i == 0)
            text_add(out, m->env.hostname(m->env.arg));
        else if (i == 1 && m->env.domain)
            text_add(out, m->env.domain(m->env.arg));
        else if (i == 2)
            text_printf(out, "%d", n + 1);
    }
}

void shells_banner(struct shells *s, enum session_banner which, int n, struct text *out)
{
    struct maker *m = (struct maker *)s;
    const char *text = m->env.banner ? m->env.banner(m->env.arg, which) : "";
    if (!text[0])
        return;
    fill_in(m, text, n, out);
    if (out->len && out->s[out->len - 1] != '\n')
        text_add(out, "\n");
}

static void banner(struct shell *sh, enum session_banner which)
{
    struct text t = {0};
    shells_banner(&sh->maker->shells, which, sh->vty ? sh->n : -1, &t);
    session_say(sh, text_str(&t));
    text_free(&t);
}

static bool has_banner(const struct maker *m)
{
    return m->env.banner && (m->env.banner(m->env.arg, BANNER_MOTD)[0] || m->env.banner(m->env.arg, BANNER_EXEC)[0]);
}

/* ---- the dialogue ---- */

static void ask_user(struct shell *sh);
static void ask_password(struct shell *sh);

static void hang_up_soon(struct shell *sh, enum channel_end why)
{
    sh->state = SESSION_CLOSED;
    sh->ask.on = false;
    sh->close_due = true;
    sh->close_why = why;
    timer_clear(&sh->login.timeout);
    loop_defer(sh->maker->env.loop, &sh->step);
}

static void let_in(struct shell *sh)
{
    login_end(sh);
    session_set_origin(sh);
    banner(sh, BANNER_EXEC);
    session_at_prompt(sh);
}

static void refused(struct shell *sh)
{
    struct login *l = &sh->login;
    bool last = ++l->tries >= TRIES;
    if (l->by_user)
        session_say(sh, aaa_is_new_model(sh->maker->env.aaa) ? "% Authentication failed\n" : "% Login invalid\n");
    else if (last)
        session_say(sh, "% Bad passwords\n");
    if (last) {
        hang_up_soon(sh, CHANNEL_REFUSED);
    } else if (l->by_user) {
        session_say(sh, "\n");
        ask_user(sh);
    } else {
        ask_password(sh);
    }
}

static void judged(void *arg, enum aaa_verdict v, const struct aaa_grant *g)
{
    struct shell *sh = arg;
    sh->login.question = NULL;
    if (v == AAA_QUIET) {
        hang_up_soon(sh, CHANNEL_REFUSED);
        return;
    }
    if (v != AAA_PASS) {
        refused(sh);
        return;
    }
    str_copy(sh->user, sizeof sh->user, g->user);
    sh->privilege = g->privilege;
    let_in(sh);
}

static void judge(struct shell *sh, const char *password)
{
    struct aaa_door door = login_door(sh);
    timer_clear(&sh->login.timeout);
    sh->state = SESSION_BUSY;
    sh->login.question = aaa_login(sh->maker->env.aaa, &door, sh->login.user, password, judged, sh);
}

static void password_answer(void *arg, const char *text)
{
    judge(arg, text);
}

static void user_answer(void *arg, const char *text)
{
    struct shell *sh = arg;
    text += strspn(text, " \t");
    if (!text[0]) {
        if (++sh->login.tries >= TRIES)
            hang_up_soon(sh, CHANNEL_REFUSED);
        else
            ask_user(sh);
        return;
    }
    if (!str_copy(sh->login.user, sizeof sh->login.user, text))
        sh->login.user[0] = 0x7F; /* too long to be anybody's name */
    if (aaa_wants_password(sh->maker->env.aaa, sh->login.user))
        ask_password(sh);
    else
        judge(sh, "");
}

static void ask_user(struct shell *sh)
{
    sh->login.at_secret = false;
    timer_set(&sh->login.timeout, LOGIN_ANSWER_S * US_PER_S);
    session_ask(sh, "Username: ", (struct asking){.on = true, .answer = user_answer, .arg = sh});
}

static void ask_password(struct shell *sh)
{
    sh->login.at_secret = true;
    timer_set(&sh->login.timeout, LOGIN_ANSWER_S * US_PER_S);
    session_ask(sh, "Password: ", (struct asking){.on = true, .secret = true, .answer = password_answer, .arg = sh});
}

static void too_late(void *arg)
{
    struct shell *sh = arg;
    session_say(sh, sh->login.at_secret ? "\n% Password:  timeout expired!\n" : "\n% Username:  timeout expired!\n");
    hang_up_soon(sh, CHANNEL_TIMEOUT);
}

void login_interrupt(struct shell *sh)
{
    if (!sh->ask.on)
        return;
    if (sh->login.at_secret)
        ask_password(sh);
    else
        ask_user(sh);
}

/* ---- beginning and end ---- */

static enum aaa_wants wants(const struct shell *sh)
{
    struct aaa_door door = login_door(sh);
    return sh->maker->env.aaa ? aaa_wants(sh->maker->env.aaa, &door) : AAA_WANTS_NOTHING;
}

void login_prepare(struct shell *sh, bool is_logged_in)
{
    if (is_logged_in ? !has_banner(sh->maker) : wants(sh) == AAA_WANTS_NOTHING && !has_banner(sh->maker))
        return;
    sh->login.on = !is_logged_in;
    sh->login_due = true;
    sh->state = SESSION_BUSY;
    loop_defer(sh->maker->env.loop, &sh->step);
}

void login_begin(struct shell *sh)
{
    struct aaa_door door = login_door(sh);
    bool asks = sh->login.on;
    banner(sh, BANNER_MOTD);
    enum aaa_wants w = asks ? wants(sh) : AAA_WANTS_NOTHING;
    if (asks && sh->maker->env.aaa && aaa_is_quiet_for(sh->maker->env.aaa, &door)) {
        hang_up_soon(sh, CHANNEL_REFUSED);
        return;
    }
    switch (w) {
    case AAA_WANTS_NOTHING: let_in(sh); return;
    case AAA_REFUSES:
        session_say(sh, "\nPassword required, but none set\n");
        hang_up_soon(sh, CHANNEL_REFUSED);
        return;
    case AAA_WANTS_PASSWORD:
    case AAA_WANTS_USER: break;
    }
    sh->login.by_user = w == AAA_WANTS_USER;
    banner(sh, BANNER_LOGIN);
    session_say(sh, "\nUser Access Verification\n\n");
    if (sh->login.by_user)
        ask_user(sh);
    else
        ask_password(sh);
}

void login_init(struct shell *sh)
{
    timer_init(&sh->login.timeout, sh->maker->env.loop, too_late, sh);
}

void login_end(struct shell *sh)
{
    timer_clear(&sh->login.timeout);
    aaa_cancel(sh->login.question);
    sh->login.question = NULL;
    sh->login.on = false;
}
