/* cmd_show_access.c: `show snmp community|group|user|view|context|engineID|mib`.
 *
 * Layouts are IOS's, column for column. Who is listed is snmp/who.c's to say.
 */
#include "snmp/cmd/cmd.h"

#include <string.h>

#include "espial/mib.h"
#include "espial/text.h"
#include "snmp/snmp.h"
#include "snmp/snmp_conf.h"

static bool agent_on(struct cmd_ctx *c)
{
    if (snmp_running(c->self))
        return true;
    out_text(c->out, "%SNMP agent not enabled\n");
    return false;
}

/* Indexed by enum snmp_storage. */
static const char *const storages[] = {"", "other", "volatile", "nonvolatile", "permanent", "read-only"};

static enum cmd_result show_community(struct cmd_ctx *c)
{
    struct snmp_community_info m;
    if (!agent_on(c))
        return CMD_OK;
    for (size_t cursor = 0; snmp_community_next(c->self, &cursor, &m);) {
        out_printf(c->out, "Community name: %s\nCommunity Index: cisco%u\nCommunity SecurityName: %s\n", m.name,
                   m.index, m.name);
        out_printf(c->out, "storage-type: %s\t active%s%s\n\n\n", storages[m.storage],
                   m.acl[0] ? "\taccess-list: " : "", m.acl);
    }
    return CMD_OK;
}

static void show_one_group(struct out *o, const struct snmp_group_info *g)
{
    static const char *const models[] = {"v1", "v2c"}, *const levels[] = {"v3 noauth", "v3 auth", "v3 priv"};
    out_printf(o, "groupname: %-33ssecurity model:%s \n", g->name,
               g->model == SNMP_GROUP_V3 ? levels[g->level] : models[g->model]);
    out_printf(o, "contextname: %-31sstorage-type: %s\n", g->context[0] ? g->context : "<no context specified>",
               storages[g->storage]);
    out_printf(o, "readview : %-33swriteview: %-32s\n", g->read[0] ? g->read : "<no readview specified>",
               g->write[0] ? g->write : "<no writeview specified>");
    out_printf(o, "notifyview: %-32s\n", g->notify[0] ? g->notify : "<no notifyview specified>");
    out_printf(o, "row status: active%s%s\n\n", g->acl[0] ? "\taccess-list: " : "", g->acl);
}

static enum cmd_result show_group(struct cmd_ctx *c)
{
    struct snmp_group_info g;
    if (!agent_on(c))
        return CMD_OK;
    for (size_t cursor = 0; snmp_group_next(c->self, &cursor, &g);)
        show_one_group(c->out, &g);
    return CMD_OK;
}

static void add_engine(struct out *o, const uint8_t *id, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out_printf(o, "%02X", id[i]);
}

static enum cmd_result show_user(struct cmd_ctx *c)
{
    static const char *const auths[] = {"None", "MD5", "SHA", "SHA-256", "SHA-384", "SHA-512"}, *const privs[] = {
                                                                                                    "None",   "DES",
                                                                                                    "AES128", "AES192",
                                                                                                    "AES256", "3DES"};
    struct snmp_user_info u;
    if (!agent_on(c))
        return CMD_OK;
    for (size_t i = 0; snmp_user_info(c->self, i, &u); i++) {
        if (cmd_has(c, "name") && strcmp(cmd_str(c, "name"), u.name) != 0)
            continue;
        out_printf(c->out, "User name: %s\nEngine ID: ", u.name);
        add_engine(c->out, u.engine, u.engine_len);
        out_printf(c->out, "\nstorage-type: nonvolatile\t active%s%s\n", u.acl[0] ? "\taccess-list: " : "", u.acl);
        out_printf(c->out, "Authentication Protocol: %s\nPrivacy Protocol: %s\nGroup-name: %s\n\n", auths[u.auth],
                   privs[u.priv], u.group);
    }
    return CMD_OK;
}

static enum cmd_result show_view(struct cmd_ctx *c)
{
    struct snmp_view_info v;
    if (!agent_on(c))
        return CMD_OK;
    for (size_t cursor = 0; snmp_view_next(c->self, &cursor, &v);)
        out_printf(c->out, "%s %s - %s %s active\n", v.name, v.subtree, v.excluded ? "excluded" : "included",
                   storages[v.storage]);
    return CMD_OK;
}

static enum cmd_result show_context(struct cmd_ctx *c)
{
    if (agent_on(c))
        CONF_EACH(const struct snmp_context_conf, x, &snmp_conf(c->self)->contexts)
            out_printf(c->out, "%s\n", x->name);
    return CMD_OK;
}

static enum cmd_result show_engine(struct cmd_ctx *c)
{
    const uint8_t *id;
    int32_t boots, seconds;
    if (!agent_on(c))
        return CMD_OK;
    size_t n = snmp_engine(c->self, &id, &boots, &seconds);
    out_text(c->out, "Local SNMP engineID: ");
    add_engine(c->out, id, n);
    out_text(c->out, "\nRemote Engine ID          IP-addr    Port\n");
    CONF_EACH(const struct snmp_remote_conf, r, &snmp_conf(c->self)->remotes)
        out_printf(c->out, "%-25s %s  %u\n", r->engine, IP4(r->addr), r->udp_port);
    return CMD_OK;
}

static enum cmd_result show_mib(struct cmd_ctx *c)
{
    size_t cursor = 0;
    const struct mib_row *row;
    struct mib *m = snmp_mib(c->self);
    if (!agent_on(c))
        return CMD_OK;
    struct text name = {0};
    while (m && (row = mib_each(m, &cursor))) {
        snmp_say_object(c->self, row, &name);
        out_printf(c->out, "%s\n", text_str(&name));
        text_clear(&name);
    }
    text_free(&name);
    return CMD_OK;
}

/* From ifDescr, as whoever asks over the network sees it. */
static enum cmd_result show_ifindex(struct cmd_ctx *c)
{
    static const uint32_t if_descr[] = {1, 3, 6, 1, 2, 1, 2, 2, 1, 2};
    enum { N = sizeof if_descr / sizeof if_descr[0] };
    struct trap_var v = {.oid_len = N};
    struct mib *m = snmp_mib(c->self);
    memcpy(v.oid, if_descr, sizeof if_descr);
    while (m && mib_next(m, &v) && v.oid_len == N + 1 && !memcmp(v.oid, if_descr, sizeof if_descr)) {
        if (cmd_has(c, "ifname") &&
            (strlen(cmd_str(c, "ifname")) != v.len || memcmp(cmd_str(c, "ifname"), v.data, v.len) != 0))
            continue;
        if (cmd_has(c, "ifname"))
            out_printf(c->out, "Interface = %.*s, Ifindex = %u\n", v.len, (const char *)v.data, v.oid[N]);
        else
            out_printf(c->out, "%.*s: Ifindex = %u\n", v.len, (const char *)v.data, v.oid[N]);
    }
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    DO(EXEC, 15, "show snmp community", show_community, "show SNMP communities"),
    DO(EXEC, 1, "show snmp context", show_context, "show snmp contexts"),
    DO(EXEC, 1, "show snmp engineID", show_engine, "show local and remote SNMP engine IDs"),
    DO(EXEC, 1, "show snmp group", show_group, "show SNMPv3 groups"),
    DO(EXEC, 1, "show snmp mib", show_mib, "show mib objects"),
    DO(EXEC, 1, "show snmp mib ifmib ifindex [<ifname>]", show_ifindex,
       "|show IF-MIB information|show ifindex of the interfaces|Interface name"),
    DO(EXEC, 1, "show snmp user [<word:name>]", show_user, "show SNMPv3 users|Name of the user"),
    DO(EXEC, 1, "show snmp view", show_view, "show SNMPv3 MIB views"),
};
const struct cmd_table snmp_table_show = CMD_TABLE("snmp/cmd/cmd_show_access", rows);
