/* A vty without SSH: keys in at term_input, the very bytes that would go over the wire out. Expected bytes by hand: echo
 * is what was typed, once; everything else is drawn with CR, LF, backspace, blank, bell and `$`. */
#include "cli/term/monitor.h"
#include "cli/term/term.h"
#include "tests/unit/cli_box.h"

#define CRLF  "\r\n"
#define MORE  " --More-- "
#define ERASE "\b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\b"

#define SLOW  4096

struct fixture {
    struct cli_box *box;
    struct monitor *monitor;
    struct term *term;
    struct text out, seen;
    size_t unread; /* what a reader has not taken; he counts as slow from SLOW on */
    bool reads_slowly, closed;
};

static void on_write(void *arg, const char *s, size_t len)
{
    struct fixture *f = arg;
    assert_null(memchr(s, 0x1B, len)); /* whatever happens */
    text_addn(&f->out, s, len);
    f->unread += len;
}
static bool on_full(void *arg)
{
    const struct fixture *f = arg;
    return f->reads_slowly && f->unread >= SLOW;
}
static void on_closed(void *arg)
{
    ((struct fixture *)arg)->closed = true;
}

static struct term *open_term(struct fixture *f, bool vty)
{
    return term_new(&(struct term_params){.shells = f->box->shells,
                                          .session = {.vty = vty,
                                                      .n = vty ? -1 : 0,
                                                      .user = "admin",
                                                      .location = "10.1.1.9",
                                                      .is_logged_in = true,
                                                      .privilege = 15},
                                          .newline_is_crlf = true,
                                          .write = on_write,
                                          .full = on_full,
                                          .closed = on_closed,
                                          .arg = f});
}

static int setup(void **state)
{
    struct fixture *f = NEW(struct fixture);
    f->box = box_new(false);
    f->monitor = monitor_new(f->box->bus, f->box->log, f->box->shells);
    f->term = open_term(f, true);
    assert_non_null(f->term);
    term_prompt(f->term);
    vloop_run_for(f->box->loop, 0);
    text_clear(&f->out);
    *state = f;
    return 0;
}
static int teardown(void **state)
{
    struct fixture *f = *state;
    term_free(f->term);
    monitor_free(f->monitor);
    text_free(&f->out);
    text_free(&f->seen);
    box_free(f->box);
    mem_free(f);
    return 0;
}

/* Keys, and what they made. */
static const char *keys(struct fixture *f, const char *s)
{
    term_input(f->term, s, strlen(s));
    vloop_run_for(f->box->loop, 0);
    text_clear(&f->seen);
    text_addn(&f->seen, text_str(&f->out), f->out.len);
    text_clear(&f->out);
    return text_str(&f->seen);
}

static void echo_is_what_was_typed(void **state)
{
    struct fixture *f = *state;
    for (const char *p = "show lines 2"; *p; p++)
        assert_string_equal(keys(f, (char[2]){*p, 0}), ((char[2]){*p, 0}));
    assert_string_equal(keys(f, "\r"), CRLF "line 1" CRLF "line 2" CRLF "R1#");
    /* CR, LF and CR LF are one Enter each; NUL is nothing */
    assert_string_equal(keys(f, "\r\n"), CRLF "R1#");
    assert_string_equal(keys(f, "\n"), CRLF "R1#");
    assert_string_equal(keys(f, "\r\r"), CRLF "R1#" CRLF "R1#");
    term_input(f->term, "sh\0ow lines 1\0\r", 15);
    assert_string_equal(keys(f, ""), "show lines 1" CRLF "line 1" CRLF "R1#");
    /* typed ahead: each line behind its prompt */
    assert_string_equal(keys(f, "show lines 1\rshow lines 2\r"),
                        "show lines 1" CRLF "line 1" CRLF "R1#show lines 2" CRLF "line 1" CRLF "line 2" CRLF "R1#");
}

/* A line that comes while the one before has not been noticed waits: what that one made others say comes before it. */
static void what_was_done_is_noticed_first(void **state)
{
    struct fixture *f = *state;
    term_input(f->term, "show lines 1\r", 13);
    term_input(f->term, "show lines 2\r", 13);
    assert_null(strstr(text_str(&f->out), "line 2"));
    assert_string_equal(keys(f, ""), "show lines 1" CRLF "line 1" CRLF "R1#show lines 2" CRLF "line 1" CRLF "line 2" CRLF "R1#");
}

static void editing_is_drawn_with_backspaces(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(keys(f, "abc"), "abc");
    assert_string_equal(keys(f, "\b"), "\b \b");
    assert_string_equal(keys(f, "\x7f"), "\b \b");
    assert_string_equal(keys(f, "bcd"), "bcd");
    assert_string_equal(keys(f, "\x01"), "\b\b\b\b");     /* ^A */
    assert_string_equal(keys(f, "\x06"), "a");            /* ^F writes what it passes */
    assert_string_equal(keys(f, "\x1b[C"), "b");          /* right */
    assert_string_equal(keys(f, "\x1b[D\x02"), "\b\b");   /* left, ^B */
    assert_string_equal(keys(f, "x"), "xabcd\b\b\b\b");   /* put in */
    assert_string_equal(keys(f, "\x04"), "bcd \b\b\b\b"); /* ^D */
    assert_string_equal(keys(f, "\x05"), "bcd");          /* ^E */
    assert_string_equal(keys(f, " efg"), " efg");
    assert_string_equal(keys(f, "\x17"), "\b\b\b   \b\b\b");                          /* ^W */
    assert_string_equal(keys(f, "\x19"), "efg");                                      /* ^Y */
    assert_string_equal(keys(f, "\x15"), "\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b"); /* ^U */
    assert_string_equal(keys(f, "\x16?"), "?");                                       /* ^V */
    assert_string_equal(keys(f, "\b"), "\b \b");
    assert_string_equal(keys(f, "sho\x0c"), "sho" CRLF "R1#sho"); /* ^L */
    assert_string_equal(keys(f, "\x12"), CRLF "R1#sho");          /* ^R */
    assert_string_equal(keys(f, "\x03"), "^C" CRLF "R1#");
}

static void help_and_tab_redraw_the_line(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(keys(f, "show c?"), "show c?" CRLF "cdp  clock  configuration  crypto  " CRLF "R1#show c");
    assert_string_equal(keys(f, "ry?"), "ry?" CRLF "crypto  " CRLF "R1#show cry");
    assert_string_equal(keys(f, "\t"), CRLF "R1#show crypto ");
    assert_string_equal(keys(f, "?"), "?" CRLF "  ipsec   IPsec" CRLF "  isakmp  IKE" CRLF CRLF "R1#show crypto ");
    assert_string_equal(keys(f, "i\t"), "i" CRLF "R1#show crypto i"); /* ambiguous */
    assert_string_equal(keys(f, "zz?"), "zz?" CRLF "% Unrecognized command" CRLF "R1#show crypto izz");
    /* in the middle: what is left of the cursor counts, and all of it comes back with the cursor in its place */
    assert_string_equal(keys(f, "\x15show c 1\x02\x02?") + 45,
                        "show c 1\b\b 1?" CRLF "cdp  clock  configuration  crypto  " CRLF "R1#show c 1\b\b");
    assert_string_equal(keys(f, "ry\t"), "r 1\b\by 1\b\b 1" CRLF "R1#show crypto  1\b\b");
}

static void long_help_is_paged(void **state)
{
    struct fixture *f = *state;
    session_set_length(term_session(f->term), 2);
    assert_string_equal(keys(f, "show crypto ?"), "show crypto ?" CRLF "  ipsec   IPsec" CRLF MORE);
    assert_string_equal(keys(f, "\r"), ERASE "  isakmp  IKE" CRLF MORE);
    assert_string_equal(keys(f, "q"), ERASE "R1#show crypto ");
    assert_string_equal(keys(f, "is"), "is");
    assert_string_equal(keys(f, "\r"), CRLF "R1#");
}

static void history_comes_back(void **state)
{
    struct fixture *f = *state;
    keys(f, "show lines 1\rshow lines 2\rconf t\rmtu 1400\r");
    assert_string_equal(keys(f, "\x10"), "mtu 1400");
    assert_string_equal(keys(f, "\x10"), ""); /* the other modes' lines are not here */
    assert_string_equal(keys(f, "\x0e"), "\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b");
    assert_string_equal(keys(f, "\x1a"), "^Z" CRLF "R1#");
    assert_string_equal(keys(f, "\x10"), "conf t");
    assert_string_equal(keys(f, "\x10\x10"), "\b\b\b\b\b\bshow lines 2\b1"); /* only what differs is drawn */
    assert_string_equal(keys(f, "\x1b[B"), "\b2");
}

/* 40 columns, a prompt of 3: 37 are left. When the cursor would stand in the last one, the line moves by ten columns to
 * the left and `$` says that there is more. */
static void wide_lines_scroll(void **state)
{
    struct fixture *f = *state;
    const char *thirty_six = "abcdefghijklmnopqrstuvwxyz0123456789";
    session_set_width(term_session(f->term), 40);
    assert_string_equal(keys(f, thirty_six), thirty_six);
    char want[200] = "";
    memset(want, '\b', 36);
    /* "bcdef..." from the eleventh character on: the first place is the `$`, nine blanks wipe the rest */
    snprintf(want + 36, sizeof want - 36, "$%s", "lmnopqrstuvwxyz0123456789A");
    size_t n = strlen(want);
    memset(want + n, ' ', 9);
    memset(want + n + 9, '\b', 9);
    assert_string_equal(keys(f, "A"), want);
    assert_string_equal(keys(f, "BCD"), "BCD"); /* and goes on */
    /* back to the beginning: `$` at the right end */
    const char *back = keys(f, "\x01");
    assert_non_null(strstr(back, "abcdefghijklmnopqrstuvwxyz012345678$"));
    assert_null(strpbrk(back, "\x1b\r"));
    /* without a width nothing scrolls */
    keys(f, "\x15\x0b");
    session_set_width(term_session(f->term), 0);
    char line[500];
    memset(line, 'w', 499);
    line[499] = 0;
    assert_string_equal(keys(f, line), line);
    assert_string_equal(keys(f, "\b"), "\b \b");
}

static void a_full_line_rings(void **state)
{
    struct fixture *f = *state;
    char line[1001];
    session_set_width(term_session(f->term), 0);
    memset(line, 'w', 1000);
    line[1000] = 0;
    keys(f, line);
    assert_string_equal(keys(f, "wx"), "\a\a");
    assert_string_equal(keys(f, "\b"), "\b \b");
    assert_string_equal(keys(f, "x"), "x");
}

static void secrets_are_not_shown(void **state)
{
    struct fixture *f = *state;
    keys(f, "conf t\renable secret 0 abc\rend\rdisable\r");
    const char *asked = keys(f, "enable\r");
    assert_string_equal(asked, "enable" CRLF "Password: ");
    assert_string_equal(keys(f, "wrox\b\bng?\r"), CRLF "Password: ");
    assert_string_equal(keys(f, "ab\x15"
                                "abc\r"),
                        CRLF "R1#");
}

static void log_lines_come_between(void **state)
{
    struct fixture *f = *state;
    keys(f, "terminal monitor\r");
    keys(f, "show li");
    keys(f, "");
    msg_debug(f->box->log, "something happens");
    const char *seen = keys(f, "");
    assert_true(str_starts(seen, CRLF "*"));
    assert_non_null(strstr(seen, ": something happens" CRLF));
    msg_debug(f->box->log, "and goes on");
    seen = keys(f, "");
    assert_true(str_starts(seen, "*")); /* on the line behind, without an empty one between */
    assert_string_equal(keys(f, "nes 1\r"), "nes 1" CRLF "line 1" CRLF "R1#"); /* goes on where it was left */
    keys(f, "conf t\rline vty 0 4\rlogging synchronous\rend\r");
    keys(f, "show lix\x02");
    msg_debug(f->box->log, "more happens");
    seen = keys(f, "");
    assert_non_null(strstr(seen, ": more happens" CRLF "R1#show lix\b")); /* drawn again, the cursor where it was */
    assert_string_equal(keys(f, "\x04nes 1\r"), " \bnes 1" CRLF "line 1" CRLF "R1#");
    keys(f, "terminal no monitor\r");
    msg_debug(f->box->log, "unseen");
    assert_string_equal(keys(f, ""), "");
}

static void log_lines_at_the_pager(void **state)
{
    struct fixture *f = *state;
    keys(f, "terminal monitor\rterminal length 3\r");
    assert_string_equal(keys(f, "show lines 4\r"), "show lines 4" CRLF "line 1" CRLF "line 2" CRLF MORE);
    msg_debug(f->box->log, "meanwhile");
    const char *seen = keys(f, "");
    assert_true(str_starts(seen, CRLF "*"));
    assert_non_null(strstr(seen, ": meanwhile" CRLF));
    assert_string_equal(keys(f, " "), ERASE "line 3" CRLF "line 4" CRLF "R1#");
}

static void interrupting(void **state)
{
    static const char *const interrupts[] = {"\x03", "\x1e", "\x1ex", "\x1a"};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof interrupts / sizeof interrupts[0]; i++) {
        f->box->aborted = false;
        assert_string_equal(keys(f, "hold\r"), "hold" CRLF "holding" CRLF);
        assert_string_equal(keys(f, "typed ahead\r"), "");
        assert_string_equal(keys(f, interrupts[i]), "R1#"); /* at once, and what was typed before is forgotten */
        assert_true(f->box->aborted);
    }
    assert_string_equal(keys(f, "\x1e"), "");
    assert_string_equal(keys(f, "show\x1e lines 1\r"), "show lines 1" CRLF "line 1" CRLF "R1#");
    keys(f, "terminal escape-character 17\r");
    keys(f, "hold\r");
    assert_string_equal(keys(f, "\x1e"), "");
    assert_string_equal(keys(f, "\x11"), "R1#");
}

static void messages_of_others(void **state)
{
    struct fixture *f = *state;
    struct term *other = open_term(f, true);
    assert_non_null(other);
    keys(f, "sho");
    term_input(other, "send vty 0\rcome to\rlunch\x1a", 25);
    vloop_run_for(f->box->loop, 0);
    text_clear(&f->out);
    term_input(other, "\r", 1);
    const char *seen = keys(f, "");
    assert_string_equal(seen, CRLF CRLF CRLF "\a***" CRLF "***" CRLF "*** Message from tty2 to tty1:" CRLF "***" CRLF
                                             "come to" CRLF "lunch" CRLF CRLF "R1#sho" CRLF
                                             "R1#" /* the other's line end and prompt */);
    keys(f, "\x15"
            "clear line vty 1\r");
    assert_false(f->closed);
    assert_string_equal(keys(f, "\r"), CRLF " [OK]" CRLF "R1#");
    assert_true(f->closed);
    term_free(other);
}

/* Any bytes at all: nothing but text and the few control characters comes back, and the session lives. */
static void hostile_keys(void **state)
{
    static const char *const often[] = {"\r",
                                        "?",
                                        "\t",
                                        "show ",
                                        "\x1b",
                                        "\x1b[",
                                        "\x1b[200~",
                                        "\x10",
                                        "\x01",
                                        "\x05",
                                        "\x17",
                                        "\x15",
                                        "\x19",
                                        "\x1by",
                                        "\x1b"
                                        "b",
                                        "\x16",
                                        "\xc3\xa9",
                                        "\xff",
                                        "conf t\r",
                                        "\x1a",
                                        " lines 900 ",
                                        "|",
                                        "\x14",
                                        "\x1bO",
                                        "no ",
                                        "mtu 1500",
                                        "/",
                                        "q"};
    struct fixture *f = *state;
    uint32_t seed = 7;
    session_set_width(term_session(f->term), 60);
    for (unsigned i = 0; i < 60000; i++) {
        if (f->closed) { /* somebody typed what means exit: the next one sits down */
            term_free(f->term);
            f->closed = false;
            f->term = open_term(f, true);
            assert_non_null(f->term);
            session_set_width(term_session(f->term), 60);
        }
        seed = seed * 1664525 + 1013904223;
        unsigned r = seed >> 12;
        if (r % 3)
            keys(f, often[r / 3 % (sizeof often / sizeof often[0])]);
        else
            keys(f, (char[2]){(char)(r / 3), 0});
        for (const char *p = text_str(&f->seen); *p; p++)
            assert_true((unsigned char)*p >= ' ' ? (unsigned char)*p < 0x7F : strchr("\r\n\b\a", *p) != NULL);
    }
    assert_false(f->closed);
    keys(f, "\r\x03\x03\x1a\r\x15");
    keys(f, "\r");
    assert_string_equal(keys(f, "show lines 1\r"), "show lines 1" CRLF "line 1" CRLF "R1#");
}

/* A reader takes what there is, again and again, until nothing comes; how often. At no time does much wait for him. */
static unsigned read_all(struct fixture *f)
{
    unsigned times = 0;
    for (; f->unread; times++) {
        assert_true(f->unread <= SLOW + 3 * 16384);
        f->unread = 0;
        term_drained(f->term);
        vloop_run_for(f->box->loop, 0);
    }
    text_clear(&f->seen);
    text_addn(&f->seen, text_str(&f->out), f->out.len);
    text_clear(&f->out);
    return times;
}

/* "N of many\n", 20,000 times; as it is shown, below the command and above the prompt. */
static void many_lines(struct fixture *f, const char *path, const char *command, struct text *shown)
{
    struct text file = {0};
    text_printf(shown, "%s" CRLF, command);
    for (unsigned i = 1; i <= 20000; i++) {
        text_printf(&file, "! %u of many\n", i);
        text_printf(shown, "! %u of many" CRLF, i);
    }
    text_add(shown, "R1#");
    assert_int_equal(file_replace(f->box->files, path, text_str(&file), file.len), FILE_OK);
    text_free(&file);
}

static void a_slow_reader_gets_everything(struct fixture *f, const char *path, const char *command, const char *before)
{
    struct text expected = {0}, all = {0};
    many_lines(f, path, command, &expected);
    keys(f, "terminal length 0\r");
    f->unread = 0;
    f->reads_slowly = true;
    keys(f, command);
    keys(f, "\rshow privilege\r"); /* typed ahead */
    assert_true(f->seen.len < SLOW + 3 * 16384);
    assert_int_equal(session_state(term_session(f->term)), SESSION_BUSY);
    text_add(&all, command);
    text_addn(&all, f->seen.s, f->seen.len);
    assert_true(read_all(f) > 4);
    text_addn(&all, f->seen.s, f->seen.len);
    text_add(&expected, "show privilege" CRLF "Current privilege level is 15" CRLF "R1#");
    if (before) { /* what the command says first */
        const char *at = strstr(text_str(&all), "! 1 of many");
        assert_non_null(at);
        text_clear(&f->seen);
        text_printf(&f->seen, "%s" CRLF "%s", command, at);
        assert_string_equal(text_str(&f->seen), text_str(&expected));
    } else {
        assert_string_equal(text_str(&all), text_str(&expected));
    }
    text_free(&expected);
    text_free(&all);
}

/* A file is read no faster than it is shown; other commands' text waits in the session. */
static void slow_readers_of_files(void **state)
{
    a_slow_reader_gets_everything(*state, "disk0:/many", "more disk0:many", NULL);
}
static void slow_readers_of_shows(void **state)
{
    a_slow_reader_gets_everything(*state, "nvram:/startup-config", "show startup-config", "Using ");
}

static void slow_readers_interrupt(void **state)
{
    static const char *const commands[] = {"more disk0:many", "show startup-config"};
    struct fixture *f = *state;
    struct text unused = {0};
    many_lines(f, "disk0:/many", "", &unused);
    many_lines(f, "nvram:/startup-config", "", &unused);
    keys(f, "terminal length 0\r");
    f->reads_slowly = true;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        f->unread = 0;
        keys(f, commands[i]);
        keys(f, "\r");
        assert_int_equal(session_state(term_session(f->term)), SESSION_BUSY);
        keys(f, "\x03");
        read_all(f);
        assert_null(strstr(text_str(&f->seen), "of many"));
        assert_int_equal(session_state(term_session(f->term)), SESSION_PROMPT);
        assert_string_equal(keys(f, "show privilege\r"), "show privilege" CRLF "Current privilege level is 15" CRLF "R1#");
    }
    text_free(&unused);
}

/* Nobody reads: the exec-timeout (10 minutes) ends it. */
static void who_never_reads_is_timed_out(void **state)
{
    struct fixture *f = *state;
    struct text unused = {0};
    many_lines(f, "nvram:/startup-config", "", &unused);
    keys(f, "terminal length 0\r");
    f->reads_slowly = true;
    f->unread = 0;
    keys(f, "show startup-config\r");
    vloop_run_for(f->box->loop, 599 * US_PER_S);
    assert_false(f->closed);
    vloop_run_for(f->box->loop, 2 * US_PER_S);
    assert_true(f->closed);
    text_free(&unused);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(echo_is_what_was_typed),
        T(what_was_done_is_noticed_first),
        T(editing_is_drawn_with_backspaces),
        T(help_and_tab_redraw_the_line),
        T(long_help_is_paged),
        T(history_comes_back),
        T(wide_lines_scroll),
        T(a_full_line_rings),
        T(secrets_are_not_shown),
        T(log_lines_come_between),
        T(log_lines_at_the_pager),
        T(interrupting),
        T(messages_of_others),
        T(hostile_keys),
        T(slow_readers_of_files),
        T(slow_readers_of_shows),
        T(slow_readers_interrupt),
        T(who_never_reads_is_timed_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
