/* topology.c: reads a lab's YAML in the shape that containerlab uses:
 *
 *   name: invalid-spi
 *   topology:
 *     nodes:
 *       hub: {kind: espial, startup-config: hub.cfg}
 *       collector: {kind: syslog}
 *     links:
 *       - endpoints: ["hub:Ethernet0/0", "isp:Ethernet0/0"]
 *       - endpoints: ["hub:Ethernet0/1", "collector:eth0"]
 *       - {endpoints: ["isp:Ethernet0/2"], link: "slirp:"}
 *
 * A link has two ends, or one and the word that `espial run --link` takes. A collector's ends are eth0, eth1 ..., and each goes to a router.
 * Every key is checked: an unknown one, a node named twice, an end that names no node or no interface, and an interface used by two links are errors that
 * name the file and the line. Nothing is opened here but the file itself. The only file that sees libyaml. */
#include "cli/lab/topology.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <yaml.h>

#include "espial/text.h"

#define FILE_MAX (1 << 20) /* bytes */

struct reader {
    yaml_document_t doc;
    const char *path;
    struct topology *t;
    char *err;
};

static bool fail(struct reader *r, const yaml_node_t *at, const char *what, const char *which)
{
    snprintf(r->err, 512, "%s:%zu: %s%s%s", r->path, at ? at->start_mark.line + 1 : 1, what, which ? ": " : "",
             which ? which : "");
    for (char *c = r->err; *c; c++) /* one line, for a terminal, whatever the file holds */
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            *c = '.';
    return false;
}

static yaml_node_t *node_at(struct reader *r, int index)
{
    return yaml_document_get_node(&r->doc, index);
}

static const char *scalar(const yaml_node_t *n)
{
    return n && n->type == YAML_SCALAR_NODE ? (const char *)n->data.scalar.value : NULL;
}

/* A name that is safe as a file name and as a hostname. */
static bool good_name(const char *s)
{
    size_t len = strlen(s);
    if (!len || len >= LAB_NAME_MAX)
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = s[i];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!alnum && (i == 0 || (c != '-' && c != '_')))
            return false;
    }
    return true;
}

static bool read_node(struct reader *r, const yaml_node_t *key, const yaml_node_t *value)
{
    struct topology *t = r->t;
    const char *name = scalar(key);
    if (!name || !good_name(name))
        return fail(r, key, "a node's name has letters, digits, '-' and '_', at most 31", name);
    for (size_t i = 0; i < t->nnodes; i++) {
        if (!strcmp(t->nodes[i].name, name))
            return fail(r, key, "this node is there twice", name);
    }
    if (t->nnodes == LAB_NODES_MAX)
        return fail(r, key, "too many nodes (64 at most)", NULL);
    struct lab_node *n = &t->nodes[t->nnodes++];
    str_copy(n->name, sizeof n->name, name);
    str_copy(n->platform, sizeof n->platform, "iosxe");
    if (scalar(value) && !*scalar(value))
        return true; /* "hub:" alone */
    if (value->type != YAML_MAPPING_NODE)
        return fail(r, value, "a node is a mapping", name);
    for (yaml_node_pair_t *p = value->data.mapping.pairs.start; p < value->data.mapping.pairs.top; p++) {
        const yaml_node_t *k = node_at(r, p->key), *v = node_at(r, p->value);
        const char *word = scalar(k), *text = scalar(v);
        if (!word || !text)
            return fail(r, k, "a node's settings are words", name);
        if (!strcmp(word, "kind")) {
            if (strcmp(text, "espial") && strcmp(text, "syslog"))
                return fail(r, v, "the kinds here are espial and syslog", text);
            n->kind = strcmp(text, "syslog") ? LAB_ROUTER : LAB_SYSLOG;
        } else if (!strcmp(word, "startup-config")) {
            if (!str_copy(n->config, sizeof n->config, text))
                return fail(r, v, "this name is too long", NULL);
        } else if (!strcmp(word, "platform")) {
            if (strcmp(text, "ios") && strcmp(text, "iosxe"))
                return fail(r, v, "platform is ios or iosxe", text);
            str_copy(n->platform, sizeof n->platform, text);
        } else {
            return fail(r, k, "unknown setting of a node", word);
        }
    }
    if (n->kind == LAB_SYSLOG && *n->config)
        return fail(r, key, "a collector has no startup-config", name);
    return true;
}

/* "eth0", "eth1" ...: the collector's own names. */
static bool collector_port(const char *s, char out[IFNAME_MAX])
{
    uint64_t n;
    if (!str_starts(s, "eth") || !str_uint(s + 3, 0, LAB_LINKS_MAX - 1, &n))
        return false;
    snprintf(out, IFNAME_MAX, "eth%u", (unsigned)n);
    return true;
}

static bool read_end(struct reader *r, const yaml_node_t *at, struct lab_end *end)
{
    struct topology *t = r->t;
    const char *text = scalar(at);
    const char *colon = text ? strchr(text, ':') : NULL;
    if (!colon)
        return fail(r, at, "an end of a link is \"node:interface\"", text);
    size_t len = (size_t)(colon - text);
    for (end->node = 0; end->node < t->nnodes; end->node++) {
        if (strlen(t->nodes[end->node].name) == len && !strncmp(t->nodes[end->node].name, text, len))
            break;
    }
    if (end->node == t->nnodes)
        return fail(r, at, "no such node", text);
    if (t->nodes[end->node].kind == LAB_SYSLOG) {
        if (!collector_port(colon + 1, end->ifname))
            return fail(r, at, "a collector's interfaces are eth0, eth1 and so on", colon + 1);
    } else if (!ifname_parse(colon + 1, end->ifname) || !strstr(end->ifname, "Ethernet")) {
        return fail(r, at, "not the name of an Ethernet interface", colon + 1);
    }
    for (size_t i = 0; i < t->nlinks; i++) {
        for (int side = 0; side < lab_ends(&t->links[i]); side++) {
            const struct lab_end *e = &t->links[i].end[side];
            if (e->node == end->node && !strcmp(e->ifname, end->ifname))
                return fail(r, at, "this interface has a link already", text);
        }
    }
    return true;
}

static bool read_ends(struct reader *r, const yaml_node_t *at, struct lab_link *link)
{
    struct topology *t = r->t;
    if (at->type != YAML_SEQUENCE_NODE || at->data.sequence.items.top - at->data.sequence.items.start != lab_ends(link))
        return fail(r, at, *link->spec ? "a link with a word of its own has one end" : "a link has two ends", NULL);
    for (int side = 0; side < lab_ends(link); side++) {
        if (!read_end(r, node_at(r, at->data.sequence.items.start[side]), &link->end[side]))
            return false;
    }
    if (!*link->spec && link->end[0].node == link->end[1].node && !strcmp(link->end[0].ifname, link->end[1].ifname))
        return fail(r, at, "both ends of a link are the same interface", NULL);
    if (!*link->spec && t->nodes[link->end[0].node].kind == LAB_SYSLOG) {
        struct lab_end collector = link->end[0];
        link->end[0] = link->end[1];
        link->end[1] = collector;
    }
    if (t->nodes[link->end[0].node].kind == LAB_SYSLOG)
        return fail(r, at, "a collector's link goes to a router", NULL);
    t->links[t->nlinks++] = *link;
    return true;
}

static bool read_link(struct reader *r, const yaml_node_t *at)
{
    struct topology *t = r->t;
    if (t->nlinks == LAB_LINKS_MAX)
        return fail(r, at, "too many links (256 at most)", NULL);
    if (at->type != YAML_MAPPING_NODE)
        return fail(r, at, "a link is a mapping with endpoints", NULL);
    struct lab_link link = {0};
    const yaml_node_t *ends = NULL;
    for (yaml_node_pair_t *p = at->data.mapping.pairs.start; p < at->data.mapping.pairs.top; p++) {
        const yaml_node_t *k = node_at(r, p->key), *v = node_at(r, p->value);
        const char *word = scalar(k);
        if (word && !strcmp(word, "endpoints")) {
            ends = v;
        } else if (word && !strcmp(word, "link")) {
            if (!scalar(v) || !*scalar(v) || !str_copy(link.spec, sizeof link.spec, scalar(v)))
                return fail(r, v, "link is a word as espial run --link takes it", scalar(v));
        } else {
            return fail(r, k, "unknown setting of a link", word);
        }
    }
    if (!ends)
        return fail(r, at, "a link without endpoints", NULL);
    return read_ends(r, ends, &link);
}

static bool read_topology(struct reader *r, const yaml_node_t *at)
{
    if (at->type != YAML_MAPPING_NODE)
        return fail(r, at, "topology is a mapping", NULL);
    const yaml_node_t *links = NULL;
    for (yaml_node_pair_t *p = at->data.mapping.pairs.start; p < at->data.mapping.pairs.top; p++) {
        const yaml_node_t *k = node_at(r, p->key), *v = node_at(r, p->value);
        const char *word = scalar(k);
        if (word && !strcmp(word, "nodes")) {
            if (v->type != YAML_MAPPING_NODE)
                return fail(r, v, "nodes is a mapping", NULL);
            for (yaml_node_pair_t *n = v->data.mapping.pairs.start; n < v->data.mapping.pairs.top; n++) {
                if (!read_node(r, node_at(r, n->key), node_at(r, n->value)))
                    return false;
            }
        } else if (word && !strcmp(word, "links")) {
            links = v;
        } else {
            return fail(r, k, "unknown setting of topology", word);
        }
    }
    if (!r->t->nnodes)
        return fail(r, at, "a topology without nodes", NULL);
    if (!links)
        return true;
    if (links->type != YAML_SEQUENCE_NODE)
        return fail(r, links, "links is a sequence", NULL);
    for (yaml_node_item_t *i = links->data.sequence.items.start; i < links->data.sequence.items.top; i++) {
        if (!read_link(r, node_at(r, *i)))
            return false;
    }
    return true;
}

static bool read_root(struct reader *r)
{
    const yaml_node_t *root = yaml_document_get_root_node(&r->doc), *topo = NULL;
    if (!root || root->type != YAML_MAPPING_NODE)
        return fail(r, root, "not a lab: name and topology are wanted", NULL);
    for (yaml_node_pair_t *p = root->data.mapping.pairs.start; p < root->data.mapping.pairs.top; p++) {
        const yaml_node_t *k = node_at(r, p->key), *v = node_at(r, p->value);
        const char *word = scalar(k);
        if (word && !strcmp(word, "name")) {
            const char *name = scalar(v);
            if (!name || !good_name(name))
                return fail(r, v, "a lab's name has letters, digits, '-' and '_', at most 31", name);
            str_copy(r->t->name, sizeof r->t->name, name);
        } else if (word && !strcmp(word, "topology")) {
            topo = v;
        } else {
            return fail(r, k, "unknown setting", word);
        }
    }
    if (!r->t->name[0])
        return fail(r, root, "a lab without a name", NULL);
    if (!topo)
        return fail(r, root, "a lab without a topology", NULL);
    return read_topology(r, topo);
}

bool topology_read(const char *path, struct topology *t, char err[512])
{
    char file[1024];
    struct stat st;
    memset(t, 0, sizeof *t);
    if (stat(path, &st) < 0) {
        snprintf(err, 512, "%s: %s", path, strerror(errno));
        return false;
    }
    bool folder = S_ISDIR(st.st_mode);
    if (snprintf(file, sizeof file, folder ? "%s/lab.yml" : "%s", path) >= (int)sizeof t->folder) {
        snprintf(err, 512, "%.400s: this name is too long", path);
        return false;
    }
    if (stat(file, &st) == 0 && (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX)) {
        snprintf(err, 512, "%.400s: %s", file, S_ISREG(st.st_mode) ? "too long for a lab" : "not a file");
        return false;
    }
    const char *slash = strrchr(file, '/');
    snprintf(t->folder, sizeof t->folder, "%.*s", slash ? (int)(slash - file) : 1, slash ? file : ".");

    FILE *f = fopen(file, "r");
    if (!f) {
        snprintf(err, 512, "%s: %s", file, strerror(errno));
        return false;
    }
    struct reader r = {.path = file, .t = t, .err = err};
    yaml_parser_t parser;
    bool ok = false;
    if (!yaml_parser_initialize(&parser)) {
        snprintf(err, 512, "%s: out of memory", file);
        fclose(f);
        return false;
    }
    yaml_parser_set_input_file(&parser, f);
    if (!yaml_parser_load(&parser, &r.doc)) {
        snprintf(err, 512, "%s:%zu: %s", file, parser.problem_mark.line + 1,
                 parser.problem ? parser.problem : "not YAML");
    } else {
        ok = read_root(&r);
        yaml_document_delete(&r.doc);
    }
    yaml_parser_delete(&parser);
    fclose(f);
    return ok;
}
