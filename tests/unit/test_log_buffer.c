/* test_log_buffer.c: the logging buffer: what enters it, that it keeps the newest messages whole and within its size, and reading it meanwhile. */
#include "tests/unit/msg_box.h"

static void levels_gate_the_buffer(void **state)
{
    struct box *b = *state;
    log_conf(b->log)->buffered = LOG_WARN;
    log_conf_changed(b->log);
    msg_post(b->log, &MSG_UP, "Tunnel1", "up"); /* 3 */
    msg_post(b->log, &MSG_INV, "1.1.1.1", 50);  /* 4 */
    msg_post(b->log, &MSG_OTHER, "x");          /* 5 */
    msg_debug(b->log, "x");
    turn(b);
    assert_int_equal(b->n, 4); /* the bus hears all */
    assert_int_equal(lines(b->log), 2);
    assert_int_equal(log_stats(b->log)->buffered, 2);
    assert_int_equal(log_stats(b->log)->trap, 3); /* informational */
    log_conf(b->log)->buffered = LOG_OFF;
    log_conf_changed(b->log);
    assert_int_equal(lines(b->log), 0); /* no logging buffered: gone */
    msg_post(b->log, &MSG_UP, "Tunnel1", "up");
    assert_int_equal(lines(b->log), 0);
}

static void logging_off_silences(void **state)
{
    struct box *b = *state;
    log_conf(b->log)->on = false;
    assert_false(msg_post(b->log, &MSG_INV, "1.1.1.1", 50));
    msg_debug(b->log, "x");
    msg_post_text(b->log, "HA_EM", 6, "LOG", "x");
    turn(b);
    assert_int_equal(b->n, 0);
    assert_int_equal(lines(b->log), 0);
    assert_int_equal(log_stats(b->log)->dropped, 3);
    log_conf(b->log)->on = true;
    assert_true(msg_post(b->log, &MSG_INV, "1.1.1.1", 50)); /* what was not said does not count for the limit */
}

/* After every message: what the buffer holds is the newest ones, whole, and within its size. */
static void the_buffer_keeps_the_newest(void **state)
{
    struct box *b = *state;
    enum { PREFIX = 22 }; /* the stamp */
    unsigned x = 1, first = 0;
    log_conf(b->log)->buffer_size = 9000;
    log_conf_changed(b->log);
    for (unsigned i = 0; i < 3000; i++) {
        char fill[600];
        x = x * 1664525 + 1013904223;
        unsigned len = i % 1000 == 999 ? 599 : (x >> 16) % 120;
        memset(fill, 'a' + (int)(i % 26), len);
        fill[len] = '\0';
        msg_debug(b->log, "%u %s", i, fill);
        if (b->n > 32) {
            turn(b);
            b->n = 0;
        }
        size_t cursor = 0, bytes = 0, n = 0;
        unsigned want = 0;
        for (const char *line; (line = log_buffer_next(b->log, &cursor)); n++) {
            unsigned number = (unsigned)strtoul(line + PREFIX, NULL, 10);
            if (n == 0)
                want = number;
            assert_int_equal(number, want);
            want++;
            bytes += strlen(line) + 1;
        }
        assert_int_equal(want, i + 1); /* up to the newest */
        assert_true(bytes <= 9000);
        assert_true(i < 100 || bytes > 9000 - 2 * 700); /* and it is used */
        assert_true(want - n >= first);
        first = want - (unsigned)n;
        turn(b);
        b->n = 0;
    }
}

static void reading_on_while_it_is_written(void **state)
{
    struct box *b = *state;
    size_t cursor = 0, old;
    for (int i = 0; i < 10; i++)
        msg_debug(b->log, "line %d", i);
    assert_string_equal(strrchr(log_buffer_next(b->log, &cursor), ' '), " 0");
    assert_string_equal(strrchr(log_buffer_next(b->log, &cursor), ' '), " 1");
    old = cursor;
    while (log_buffer_next(b->log, &cursor))
        ;
    assert_null(log_buffer_next(b->log, &cursor));
    msg_debug(b->log, "line 10"); /* a reader at the end sees what comes */
    assert_string_equal(strrchr(log_buffer_next(b->log, &cursor), ' '), " 10");
    for (int i = 11; i < 500; i++) {
        msg_debug(b->log, "line %d", i);
        const char *line = log_buffer_next(b->log, &cursor);
        assert_int_equal(strtol(strrchr(line, ' '), NULL, 10), i); /* through every wrap */
        assert_null(log_buffer_next(b->log, &cursor));
        if (i % 16 == 0) {
            turn(b);
            b->n = 0;
        }
    }
    size_t begin = 0;
    assert_string_equal(log_buffer_next(b->log, &old), log_buffer_next(b->log, &begin)); /* overtaken: the oldest */
    assert_string_equal(log_buffer_next(b->log, &old), log_buffer_next(b->log, &begin));

    log_buffer_clear(b->log);
    assert_null(log_buffer_next(b->log, &cursor));
    assert_null(log_buffer_next(b->log, &old));
    begin = 0;
    assert_null(log_buffer_next(b->log, &begin));
    msg_debug(b->log, "after");
    assert_string_equal(strrchr(log_buffer_next(b->log, &cursor), ' '), " after");
    assert_string_equal(strrchr(log_buffer_next(b->log, &begin), ' '), " after");
    turn(b);
}

static void resizing_keeps_the_newest(void **state)
{
    struct box *b = *state;
    for (int i = 0; i < 50; i++)
        msg_debug(b->log, "line %d", i); /* 30 bytes each */
    size_t cursor = 0, n = lines(b->log);
    assert_int_equal(n, 50);
    log_conf(b->log)->buffer_size = 300;
    log_conf_changed(b->log);
    assert_int_equal(lines(b->log), 300 / 30);
    assert_string_equal(strrchr(log_buffer_next(b->log, &cursor), ' '), " 40");
    assert_string_equal(strrchr(last_line(b->log), ' '), " 49");
    log_conf(b->log)->buffer_size = 100000;
    log_conf_changed(b->log);
    assert_int_equal(lines(b->log), 10);
    for (int i = 0; i < 9; i++)
        msg_debug(b->log, "more %d", i);
    assert_int_equal(lines(b->log), 19);
    log_conf(b->log)->buffer_size = 300;
    log_conf_changed(b->log);
    char big[1000];
    memset(big, 'x', 999);
    big[999] = '\0';
    msg_debug(b->log, "%s", big); /* larger than the whole buffer: not kept, and nothing lost for it */
    assert_int_equal(lines(b->log), 10);
    turn(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOX(levels_gate_the_buffer),
        BOX(logging_off_silences),
        BOX(the_buffer_keeps_the_newest),
        BOX(reading_on_while_it_is_written),
        BOX(resizing_keeps_the_newest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
