/* applet_box.h: one router with applets, for the tests that run them from outside, by what is typed and logged. */
#ifndef ESPIAL_TESTS_APPLET_BOX_H
#define ESPIAL_TESTS_APPLET_BOX_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "espial/loop.h"
#include "espial/text.h"
#include "tests/sim/box.h"

#define NODE "R1"

/* R1 alone, with these lines behind its name. */
static inline struct box *with(const char *config)
{
    struct text all = {0};
    struct box *b = box_new(1);
    text_printf(&all, "hostname " NODE "\n%s", config);
    box_node(b, NODE, text_str(&all));
    text_free(&all);
    box_boot(b);
    return b;
}

static inline bool said(struct box *b, const char *line, const char *text)
{
    return strstr(box_type(b, NODE, line), text) != NULL;
}
#endif
