/* login_box.h: a router with somebody who configures it and others who knock at its console or a vty, in virtual time; what their screens show and
 * what the log says.
 */
#ifndef ESPIAL_TESTS_LOGIN_BOX_H
#define ESPIAL_TESTS_LOGIN_BOX_H

#include "tests/unit/cli_box.h"

struct fix {
    struct cli_box *b;
    struct shell *typist; /* configures */
    struct typed t;
    struct text screen;
};

static inline struct fix *fix_new(void)
{
    struct fix *f = NEW(struct fix);
    f->b = box_new(true);
    f->typist = box_shell(f->b, false);
    return f;
}

static inline void fix_free(struct fix *f)
{
    shell_close(f->typist);
    box_free(f->b);
    text_free(&f->t.output);
    text_free(&f->screen);
    mem_free(f);
}

/* Lines of global configuration, '\n' between. */
static inline void configure(struct fix *f, const char *lines)
{
    char line[512];
    box_type(f->b, f->typist, &f->t, "configure terminal");
    while (*lines) {
        size_t n = strcspn(lines, "\n");
        snprintf(line, sizeof line, "%.*s", (int)n, lines);
        const char *said = box_type(f->b, f->typist, &f->t, line);
        if (f->t.refused)
            fail_msg("%s: %s", line, said);
        lines += n + (lines[n] == '\n');
    }
    box_type(f->b, f->typist, &f->t, "end");
}

static inline struct shell *knock(struct fix *f, bool vty)
{
    f->b->hangups = 0;
    return session_new(f->b->shells, &(struct session_params){.vty = vty,
                                                              .n = vty ? -1 : 0,
                                                              .user = "",
                                                              .location = vty ? "10.1.1.9" : "",
                                                              .privilege = 1,
                                                              .channel = &f->b->channel});
}

static const char *screen(struct fix *f)
{
    vloop_run_for(f->b->loop, 0);
    return box_screen(f->b, &f->screen);
}

/* Type a line; what came. */
static const char *type(struct fix *f, struct shell *sh, const char *line)
{
    session_line(sh, line);
    return screen(f);
}

static inline bool logged(struct fix *f, const char *text)
{
    return box_logged(f->b, text);
}

#define BOB "username bob privilege 15 secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0\n" /* cisco */

#endif
