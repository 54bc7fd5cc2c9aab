/* cmd_config.c: settings of the system as a whole: hostname, enable passwords, name lookup, services, file prompts.
 *
 * They are one object, sys_conf. What a setting does is done by those who read it: the prompt reads the hostname,
 * `enable` the passwords, `copy` the file prompt. Passwords are kept and printed as they were typed, with their type
 * digit. The legal hostname is that of IOS: letters, digits, `-` `_` `.`, at most 63, beginning with a letter; one of
 * digits alone takes effect after the complaint, as it does there.
 */
#include <ctype.h>
#include <string.h>

#include "cli/cmd/cmd_local.h"

static void *sys_global(void *self)
{
    return &((struct cli *)self)->sys;
}

static void sys_init(void *obj)
{
    struct sys_conf *c = obj;
    c->domain_lookup = true;
    c->domain_timeout = 3;
    c->domain_retry = 2;
    c->prompt_config = true;
    c->tftp_block = 512;
    c->exclusive_s = 600;
    hosts_conf_start(c);
    absent_conf_start(c);
    conf_list_init(&c->boots, sizeof(struct boot_conf), NULL, NULL);
    archive_conf_list_init(&c->archives);
    alias_conf_list_init(&c->aliases);
}

static bool all_digits(const char *s)
{
    return s[0] && !s[strspn(s, "0123456789")];
}

static bool hostname_legal(const char *s)
{
    if (!isalpha((unsigned char)s[0]))
        return false;
    for (; *s; s++)
        if (!isalnum((unsigned char)*s) && !strchr("-_.", *s))
            return false;
    return true;
}

static bool sys_check(void *self, const void *obj, struct out *out)
{
    (void)self;
    const struct sys_conf *c = obj;
    if (!c->hostname[0] || hostname_legal(c->hostname))
        return true;
    out_text(out, "% Hostname contains one or more illegal characters.\n");
    return all_digits(c->hostname);
}

/* Every configuration names the router, also one that has never been given a name. */
static void name_router(struct sys_conf *c, const char *hostname)
{
    str_copy(c->hostname, sizeof c->hostname, hostname && hostname[0] ? hostname : "Router");
}

static void sys_changed(void *self, void *obj, enum cmd_change what)
{
    struct sys_conf *c = obj;
    (void)what;
    if (!c->hostname[0])
        name_router(c, NULL);
    line_conf_complete(&c->lines);
    if (c->password_encryption) {
        secret_cover(&c->ftp_password_type, c->ftp_password, ((struct cli *)self)->env.rnd);
        cover_passwords(self);
    }
    shells_lines_changed(((struct cli *)self)->shells);
}

bool cli_rename(struct cli *c, const char *hostname, bool commit)
{
    if (strlen(hostname) > HOSTNAME_LEN || !hostname_legal(hostname))
        return false;
    if (commit) {
        name_router(&c->sys, hostname);
        sys_changed(c, &c->sys, CMD_CHANGED);
    }
    return true;
}

const struct cmd_scope sys_scope = {.size = sizeof(struct sys_conf),
                                    .init = sys_init,
                                    .global = sys_global,
                                    .check = sys_check,
                                    .changed = sys_changed};

static const struct cmd_scope boot_scope = {.size = sizeof(struct boot_conf)};

void sys_conf_start(struct sys_conf *c, const char *hostname)
{
    sys_init(c);
    name_router(c, hostname);
    line_conf_add_defaults(&c->lines);
}

void sys_conf_end(struct sys_conf *c)
{
    conf_list_clear(&c->lines);
    hosts_conf_end(c);
    absent_conf_end(c);
    conf_list_clear(&c->boots);
    conf_list_clear(&c->archives);
    conf_list_clear(&c->aliases);
}

#define SYS(field)                          NUM(struct sys_conf, field)
#define HIDDEN_SET(m, scp, sent, text, ...) SET_F(m, scp, CMD_HIDDEN, sent, text, __VA_ARGS__)

static const struct cmd_row rows[] = {
    HELP(CONFIG, "service", "Modify use of network based services"),
    SET(CONFIG, &sys_scope, "service password-encryption=password_encryption", "Encrypt system passwords",
        SYS(password_encryption)),
    SET(CONFIG, &sys_scope, "service prompt config=prompt_config", "Enable mode specific prompt|Configuration mode",
        SYS(prompt_config)),
    SET(CONFIG, &sys_scope, "prompt <line:prompt>", "Set system's prompt|String to be used for the system prompt",
        TXT(struct sys_conf, prompt)),
    SET(CONFIG, &sys_scope, "hostname <word:hostname>", "Set system's network name|This system's network name",
        TXT(struct sys_conf, hostname)),
    HELP(CONFIG, "boot", "Modify system boot parameters"),
    LINE(CONFIG, &boot_scope, &sys_scope, struct sys_conf, boots, "boot system <url:image>",
         "System image file|System image filename", KEY_TXT(struct boot_conf, image)),
    HELP(CONFIG, "file", "Adjust file system parameters"),
    SET(CONFIG, &sys_scope, "file prompt {alert|noisy|quiet}=file_prompt",
        "Prompt level|Prompt only for destructive file operations|Confirm all file operation parameters|Seldom prompt "
        "for file operations",
        SYS(file_prompt)),
    HELP(CONFIG, "ip", "Global IP configuration subcommands"),
    HELP(CONFIG, "ip tftp", "tftp configuration commands"),
    SET(CONFIG, &sys_scope, "ip tftp source-interface <ifname:tftp_source>",
        "Specify interface for source address in TFTP connections|Interface", TXT(struct sys_conf, tftp_source)),
    SET(CONFIG, &sys_scope, "ip tftp blocksize <tftp_block:512-8192>", "Specify TFTP client blocksize|Number of bytes",
        SYS(tftp_block)),
    HELP(CONFIG, "ip ftp", "FTP configuration commands"),
    SET(CONFIG, &sys_scope, "ip ftp username <word:ftp_user>",
        "Specify username for FTP connections|Username to be used for FTP connections", TXT(struct sys_conf, ftp_user)),
    HELP(CONFIG, "ip ftp password", "Specify password to be used for FTP connections"),
    SET(CONFIG, &sys_scope, "ip ftp password=ftp_password_type:0 <line:ftp_password>",
        "The UNENCRYPTED (cleartext) password", SYS(ftp_password_type), TXT(struct sys_conf, ftp_password)),
    SET(CONFIG, &sys_scope, "ip ftp password 7=ftp_password_type:7 <hex:ftp_password>",
        "Specifies a HIDDEN password will follow|The HIDDEN password", SYS(ftp_password_type),
        TXT(struct sys_conf, ftp_password)),
    HIDDEN_SET(CONFIG, &sys_scope, "ip ftp password 0=ftp_password_type:0 <line:ftp_password>",
               "Specifies an UNENCRYPTED password will follow|The UNENCRYPTED (cleartext) password",
               SYS(ftp_password_type), TXT(struct sys_conf, ftp_password)),
    HELP(CONFIG, "ip domain", "IP DNS Resolver"),
    SET(CONFIG, &sys_scope, "ip domain lookup=domain_lookup", "Enable IP Domain Name System hostname translation",
        SYS(domain_lookup)),
    HIDDEN_SET(CONFIG, &sys_scope, "ip domain-lookup=domain_lookup",
               "Enable IP Domain Name System hostname translation", SYS(domain_lookup)),
    SET(CONFIG, &sys_scope, "ip domain name <word:domain_name>", "Define the default domain name|Default domain name",
        TXT(struct sys_conf, domain_name)),
    HIDDEN_SET(CONFIG, &sys_scope, "ip domain-name <word:domain_name>",
               "Define the default domain name|Default domain name", TXT(struct sys_conf, domain_name)),
};
const struct cmd_table cli_table_config = CMD_TABLE("cli/cmd/cmd_config", rows);
