/* cmd_acl_std.c: standard access lists: access-list 1-99 and 1300-1999, ip access-list standard NAME and its lines. They
 * look at source addresses alone. A host is written without its word, as IOS prints it: `permit 10.1.1.1`; typed with
 * `host`, or with a wildcard of zeros, it means the same. What is common to both kinds is in cmd_acl.c. */
#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/net_cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/net/acl.h"

static void ace_init(void *obj)
{
    struct ace_conf *c = obj;

    ace_conf_init(c);
    c->proto = ACL_PROTO_IP;
}

static void ace_settle(void *obj)
{
    struct ace_conf *c = obj;

    c->any = c->any || c->src_wild == 0xFFFFFFFFu;
    c->src_kind = c->any ? ACL_ADDR_ANY : ACL_ADDR_WILD;
    ace_canonical(c);
}

static bool list_check(void *self, const void *obj, struct out *out)
{
    return acl_list_ok(dataplane_net(self), ((const struct acl_conf *)obj)->name, true, out);
}

static const struct cmd_scope line_scope = {.size = sizeof(struct ace_conf),
                                            .init = ace_init,
                                            .settle = ace_settle,
                                            .changed = acl_line_changed,
                                            .absent = acl_line_absent};
static const struct cmd_scope entry_scope = {
    .size = sizeof(struct ace_conf), .init = ace_init, .settle = ace_settle, .joins = acl_entry_joins};
static const struct cmd_scope list_scope = {.size = sizeof(struct acl_conf),
                                            .init = acl_list_init,
                                            .fini = acl_list_fini,
                                            .check = list_check,
                                            .changed = acl_list_changed,
                                            .absent = acl_list_absent};

/* no access-list N: all its lines, those of `ip access-list standard N` too. */
static enum cmd_result do_no_list(struct cmd_ctx *c)
{
    struct net_conf *conf = net_conf(dataplane_net(c->self));

    return acl_do_no_list(c, &conf->std_lines, &conf->std_acls);
}

#define A(f)   KEY_NUM(struct ace_conf, f)
#define SOURCE "{permit|deny}=action {any=any|<ip:src> [<wildcard:src_wild>]|host <ip:src>} [log=log:1]"
#define SOURCE_HELP                                                                                                    \
    "Specify packets to forward|Specify packets to reject|Any source host|Address to match|Wildcard bits|A single "    \
    "host address|Host address|Log matches against this entry"
#define SOURCE_BINDS A(action), A(any), A(src), A(src_wild), A(log)
#define REMARK       "remark=action:2 <line:remark>"
#define REMARK_HELP  "Access list entry comment|Comment up to 100 characters"
#define NUMBERED     "access-list {<number:1-99>|<number:1300-1999>}"
#define NUMBER_HELP  "IP standard access list|IP standard access list (expanded range)|"

static const struct cmd_row rows[] = {
    HELP(CONFIG, "access-list", "Add an access list entry"),
    MODE(CONFIG, CONFIG_STD_NACL, &list_scope, &dp_net_scope, struct net_conf, std_acls,
         "ip access-list standard <word:name>", "Standard Access List|Access-list name or number",
         KEY_TXT(struct acl_conf, name)),
    LINE(CONFIG, &line_scope, &dp_net_scope, struct net_conf, std_lines, NUMBERED " " SOURCE, NUMBER_HELP SOURCE_HELP,
         A(number), SOURCE_BINDS),
    LINE(CONFIG, &line_scope, &dp_net_scope, struct net_conf, std_lines, NUMBERED " " REMARK, NUMBER_HELP REMARK_HELP,
         A(number), A(action), KEY_TXT(struct ace_conf, remark)),
    LINE(CONFIG_STD_NACL, &entry_scope, NULL, struct acl_conf, entries, "[<seq:1-2147483647>] " SOURCE,
         "Sequence Number|" SOURCE_HELP, NUM(struct ace_conf, seq), SOURCE_BINDS),
    LINE(CONFIG_STD_NACL, &entry_scope, NULL, struct acl_conf, entries, "[<seq:1-2147483647>] " REMARK,
         "Sequence Number|" REMARK_HELP, NUM(struct ace_conf, seq), A(action), KEY_TXT(struct ace_conf, remark)),
    NO_ONLY(CONFIG, 15, NUMBERED, do_no_list, ""),
    NO_ONLY(CONFIG_STD_NACL, 15, "<seq:1-2147483647>", acl_do_no_seq, ""),
};
const struct cmd_table dp_table_acl_std = CMD_TABLE("dataplane/cmd/cmd_acl_std", rows);
