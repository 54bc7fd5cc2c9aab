/* test_reload.c: a router that goes while something of it is under way, and configuration that goes while something uses it. Nothing may outlive its owner: the sanitizers
 * look on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "espial/loop.h"
#include "espial/shell.h"
#include "tests/fuzz/one.h"
#include "tests/sim/box.h"

/* Every debug is on when the tunnel's two ends go, each at its time. */
static void debugs_and_a_tunnel(void **state)
{
    static const char *const debugs[] = {"debug crypto isakmp", "debug crypto ipsec", "debug crypto engine"};
    struct box *b = box_incident(11);
    (void)state;

    for (size_t i = 0; i < 3; i++) {
        box_type(b, "hub", debugs[i]);
        box_type(b, "spoke", debugs[i]);
    }
    box_type(b, "spoke", "ping 10.1.0.1 source Loopback0");
    assert_non_null(strstr(box_type(b, "hub", "show crypto isakmp sa"), "QM_IDLE"));
    size_t from = box_log_len(b, "hub");
    box_reload(b, "hub");
    assert_int_equal(box_log_count(b, "hub", from, "IPSEC(delete_sa)"), 0); /* a router that is reloaded says nothing of the SAs it forgets */
    box_run(b, 2 * US_PER_S);
    box_free(b);
}

/* ---- one router, typed at by program ---- */

struct typist {
    struct one *o;
    struct shell *shell;
    struct text out;
    bool done;
};

static void on_done(void *arg, const struct shell_result *r)
{
    struct typist *t = arg;

    text_clear(&t->out);
    text_addn(&t->out, r->output, r->len);
    t->done = true;
}

static bool is_done(void *arg)
{
    return ((struct typist *)arg)->done;
}

static const char *type(struct typist *t, const char *line)
{
    t->done = false;
    if (!t->shell)
        t->shell = shell_open(router_shells(t->o->r), &(struct shell_params){.user = "", .origin = "console by console", .privilege = 15});
    shell_type(t->shell, line, NULL, on_done, t);
    if (!vloop_run_until(t->o->loop, is_done, t, 300 * US_PER_S))
        fail_msg("\"%s\" does not end", line);
    return text_str(&t->out);
}

static void write_file(struct typist *t, const char *path, const char *s)
{
    assert_int_equal(file_replace(t->o->files, path, s, strlen(s)), FILE_OK);
}

static void typist_start(struct typist *t, struct one *o, const char *config)
{
    one_start(o, config, strlen(config));
    *t = (struct typist){.o = o};
}

static void typist_end(struct typist *t)
{
    shell_close(t->shell);
    text_free(&t->out);
    one_stop(t->o);
}

/* A merged file takes the configuration of an interface with a cable out and puts it in again, in one turn of the loop. */
static void interface_again_in_one_turn(void **state)
{
    struct typist t;
    struct one o;
    unsigned n = 0;
    (void)state;

    typist_start(&t, &o, "interface Ethernet0/0\n ip address 10.0.0.1 255.255.255.0\nfile prompt quiet\nend\n");
    write_file(&t, "disk0:new", "default interface Ethernet0/0\ninterface Ethernet0/0\n ip address 10.0.0.2 255.255.255.0\n");
    type(&t, "copy disk0:new running-config");
    vloop_run_for(o.loop, 3 * US_PER_S);
    for (const char *p = type(&t, "show running-config"); (p = strstr(p, "interface Ethernet0/0")); p++)
        n++;
    assert_int_equal(n, 1);
    assert_null(strstr(text_str(&t.out), "10.0.0.1"));
    assert_non_null(strstr(type(&t, "show ip interface brief"), "10.0.0.2"));
    typist_end(&t);
}

/* A file that copies itself is refused, not followed until the stack ends; also while booting. */
static void file_that_copies_itself(void **state)
{
    static const char boot[] = "file prompt quiet\ndo copy startup-config running-config\nhostname survived\nend\n";
    struct typist t;
    struct one o;
    (void)state;

    typist_start(&t, &o, "file prompt quiet\nend\n");
    write_file(&t, "disk0:x", "do copy disk0:x running-config\n");
    assert_non_null(strstr(type(&t, "copy disk0:x running-config"), "bytes copied"));
    typist_end(&t);
    typist_start(&t, &o, boot);
    assert_non_null(strstr(type(&t, "show running-config"), "hostname survived"));
    typist_end(&t);
}

/* What an applet types may hold what came over the wire; a line end in it begins no line of the configuration. */
static void line_ends_inside_a_line(void **state)
{
    struct typist t;
    struct one o;
    (void)state;

    typist_start(&t, &o, "interface Loopback0\n description before\nend\n");
    type(&t, "configure terminal");
    type(&t, "interface Loopback0");
    assert_non_null(strstr(type(&t, "description after\nhostname taken"), "^\n% Invalid input"));
    assert_non_null(strstr(type(&t, "description after\x1b[2J"), "^\n% Invalid input"));
    type(&t, "end");
    assert_non_null(strstr(type(&t, "show running-config"), "description before\n"));
    assert_null(strstr(text_str(&t.out), "taken"));
    one_must_come_back(&o);
    typist_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(line_ends_inside_a_line), cmocka_unit_test(debugs_and_a_tunnel), cmocka_unit_test(interface_again_in_one_turn), cmocka_unit_test(file_that_copies_itself)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
