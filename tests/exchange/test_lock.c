/* test_lock.c: the configuration lock on a whole router: who is kept out of what, and each way it ends. Texts are those
 * of IOS's documents of the feature (Exclusive Configuration Change Access), typed by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "cli/app/router.h"
#include "cli/shell/session.h"
#include "espial/loop.h"
#include "espial/mem.h"
#include "tests/sim/box.h"

#define LOCKED                                                                                                         \
    "Configuration mode locked exclusively. The lock will be cleared once you exit out of configuration mode using "   \
    "end/exit\n"
#define ENTER "Enter configuration commands, one per line.  End with CNTL/Z.\n"
#define LATER                                                                                                          \
    "Configuration mode locked exclusively by user 'ann' process '10' from terminal '1'. Please try later.\n"

static const char config[] = "hostname r\nno logging console\nlogging buffered 16384\nline vty 0 4\n login\n";

/* Somebody on a vty, typing line after line. */
struct typist {
    struct box *b;
    struct shell *sh;
    struct text said;
    bool done;
};

static void typed(void *arg, const struct shell_result *r)
{
    struct typist *t = arg;
    text_clear(&t->said);
    text_addn(&t->said, r->output, r->len);
    t->done = true;
}

static const char *type(struct typist *t, const char *line)
{
    t->done = false;
    shell_type(t->sh, line, NULL, typed, t);
    box_run(t->b, 0);
    assert_true(t->done);
    return text_str(&t->said);
}

static struct box *start(struct typist *t)
{
    struct box *b = box_new(3);
    box_node(b, "r", config);
    box_boot(b);
    box_run(b, US_PER_S);
    *t = (struct typist){.b = b};
    t->sh = shell_open(router_shells(box_router(b, "r")), &(struct shell_params){.user = "ann",
                                                                                  .origin = "ann on vty0",
                                                                                  .privilege = 15,
                                                                                  .vty = true,
                                                                                  .by_person = true});
    assert_non_null(t->sh);
    return b;
}

static void stop(struct box *b, struct typist *t)
{
    if (t->sh)
        shell_close(t->sh);
    text_free(&t->said);
    box_free(b);
}

static const char *row(struct box *b, const char *what)
{
    static const char none[] = "";
    const char *at = strstr(box_type(b, "r", "show configuration lock"), what);
    return at ? at : none;
}

static void by_hand(void **state)
{
    struct typist t;
    struct box *b = start(&t);
    (void)state;
    assert_string_equal(row(b, "Owner PID"),
                        "Owner PID         : -1\nUser              : unknown\nTTY               : -1\n"
                        "Type              : NO LOCK\nState             : FREE\nClass             : unknown\n"
                        "Count             : 0\nPending Requests  : 0\nUser debug info   : \n"
                        "Session idle state : TRUE\nRemote ip address : Unknown\nLock active time (in Sec) : 0\n"
                        "Lock Expiration timer (in Sec) : 0\n");
    assert_string_equal(type(&t, "configure terminal lock"), LOCKED ENTER);
    box_run(b, 7 * US_PER_S);
    assert_string_equal(row(b, "Owner PID"),
                        "Owner PID         : 10\nUser              : ann\nTTY               : 1\n"
                        "Type              : EXCLUSIVE\nState             : LOCKED\nClass             : EXPOSED\n"
                        "Count             : 1\nPending Requests  : 0\nUser debug info   : configure terminal lock\n"
                        "Session idle state : TRUE\nRemote ip address : Unknown\nLock active time (in Sec) : 7\n"
                        "Lock Expiration timer (in Sec) : 593\n");
    assert_string_equal(box_type(b, "r", "configure terminal"), LATER);
    assert_string_equal(box_type(b, "r", "configure terminal lock"), LATER);
    assert_string_equal(box_type(b, "r", "configure memory"), LATER);
    assert_string_equal(box_type(b, "r", "configure replace nvram:startup-config force"), LATER);
    box_type(b, "r", "write memory"); /* saving is not configuring */
    assert_non_null(strstr(box_type(b, "r", "copy startup-config running-config"), LATER));
    /* the owner goes on, and may merge and replace */
    assert_string_equal(type(&t, "hostname x"), "");
    assert_string_equal(type(&t, "hostname r"), "");
    assert_null(strstr(type(&t, "do copy startup-config running-config"), "locked"));
    assert_non_null(strstr(type(&t, "do configure replace nvram:startup-config force"), "Rollback Done"));
    assert_string_equal(type(&t, "end"), "");
    assert_string_equal(box_type(b, "r", "configure terminal"), ENTER);
    stop(b, &t);
}

static void each_time_by_itself(void **state)
{
    struct typist t;
    struct box *b = start(&t);
    (void)state;
    type(&t, "configure terminal");
    type(&t, "configuration mode exclusive auto expire 60");
    type(&t, "end");
    assert_non_null(strstr(box_type(b, "r", "show running-config"), "\nconfiguration mode exclusive auto expire 60\n"));
    assert_string_equal(type(&t, "configure terminal"), LOCKED ENTER);
    assert_string_equal(box_type(b, "r", "configure terminal"), LATER);
    /* it is lost when its owner has been idle for so long, and not before */
    box_run(b, 50 * US_PER_S);
    type(&t, "hostname y");
    box_run(b, 50 * US_PER_S);
    assert_string_equal(box_type(b, "r", "configure terminal"), LATER);
    box_run(b, 11 * US_PER_S);
    assert_string_equal(row(b, "State"), strstr(row(b, "State"), "State             : FREE"));
    /* who comes next has it, and the one before is held up in the middle of his configuration */
    assert_string_equal(box_type(b, "r", "configure terminal"), LOCKED ENTER);
    stop(b, &t);
}

static void it_ends_with_its_owner(void **state)
{
    struct typist t;
    struct box *b = start(&t);
    (void)state;
    type(&t, "configure terminal lock");
    shell_close(t.sh);
    t.sh = NULL;
    box_run(b, 0);
    assert_string_equal(box_type(b, "r", "configure terminal"), ENTER);
    stop(b, &t);
}

static void others_in_configuration_wait(void **state)
{
    struct typist t;
    struct box *b = start(&t);
    struct typist other = {.b = b};
    (void)state;
    other.sh = shell_open(router_shells(box_router(b, "r")),
                          &(struct shell_params){.user = "", .origin = "console by console", .privilege = 15});
    type(&other, "configure terminal");
    type(&t, "configure terminal lock");
    assert_string_equal(type(&other, "hostname z"), LATER);
    assert_string_equal(type(&other, "banner motd #x#"), LATER);
    assert_string_equal(type(&other, "do show privilege"), "Current privilege level is 15\n");
    type(&t, "end");
    assert_string_equal(type(&other, "hostname z"), "");
    /* by force */
    assert_string_equal(type(&other, "do clear configuration lock"), "%Configuration mode is not locked\n");
    type(&t, "configure terminal lock");
    assert_string_equal(type(&other, "hostname r"), LATER);
    assert_string_equal(type(&other, "do clear configuration lock"),
                        "Process <10> is holding the EXCLUSIVE LOCK.\nDo you want to clear the lock? [confirm]\n");
    assert_string_equal(type(&other, "hostname r"), "");
    assert_string_equal(type(&t, "hostname r"), ""); /* it is still in configuration mode, and nobody is locked out */
    shell_close(other.sh);
    text_free(&other.said);
    stop(b, &t);
}

/* Who was asked whether he is sure when it was locked is kept out all the same. */
static void locked_while_a_question_stands(void **state)
{
    struct typist t;
    struct box *b = start(&t);
    struct typist other = {.b = b};
    (void)state;
    other.sh = shell_open(router_shells(box_router(b, "r")),
                          &(struct shell_params){.user = "", .origin = "console by console", .privilege = 15, .answers = true});
    type(&other, "write memory");
    assert_non_null(strstr(type(&other, "configure replace nvram:startup-config"), "you want to proceed. ? [no]: "));
    type(&t, "configure terminal lock");
    type(&t, "hostname x");
    assert_non_null(strstr(type(&other, "yes"), LATER));
    assert_non_null(strstr(box_type(b, "r", "show running-config"), "\nhostname x\n"));
    shell_close(other.sh);
    text_free(&other.said);
    stop(b, &t);
}

/* Nor does anybody take back another's change on trial. */
static void a_trial_is_not_taken_back(void **state)
{
    struct typist t;
    struct box *b = start(&t);
    (void)state;
    type(&t, "configure terminal");
    type(&t, "archive");
    type(&t, "path disk0:a");
    type(&t, "end");
    type(&t, "configure terminal revert timer 5");
    type(&t, "hostname x");
    type(&t, "end");
    type(&t, "configure terminal lock");
    assert_string_equal(box_type(b, "r", "configure revert now"), LATER);
    assert_non_null(strstr(type(&t, "do configure revert now"), "Rollback Done"));
    stop(b, &t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(each_time_by_itself),
        cmocka_unit_test(it_ends_with_its_owner),
        cmocka_unit_test(others_in_configuration_wait),
        cmocka_unit_test(locked_while_a_question_stands),
        cmocka_unit_test(a_trial_is_not_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
