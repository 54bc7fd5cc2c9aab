/* fuzz_topology.c: any YAML through the reader of labs. It must hold: what is accepted is complete and within bounds (names that are safe as file names, ends that name
 * nodes and interfaces, no interface twice); what is refused is refused in one line. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/lab/topology.h"
#include "tests/fuzz/fuzz.h"

const char *const fuzz_words[] = {
    "name: ", "topology:\n", "  nodes:\n", "  links:\n", "    - endpoints: ", "[\"a:Ethernet0/0\", \"b:Ethernet0/0\"]", "{kind: espial}", "startup-config: ", "platform: ios\n", "&x ", "*x", "!!str ",
    "? ", "---\n", "...\n", "|\n", ">-\n", "\"\\x00\"", "\xff\xfe", "<<: ", "[", "{", "'", "# ", "%YAML 1.2\n", "\t", NULL};

static void good_name(const char *s)
{
    size_t n = strlen(s);

    fuzz_must(n > 0 && n < LAB_NAME_MAX && strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == n && s[0] != '-' && s[0] != '_');
}

static bool same_end(const struct lab_end *a, const struct lab_end *b)
{
    return a->node == b->node && !strcmp(a->ifname, b->ifname);
}

static void check(const struct topology *t)
{
    fuzz_must(t->nnodes > 0 && t->nnodes <= LAB_NODES_MAX && t->nlinks <= LAB_LINKS_MAX);
    good_name(t->name);
    for (size_t i = 0; i < t->nnodes; i++) {
        const struct lab_node *n = &t->nodes[i];
        good_name(n->name);
        fuzz_must(memchr(n->config, 0, sizeof n->config) && (!strcmp(n->platform, "ios") || !strcmp(n->platform, "iosxe")));
        for (size_t k = 0; k < i; k++)
            fuzz_must(strcmp(n->name, t->nodes[k].name));
    }
    for (size_t i = 0; i < t->nlinks * 2; i++) {
        const struct lab_link *l = &t->links[i / 2];
        const struct lab_end *e = &l->end[i % 2];
        char canonical[IFNAME_MAX];
        fuzz_must(memchr(l->spec, 0, sizeof l->spec));
        if ((int)(i % 2) >= lab_ends(l))
            continue;
        fuzz_must(e->node < t->nnodes);
        if (t->nodes[e->node].kind == LAB_SYSLOG)
            fuzz_must(i % 2 == 1 && !strncmp(e->ifname, "eth", 3));
        else
            fuzz_must(ifname_parse(e->ifname, canonical) && !strcmp(canonical, e->ifname));
        for (size_t k = 0; k < i; k++)
            fuzz_must((int)(k % 2) >= lab_ends(&t->links[k / 2]) || !same_end(e, &t->links[k / 2].end[k % 2]));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct topology t; /* large */
    char path[64], err[512];
    int fd = memfd_create("lab.yml", MFD_CLOEXEC);

    fuzz_must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    memset(err, 1, sizeof err);
    if (topology_read(path, &t, err)) {
        check(&t);
    } else {
        const char *end = memchr(err, 0, sizeof err);
        fuzz_must(end && end > err && !memchr(err, '\n', (size_t)(end - err)));
    }
    close(fd);
    return 0;
}

size_t fuzz_seed(size_t i, uint8_t *out)
{
    static const char *const seeds[] = {
        "name: lab\ntopology:\n  nodes:\n    hub: {kind: espial, startup-config: hub.cfg}\n    b:\n      platform: ios\n    c:\n  links:\n"
        "    - endpoints: [\"hub:Ethernet0/0\", \"b:gi0/1\"]\n    - endpoints: [\"hub:e0/1\", \"c:Ethernet0/0\"]\n",
        "name: lab\ntopology:\n  nodes: {a: , logs: {kind: syslog}}\n  links:\n    - endpoints: [\"logs:eth0\", \"a:e0/0\"]\n"
        "    - {endpoints: [\"a:e0/1\"], link: \"slirp:\"}\n",
        "name: &x a\ntopology: {nodes: {*x : {}, b: }, links: [{endpoints: ['a:e1/1', 'b:e1/1']}, {endpoints: ['a:e1/2', 'a:e1/3']}]}\n",
    };

    if (i < sizeof seeds / sizeof seeds[0])
        return fuzz_seed_text(seeds, sizeof seeds / sizeof seeds[0], i, out);
    if (i > 4)
        return SIZE_MAX;
    memset(out, i == 3 ? '[' : '{', 1000); /* deep; the library's own limits are its own business */
    return 1000;
}
