/* test_topology.c: what is read from a lab's YAML, and what is refused, with file and line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/lab/topology.h"

static char path[] = "/tmp/espial-topology-XXXXXX";

static void put(const char *text, size_t len)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, len, f), len);
    fclose(f);
}

static int make(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int unmake(void **state)
{
    (void)state;
    return unlink(path);
}

static void taken(void **state)
{
    static const char text[] = "name: two\n"
                               "topology:\n"
                               "  nodes:\n"
                               "    a: {kind: espial, startup-config: a.cfg, platform: ios}\n"
                               "    b:\n"
                               "  links:\n"
                               "    - endpoints: [\"a:e0/0\", \"b:GigabitEthernet0/1\"]\n";
    char err[512];
    struct topology *t = NEW(struct topology);
    (void)state;
    put(text, sizeof text - 1);
    assert_true(topology_read(path, t, err));
    assert_string_equal(t->name, "two");
    assert_string_equal(t->folder, "/tmp");
    assert_int_equal(t->nnodes, 2);
    assert_string_equal(t->nodes[0].config, "a.cfg");
    assert_string_equal(t->nodes[0].platform, "ios");
    assert_string_equal(t->nodes[1].platform, "iosxe");
    assert_int_equal(t->nlinks, 1);
    assert_string_equal(t->links[0].end[0].ifname, "Ethernet0/0");
    assert_int_equal(t->links[0].end[1].node, 1);
    assert_string_equal(t->links[0].end[1].ifname, "GigabitEthernet0/1");
    mem_free(t);
}

static void to_elsewhere(void **state)
{
    static const char text[] = "name: three\n"
                               "topology:\n"
                               "  nodes:\n"
                               "    a: {kind: espial}\n"
                               "    logs: {kind: syslog}\n"
                               "  links:\n"
                               "    - endpoints: [\"logs:eth0\", \"a:e0/1\"]\n"
                               "    - {link: \"slirp:map=514:5514\", endpoints: [\"a:e0/2\"]}\n";
    char err[512];
    struct topology *t = NEW(struct topology);
    (void)state;
    put(text, sizeof text - 1);
    assert_true(topology_read(path, t, err));
    assert_int_equal(t->nodes[0].kind, LAB_ROUTER);
    assert_int_equal(t->nodes[1].kind, LAB_SYSLOG);
    assert_int_equal(t->nlinks, 2);
    assert_int_equal(t->links[0].end[0].node, 0); /* the router's end first */
    assert_string_equal(t->links[0].end[0].ifname, "Ethernet0/1");
    assert_int_equal(t->links[0].end[1].node, 1);
    assert_string_equal(t->links[0].end[1].ifname, "eth0");
    assert_int_equal(lab_ends(&t->links[0]), 2);
    assert_string_equal(t->links[1].spec, "slirp:map=514:5514");
    assert_string_equal(t->links[1].end[0].ifname, "Ethernet0/2");
    assert_int_equal(lab_ends(&t->links[1]), 1);
    mem_free(t);
}

static void refused(void **state)
{
#define NODES "name: x\ntopology:\n  nodes: {a: {}, b: {}}\n  links:\n"
    static const struct {
        const char *text, *why; /* behind the file's name */
    } facts[] = {
        {"name: x\n", ":1: a lab without a topology"},
        {"topology: {nodes: {a: {}}}\n", ":1: a lab without a name"},
        {"name: ../x\ntopology: {nodes: {a: {}}}\n", ":1: a lab's name has letters, digits, '-' and '_', at most 31: ../x"},
        {"name: x\ncolour: red\n", ":2: unknown setting: colour"},
        {"name: x\ntopology:\n  nodes:\n    a: {kind: linux}\n", ":4: the kinds here are espial and syslog: linux"},
        {"name: x\ntopology:\n  nodes:\n    a: {image: y}\n", ":4: unknown setting of a node: image"},
        {NODES "    - endpoints: [\"a:e0/0\"]\n", ":5: a link has two ends"},
        {NODES "    - endpoints: [\"a:e0/0\", \"c:e0/0\"]\n", ":5: no such node: c:e0/0"},
        {NODES "    - endpoints: [\"a:e0/0\", \"b:lo0\"]\n", ":5: not the name of an Ethernet interface: lo0"},
        {NODES "    - endpoints: [\"a:e0/0\", \"a:Ethernet0/0\"]\n", ":5: both ends of a link are the same interface"},
        {NODES "    - endpoints: [\"a:e0/0\", \"b:e0/0\"]\n    - endpoints: [\"a:e0/1\", \"b:e0/0\"]\n", ":6: this interface has a link already: b:e0/0"},
        {NODES "    - endpoints: [\"a:e0/0\", \"b:e0/0\"]\n      link: \"slirp:\"\n", ":5: a link with a word of its own has one end"},
        {NODES "    - {endpoints: [\"a:e0/0\"], link: }\n", ":5: link is a word as espial run --link takes it: "},
        {NODES "    - {endpoints: [\"a:e0/0\"], link: \"slirp:\"}\n    - {endpoints: [\"a:e0/0\", \"b:e0/0\"]}\n", ":6: this interface has a link already: a:e0/0"},
#define COLLECTOR "name: x\ntopology:\n  nodes: {a: {}, c: {kind: syslog}, d: {kind: syslog}}\n  links:\n"
        {COLLECTOR "    - endpoints: [\"a:e0/0\", \"c:Ethernet0/0\"]\n", ":5: a collector's interfaces are eth0, eth1 and so on: Ethernet0/0"},
        {COLLECTOR "    - endpoints: [\"a:e0/0\", \"c:eth256\"]\n", ":5: a collector's interfaces are eth0, eth1 and so on: eth256"},
        {COLLECTOR "    - endpoints: [\"c:eth0\", \"d:eth0\"]\n", ":5: a collector's link goes to a router"},
        {COLLECTOR "    - {endpoints: [\"c:eth0\"], link: \"slirp:\"}\n", ":5: a collector's link goes to a router"},
        {COLLECTOR "    - endpoints: [\"a:e0/0\", \"c:eth0\"]\n    - endpoints: [\"a:e0/1\", \"c:eth00\"]\n", ":6: this interface has a link already: c:eth00"},
        {"name: x\ntopology:\n  nodes:\n    c: {kind: syslog, startup-config: x}\n", ":4: a collector has no startup-config: c"},
        /* One line, for a terminal, whatever the file holds. */
        {"name: \"a\\n\\e[2Jb\"\ntopology: {nodes: {a: {}}}\n", ":1: a lab's name has letters, digits, '-' and '_', at most 31: a..[2Jb"},
    };
    char err[512];
    struct topology *t = NEW(struct topology);
    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        put(facts[i].text, strlen(facts[i].text));
        assert_false(topology_read(path, t, err));
        assert_memory_equal(err, path, strlen(path));
        assert_string_equal(err + strlen(path), facts[i].why);
    }
    mem_free(t);
}

static void not_a_lab(void **state)
{
    char err[512];
    struct topology *t = NEW(struct topology);
    size_t len = (1 << 20) + 1;
    char *big = mem_new(len);
    (void)state;
    assert_false(topology_read("/tmp/espial-topology-none", t, err));
    assert_string_equal(err, "/tmp/espial-topology-none: No such file or directory");
    assert_false(topology_read("/dev/zero", t, err)); /* endless */
    assert_string_equal(err, "/dev/zero: not a file");
    memset(big, '#', len);
    put(big, len);
    assert_false(topology_read(path, t, err));
    assert_string_equal(err + strlen(path), ": too long for a lab");
    mem_free(big);
    mem_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(taken), cmocka_unit_test(to_elsewhere), cmocka_unit_test(refused), cmocka_unit_test(not_a_lab)};
    return cmocka_run_group_tests(tests, make, unmake);
}
