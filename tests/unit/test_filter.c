/* Output modifiers, line by line: expected text by hand from the rules of IOS's manual. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "cli/shell/filter.h"

struct sink {
    struct out out;
    struct text text;
};
static void sink_write(struct out *o, const char *s, size_t len)
{
    text_addn(&((struct sink *)(void *)o)->text, s, len);
}

static const char config[] = "version 16.9\n"
                             "hostname R1\n"
                             "!\n"
                             "crypto isakmp policy 10\n"
                             " encr aes\n"
                             " group 14\n"
                             "!\n"
                             "interface Ethernet0/0\n"
                             " ip address 192.0.2.1 255.255.255.0\n"
                             " no shutdown\n"
                             "interface Ethernet0/1\n"
                             " ip address 198.51.100.1 255.255.255.0\n"
                             "end\n";

struct fixture {
    struct files *files;
    struct sink sink;
    struct text seen;
};

static int setup(void **state)
{
    struct fixture *f = NEW(struct fixture);
    f->files = files_memory_new();
    f->sink.out.write = sink_write;
    *state = f;
    return 0;
}
static int teardown(void **state)
{
    struct fixture *f = *state;
    files_free(f->files);
    text_free(&f->sink.text);
    text_free(&f->seen);
    mem_free(f);
    return 0;
}

/* The text through the filter, in pieces of n bytes. */
static const char *through(struct fixture *f, const char *spec, const char *text, size_t n)
{
    struct filter *filter;
    struct filter_error e;
    text_clear(&f->sink.text);
    assert_int_equal(filter_new(spec, &(struct filter_env){.files = f->files}, &f->sink.out, &filter, &e), FILTER_OK);
    for (size_t i = 0, len = strlen(text); i < len; i += n)
        filter_write(filter, text + i, len - i < n ? len - i : n);
    filter_end(filter);
    filter_free(filter);
    return text_str(&f->sink.text);
}

static void lines_are_included_and_excluded(void **state)
{
    struct fixture *f = *state;
    const char *want = " ip address 192.0.2.1 255.255.255.0\n ip address 198.51.100.1 255.255.255.0\n";
    assert_string_equal(through(f, " include ip address", config, 1000), want);
    assert_string_equal(through(f, " in ip address", config, 7), want);
    assert_string_equal(through(f, "i ip address", config, 1), want);
    assert_string_equal(
        through(f, " exclude ^ |^!", config, 1000),
        "version 16.9\nhostname R1\ncrypto isakmp policy 10\ninterface Ethernet0/0\ninterface Ethernet0/1\nend\n");
    assert_string_equal(through(f, " ex e", "one\ntwo\n", 3), "two\n");
}

static void the_expression_takes_the_rest_of_the_line(void **state)
{
    struct fixture *f = *state;
    const char *vlans = "10   a\n11   b\n20   c\n30   d\n100  e\n";
    assert_string_equal(through(f, " include 10  |20  |30", vlans, 100), "10   a\n20   c\n30   d\n");
    /* the blank at the end is part of it */
    assert_string_equal(through(f, " include 1 ", "1\n1 2\n", 100), "1 2\n");
    assert_string_equal(through(f, " include a | tee", "a \n tee\nx\n", 100), "a \n tee\n");
}

static void begin_goes_on_unfiltered(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(through(f, " b net0/1", config, 5),
                        "interface Ethernet0/1\n ip address 198.51.100.1 255.255.255.0\nend\n");
    assert_string_equal(through(f, " begin nowhere", config, 5), "");
}

static void matches_are_counted(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(through(f, " count ^interface", config, 11), "Number of lines which match regexp = 2\n");
    assert_string_equal(through(f, " c nowhere", config, 11), "Number of lines which match regexp = 0\n");
}

static void sections_keep_what_is_indented_deeper(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(through(f, " section ^interface", config, 9),
                        "interface Ethernet0/0\n ip address 192.0.2.1 255.255.255.0\n no shutdown\n"
                        "interface Ethernet0/1\n ip address 198.51.100.1 255.255.255.0\n");
    assert_string_equal(through(f, " s crypto", config, 9), "crypto isakmp policy 10\n encr aes\n group 14\n");
    /* an indented match brings its header */
    assert_string_equal(through(f, " sec group", config, 9), "crypto isakmp policy 10\n group 14\n");
    assert_string_equal(through(f, " section include hostname", config, 9), "hostname R1\n");
    assert_string_equal(through(f, " section exclude ^interface|^crypto", config, 9),
                        "version 16.9\nhostname R1\n!\n!\nend\n");
}

static const char *file(struct fixture *f, const char *path)
{
    text_clear(&f->seen);
    assert_int_equal(file_read(f->files, path, &f->seen), FILE_OK);
    return text_str(&f->seen);
}

static void output_goes_to_files(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(through(f, " redirect disk0:a.txt", "one\n", 100), "");
    assert_string_equal(file(f, "disk0:a.txt"), "one\n");
    assert_string_equal(through(f, " redirect disk0:a.txt", "two\n", 100), "");
    assert_string_equal(file(f, "disk0:a.txt"), "two\n");
    assert_string_equal(through(f, " append disk0:a.txt", "three\n", 100), "");
    assert_string_equal(through(f, " app disk0:a.txt", "four", 100), "");
    assert_string_equal(file(f, "disk0:a.txt"), "two\nthree\nfour\n");
    assert_string_equal(through(f, " tee disk0:b.txt", "x\ny\n", 1), "x\ny\n");
    assert_string_equal(file(f, "disk0:b.txt"), "x\ny\n");
    assert_string_equal(through(f, " tee /append disk0:b.txt", "z\n", 1), "z\n");
    assert_string_equal(file(f, "disk0:b.txt"), "x\ny\nz\n");
    assert_string_equal(through(f, " tee /ap flash:/b.txt", "w\n", 1), "w\n");
    assert_string_equal(file(f, "disk0:/b.txt"), "x\ny\nz\nw\n");
}

static void an_expression_may_be_followed_by_a_file(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(through(f, " include ^interface | append disk0:c.txt", config, 100), "");
    assert_string_equal(file(f, "disk0:c.txt"), "interface Ethernet0/0\ninterface Ethernet0/1\n");
    assert_string_equal(through(f, " section ^crypto|^hostname | tee /append disk0:c.txt", config, 100),
                        "hostname R1\ncrypto isakmp policy 10\n encr aes\n group 14\n");
    assert_string_equal(through(f, " tee disk0:d.txt | count .", "a\nb\n", 100),
                        "Number of lines which match regexp = 2\n");
    assert_string_equal(file(f, "disk0:d.txt"), "a\nb\n");
}

static void wrong_modifiers_are_refused(void **state)
{
    struct fixture *f = *state;
    struct filter *filter;
    struct filter_error e;
    struct {
        const char *spec;
        enum filter_result want;
        size_t at;
    } t[] = {
        {" foo bar", FILTER_UNKNOWN, 1},
        {" incl ", FILTER_INCOMPLETE, 0},
        {" include", FILTER_INCOMPLETE, 0},
        {"", FILTER_INCOMPLETE, 0},
        {" inx y", FILTER_UNKNOWN, 3},
        {" append", FILTER_INCOMPLETE, 0},
        {" append disk0:x y", FILTER_UNKNOWN, 16},
        {" include (", FILTER_REGEX, 0},
        {" include a | append disk0:../x", FILTER_URL, 0},
        {" redirect nosuch:x", FILTER_URL, 0},
        {" tee /append", FILTER_INCOMPLETE, 0},
    };
    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        enum filter_result r = filter_new(t[i].spec, &(struct filter_env){.files = f->files}, &f->sink.out, &filter, &e);
        if (r != t[i].want)
            fail_msg("\"%s\": %d", t[i].spec, r);
        if (r == FILTER_UNKNOWN)
            assert_int_equal(e.at, t[i].at);
        assert_null(filter);
    }
}

static void the_bar_is_found_outside_quotes(void **state)
{
    (void)state;
    assert_int_equal(filter_split("show version | include x", 0), 13);
    assert_int_equal(filter_split("show version |include x", 0), 13);
    assert_int_equal(filter_split("show version|include x", 0), 12);
    assert_int_equal(filter_split("show version", 0), SIZE_MAX);
    assert_int_equal(filter_split("send \"a | b\" now", 0), SIZE_MAX);
    assert_int_equal(filter_split("show x a|b | inc c|d", 0), 8); /* for whoever has such a command */
    assert_int_equal(filter_split("show x a|b | inc c|d", 9), 11);
    assert_int_equal(filter_split("show x a|b | inc c|d", 12), 18);
    assert_int_equal(filter_split("show \"x | inc c", 0), 8);
    assert_int_equal(filter_split("show \"x | inc c", 9), SIZE_MAX);
}

static void help_tells_what_may_follow(void **state)
{
    (void)state;
    struct text t = {0};
    bool word;
    assert_true(filter_help(" ", &t, &word));
    assert_false(word);
    assert_string_equal(t.s, "  append    Append redirected output to URL (URLs supporting append operation\n"
                             "            only)\n"
                             "  begin     Begin with the line that matches\n"
                             "  count     Count number of lines which match regexp\n"
                             "  exclude   Exclude lines that match\n"
                             "  include   Include lines that match\n"
                             "  redirect  Redirect output to URL\n"
                             "  section   Filter a section of output\n"
                             "  tee       Copy output to URL\n");
    text_clear(&t);
    assert_true(filter_help(" inc", &t, &word));
    assert_true(word);
    assert_string_equal(t.s, "include  \n");
    text_clear(&t);
    assert_false(filter_help(" zz", &t, &word));
    assert_true(filter_help(" include ", &t, &word));
    assert_string_equal(t.s, "  LINE  Regular Expression\n");
    text_clear(&t);
    static const struct {
        const char *spec, *help;
        bool word;
    } places[] = {
        {" include x", "LINE  \n", true},
        {" include x y ", "  LINE    <cr>\n", false},
        {" section ", "  LINE     Regular Expression\n  exclude  Exclude section(s) of output\n  include  Include section(s) of output\n", false},
        {" section i", "include  \n", true},
        {" section inc ", "  LINE  Regular Expression\n", false},
        {" tee /", "/append  \n", true},
        {" tee d", "disk0:  \n", true},
        {" tee disk0:x", "WORD  \n", true},
        {" tee /append disk0:x ", "  <cr>\n", false},
        {" append b", "bootflash:  \n", true},
        {" redirect x ", "  <cr>\n", false},
        {" include x | app", "LINE  \n", true}, /* not an expression's end before it has a file */
        {" redirect x | inc", "include  \n", true},
    };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        text_clear(&t);
        assert_true(filter_help(places[i].spec, &t, &word));
        assert_string_equal(t.s, places[i].help);
        assert_int_equal(word, places[i].word);
    }
    assert_false(filter_help(" redirect x y", &t, &word));
    text_clear(&t);
    assert_true(filter_complete(" inc", &t));
    assert_string_equal(t.s, "lude");
    text_clear(&t);
    assert_true(filter_complete(" section e", &t));
    assert_true(filter_complete(" tee /", &t));
    assert_true(filter_complete(" append f", &t));
    assert_string_equal(t.s, "xcludeappendlash:");
    assert_false(filter_complete(" include x", &t));
    text_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines_are_included_and_excluded, setup, teardown),
        cmocka_unit_test_setup_teardown(the_expression_takes_the_rest_of_the_line, setup, teardown),
        cmocka_unit_test_setup_teardown(begin_goes_on_unfiltered, setup, teardown),
        cmocka_unit_test_setup_teardown(matches_are_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(sections_keep_what_is_indented_deeper, setup, teardown),
        cmocka_unit_test_setup_teardown(output_goes_to_files, setup, teardown),
        cmocka_unit_test_setup_teardown(an_expression_may_be_followed_by_a_file, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_modifiers_are_refused, setup, teardown),
        cmocka_unit_test(the_bar_is_found_outside_quotes),
        cmocka_unit_test(help_tells_what_may_follow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
