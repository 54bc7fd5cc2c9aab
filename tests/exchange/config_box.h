/* config_box.h: one router in configuration mode, and its running-config as text, for the tests that type lines of
 * configuration. Include it once per program. */
#ifndef ESPIAL_TESTS_CONFIG_BOX_H
#define ESPIAL_TESTS_CONFIG_BOX_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/sim/box.h"

#define CONFIG_MAX 32768
#define NODE       "r1"

static inline struct box *one_router(const char *config)
{
    struct box *b = box_new(1);
    box_node(b, NODE, config);
    box_boot(b);
    box_type(b, NODE, "configure terminal");
    return b;
}

/* From "version" to "end": before it are the size and the dates. */
static inline void config_of(struct box *b, char out[CONFIG_MAX])
{
    const char *at = strstr(box_type(b, NODE, "do show running-config"), "\nversion ");
    if (!at)
        at = strstr(box_type(b, NODE, "show running-config"), "\nversion ");
    assert_non_null(at);
    const char *end = strstr(at, "\nend\n");
    assert_non_null(end);
    assert_true(end - at < CONFIG_MAX - 8);
    snprintf(out, CONFIG_MAX, "%.*send\n", (int)(end - at), at + 1);
}

/* Into a mode by typing these lines; NULL: global configuration. */
static inline void go(struct box *b, const char *enter)
{
    if (enter)
        box_type(b, NODE, enter);
    else
        box_type_all(b, NODE, "end\nconfigure terminal");
}
#endif
