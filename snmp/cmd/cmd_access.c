/* cmd_access.c: who may ask this router what: `snmp-server community`, `view`, `group`, `user`, `context`, `engineID`, and the sizes of the agent.
 *
 * A user's line is not kept: his keys go to the private store at once, and running-config is silent about him, as on IOS. His passwords are turned into keys of our
 * engine, so a line `snmp-server engineID local` with another id removes all users, and says so. `encrypted` gives keys that are localized already, with or without
 * colons. A user of version 1 or 2c is a line of the configuration: he has no keys. A group may be named before it exists, as may a view or an access list.
 */
#include "snmp/cmd/cmd.h"

#include <string.h>

#include "snmp/snmp.h"
#include "snmp/snmp_conf.h"

static void *global_conf(void *self)
{
    return snmp_conf(self);
}

static void conf_changed(void *self, void *obj, enum cmd_change what)
{
    (void)obj, (void)what;
    snmp_conf_changed(self);
}

static bool check_view(void *self, const void *obj, struct out *out)
{
    const struct snmp_view_conf *v = obj;
    if (snmp_view_name_good(self, v->subtree))
        return true;
    out_printf(out, "%%Bad OID: %s\n", v->subtree);
    return false;
}

static bool engine_good(const char *hex, struct out *out)
{
    uint8_t id[32];
    if (snmp_hex(hex, id, sizeof id) >= 5)
        return true;
    out_text(out, "%Error: engineID must be 5 to 32 octets, an even number of hexadecimal digits\n");
    return false;
}

static bool check_conf(void *self, const void *obj, struct out *out)
{
    const struct snmp_conf *asked = obj, *is = snmp_conf(self);
    if (asked->engine_id[0] && !engine_good(asked->engine_id, out))
        return false;
    struct snmp_user_info u;
    if (strcmp(asked->engine_id, is->engine_id) != 0 && asked->engine_id[0] && snmp_user_info(self, 0, &u)) {
        uint8_t id[32];
        const uint8_t *ours;
        int32_t boots, seconds;
        size_t n = snmp_engine(self, &ours, &boots, &seconds), len = snmp_hex(asked->engine_id, id, sizeof id);
        if (n != len || memcmp(id, ours, n) != 0)
            out_text(out, "%Warning: the SNMP users of the old engineID are removed\n");
    }
    return true;
}

static bool check_remote(void *self, const void *obj, struct out *out)
{
    (void)self;
    return engine_good(((const struct snmp_remote_conf *)obj)->engine, out);
}

static const struct cmd_scope snmp_scope = {.size = sizeof(struct snmp_conf),
                                            .init = snmp_conf_init,
                                            .global = global_conf,
                                            .changed = conf_changed,
                                            .check = check_conf};
static const struct cmd_scope community_scope = {.size = sizeof(struct snmp_community_conf), .changed = conf_changed};
static const struct cmd_scope view_scope = {
    .size = sizeof(struct snmp_view_conf), .changed = conf_changed, .check = check_view};
static const struct cmd_scope group_scope = {.size = sizeof(struct snmp_group_conf), .changed = conf_changed};
static const struct cmd_scope context_scope = {.size = sizeof(struct snmp_context_conf), .changed = conf_changed};
static const struct cmd_scope member_scope = {.size = sizeof(struct snmp_member_conf), .changed = conf_changed};
static const struct cmd_scope remote_scope = {.size = sizeof(struct snmp_remote_conf),
                                              .init = snmp_remote_conf_init,
                                              .changed = conf_changed,
                                              .check = check_remote};

/* IOS writes the access in capitals, and always. */
static void print_community(void *self, const void *obj, struct text *out)
{
    (void)self;
    const struct snmp_community_conf *c = obj;
    text_printf(out, "snmp-server community %s%s%s %s%s%s", c->name, c->view[0] ? " view " : "", c->view,
                c->access == SNMP_RW ? "RW" : "RO", c->acl[0] ? " " : "", c->acl);
}

static enum cmd_result remove_view(struct cmd_ctx *c)
{
    struct conf_list *views = &snmp_conf(c->self)->views;
    for (size_t i = views->n; i--;) {
        const struct snmp_view_conf *v = views->v[i];
        if (!strcmp(v->name, cmd_str(c, "name")))
            conf_list_remove(views, i);
    }
    snmp_conf_changed(c->self);
    return CMD_OK;
}

/* "AA:BB:.." or "AABB..": the digits alone. */
static void digits(const char *typed, char out[160])
{
    size_t n = 0;
    for (; *typed && n < 159; typed++)
        if (*typed != ':')
            out[n++] = *typed;
    out[n] = '\0';
}

static bool remote_engine(struct cmd_ctx *c, struct snmp_user_spec *spec, uint8_t id[32])
{
    CONF_EACH(const struct snmp_remote_conf, r, &snmp_conf(c->self)->remotes) {
        if (r->addr != spec->remote_addr || r->udp_port != spec->remote_port)
            continue;
        spec->remote_engine = id;
        spec->remote_engine_len = snmp_hex(r->engine, id, 32);
        return true;
    }
    out_text(c->out, "%Error: the engineID of the remote SNMP entity is not configured\n");
    return false;
}

static enum cmd_result set_user(struct cmd_ctx *c)
{
    struct snmp_user_spec spec = {.name = cmd_str(c, "name"),
                                  .group = cmd_str(c, "group"),
                                  .acl = cmd_str(c, "acl"),
                                  .remote_addr = cmd_ip(c, "remote")};
    char auth[160], priv[160];
    uint8_t id[32];
    spec.remote_port = !spec.remote_addr        ? 0
                       : cmd_has(c, "udp_port") ? (uint16_t)cmd_int(c, "udp_port")
                                                : SNMP_TRAP_PORT;
    if (strlen(spec.name) > SNMP_NAME_MAX || strlen(spec.group) > SNMP_NAME_MAX || strlen(spec.acl) >= SNMP_ACL_MAX) {
        out_text(c->out, "%Error: name too long\n");
        return CMD_FAIL;
    }
    if (c->no) {
        if (!snmp_user_remove(c->self, spec.name, spec.remote_addr))
            out_text(c->out, "%Error: no such user\n");
        return CMD_OK;
    }
    if (cmd_has(c, "secret"))
        spec.auth = cmd_int(c, "how") == 2 ? 3 + (int)cmd_int(c, "sha2") : 1 + (int)cmd_int(c, "how");
    if (cmd_has(c, "privsecret"))
        spec.priv = cmd_int(c, "cipher") == 2 ? 2 + (int)cmd_int(c, "aes") : cmd_int(c, "cipher") == 1 ? 5 : 1;
    spec.localized = cmd_has(c, "encrypted");
    spec.auth_secret = cmd_str(c, "secret");
    spec.priv_secret = cmd_str(c, "privsecret");
    if (spec.localized) {
        digits(spec.auth_secret, auth);
        digits(spec.priv_secret, priv);
        spec.auth_secret = auth;
        spec.priv_secret = priv;
    }
    if (spec.remote_addr && !remote_engine(c, &spec, id))
        return CMD_FAIL;
    if (!snmp_user_set(c->self, &spec)) {
        out_text(c->out, spec.localized ? "%Error: a localized key has not the length of its algorithm\n"
                                        : "%Error: a password must have at least 8 characters\n");
        return CMD_FAIL;
    }
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    SET(CONFIG, &snmp_scope, "snmp-server engineID local <hex:engine_id>",
        "Configure a local or remote SNMPv3 engineID|Local SNMP agent's engineID|engine ID octet string",
        TXT(struct snmp_conf, engine_id)),
    LINE(CONFIG, &remote_scope, &snmp_scope, struct snmp_conf, remotes,
         "snmp-server engineID remote <ip:addr> [udp-port <udp_port:1-65535>] <hex:engine>",
         "|Remote SNMP agent's engineID|IP address of remote SNMP notification host|The remote host's UDP port "
         "number|udp port number of the remote host (default 162)|engine ID octet string",
         KEY_NUM(struct snmp_remote_conf, addr), KEY_NUM(struct snmp_remote_conf, udp_port),
         TXT(struct snmp_remote_conf, engine)),
    LINE(CONFIG, &context_scope, &snmp_scope, struct snmp_conf, contexts, "snmp-server context <word:name>",
         "Create/Delete a context apart from default|Name of the context", KEY_TXT(struct snmp_context_conf, name)),
    LINE(
        CONFIG, &group_scope, &snmp_scope, struct snmp_conf, groups,
        "snmp-server group <word:name> {v1|v2c|v3 {noauth|auth|priv}=level}=model [context <word:context> [match "
        "{exact|prefix}=prefix]] &{[read <word:read>]|[write <word:write>]|[notify <word:notify>]|[access <word:acl>]}",
        "Define a User Security Model group|Name of the group|group using the v1 security model|group using the v2c "
        "security model|group using the User Security Model (SNMPv3)|"
        "group using the noAuthNoPriv Security Level|group using the authNoPriv Security Level|group using SNMPv3 "
        "authPriv security level|specify a context to associate these views for the group|"
        "context name|context name match criteria|match exact context|match context prefix|specify a read view for the "
        "group|read view name|specify a write view for the group|write view name|specify a notify view for the "
        "group|notify view name|"
        "specify an access-list associated with this group|Standard IP access list",
        KEY_TXT(struct snmp_group_conf, name), KEY_NUM(struct snmp_group_conf, model),
        KEY_NUM(struct snmp_group_conf, level), KEY_TXT(struct snmp_group_conf, context),
        NUM(struct snmp_group_conf, prefix), TXT(struct snmp_group_conf, read), TXT(struct snmp_group_conf, write),
        TXT(struct snmp_group_conf, notify), TXT(struct snmp_group_conf, acl)),
    LINE(CONFIG, &member_scope, &snmp_scope, struct snmp_conf, members,
         "snmp-server user <word:name> <word:group> {v1|v2c}=model [access <word:acl>]",
         "Define a user who can access the SNMP engine|Name of the user|Group to which the user belongs|user using the "
         "v1 security model|user using the v2c security model|"
         "specify an access-list associated with this group|Standard IP access list",
         KEY_TXT(struct snmp_member_conf, name), KEY_NUM(struct snmp_member_conf, model),
         TXT(struct snmp_member_conf, group), TXT(struct snmp_member_conf, acl)),
    LINE(CONFIG, &view_scope, &snmp_scope, struct snmp_conf, views,
         "snmp-server view <word:name> <word:subtree> {included|excluded}=excluded",
         "Define an SNMPv3 MIB view|Name of the view|MIB view family name|MIB family is included in the view|MIB "
         "family is excluded from the view",
         KEY_TXT(struct snmp_view_conf, name), KEY_TXT(struct snmp_view_conf, subtree),
         NUM(struct snmp_view_conf, excluded)),
    NO_ONLY(CONFIG, 15, "snmp-server view <word:name>", remove_view, ""),
    {.kind = CMD_LINE_ROW,
     .mode = CONFIG,
     .sentence = "snmp-server community <word:name> [view <word:view>] [ro|rw]=access [<word:acl>]",
     .help = "Enable SNMP; set community string and access privs|SNMP community string|Restrict this community to a "
             "named MIB view|MIB view to which this community has access|"
             "Read-only access with this community string|Read-write access with this community string|Access-list "
             "name or number",
     .scope = &community_scope,
     .parent = &snmp_scope,
     .list_off = offsetof(struct snmp_conf, communities),
     .binds = CMD_BINDS(KEY_TXT(struct snmp_community_conf, name), TXT(struct snmp_community_conf, view),
                        NUM(struct snmp_community_conf, access), TXT(struct snmp_community_conf, acl)),
     .print = print_community},
    SET(CONFIG, &snmp_scope, "snmp-server packetsize <packet_size:484-8192>", "Largest SNMP packet size|Packet size",
        NUM(struct snmp_conf, packet_size)),
    SET(CONFIG, &snmp_scope, "snmp-server queue-length <queue_length:1-5000>",
        "Message queue length for each TRAP host|Queue length (default 10)", NUM(struct snmp_conf, queue_length)),
    SET(CONFIG, &snmp_scope, "snmp-server chassis-id <line:chassis_id>",
        "String to uniquely identify this chassis|Unique ID string", TXT(struct snmp_conf, chassis_id)),
    SET(CONFIG, &snmp_scope, "snmp-server tftp-server-list <word:tftp_acl>",
        "Limit TFTP servers used via SNMP|Standard IP access list", TXT(struct snmp_conf, tftp_acl)),
    {.kind = CMD_DO_ROW,
     .mode = CONFIG,
     .priv = 15,
     .flags = CMD_NO | CMD_IN_CONFIG,
     .sentence = "snmp-server user <word:name> <word:group> [remote <ip:remote> [udp-port <udp_port:1-65535>]] v3 "
                 "[encrypted=encrypted] "
                 "[auth {md5|sha|sha-2 {256|384|512}=sha2}=how <word:secret> [priv {des|3des|aes "
                 "{128|192|256}=aes}=cipher <word:privsecret>]] [access <word:acl>]",
     .help =
         "|||Specify a remote SNMP entity to which the user belongs|Hostname or IP address of remote SNMP entity|"
         "The remote entity's UDP port number|udp port number|user using the v3 security model|specifying passwords as "
         "MD5 or SHA digests|authentication parameters for the user|Use HMAC MD5 algorithm for authentication|"
         "Use HMAC SHA algorithm for authentication|Use HMAC SHA-2 algorithm for authentication|Use 256 bits of "
         "SHA-2|Use 384 bits of SHA-2|Use 512 bits of SHA-2|authentication password for user|"
         "encryption parameters for the user|Use 56 bit DES algorithm for encryption|Use 168 bit 3DES algorithm for "
         "encryption|Use AES algorithm for encryption|Use 128 bit AES algorithm for encryption|Use 192 bit AES "
         "algorithm for encryption|"
         "Use 256 bit AES algorithm for encryption|privacy password for user|specify an access-list associated with "
         "this user|Standard IP access list",
     .fn = set_user},
};
const struct cmd_table snmp_table_access = CMD_TABLE("snmp/cmd/cmd_access", rows);
