/* test_eem_file.c: action file: what stands in the files after runs, what applets read back, and what they are told when
 * it cannot be done. Contents are written by hand. */
#include "eem/eem_local.h"
#include "espial/file.h"
#include "tests/exchange/eem_box.h"

static struct files *files_of(struct box *b)
{
    return b->eem->env.files;
}

static int setup_files(void **state)
{
    setup(state);
    ((struct box *)*state)->eem->env.files = files_memory_new();
    return 0;
}

static int teardown_files(void **state)
{
    struct files *f = files_of(*state);
    teardown(state);
    files_free(f);
    return 0;
}

static struct action_conf *file_action(struct applet_conf *a, const char *label, enum eem_file kind, const char *handle,
                                       const char *text)
{
    struct action_conf *act = action(a, label, ACTION_FILE, text);
    act->kind = (uint8_t)kind;
    str_copy(act->var, sizeof act->var, handle);
    return act;
}

static void opens(struct applet_conf *a, const char *label, const char *handle, const char *path, const char *mode)
{
    struct action_conf *act = file_action(a, label, EEM_FILE_OPEN, handle, path);
    while (strcmp(eem_file_modes[act->op], mode))
        act->op++;
}

static void closes(struct applet_conf *a, const char *label, const char *handle)
{
    file_action(a, label, EEM_FILE_CLOSE, handle, "");
}

static void puts_line(struct applet_conf *a, const char *label, const char *handle, const char *text)
{
    file_action(a, label, EEM_FILE_PUTS, handle, text);
}

static void counted(struct applet_conf *a, const char *label, enum eem_file kind, const char *handle, const char *text,
                    const char *n)
{
    str_copy(file_action(a, label, kind, handle, text)->pattern, EEM_TEXT_MAX, n);
}

static void to_var(struct applet_conf *a, const char *label, enum eem_file kind, const char *handle, const char *var,
                   const char *n)
{
    struct action_conf *act = file_action(a, label, kind, handle, "");
    str_copy(act->sub1, sizeof act->sub1, var);
    str_copy(act->pattern, sizeof act->pattern, n);
}

static void says(struct applet_conf *a, const char *label, const char *text)
{
    action(a, label, ACTION_SYSLOG, text);
}

static void run(struct box *b, struct applet_conf *a)
{
    bool waits;
    char name[EEM_NAME_MAX];
    str_copy(name, sizeof name, a->name);
    go(b, a);
    assert_int_equal(eem_run(b->eem, name, NULL, 0, NULL, &waits), EEM_RUN_STARTED);
    vloop_run_for(b->loop, US_PER_MS);
}

static void holds(struct box *b, const char *path, const char *content)
{
    struct text t = {0};
    assert_int_equal(file_read(files_of(b), path, &t), FILE_OK);
    assert_string_equal(text_str(&t), content);
    text_free(&t);
}

static void write_file(struct box *b, const char *path, const char *content)
{
    assert_int_equal(file_replace(files_of(b), path, content, strlen(content)), FILE_OK);
}

static void test_append(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    write_file(b, "disk0:log", "old\n");
    applet(&a, "t", EEM_NONE);
    opens(&a, "1", "fh", "flash:log", "a");
    puts_line(&a, "2", "$fh", "one\\ntwo");
    file_action(&a, "3", EEM_FILE_PUTS, "fh", "three")->flag = true; /* nonewline */
    counted(&a, "4", EEM_FILE_WRITE, "fh", "$_event_type_string!", "3");
    run(b, &a); /* never closed: all is in the file all the same */
    holds(b, "disk0:log", "old\none\ntwo\nthreenon");
    expect(b, "");
}

/* Two runs that have the same file open lose nothing of each other's. */
static void test_two_writers(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    for (int i = 0; i < 2; i++) {
        on_test(&a, i ? "B" : "A");
        opens(&a, "1", "fh", "disk0:log", "a");
        puts_line(&a, "2", "fh", "$_syslog_mnemonic first");
        wait_action(&a, "3", (uint32_t)(1 + i));
        puts_line(&a, "4", "fh", "second");
        go(b, &a);
    }
    b->quiet = true;
    post(b, "A");
    post(b, "B");
    vloop_run_for(b->loop, 5 * US_PER_S);
    holds(b, "disk0:log", "A first\nB first\nsecond\nsecond\n");
}

static void test_reading(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    write_file(b, "disk0:in", "first\r\n\nthird and last");
    applet(&a, "t", EEM_NONE);
    opens(&a, "01", "in", "disk0:in", "r");
    to_var(&a, "02", EEM_FILE_GETS, "in", "l1", "");
    to_var(&a, "03", EEM_FILE_GETS, "in", "$l2", "");
    to_var(&a, "04", EEM_FILE_READ, "in", "p1", "5");
    to_var(&a, "05", EEM_FILE_READ, "in", "p2", "100");
    to_var(&a, "06", EEM_FILE_GETS, "in", "l3", "");
    closes(&a, "07", "in");
    says(&a, "08", "[$l1][$l2][$p1][$p2][$l3]");
    run(b, &a);
    expect(b, "0.000 %HA_EM-6-LOG: t: [first][][third][ and last][]\n");
}

/* A line longer than a piece, and one longer than a variable. */
static void test_long_lines(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    struct text t = {0};
    for (int i = 0; i < 10000; i++)
        text_addn(&t, "x", 1);
    text_addn(&t, "\n", 1);
    for (int i = 0; i < VAR_VALUE_MAX + 3; i++)
        text_addn(&t, "y", 1);
    text_add(&t, "\nend\n");
    write_file(b, "disk0:in", text_str(&t));
    text_free(&t);
    applet(&a, "t", EEM_NONE);
    opens(&a, "01", "in", "disk0:in", "r");
    static const char *const names[] = {"l1", "l2", "l3", "l4"};
    for (int i = 0; i < 4; i++) {
        char label[8];
        snprintf(label, sizeof label, "1%d", 2 * i);
        to_var(&a, label, EEM_FILE_GETS, "in", names[i], "");
        snprintf(label, sizeof label, "1%d", 2 * i + 1);
        char var[8];
        snprintf(var, sizeof var, "$%s", names[i]);
        action(&a, label, ACTION_STRING, var)->kind = EEM_STRING_LENGTH;
        snprintf(label, sizeof label, "1%d.1", 2 * i + 1);
        says(&a, label, "$_string_result");
    }
    says(&a, "2", "$l4");
    run(b, &a);
    expect(b, "0.000 %HA_EM-6-LOG: t: 10000\n"
              "0.000 %HA_EM-6-LOG: t: 65536\n"
              "0.000 %HA_EM-6-LOG: t: 3\n"
              "0.000 %HA_EM-6-LOG: t: 3\n"
              "0.000 %HA_EM-6-LOG: t: end\n");
}

static void test_in_place(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    write_file(b, "disk0:f", "abcdef\nsecond\n");
    write_file(b, "disk0:g", "gone");
    applet(&a, "t", EEM_NONE);
    opens(&a, "1", "f", "disk0:f", "r+");
    counted(&a, "2", EEM_FILE_WRITE, "f", "ABCxyz", "3");
    to_var(&a, "3", EEM_FILE_GETS, "f", "rest", "");
    opens(&a, "4", "g", "disk0:g", "w+");
    puts_line(&a, "5", "g", "$rest");
    to_var(&a, "6", EEM_FILE_GETS, "g", "none", "");
    closes(&a, "7", "f");
    says(&a, "8", "[$rest][$none]");
    run(b, &a);
    holds(b, "disk0:f", "ABCdef\nsecond\n");
    holds(b, "disk0:g", "def\n"); /* not closed by the applet, but by the end of its run */
    expect(b, "0.000 %HA_EM-6-LOG: t: [def][]\n");
}

static void test_killed(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    applet(&a, "t", EEM_NONE)->maxrun = 1500;
    opens(&a, "1", "fh", "disk0:f", "w+");
    puts_line(&a, "2", "fh", "kept");
    wait_action(&a, "3", 60);
    run(b, &a);
    holds(b, "disk0:f", "");
    b->quiet = true;
    vloop_run_for(b->loop, 2 * US_PER_S);
    holds(b, "disk0:f", "kept\n");
}

static void test_errors(void **state)
{
    struct box *b = *state;
    static const struct {
        enum eem_file kind;
        const char *handle, *text, *mode, *error;
    } facts[] = {
        {EEM_FILE_OPEN, "x", "disk0:none", "r", "FH_EFOPEN"},
        {EEM_FILE_OPEN, "x", "disk0:none", "r+", "FH_EFOPEN"},
        {EEM_FILE_OPEN, "x", "tftp:none", "w", "FH_EFCREATE"},
        {EEM_FILE_OPEN, "x", "disk0:../x", "a", "FH_EFCREATE"},
        {EEM_FILE_GETS, "x", "", "", "FH_EBADF"},
        {EEM_FILE_PUTS, "x", "t", "", "FH_EBADF"},
        {EEM_FILE_CLOSE, "x", "", "", "FH_EBADF"},
        {EEM_FILE_PUTS, "in", "t", "", "FH_EFWRITE"},
        {EEM_FILE_GETS, "out", "", "", "FH_EFREAD"},
        {EEM_FILE_DELETE, "", "disk0:none", "", "FH_EFREMOVE"},
        {EEM_FILE_PUTS, "out", "$unset", "", "FH_EMEMORY"},
        {EEM_FILE_READ, "in", "", "x", "FH_EBADFMT"},
        {EEM_FILE_OPEN, "x", "nvram:private-config", "r", "FH_EFOPEN"},
    };
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        struct applet_conf a;
        char expected[128];
        write_file(b, "disk0:in", "x\n");
        applet(&a, "t", EEM_NONE);
        opens(&a, "1", "in", "disk0:in", "r");
        opens(&a, "2", "out", "disk0:out", "w");
        action(&a, "3", ACTION_HANDLE_ERROR, "")->kind = EEM_ERROR_IGNORE;
        if (facts[i].kind == EEM_FILE_OPEN) {
            opens(&a, "4", facts[i].handle, facts[i].text, facts[i].mode);
        } else {
            struct action_conf *act = file_action(&a, "4", facts[i].kind, facts[i].handle, facts[i].text);
            str_copy(act->sub1, sizeof act->sub1, "v");
            str_copy(act->pattern, sizeof act->pattern, facts[i].mode);
        }
        says(&a, "5", "$_error");
        text_clear(&b->story);
        run(b, &a);
        snprintf(expected, sizeof expected, "%%HA_EM-6-LOG: t: %s\n", facts[i].error);
        if (!strstr(text_str(&b->story), expected))
            fail_msg("fact %zu: %s", i, text_str(&b->story));
    }
    text_clear(&b->story);
}

static void test_handles_are_bounded(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    applet(&a, "t", EEM_NONE);
    for (int i = 0; i < 17; i++) {
        char label[8], handle[8];
        snprintf(label, sizeof label, "%02d", i);
        snprintf(handle, sizeof handle, "h%d", i);
        opens(&a, label, handle, "disk0:f", "a");
    }
    run(b, &a);
    expect(b, "0.000 %HA_EM-3-FMPD_ERROR: Error executing applet t statement 16\n");
    applet(&a, "u", EEM_NONE); /* the same handle again and again is one */
    for (int i = 0; i < 40; i++) {
        char label[8];
        snprintf(label, sizeof label, "%02d", i);
        opens(&a, label, "h", "disk0:f", "w");
    }
    puts_line(&a, "99", "h", "last");
    run(b, &a);
    holds(b, "disk0:f", "last\n");
    expect(b, "");
}

static void test_delete(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    struct file_info info;
    write_file(b, "disk0:f", "x");
    applet(&a, "t", EEM_NONE);
    file_action(&a, "1", EEM_FILE_DELETE, "", "flash:/f");
    run(b, &a);
    assert_int_equal(file_stat(files_of(b), "disk0:f", &info), FILE_NOT_FOUND);
    expect(b, "");
}

#define F(name) cmocka_unit_test_setup_teardown(name, setup_files, teardown_files)

int main(void)
{
    const struct CMUnitTest tests[] = {
        F(test_append),   F(test_two_writers), F(test_reading), F(test_long_lines),
        F(test_in_place), F(test_killed),      F(test_errors),  F(test_handles_are_bounded),
        F(test_delete)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
