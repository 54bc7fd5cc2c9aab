/* typist.h: a cli_box and who types at it: a shell that gives back what a line printed, and, where a test wants one, a terminal with a screen. */
#ifndef ESPIAL_TESTS_TYPIST_H
#define ESPIAL_TESTS_TYPIST_H

#include "tests/unit/cli_box.h"

struct fixture {
    struct cli_box *box;
    struct shells *shells; /* of the test's own; NULL: the box's */
    struct shell *sh, *terminal;
    struct typed t;
    struct text screen;
};

static inline struct fixture *typist_new(void **state, bool iosxe)
{
    struct fixture *f = NEW(struct fixture);
    f->box = box_new(iosxe);
    *state = f;
    return f;
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;
    session_free(f->terminal);
    shell_close(f->sh);
    if (f->shells)
        shells_free(f->shells);
    text_free(&f->t.output);
    text_free(&f->screen);
    box_free(f->box);
    mem_free(f);
    return 0;
}

static inline const char *type(struct fixture *f, const char *line)
{
    return box_type(f->box, f->sh, &f->t, line);
}
#endif
