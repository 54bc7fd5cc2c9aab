/* test_tftp.c: copy tftp: over wires that lose, repeat, delay, and from servers that err. What else goes to files of other machines is in test_far_files.c. */
#include "tests/exchange/tftp_box.h"

#include "cli/shell/session.h"

#define GET "copy tftp://10.0.0.2/dir/x disk0:got"

static void a_file_is_got(void **state)
{
    struct fixture *f = *state;
    text_add(&f->s.content, "interface Loopback7\n ip address 10.7.7.7 255.255.255.255\n"); /* 20 + 37 */
    const char *out = box_type(f->box, "r1", GET);
    expect_output(out, "Destination filename [got]? \n"
                       "Accessing tftp://10.0.0.2/dir/x...\n"
                       "Loading dir/x from 10.0.0.2 (via Ethernet0/0): !\n"
                       "[OK - 57 bytes]\n"
                       "\n"
                       "57 bytes copied in 0.00");
    assert_string_equal(f->s.name, "dir/x");
    assert_int_equal(f->s.requests, 1);
    box_run(f->box, US_PER_S / 100); /* the last ACK is under way */
    assert_true(f->s.over);
    assert_int_equal(f->s.aborted, 0);
    expect_got(f, "disk0:got");
    assert_non_null(strstr(box_type(f->box, "r1", "more tftp://10.0.0.2/y"), "interface Loopback7\n ip address 10.7.7.7"));
}

static void of_every_length(void **state)
{
    static const size_t lengths[] = {0, 1, 511, 512, 513, 1023, 1024, 1025, 100000};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        make(&f->s.content, lengths[i]);
        assert_non_null(strstr(box_type(f->box, "r1", "copy tftp://10.0.0.2/x null:"), "[OK - "));
        char path[32];
        snprintf(path, sizeof path, "disk0:f%zu", i);
        box_type(f->box, "r1", "configure terminal");
        box_type(f->box, "r1", "file prompt quiet");
        box_type(f->box, "r1", "end");
        char line[80];
        snprintf(line, sizeof line, "copy tftp://10.0.0.2/x %s", path);
        box_type(f->box, "r1", line);
        expect_got(f, path);

        text_clear(&f->s.put);
        snprintf(line, sizeof line, "copy %s tftp://10.0.0.2/up%zu", path, i);
        const char *out = box_type(f->box, "r1", line);
        char want[64];
        snprintf(want, sizeof want, "%zu bytes copied in ", lengths[i]);
        assert_non_null(strstr(out, want));
        snprintf(want, sizeof want, "up%zu", i);
        assert_string_equal(f->s.name, want);
        assert_int_equal(f->s.put.len, lengths[i]);
        if (lengths[i])
            assert_memory_equal(f->s.put.s, f->s.content.s, lengths[i]);
        assert_int_equal(f->s.aborted, 0);
    }
}

static void options_or_none(void **state)
{
    struct fixture *f = *state;
    make(&f->s.content, 40000);
    box_type_all(f->box, "r1", "configure terminal\nfile prompt quiet\nip tftp blocksize 8192\nend");
    box_type(f->box, "r1", GET);
    assert_int_equal(f->s.block_size, 8192);
    assert_int_equal(f->s.datas, 5);
    expect_got(f, "disk0:got");
    text_clear(&f->s.put);
    box_type(f->box, "r1", "copy disk0:got tftp://10.0.0.2/up");
    assert_int_equal(f->s.put.len, 40000);
    assert_memory_equal(f->s.put.s, f->s.content.s, 40000);

    static const enum fault faults[] = {NO_OPTIONS, REFUSES_OPTIONS};
    for (int i = 0; i < 2; i++) {
        f->s.fault = faults[i];
        f->s.over = true;
        box_type(f->box, "r1", "delete /force disk0:got");
        assert_non_null(strstr(box_type(f->box, "r1", GET), "[OK - 40000 bytes]"));
        assert_int_equal(f->s.block_size, 512);
        expect_got(f, "disk0:got");
        text_clear(&f->s.put);
        assert_non_null(strstr(box_type(f->box, "r1", "copy disk0:got tftp://10.0.0.2/up"), "40000 bytes copied"));
        assert_int_equal(f->s.put.len, 40000);
    }
}

static void over_a_bad_wire(void **state)
{
    static const struct wire_params bad = {.delay_us = 2000, .jitter_us = 40000, .loss = 60000, .repeat = 100000, .swap = 50000};
    struct fixture *f = *state;
    make(&f->s.content, 60000);
    box_type_all(f->box, "r1", "configure terminal\nfile prompt quiet\nend");
    wire_set(f->wire, &bad);
    assert_non_null(strstr(box_type(f->box, "r1", GET), "[OK - 60000 bytes]"));
    expect_got(f, "disk0:got");
    text_clear(&f->s.put);
    f->s.over = true;
    assert_non_null(strstr(box_type(f->box, "r1", "copy disk0:got tftp://10.0.0.2/up"), "60000 bytes copied"));
    assert_int_equal(f->s.put.len, 60000);
    assert_memory_equal(f->s.put.s, f->s.content.s, 60000);
}

/* ---- single frames ---- */

struct judge {
    unsigned op, number, lose; /* of TFTP; how many of them */
    int from;
    unsigned seen, datas;
};

static enum wire_verdict judged(void *arg, int from, uint8_t *frame, size_t len)
{
    struct judge *j = arg;
    const uint8_t *ip = frame + 14, *udp = ip + 20, *tftp = udp + 8;
    if (len < 14 + 20 + 8 + 4 || frame[12] != 8 || frame[13] || ip[9] != 17 || tftp[0])
        return WIRE_PASS;
    j->datas += tftp[1] == 3;
    if (from != j->from || tftp[1] != j->op || ((unsigned)tftp[2] << 8 | tftp[3]) != j->number)
        return WIRE_PASS;
    j->seen++;
    return j->seen <= j->lose ? WIRE_LOSE : WIRE_PASS;
}

/* The last ACK is lost: the server says its last block again, and is answered, although the copy has ended. */
static void the_last_ack_is_lost(void **state)
{
    struct fixture *f = *state;
    struct judge j = {.op = 4, .number = 3, .lose = 2, .from = 0};
    make(&f->s.content, 1100);
    wire_tap(f->wire, judged, &j);
    assert_non_null(strstr(box_type(f->box, "r1", GET), "[OK - 1100 bytes]"));
    assert_false(f->s.over);
    box_run(f->box, 4 * US_PER_S);
    assert_true(f->s.over);
    assert_int_equal(j.seen, 3);
    wire_tap(f->wire, NULL, NULL);
}

/* RFC 1123 section 4.2.3.1: an ACK that comes twice does not make two of every following block. */
static enum wire_verdict twice(void *arg, int from, uint8_t *frame, size_t len)
{
    enum wire_verdict v = judged(arg, from, frame, len);
    return from == 1 && len > 42 && frame[14 + 9] == 17 ? WIRE_TWICE : v;
}

static void every_answer_comes_twice(void **state)
{
    struct fixture *f = *state;
    struct judge j = {.op = 99};
    make(&f->s.content, 20000);
    box_type_all(f->box, "r1", "configure terminal\nfile prompt quiet\nend");
    assert_int_equal(file_replace(files_of(f), "disk0:got", f->s.content.s, 20000), FILE_OK);
    wire_tap(f->wire, twice, &j);
    assert_non_null(strstr(box_type(f->box, "r1", "copy disk0:got tftp://10.0.0.2/up"), "20000 bytes copied"));
    assert_int_equal(f->s.put.len, 20000);
    assert_int_equal(j.datas, 40); /* 39 full blocks and one of 32 bytes, each once */
    wire_tap(f->wire, NULL, NULL);
}

static void nobody_answers(void **state)
{
    struct fixture *f = *state;
    f->s.fault = SILENT;
    uint64_t began = loop_now(box_loop(f->box));
    expect_output(box_type(f->box, "r1", GET), "Destination filename [got]? \n"
                                               "Accessing tftp://10.0.0.2/dir/x...\n"
                                               "%Error opening tftp://10.0.0.2/dir/x (Timed out)\n");
    assert_int_equal(f->s.requests, 6);
    assert_int_equal((loop_now(box_loop(f->box)) - began) / US_PER_S, 18);
    f->s.fault = STOPS;
    make(&f->s.content, 5000);
    expect_output(box_type(f->box, "r1", GET), "Destination filename [got]? \n"
                                               "Accessing tftp://10.0.0.2/dir/x...\n"
                                               "Loading dir/x from 10.0.0.2 (via Ethernet0/0): !.....\n"
                                               "%Error reading tftp://10.0.0.2/dir/x (Timed out)\n");
    struct file_info info;
    assert_int_equal(file_stat(files_of(f), "disk0:got", &info), FILE_NOT_FOUND);
    expect_output(box_type(f->box, "r1", "copy tftp://172.16.0.9/x null:"), "Accessing tftp://172.16.0.9/x...\n%Error opening tftp://172.16.0.9/x (");
}

static void the_server_says_no(void **state)
{
    static const char *const texts[] = {"Undefined error", "No such file or directory", "Permission denied", "Not enough space on device", "Undefined error", "Undefined error", "Can't create a file that exists", "Permission denied", "Undefined error", "Undefined error"};
    struct fixture *f = *state;
    f->s.fault = SAYS_ERROR;
    for (unsigned code = 0; code < sizeof texts / sizeof texts[0]; code++) {
        char want[128];
        f->s.error = code;
        snprintf(want, sizeof want, "Accessing tftp://10.0.0.2/x...\n%%Error opening tftp://10.0.0.2/x (%s)\n", texts[code]);
        assert_string_equal(box_type(f->box, "r1", "copy tftp://10.0.0.2/x null:"), want);
    }
}

static void hostile_servers(void **state)
{
    static const struct {
        enum fault fault;
        const char *why;
    } facts[] = {
        {LONG_BLOCK, "Protocol error"}, {BIG_BLKSIZE, "Protocol error"}, {ODD_OPTION, "Protocol error"},
        {BIG_TSIZE, "File too big"},    {GARBAGE, "Protocol error"},     {WRONG_OP, "Protocol error"},
    };
    struct fixture *f = *state;
    struct file_info info;
    make(&f->s.content, 3000);
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        char want[64];
        f->s.fault = facts[i].fault;
        f->s.aborted = 0;
        snprintf(want, sizeof want, "/dir/x (%s)\n", facts[i].why);
        if (!strstr(box_type(f->box, "r1", GET), want))
            fail_msg("%zu: %s", i, box_output(f->box, "r1"));
        box_run(f->box, US_PER_S);
        assert_int_equal(f->s.aborted, 1); /* and was told */
        assert_int_equal(file_stat(files_of(f), "disk0:got", &info), FILE_NOT_FOUND);
    }
    f->s.fault = STRANGER;
    assert_non_null(strstr(box_type(f->box, "r1", GET), "[OK - 3000 bytes]"));
    assert_int_equal(f->s.strangers_told, 1);
    expect_got(f, "disk0:got");
}

/* 66,000 blocks: their numbers go round. Then one without an end, which stops at 64 MB. */
static void block_numbers_go_round(void **state)
{
    struct fixture *f = *state;
    box_type_all(f->box, "r1", "configure terminal\nfile prompt quiet\nend");
    wire_set(f->wire, &(struct wire_params){.delay_us = 10});
    make(&f->s.content, 66000 * 512 + 7);
    assert_non_null(strstr(box_type(f->box, "r1", GET), "[OK - 33792007 bytes]"));
    expect_got(f, "disk0:got");
    box_type_all(f->box, "r1", "configure terminal\nip tftp blocksize 8192\nend");
    f->s.fault = ENDLESS;
    assert_non_null(strstr(box_type(f->box, "r1", "copy tftp://10.0.0.2/x null:"), "%Error reading tftp://10.0.0.2/x (File too big)"));
    box_run(f->box, US_PER_S);
    assert_int_equal(f->s.aborted, 1);
    assert_int_equal(f->s.block, 64 * 1024 * 1024 / 8192 + 1);
}

static void from_the_configured_source(void **state)
{
    struct fixture *f = *state;
    make(&f->s.content, 10);
    box_type_all(f->box, "r1", "configure terminal\nip tftp source-interface Loopback0\nend");
    assert_non_null(strstr(box_type(f->box, "r1", GET), "[OK - 10 bytes]"));
    assert_int_equal(f->s.client, 0x0A010101);
    assert_non_null(strstr(box_type(f->box, "r1", "show running-config"), "\nip tftp source-interface Loopback0\n"));
}

static void typed_done(void *arg, const struct shell_result *r)
{
    (void)r;
    *(bool *)arg = true;
}

/* Ctrl-C: at once, the server is told, no file is left. A session that ends does the same. */
static void interrupted(void **state)
{
    struct fixture *f = *state;
    struct file_info info;
    make(&f->s.content, 1000000);
    box_type_all(f->box, "r1", "configure terminal\nfile prompt quiet\nend");
    for (int closing = 0; closing < 2; closing++) {
        bool done = false;
        struct shell *sh = shell_open(router_shells(box_router(f->box, "r1")), &(struct shell_params){.user = "", .origin = "console", .privilege = 15});
        f->s.aborted = 0;
        shell_type(sh, GET, NULL, typed_done, &done);
        box_run(f->box, US_PER_S / 10);
        assert_false(done);
        assert_true(f->s.block > 5);
        if (closing)
            shell_close(sh);
        else
            session_interrupt(sh);
        box_run(f->box, US_PER_S / 100);
        assert_int_equal(done, !closing);
        assert_int_equal(f->s.aborted, 1);
        assert_int_equal(file_stat(files_of(f), "disk0:got", &info), FILE_NOT_FOUND);
        if (!closing)
            shell_close(sh);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(a_file_is_got),
        WITH_SERVER(of_every_length),
        WITH_SERVER(options_or_none),
        WITH_SERVER(over_a_bad_wire),
        WITH_SERVER(the_last_ack_is_lost),
        WITH_SERVER(every_answer_comes_twice),
        WITH_SERVER(nobody_answers),
        WITH_SERVER(the_server_says_no),
        WITH_SERVER(hostile_servers),
        WITH_SERVER(block_numbers_go_round),
        WITH_SERVER(from_the_configured_source),
        WITH_SERVER(interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
