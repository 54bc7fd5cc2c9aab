/* A session behind a terminal: states, lines typed ahead, questions, the pager's bytes, log lines, the exec-timeout.
 * The pager's mark is 10 bytes and is erased by nine backspaces, eight blanks, nine backspaces, as IOS does it. */
#include "tests/unit/cli_box.h"

#include "cli/shell/shell_local.h"

#define MORE  " --More-- "
#define ERASE "\b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\b"

struct fixture {
    struct cli_box *box;
    struct shell *sh;
    struct text seen;
};

static int setup(void **state)
{
    struct fixture *f = NEW(struct fixture);
    f->box = box_new(false);
    f->sh = box_terminal(f->box, false, 15);
    *state = f;
    return 0;
}
static int teardown(void **state)
{
    struct fixture *f = *state;
    session_free(f->sh);
    text_free(&f->seen);
    box_free(f->box);
    mem_free(f);
    return 0;
}

static const char *line(struct fixture *f, const char *s)
{
    session_line(f->sh, s);
    return box_screen(f->box, &f->seen);
}
static const char *key(struct fixture *f, char c)
{
    session_key(f->sh, c);
    return box_screen(f->box, &f->seen);
}

static void a_line_gives_its_output_and_the_prompt_state(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(session_state(f->sh), SESSION_PROMPT);
    assert_string_equal(session_prompt(f->sh), "R1#");
    assert_string_equal(line(f, "show lines 2"), "line 1\nline 2\n");
    assert_int_equal(session_state(f->sh), SESSION_PROMPT);
    assert_int_equal(f->box->changes, 1);
    assert_string_equal(line(f, "nonsense"), "     ^\n% Invalid input detected at '^' marker.\n\n");
}

static void lines_typed_ahead_wait_for_the_command(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(line(f, "hold"), "holding\n");
    assert_int_equal(session_state(f->sh), SESSION_BUSY);
    assert_string_equal(line(f, "show lines 1"), "");
    assert_string_equal(line(f, "show lines 2"), "");
    assert_non_null(f->box->held);
    release(f->box);
    /* each is echoed behind the prompt of the time it runs */
    assert_string_equal(box_screen(f->box, &f->seen),
                        "released\nR1#show lines 1\nline 1\nR1#show lines 2\nline 1\nline 2\n");
    assert_int_equal(session_state(f->sh), SESSION_PROMPT);
}

static void a_line_typed_ahead_answers_a_question(void **state)
{
    struct fixture *f = *state;
    line(f, "hold");
    line(f, "copy running-config startup-config");
    line(f, "");
    release(f->box);
    assert_string_equal(box_screen(f->box, &f->seen),
                        "released\nR1#copy running-config startup-config\n"
                        "Destination filename [startup-config]? \nBuilding configuration...\n[OK]\n");
    assert_int_equal(session_state(f->sh), SESSION_PROMPT);
}

static void interrupt_stops_a_command_and_what_was_typed_ahead(void **state)
{
    struct fixture *f = *state;
    session_interrupt(f->sh); /* harmless at the prompt */
    assert_string_equal(box_screen(f->box, &f->seen), "");
    line(f, "hold");
    line(f, "show lines 1");
    session_interrupt(f->sh);
    assert_true(f->box->aborted);
    assert_false(f->box->closed);
    assert_string_equal(box_screen(f->box, &f->seen), "");
    assert_int_equal(session_state(f->sh), SESSION_PROMPT);
    /* in a configuration mode it leaves */
    line(f, "conf t");
    session_interrupt(f->sh);
    assert_string_equal(session_prompt(f->sh), "R1#");
}

static void hanging_up_ends_the_command(void **state)
{
    struct fixture *f = *state;
    line(f, "hold");
    session_free(f->sh);
    f->sh = NULL;
    assert_true(f->box->aborted);
    assert_true(f->box->closed);
    assert_int_equal(f->box->hangups, 0);
}

static void questions_are_asked_and_answered(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(line(f, "copy run disk0:a.cfg"), "Destination filename [a.cfg]? ");
    assert_int_equal(session_state(f->sh), SESSION_ANSWER);
    /* what the terminal echoes is not repeated */
    const char *out = line(f, "b.cfg");
    assert_true(strstr(out, " bytes copied in 0.001 secs (") && out[0] != '\n');
    assert_string_equal(line(f, "delete disk0:b.cfg"), "Delete filename [b.cfg]? ");
    assert_string_equal(line(f, ""), "Delete disk0:/b.cfg? [confirm]");
    assert_int_equal(session_state(f->sh), SESSION_KEY);
    assert_string_equal(key(f, 'n'), "\n");
    assert_int_equal(session_state(f->sh), SESSION_PROMPT);
    line(f, "delete disk0:b.cfg");
    line(f, "");
    key(f, '\r');
    assert_string_equal(line(f, "more disk0:b.cfg"), "%Error opening disk0:/b.cfg (No such file or directory)\n");
    /* an interrupted question */
    line(f, "delete disk0:b.cfg");
    session_interrupt(f->sh);
    assert_string_equal(box_screen(f->box, &f->seen), "\n");
    assert_int_equal(session_state(f->sh), SESSION_PROMPT);
    assert_string_equal(line(f, "copy run disk0:a.cfg"), "Destination filename [a.cfg]? ");
    line(f, "");
    line(f, "copy run disk0:a.cfg");
    assert_string_equal(
        line(f, ""), "%Warning:There is a file already existing with this name\nDo you want to over write? [confirm]");
    key(f, 'y');
    assert_int_equal(session_state(f->sh), SESSION_PROMPT);
}

static void configure_alone_asks(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(line(f, "configure"), "Configuring from terminal, memory, or network [terminal]? ");
    assert_string_equal(line(f, ""), "Enter configuration commands, one per line.  End with CNTL/Z.\n");
    assert_string_equal(session_prompt(f->sh), "R1(config)#");
    session_ctrl_z(f->sh, "mtu 1300");
    assert_int_equal(f->box->conf.mtu, 1300);
    assert_string_equal(session_prompt(f->sh), "R1#");
}

static void reload_asks_twice(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(line(f, "reload"), "Proceed with reload? [confirm]");
    key(f, 'x');
    assert_int_equal(f->box->reloads, 0);
    line(f, "conf t");
    line(f, "mtu 1400");
    line(f, "end");
    assert_string_equal(line(f, "reload"), "\nSystem configuration has been modified. Save? [yes/no]: ");
    assert_string_equal(line(f, "perhaps"),
                        "% Please answer 'yes' or 'no'.\nSystem configuration has been modified. Save? [yes/no]: ");
    assert_string_equal(line(f, "yes"), "Building configuration...\n[OK]\nProceed with reload? [confirm]");
    assert_string_equal(key(f, '\r'), "\n");
    assert_int_equal(f->box->reloads, 1);
    size_t cursor = 0;
    const char *said = NULL, *next;
    while ((next = log_buffer_next(f->box->log, &cursor)))
        said = next;
    assert_string_equal(
        said, "*Nov 22 10:00:00.000: %SYS-5-RELOAD: Reload requested by console. Reload Reason: Reload Command.");
}

static void the_pager_shows_a_page_and_waits(void **state)
{
    struct fixture *f = *state;
    line(f, "terminal length 4");
    assert_string_equal(line(f, "show lines 8"), "line 1\nline 2\nline 3\n" MORE);
    assert_int_equal(session_state(f->sh), SESSION_KEY);
    assert_string_equal(key(f, ' '), ERASE "line 4\nline 5\nline 6\n" MORE);
    assert_string_equal(key(f, '\r'), ERASE "line 7\n" MORE);
    assert_string_equal(key(f, ' '), ERASE "line 8\n");
    assert_int_equal(session_state(f->sh), SESSION_PROMPT);
    /* a page that is just full is not followed by the mark */
    assert_string_equal(line(f, "show lines 3"), "line 1\nline 2\nline 3\n");
    assert_int_equal(session_state(f->sh), SESSION_PROMPT);
    line(f, "show lines 9");
    assert_string_equal(key(f, 'q'), ERASE);
    assert_int_equal(session_state(f->sh), SESSION_PROMPT);
    line(f, "show lines 9");
    session_interrupt(f->sh);
    assert_string_equal(box_screen(f->box, &f->seen), ERASE);
    line(f, "terminal length 0");
    line(f, "show lines 100");
    assert_int_equal(session_state(f->sh), SESSION_PROMPT);
}

/* What cannot be filtered scrolls by, as a long ping does; the next command has its pages again. */
static void only_what_may_be_filtered_is_paged(void **state)
{
    struct fixture *f = *state;
    session_set_length(f->sh, 3);
    line(f, "hold");
    out_text(f->box->held->out, "!\n!\n!\n!\n");
    assert_string_equal(box_screen(f->box, &f->seen), "!\n!\n!\n!\n");
    assert_int_equal(session_state(f->sh), SESSION_BUSY);
    session_interrupt(f->sh);
    box_screen(f->box, &f->seen);
    assert_string_equal(line(f, "show lines 4"), "line 1\nline 2\n" MORE);
    key(f, 'q');
    line(f, "hold");
    session_interrupt(f->sh);
    box_screen(f->box, &f->seen);
    session_help_page(f->sh, "show crypto ");
    assert_string_equal(box_screen(f->box, &f->seen), "  ipsec   IPsec\n  isakmp  IKE\n" MORE);
}

/* A line wider than the terminal takes several rows of the page; help is paged as output is, and the prompt comes back. */
static void the_pager_counts_rows(void **state)
{
    struct fixture *f = *state;
    session_set_length(f->sh, 5);
    session_set_width(f->sh, 6); /* "line 1" fits, "line 10" takes two rows */
    assert_string_equal(line(f, "show lines 12"), "line 1\nline 2\nline 3\nline 4\n" MORE);
    key(f, ' ');
    assert_string_equal(key(f, ' '), ERASE "line 9\nline 10\nline 11\n" MORE);
    key(f, 'q');
    session_set_width(f->sh, 80);
    session_set_length(f->sh, 3);
    session_help_page(f->sh, "show c");
    assert_string_equal(box_screen(f->box, &f->seen), "cdp  clock  configuration  crypto  \n");
    assert_int_equal(session_state(f->sh), SESSION_PROMPT);
    session_help_page(f->sh, "show crypto ");
    assert_string_equal(box_screen(f->box, &f->seen), "  ipsec   IPsec\n  isakmp  IKE\n" MORE);
    assert_int_equal(session_state(f->sh), SESSION_KEY);
    assert_string_equal(key(f, ' '), ERASE "\n");
    assert_int_equal(session_state(f->sh), SESSION_PROMPT);
    session_help_page(f->sh, "show crypto ");
    box_screen(f->box, &f->seen);
    assert_string_equal(key(f, 'q'), ERASE);
    assert_int_equal(session_state(f->sh), SESSION_PROMPT);
}

static void the_pager_narrows(void **state)
{
    struct fixture *f = *state;
    line(f, "terminal length 4");
    line(f, "show lines 30");
    assert_string_equal(key(f, '/'), ERASE "/");
    key(f, '2');
    key(f, '9');
    assert_string_equal(key(f, '\r'), "\nfiltering...\nline 29\nline 30\n");
    assert_int_equal(session_state(f->sh), SESSION_PROMPT);
    line(f, "show lines 30");
    key(f, '+');
    key(f, 'x');
    assert_string_equal(key(f, 0x7F), "\b \b");
    key(f, '0');
    assert_string_equal(key(f, '\r'), "\nfiltering...\nline 10\nline 20\nline 30\n");
    line(f, "show lines 7");
    key(f, '-');
    key(f, '5');
    assert_string_equal(key(f, '\r'), "\nfiltering...\nline 4\nline 6\nline 7\n");
    /* only one choice: another key of them is a page */
    line(f, "show lines 40");
    key(f, '+');
    key(f, '[');
    key(f, '0');
    key(f, '5');
    key(f, ']');
    assert_string_equal(key(f, '\r'), "\nfiltering...\nline 5\nline 10\nline 15\n" MORE);
    assert_string_equal(key(f, '-'), ERASE "line 20\nline 25\nline 30\n" MORE);
    assert_string_equal(key(f, 'q'), ERASE);
    line(f, "show lines 9");
    key(f, '/');
    key(f, '(');
    assert_string_equal(key(f, '\r'), "\n% Failed to compile regular expression.\n" MORE);
    assert_string_equal(key(f, 'q'), ERASE);
}

static void files_get_what_the_screen_stopped(void **state)
{
    struct fixture *f = *state;
    struct text t = {0};
    line(f, "terminal length 3");
    line(f, "show lines 5 | tee disk0:all.txt");
    key(f, 'q');
    assert_int_equal(file_read(f->box->files, "disk0:all.txt", &t), FILE_OK);
    assert_string_equal(t.s, "line 1\nline 2\nline 3\nline 4\nline 5\n");
    text_free(&t);
}

/* What no bound can hold is left out, and said to be: nobody takes a part for the whole. */
static void too_much_to_hold(void **state)
{
    static const char end[] = "\n% The output is longer than can be held: the rest is left out\n";
    struct text t = {0};
    char piece[4096];

    (void)state;
    memset(piece, 'x', sizeof piece);
    for (size_t n = 0; n < HELD_OUTPUT_MAX / sizeof piece; n++)
        held_add(&t, piece, sizeof piece);
    assert_int_equal(t.len, 32u << 20); /* all of it, to the byte */
    held_add(&t, "y", 1);
    held_add(&t, "z", 1);
    assert_int_equal(t.len, (32u << 20) + sizeof end - 1);
    assert_string_equal(t.s + (32u << 20), end);
    text_clear(&t);
    held_add(&t, "again", 5);
    assert_string_equal(t.s, "again");
    text_free(&t);
}

static void log_lines_stand_on_their_own(void **state)
{
    struct fixture *f = *state;
    session_log_line(f->sh, "*Nov 22 10:00:00.000: %SYS-5-X: text", 5);
    assert_string_equal(box_screen(f->box, &f->seen), "\n*Nov 22 10:00:00.000: %SYS-5-X: text\n");
    assert_int_equal(f->box->redraws, 0);
    line(f, "conf t");
    line(f, "line con 0");
    line(f, "logging synchronous");
    line(f, "end");
    session_free(f->sh);
    f->sh = box_terminal(f->box, false, 15);
    box_screen(f->box, &f->seen);
    session_log_line(f->sh, "text", 5);
    assert_int_equal(f->box->redraws, 1);
    assert_string_equal(box_screen(f->box, &f->seen), "\ntext\n");
    /* emergencies and alerts break in, unless the line says `level all`; its own number says from which severity on */
    session_log_line(f->sh, "text", 1);
    assert_int_equal(f->box->redraws, 1);
    session_log_line(f->sh, "text", 2);
    assert_int_equal(f->box->redraws, 2);
    line(f, "conf t");
    line(f, "line con 0");
    line(f, "logging synchronous level all");
    session_log_line(f->sh, "text", 0);
    assert_int_equal(f->box->redraws, 3);
    line(f, "logging synchronous level 6");
    session_log_line(f->sh, "text", 5);
    assert_int_equal(f->box->redraws, 3);
    session_log_line(f->sh, "text", 6);
    assert_int_equal(f->box->redraws, 4);
    line(f, "logging synchronous level all");
    box_screen(f->box, &f->seen);
    assert_non_null(strstr(line(f, "do show running-config | include sync"), " logging synchronous level all\n"));
    line(f, "logging synchronous");
    assert_non_null(strstr(line(f, "do show running-config | include sync"), " logging synchronous\n"));
    line(f, "end");
    box_screen(f->box, &f->seen);
    /* while a command runs, between its lines */
    line(f, "hold");
    session_log_line(f->sh, "text", 5);
    assert_string_equal(box_screen(f->box, &f->seen), "text\n");
    release(f->box);
}

static void history_is_kept_by_mode(void **state)
{
    struct fixture *f = *state;
    line(f, "terminal history size 3");
    line(f, "show clock");
    line(f, "conf t");
    line(f, "mtu 1200");
    assert_string_equal(session_history(f->sh, 0), "mtu 1200");
    assert_null(session_history(f->sh, 1));
    line(f, "end");
    assert_string_equal(session_history(f->sh, 0), "conf t");
    assert_string_equal(line(f, "show history"), "  show clock\n  conf t\n  show history\n");
    line(f, "terminal no history");
    assert_string_equal(line(f, "show history"),
                        "  conf t\n  show history\n  terminal no history\n"); /* kept, but not added to */
}

static void the_line_sets_the_session(void **state)
{
    struct fixture *f = *state;
    struct session_view v;
    line(f, "conf t");
    line(f, "line vty 0 4");
    line(f, "exec-timeout 0 30");
    line(f, "length 50");
    line(f, "end");
    struct shell *vty = box_terminal(f->box, true, 1);
    session_view(vty, &v);
    assert_int_equal(v.n, 0);
    assert_int_equal(v.tty, 1);
    assert_int_equal(v.length, 50);
    assert_int_equal(v.exec_timeout_s, 30);
    assert_string_equal(session_prompt(vty), "R1>");
    vloop_run_for(f->box->loop, 29 * US_PER_S);
    assert_int_equal(f->box->hangups, 0);
    session_touch(vty);
    vloop_run_for(f->box->loop, 29 * US_PER_S);
    assert_int_equal(f->box->hangups, 0);
    vloop_run_for(f->box->loop, 2 * US_PER_S);
    assert_int_equal(f->box->hangups, 1); /* the vty; the console has ten minutes */
}

static void enable_asks_for_the_secret(void **state)
{
    struct fixture *f = *state;
    line(f, "conf t");
    line(f, "enable secret 0 cisco");
    line(f, "end");
    line(f, "disable");
    assert_string_equal(session_prompt(f->sh), "R1>");
    assert_string_equal(line(f, "enable"), "Password: ");
    assert_int_equal(session_state(f->sh), SESSION_SECRET);
    assert_string_equal(line(f, "wrong"), "Password: ");
    assert_string_equal(line(f, "cisco"), "");
    assert_string_equal(session_prompt(f->sh), "R1#");
    assert_string_equal(line(f, "show privilege"), "Current privilege level is 15\n");
    line(f, "disable");
    line(f, "enable");
    line(f, "a");
    line(f, "b");
    assert_string_equal(line(f, "c"), "% Bad secrets\n\n");
    assert_string_equal(session_prompt(f->sh), "R1>");
    line(f, "enable");
    session_interrupt(f->sh);
    assert_int_equal(session_state(f->sh), SESSION_PROMPT);
    assert_string_equal(session_prompt(f->sh), "R1>");
}

/* Published hashes of "cisco" and others: see the comment of each. */
static void stored_secrets(void **state)
{
    struct fixture *f = *state;
    const struct {
        const char *config, *password;
    } t[] = {
        {"enable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0", "cisco"}, /* md5crypt */
        {"enable secret 7 094F471A1A0A", "cisco"},
        {"enable secret 8 $8$dsYGNam3K1SIJO$7nv/35M/qr6t.dVc7UY9zrJDWRVqncHub1PE9UlMQFs",
         "cisco"}, /* PBKDF2-HMAC-SHA256, 20000 rounds */
    };
    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        line(f, "conf t");
        line(f, t[i].config);
        line(f, "end");
        line(f, "disable");
        line(f, "enable");
        line(f, "Cisco");
        assert_string_equal(session_prompt(f->sh), "R1>");
        line(f, t[i].password);
        if (strcmp(session_prompt(f->sh), "R1#"))
            fail_msg("%s", t[i].config);
    }
}

static void exit_hangs_up(void **state)
{
    struct fixture *f = *state;
    line(f, "exit");
    f->sh = NULL;
    assert_int_equal(f->box->hangups, 1);
    f->sh = box_terminal(f->box, false, 15);
    assert_non_null(f->sh); /* the line is free again */
    assert_null(box_terminal(f->box, false, 15));
}

static void help_knows_modifiers_and_do(void **state)
{
    struct fixture *f = *state;
    struct text t = {0};
    session_help(f->sh, "show crypto isakmp ", &t);
    assert_string_equal(t.s, "  |     Output modifiers\n  <cr>\n\n");
    text_clear(&t);
    session_help(f->sh, "show lines 5 | inc", &t);
    assert_string_equal(t.s, "include  \n");
    text_clear(&t);
    session_help(f->sh, "show lines 5 | zz", &t);
    assert_string_equal(t.s, "% Unrecognized command\n");
    text_clear(&t);
    session_complete(f->sh, "show lines 5 | inc", &t);
    assert_string_equal(t.s, "lude ");
    text_clear(&t);
    session_complete(f->sh, "show cry", &t);
    assert_string_equal(t.s, "pto ");
    text_clear(&t);
    session_complete(f->sh, "show crypto i", &t);
    assert_string_equal(text_str(&t), "");
    line(f, "conf t");
    session_complete(f->sh, "do show cry", &t);
    assert_string_equal(t.s, "pto ");
    text_clear(&t);
    session_help(f->sh, "do show crypto is", &t);
    assert_string_equal(t.s, "isakmp  \n");
    text_free(&t);
}

static void leaving_configuration_is_logged(void **state)
{
    struct fixture *f = *state;
    size_t cursor = 0;
    line(f, "conf t");
    line(f, "crypto isakmp policy 1");
    line(f, "exit");
    assert_null(log_buffer_next(f->box->log, &cursor));
    line(f, "exit");
    assert_string_equal(log_buffer_next(f->box->log, &cursor),
                        "*Nov 22 10:00:00.000: %SYS-5-CONFIG_I: Configured from console by console");
    struct shell *vty = box_terminal(f->box, true, 15);
    session_line(vty, "conf t");
    session_line(vty, "end");
    assert_string_equal(log_buffer_next(f->box->log, &cursor),
                        "*Nov 22 10:00:00.000: %SYS-5-CONFIG_I: Configured from console by admin on vty0 (10.1.1.9)");
    session_line(vty, "conf t");
    session_free(vty); /* a hang-up in the middle leaves too */
    assert_non_null(log_buffer_next(f->box->log, &cursor));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_gives_its_output_and_the_prompt_state, setup, teardown),
        cmocka_unit_test_setup_teardown(lines_typed_ahead_wait_for_the_command, setup, teardown),
        cmocka_unit_test_setup_teardown(a_line_typed_ahead_answers_a_question, setup, teardown),
        cmocka_unit_test_setup_teardown(interrupt_stops_a_command_and_what_was_typed_ahead, setup, teardown),
        cmocka_unit_test_setup_teardown(hanging_up_ends_the_command, setup, teardown),
        cmocka_unit_test_setup_teardown(questions_are_asked_and_answered, setup, teardown),
        cmocka_unit_test_setup_teardown(configure_alone_asks, setup, teardown),
        cmocka_unit_test_setup_teardown(reload_asks_twice, setup, teardown),
        cmocka_unit_test_setup_teardown(the_pager_shows_a_page_and_waits, setup, teardown),
        cmocka_unit_test_setup_teardown(the_pager_counts_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(only_what_may_be_filtered_is_paged, setup, teardown),
        cmocka_unit_test_setup_teardown(the_pager_narrows, setup, teardown),
        cmocka_unit_test_setup_teardown(files_get_what_the_screen_stopped, setup, teardown),
        cmocka_unit_test(too_much_to_hold),
        cmocka_unit_test_setup_teardown(log_lines_stand_on_their_own, setup, teardown),
        cmocka_unit_test_setup_teardown(history_is_kept_by_mode, setup, teardown),
        cmocka_unit_test_setup_teardown(the_line_sets_the_session, setup, teardown),
        cmocka_unit_test_setup_teardown(enable_asks_for_the_secret, setup, teardown),
        cmocka_unit_test_setup_teardown(stored_secrets, setup, teardown),
        cmocka_unit_test_setup_teardown(exit_hangs_up, setup, teardown),
        cmocka_unit_test_setup_teardown(help_knows_modifiers_and_do, setup, teardown),
        cmocka_unit_test_setup_teardown(leaving_configuration_is_logged, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
