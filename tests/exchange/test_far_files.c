/* test_far_files.c: what the shell does with files of other machines besides copying them: running-config both ways, `| redirect`, the archive, `configure
 * replace`. */
#include "tests/exchange/tftp_box.h"

static void running_config_both_ways(void **state)
{
    struct fixture *f = *state;
    expect_output(box_type(f->box, "r1", "copy running-config tftp://10.0.0.2"), "Address or name of remote host [10.0.0.2]? \n"
                                                                                 "Destination filename [r1-confg]? \n"
                                                                                 "!\n");
    assert_string_equal(f->s.name, "r1-confg");
    assert_non_null(strstr(text_str(&f->s.put), "\nhostname R1\n"));
    assert_non_null(strstr(text_str(&f->s.put), "\nend\n"));
    text_add(&f->s.content, "interface Loopback7\n ip address 10.7.7.7 255.255.255.255\nzzz\nend\n");
    const char *out = box_type(f->box, "r1", "copy tftp://10.0.0.2/x running-config");
    expect_output(out, "Destination filename [running-config]? \nAccessing tftp://10.0.0.2/x...\nLoading x from 10.0.0.2 (via Ethernet0/0): !\n[OK - 65 bytes]\n\n");
    assert_non_null(strstr(out, "zzz\n^\n% Invalid input detected at '^' marker."));
    assert_non_null(strstr(out, "\n65 bytes copied in "));
    assert_non_null(strstr(box_type(f->box, "r1", "show running-config"), "\ninterface Loopback7\n ip address 10.7.7.7 255.255.255.255\n"));
}

/* | redirect and | tee: the prompt comes back when the server has it. Nothing there can be appended to. */
static void output_is_sent(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(box_type(f->box, "r1", "show privilege | redirect tftp://10.0.0.2/a.txt"), "");
    assert_string_equal(f->s.name, "a.txt");
    assert_string_equal(text_str(&f->s.put), "Current privilege level is 15\n");
    text_clear(&f->s.put);
    assert_string_equal(box_type(f->box, "r1", "show privilege | tee tftp://10.0.0.2/b.txt"), "Current privilege level is 15\n");
    text_clear(&f->s.put);
    box_type_all(f->box, "r1", "configure terminal\nip host store 10.0.0.2\nend"); /* by a name that the router knows */
    assert_string_equal(box_type(f->box, "r1", "show privilege | tee tftp://store/b.txt"), "Current privilege level is 15\n");
    assert_string_equal(box_type(f->box, "r1", "show privilege | redirect tftp://stranger/b.txt"), "%Error opening tftp://stranger/b.txt (Unknown host)\n");
    assert_string_equal(f->s.name, "b.txt");
    assert_string_equal(text_str(&f->s.put), "Current privilege level is 15\n");
    assert_string_equal(box_type(f->box, "r1", "show privilege | append tftp://10.0.0.2/a.txt"), "%Error opening tftp://10.0.0.2/a.txt (Invalid argument)\n");
    f->s.fault = SILENT;
    assert_string_equal(box_type(f->box, "r1", "show privilege | redirect tftp://10.0.0.2/c.txt"), "%Error opening tftp://10.0.0.2/c.txt (Timed out)\n");
    box_start(f->box, "r1", "show privilege | redirect tftp://10.0.0.2/c.txt");
    box_run(f->box, US_PER_S);
    assert_false(box_done(f->box, "r1"));
    box_reload(f->box, "r1"); /* a session that ends lets go of it */
}

/* The archive's copies, and configurations that are compared with and replaced by files of a server. */
static void an_archive_far_away(void **state)
{
    struct fixture *f = *state;
    box_type_all(f->box, "r1", "configure terminal\nclock timezone UTC 0\narchive\npath tftp://10.0.0.2/$h-cfg\nmaximum 2\nwrite-memory\nend");
    assert_non_null(strstr(box_type(f->box, "r1", "show running-config"), "\narchive\n path tftp://10.0.0.2/$h-cfg\n maximum 2\n write-memory\n"));
    assert_non_null(strstr(box_type(f->box, "r1", "show archive"), "\nThe next archive file will be named tftp://10.0.0.2/R1-cfg-<timestamp>-0\n"));
    assert_string_equal(box_type(f->box, "r1", "archive config"), "");
    expect_output(f->s.name, "R1-cfg-");
    assert_string_equal(f->s.name + strlen(f->s.name) - 2, "-0");
    assert_non_null(strstr(text_str(&f->s.put), "\nhostname R1\n"));
    assert_non_null(strstr(box_type(f->box, "r1", "show archive"), "\n   1        tftp://10.0.0.2/R1-cfg-"));
    /* by write memory: the prompt does not wait for it */
    text_clear(&f->s.put);
    box_type(f->box, "r1", "write memory");
    box_run(f->box, US_PER_S);
    assert_string_equal(f->s.name + strlen(f->s.name) - 2, "-1");
    assert_non_null(strstr(text_str(&f->s.put), "\nend\n"));
    box_type(f->box, "r1", "archive config");
    const char *list = box_type(f->box, "r1", "show archive"); /* two at most are listed */
    assert_non_null(strstr(list, "-1\n   2        tftp://10.0.0.2/R1-cfg-"));
    assert_non_null(strstr(list, "-2 <- Most Recent\n"));
    /* what did not come there is not listed */
    f->s.fault = SILENT;
    const char *said = box_type(f->box, "r1", "archive config");
    expect_output(said, "%Error opening tftp://10.0.0.2/R1-cfg-");
    assert_non_null(strstr(said, "-3 (Timed out)\n"));
    assert_non_null(strstr(box_type(f->box, "r1", "show archive"), "-2 <- Most Recent\n"));
    for (int i = 0; i < 9; i++)
        box_type(f->box, "r1", "write memory"); /* nor do they pile up */
    box_run(f->box, 60 * US_PER_S);
    f->s.fault = SOUND;
    box_start(f->box, "r1", "archive config");
    box_reload(f->box, "r1"); /* one under way is let go */
}

static void replaced_from_far_away(void **state)
{
    struct fixture *f = *state;
    struct text now = {0};
    text_add(&now, box_type(f->box, "r1", "show running-config"));
    text_add(&f->s.content, now.s);
    memcpy(strstr(f->s.content.s, "hostname R1"), "hostname R9", 11);
    assert_non_null(strstr(box_type(f->box, "r1", "show archive config differences tftp://10.0.0.2/x system:running-config"),
                           "!Contextual Config Diffs:\n+hostname R1\n-hostname R9\n"));
    assert_non_null(strstr(box_type(f->box, "r1", "show archive config differences system:running-config tftp://10.0.0.2/x"), "+hostname R9\n-hostname R1\n"));
    assert_non_null(strstr(box_type(f->box, "r1", "show archive config incremental-diffs tftp://10.0.0.2/x"), "!List of Commands:\nhostname R9\nend\n"));
    const char *said = box_type(f->box, "r1", "configure replace tftp://10.0.0.2/x force");
    expect_output(said, "Accessing tftp://10.0.0.2/x...\nLoading x from 10.0.0.2 (via Ethernet0/0): !");
    assert_non_null(strstr(said, "Total number of passes: 1\nRollback Done\n"));
    assert_non_null(strstr(box_type(f->box, "r1", "show running-config"), "\nhostname R9\n"));
    /* with the question, and without an answer: as it was */
    memcpy(strstr(f->s.content.s, "hostname R9"), "hostname R8", 11);
    assert_non_null(strstr(box_type(f->box, "r1", "configure replace tftp://10.0.0.2/x"), "you want to proceed. ? [no]: "));
    assert_non_null(strstr(box_type(f->box, "r1", "show running-config"), "\nhostname R9\n"));
    f->s.fault = SILENT;
    said = box_type(f->box, "r1", "configure replace tftp://10.0.0.2/x force");
    assert_string_equal(said, "Accessing tftp://10.0.0.2/x...\n%Error opening tftp://10.0.0.2/x (Timed out)\n");
    assert_string_equal(box_type(f->box, "r1", "configure replace tftp: force"), "%Error opening tftp: (No such file or directory)\n");
    text_free(&now);
}

/* $h may make more of a path than a name can be: it is refused, by its configured name, and nothing is sent. */
static void a_name_that_grows_too_long(void **state)
{
    struct fixture *f = *state;
    char line[80] = "hostname ";
    memset(line + 9, 'a', 63);
    box_type_all(f->box, "r1", "configure terminal\narchive\npath tftp://10.0.0.2/$h$h$h$h");
    box_type_all(f->box, "r1", line);
    box_type(f->box, "r1", "end");
    assert_string_equal(box_type(f->box, "r1", "archive config"), "%Error opening tftp://10.0.0.2/$h$h$h$h (Invalid argument)\n");
    assert_non_null(strstr(box_type(f->box, "r1", "show archive"), "\nThe next archive file will be named tftp://10.0.0.2/$h$h$h$h\n"));
    box_type(f->box, "r1", "configure terminal revert timer 5");
    box_run(f->box, US_PER_S);
    assert_int_equal(f->s.requests, 0);
}

static void nobody_waits(void *arg, const struct shell_result *r)
{
    (void)arg, (void)r;
}

/* Somebody locks the configuration while a file for it is on its way: it is not typed. */
static void locked_while_it_comes(void **state)
{
    struct fixture *f = *state;
    text_add(&f->s.content, "interface Loopback7\n ip address 10.7.7.7 255.255.255.255\n");
    static const char *const lines[] = {"copy tftp://10.0.0.2/x running-config", "configure replace tftp://10.0.0.2/x force"};
    for (int i = 0; i < 2; i++) {
        f->s.requests = 0;
        f->s.fault = SILENT;
        box_start(f->box, "r1", lines[i]);
        box_run(f->box, US_PER_S);
        struct shell *sh = shell_open(router_shells(box_router(f->box, "r1")), &(struct shell_params){.user = "ann", .origin = "ann", .privilege = 15, .vty = true});
        shell_type(sh, "configure terminal lock", NULL, nobody_waits, NULL);
        f->s.fault = SOUND;
        box_run(f->box, 30 * US_PER_S);
        assert_true(box_done(f->box, "r1"));
        assert_true(f->s.over && f->s.writing == false);
        assert_null(strstr(box_type(f->box, "r1", "show running-config"), "Loopback7"));
        shell_close(sh);
        box_run(f->box, US_PER_S);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(running_config_both_ways),
        WITH_SERVER(output_is_sent),
        WITH_SERVER(an_archive_far_away),
        WITH_SERVER(replaced_from_far_away),
        WITH_SERVER(a_name_that_grows_too_long),
        WITH_SERVER(locked_while_it_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
