/* show processes cpu as it is printed, of a router whose clocks the test turns: rows, order, and the drawing of the history, column by column after real devices' layout. */
#include "tests/unit/cli_box.h"

#include "espial/account.h"

#define MS UINT64_C(1000000)

struct fixture {
    struct cli_box *box;
    struct typed t;
    struct account *was;
    uint64_t fast, cpu;
};

static uint64_t fast(void *arg)
{
    return ((struct fixture *)arg)->fast;
}

static uint64_t cpu(void *arg)
{
    return ((struct fixture *)arg)->cpu;
}

static int setup(void **state)
{
    struct fixture *f = NEW(struct fixture);
    f->box = box_new(true);
    account_free(f->box->loop->account);
    account_new(f->box->loop, &(const struct account_clock){.fast = fast, .cpu = cpu, .arg = f});
    account_enter(f->box->loop, ACCOUNT_LOOP);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    text_free(&f->t.output);
    box_free(f->box);
    mem_free(f);
    return 0;
}

/* So many seconds of which `who` has the processor for a part. */
static void go(struct fixture *f, enum account_owner who, unsigned seconds, unsigned percent)
{
    struct loop *loop = f->box->loop;
    for (unsigned i = 0; i < seconds; i++) {
        enum account_owner was = account_enter(loop, who);
        f->fast += percent * 10 * MS;
        f->cpu += percent * 10 * MS;
        account_leave(loop, was);
        account_sleep(loop->account);
        f->fast += (100 - percent) * 10 * MS;
        account_wake(loop->account, ACCOUNT_LOOP);
    }
}

static const char *type(struct fixture *f, const char *line)
{
    return box_type(f->box, box_shell(f->box, false), &f->t, line);
}

static void has(struct fixture *f, const char *line, const char *want)
{
    const char *got = type(f, line);
    if (!strstr(got, want))
        fail_msg("%s\nprinted:\n%s\nwithout:\n%s", line, got, want);
}

/* Half of five seconds: 1 - e^(-5/60) of it over a minute, 1 - e^(-5/300) over five. */
static void rows(void **state)
{
    struct fixture *f = *state;
    go(f, ACCOUNT_IP, 5, 50);
    has(f, "show processes cpu",
        "CPU utilization for five seconds: 50%/0%; one minute: 4%; five minutes: 1%\n"
        " PID Runtime(ms)     Invoked      uSecs   5Sec   1Min   5Min TTY Process \n"
        "   1           0           1          0  0.00%  0.00%  0.00%   0 Init             \n");
    has(f, "show processes cpu", "\n   6        2500           5     500000 50.00%  4.00%  0.83%   0 IP Input         \n");
    go(f, ACCOUNT_ESP, 5, 20);
    has(f, "show processes cpu sorted",
        "TTY Process \n   7        1000           5     200000 20.00%  1.60%  0.33%   0 Crypto ESP       \n   1 ");
    has(f, "show processes cpu sorted 1min", "TTY Process \n   6        2500           5     500000  0.00%  3.68%");
    has(f, "show processes cpu | include CPU utilization", "CPU utilization for five seconds: 20%/0%; one minute: 5%; five minutes: 1%\n");
}

static void history(void **state)
{
    struct fixture *f = *state;
    go(f, ACCOUNT_IP, 10, 4);
    go(f, ACCOUNT_IP, 10, 14);
    go(f, ACCOUNT_IP, 10, 55);
    go(f, ACCOUNT_IP, 5, 89);
    go(f, ACCOUNT_IP, 5, 100);
    go(f, ACCOUNT_IP, 5, 0);
    has(f, "show processes cpu history",
        "           11111                                                  \n"
        "           000008888855555555551111111111                         \n"
        "           0000099999555555555544444444444444444444               \n"
        "  100      *****                                                  \n"
        "   90      **********                                             \n"
        "   80      **********                                             \n"
        "   70      **********                                             \n"
        "   60      ********************                                   \n"
        "   50      ********************                                   \n"
        "   40      ********************                                   \n"
        "   30      ********************                                   \n"
        "   20      ********************                                   \n"
        "   10      ******************************                         \n"
        "     0....5....1....1....2....2....3....3....4....4....5....5....6\n"
        "               0    5    0    5    0    5    0    5    0    5    0\n"
        "               CPU% per second (last 60 seconds)\n");
    go(f, ACCOUNT_IP, 15, 0); /* a minute is over: its busiest second was 100%, its average (40 + 140 + 550 + 445 + 500) / 60 = 28% */
    has(f, "show processes cpu history",
        "      1                                                           \n"
        "      0                                                           \n"
        "      0                                                           \n"
        "  100 *                                                           \n"
        "   90 *                                                           \n"
        "   80 *                                                           \n"
        "   70 *                                                           \n"
        "   60 *                                                           \n"
        "   50 *                                                           \n"
        "   40 *                                                           \n"
        "   30 #                                                           \n"
        "   20 #                                                           \n"
        "   10 #                                                           \n"
        "     0....5....1....1....2....2....3....3....4....4....5....5....6\n"
        "               0    5    0    5    0    5    0    5    0    5    0\n"
        "               CPU% per minute (last 60 minutes)\n"
        "              * = maximum CPU%   # = average CPU%\n");
}

static void memory(void **state)
{
    struct fixture *f = *state;
    has(f, "show memory statistics",
        "                Head    Total(b)     Used(b)     Free(b)   Lowest(b)  Largest(b)\n"
        "Processor  7FD86F210100   134217728        1024   134216704        2048        3072\n"
        " lsmpi_io  55D867C51A80     4194304         512     4193792         256         128\n");
    has(f, "show processes memory",
        "Processor Pool Total:  134217728 Used:       1024 Free:  134216704\n"
        " lsmpi_io Pool Total:    4194304 Used:        512 Free:    4193792\n"
        "\n"
        " PID TTY  Allocated      Freed    Holding    Getbufs    Retbufs Process\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows, setup, teardown),
        cmocka_unit_test_setup_teardown(history, setup, teardown),
        cmocka_unit_test_setup_teardown(memory, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
