/* cmd_user.c: `username ...`, `enable secret`, `enable password`: whom aaa knows and what opens a privilege level.
 *
 * A secret typed in clear text is hashed at once, type 9 unless `algorithm-type` says otherwise, and never kept; one
 * typed with its type is kept as it is when it has the form of that type, which costs no hash: a configuration of a
 * thousand users loads like any other. A password is kept in clear text, or under `service password-encryption` as type
 * 7, which never goes back. A user has a password or a secret, not both. Printed with the privilege first and always
 * with the type, which is the form that tools parse.
 *
 * `no username U` asks first, as IOS does; where nobody can answer (a file, the lab's exec) it goes on at once.
 */
#include <stdio.h>
#include <string.h>

#include "cli/aaa/aaa_conf.h"
#include "cli/cmd/cmd_local.h"
#include "espial/ip.h"

struct aaa_door session_door(const struct session_view *v)
{
    struct aaa_door door = {.vty = v->vty, .line = v->n > 0 ? (unsigned)v->n : 0};
    if (v->vty && !ip4_parse(v->location, &door.source))
        door.source = 0;
    return door;
}

/* ---- stored forms ---- */

static bool refuse_form(struct cmd_ctx *c, bool is_secret, int type)
{
    if (is_secret)
        out_printf(c->out,
                   "ERROR: The secret you entered is not a valid encrypted secret.\n"
                   "To enter an UNENCRYPTED secret, do not specify type %d encryption.\n"
                   "When you properly enter an UNENCRYPTED secret, it will be encrypted.\n",
                   type);
    else
        out_text(c->out, "Invalid encrypted password\n");
    return false;
}

bool secret_typed(struct cmd_ctx *c, bool is_secret, int type, const char *text, uint8_t *type_out,
                  char out[SECRET_STORED_MAX + 1])
{
    struct cli *cli = c->self;
    bool clear = type <= 0;
    if (clear && strlen(text) > SECRET_PASSWORD_MAX) {
        out_printf(c->out,
                   "%% Invalid Password length - must contain 1 to %d characters. Password configuration failed\n",
                   SECRET_PASSWORD_MAX);
        return false;
    }
    if (clear) {
        unsigned as = is_secret ? 9 : cli->sys.password_encryption ? 7 : 0;
        *type_out = (uint8_t)as;
        return secret_make(as, text, cli->env.rnd, out);
    }
    bool known = is_secret ? type == 4 || type == 5 || type == 8 || type == 9 : type == 7;
    if (!known || !secret_well_formed((unsigned)type, text))
        return refuse_form(c, is_secret, type);
    *type_out = (uint8_t)type;
    return str_copy(out, SECRET_STORED_MAX + 1, text);
}

/* `algorithm-type`: a secret hashed the way that was asked for. */
static bool secret_by(struct cmd_ctx *c, const char *text, uint8_t *type, char out[SECRET_STORED_MAX + 1])
{
    static const uint8_t types[] = {5, 8, 9};
    struct cli *cli = c->self;
    *type = types[cmd_int(c, "algorithm")];
    if (secret_make(*type, text, cli->env.rnd, out))
        return true;
    return secret_typed(c, true, 0, text, type, out); /* says what is wrong with it */
}

void cover_passwords(struct cli *c)
{
    aaa_cover_passwords(c->aaa);
    line_conf_cover(c);
}

/* ---- username ---- */

static void remove_user(struct cli *cli, const char *name)
{
    aaa_user_remove(aaa_conf(cli->aaa), name);
    aaa_key_remove(cli->aaa, name, NULL, NULL);
}

static void remove_answer(void *arg, const char *text)
{
    struct cmd_ctx *c = arg;
    bool yes = confirmed(text);
    if (yes)
        remove_user(c->self, cmd_str(c, "name"));
    cmd_done(c->host, c->shell, yes ? CMD_OK : CMD_FAIL);
}

static enum cmd_result no_username(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    struct session_view v;
    session_view(c->shell, &v);
    if (!aaa_user_find(aaa_conf(cli->aaa), cmd_str(c, "name")))
        return CMD_OK;
    if (!v.terminal && v.n < 0) {
        remove_user(cli, cmd_str(c, "name"));
        return CMD_OK;
    }
    c->host->ask(c->shell,
                 "This operation will remove all username related configurations with same name.Do you want to "
                 "continue? [confirm]",
                 true, remove_answer, c);
    return CMD_WAIT;
}

/* What a line says of the user, into u. False: refused, and said. */
/* The text behind a type or `algorithm-type`, as it is kept. False: refused, and said. */
static bool typed_text(struct cmd_ctx *c, bool is_secret, uint8_t *type, char stored[SECRET_STORED_MAX + 1])
{
    const char *text = cmd_str(c, "text");
    if (cmd_has(c, "algorithm"))
        return secret_by(c, text, type, stored);
    return secret_typed(c, is_secret, cmd_has(c, "type") ? (int)cmd_int(c, "type") : -1, text, type, stored);
}

static bool take_user(struct cmd_ctx *c, struct aaa_user *u)
{
    bool has_text = cmd_has(c, "text"), is_secret = cmd_has(c, "algorithm") || cmd_int(c, "kind") == 1;
    enum aaa_user_kind kind = is_secret ? AAA_USER_SECRET : AAA_USER_PASSWORD;
    if (cmd_has(c, "level")) {
        u->privilege = (uint8_t)cmd_int(c, "level");
        u->has_privilege = u->privilege != 1;
    }
    if (cmd_has(c, "nopassword")) {
        u->kind = AAA_USER_NOPASSWORD;
        u->type = 0;
        u->stored[0] = 0;
    }
    if (!has_text)
        return true;
    if ((u->kind == AAA_USER_SECRET || u->kind == AAA_USER_PASSWORD) && u->kind != kind) {
        out_text(c->out,
                 "ERROR: Can not have both a user password and a user secret.\nPlease choose one or the other.\n");
        return false;
    }
    u->kind = kind;
    return typed_text(c, is_secret, &u->type, u->stored);
}

static enum cmd_result do_username(struct cmd_ctx *c)
{
    struct aaa_conf *conf = aaa_conf(((struct cli *)c->self)->aaa);
    const char *name = cmd_str(c, "name");
    struct aaa_user after = {0}, *u = aaa_user_find(conf, name);
    if (c->no)
        return no_username(c);
    if (strlen(name) > AAA_USER_MAX) {
        out_printf(c->out, "%% Username is too long: %d characters at most\n", AAA_USER_MAX);
        return CMD_FAIL;
    }
    if (u)
        after = *u;
    if (!take_user(c, &after))
        return CMD_FAIL;
    u = aaa_user_make(conf, name);
    if (!u) {
        out_text(c->out, "% Too many users\n");
        return CMD_FAIL;
    }
    memcpy(after.name, u->name, sizeof after.name);
    *u = after;
    return CMD_OK;
}

static void print_users(void *self, const void *obj, struct text *out)
{
    const struct aaa_conf *conf = aaa_conf(((struct cli *)self)->aaa);
    const struct aaa_user *u;
    (void)obj;
    for (size_t cursor = 0; (u = aaa_user_next(conf, &cursor)) != NULL;) {
        text_printf(out, "username %s", u->name);
        if (u->has_privilege)
            text_printf(out, " privilege %u", u->privilege);
        if (u->kind == AAA_USER_NOPASSWORD)
            text_add(out, " nopassword");
        else if (u->kind != AAA_USER_BARE)
            text_printf(out, " %s %u %s", u->kind == AAA_USER_SECRET ? "secret" : "password", u->type, u->stored);
        text_add(out, "\n");
    }
}

/* ---- enable secret, enable password ---- */

static enum cmd_result do_enable_conf(struct cmd_ctx *c)
{
    struct aaa_conf *conf = aaa_conf(((struct cli *)c->self)->aaa);
    bool is_secret = cmd_has(c, "algorithm") || cmd_int(c, "kind") == 0;
    size_t level = cmd_has(c, "level") ? (size_t)cmd_int(c, "level") : 15;
    struct aaa_enable_conf *at = is_secret ? &conf->secrets[level] : &conf->passwords[level], after = {0};
    if (c->no) {
        *at = after;
        return CMD_OK;
    }
    if (!cmd_has(c, "text")) {
        out_text(c->out, "% Incomplete command.\n\n");
        return CMD_FAIL;
    }
    if (!typed_text(c, is_secret, &after.type, after.stored))
        return CMD_FAIL;
    *at = after;
    return CMD_OK;
}

static void print_one(const char *word, unsigned level, const struct aaa_enable_conf *e, bool digit_always,
                      struct text *out)
{
    if (!e->stored[0])
        return;
    text_printf(out, "enable %s", word);
    if (level != 15)
        text_printf(out, " level %u", level);
    if (e->type || digit_always)
        text_printf(out, " %u", e->type);
    text_printf(out, " %s\n", e->stored);
}

static void print_enable(void *self, const void *obj, struct text *out)
{
    const struct aaa_conf *conf = aaa_conf(((struct cli *)self)->aaa);
    (void)obj;
    for (unsigned l = 1; l < 16; l++)
        print_one("secret", l, &conf->secrets[l], true, out);
    for (unsigned l = 1; l < 16; l++) /* a password that begins like a type is printed with its own */
        print_one("password", l, &conf->passwords[l], conf->passwords[l].stored[1] == ' ', out);
}

#define KEPT(sent, func, printer)                                                                                      \
    {                                                                                                                  \
        .kind = CMD_DO_ROW, .mode = CONFIG, .priv = 15, .flags = CMD_IN_CONFIG | CMD_KEEPS | CMD_NO, .sentence = sent, \
        .fn = func, .print = printer, .help = ""                                                                       \
    }
#define USER     "username <word:name> "
#define USERPRIV USER "[privilege <level:0-15>] "
#define ENABLE   "enable {secret|password}=kind "

static const struct cmd_row rows[] = {
    HELP(CONFIG, "enable", "Modify enable password parameters"),
    HELP(CONFIG, "enable secret", "Assign the privileged level secret"),
    HELP(CONFIG, "enable secret level", "Set exec level password"),
    HELP(CONFIG, "enable secret level <level:1-15>", "Level number"),
    HELP(CONFIG, "enable secret <type:0-9>", "Specifies the encryption type of the secret that follows"),
    HELP(CONFIG, "enable secret level <level:1-15> <type:0-9>",
         "Specifies the encryption type of the secret that follows"),
    HELP(CONFIG, "enable secret <line:text>", "The UNENCRYPTED (cleartext) 'enable' secret"),
    HELP(CONFIG, "enable secret <type:0-9> <line:text>", "The 'enable' secret, in the form of its type"),
    HELP(CONFIG, "enable secret level <level:1-15> <type:0-9> <line:text>",
         "The 'enable' secret, in the form of its type"),
    HELP(CONFIG, "enable secret level <level:1-15> <line:text>", "The UNENCRYPTED (cleartext) 'enable' secret"),
    HELP(CONFIG, "enable password", "Assign the privileged level password"),
    HELP(CONFIG, "enable algorithm-type", "Algorithm to use for hashing the plaintext 'enable' secret"),
    HELP(CONFIG, "enable algorithm-type md5", "Encode the password using the MD5 algorithm"),
    HELP(CONFIG, "enable algorithm-type sha256", "Encode the password using the PBKDF2 hashing algorithm"),
    HELP(CONFIG, "enable algorithm-type scrypt", "Encode the password using the SCRYPT hashing algorithm"),
    KEPT(ENABLE "[level <level:1-15>]", do_enable_conf, print_enable),
    KEPT(ENABLE "[level <level:1-15>] <type:0-9> <line:text>", do_enable_conf, NULL),
    KEPT(ENABLE "[level <level:1-15>] <line:text>", do_enable_conf, NULL),
    KEPT("enable algorithm-type {md5|sha256|scrypt}=algorithm secret [level <level:1-15>] <line:text>", do_enable_conf,
         NULL),
    HELP(CONFIG, "enable algorithm-type md5 secret", "Assign the privileged level secret"),
    HELP(CONFIG, "enable algorithm-type md5 secret level", "Set exec level password"),
    HELP(CONFIG, "enable algorithm-type md5 secret level <level:1-15>", "Level number"),
    HELP(CONFIG, "enable algorithm-type md5 secret <line:text>", "The UNENCRYPTED (cleartext) 'enable' secret"),
    HELP(CONFIG, "username", "Establish User Name Authentication"),
    HELP(CONFIG, "username <word:name>", "User name"),
    HELP(CONFIG, "username <word:name> privilege", "Set user privilege level"),
    HELP(CONFIG, "username <word:name> privilege <level:0-15>", "User privilege level"),
    HELP(CONFIG, "username <word:name> nopassword", "No password is required for the user to log in"),
    HELP(CONFIG, "username <word:name> password", "Specify the password for the user"),
    HELP(CONFIG, "username <word:name> secret", "Specify the secret for the user"),
    HELP(CONFIG, "username <word:name> secret <type:0-9>", "Specifies the encryption type of the text that follows"),
    HELP(CONFIG, "username <word:name> secret <line:text>", "The UNENCRYPTED (cleartext) text"),
    HELP(CONFIG, "username <word:name> secret <type:0-9> <line:text>", "The text, in the form of its type"),
    HELP(CONFIG, "username <word:name> algorithm-type", "Algorithm to use for hashing the plaintext secret"),
    HELP(CONFIG, "username <word:name> algorithm-type md5", "Encode the password using the MD5 algorithm"),
    HELP(CONFIG, "username <word:name> algorithm-type sha256",
         "Encode the password using the PBKDF2 hashing algorithm"),
    HELP(CONFIG, "username <word:name> algorithm-type scrypt",
         "Encode the password using the SCRYPT hashing algorithm"),
    HELP(CONFIG, "username <word:name> algorithm-type md5 secret", "Specify the secret for the user"),
    HELP(CONFIG, "username <word:name> algorithm-type md5 secret <line:text>", "The UNENCRYPTED (cleartext) secret"),
    KEPT("username <word:name> [privilege <level:0-15>]", do_username, print_users),
    KEPT(USERPRIV "nopassword=nopassword", do_username, NULL),
    KEPT(USERPRIV "{password|secret}=kind <type:0-9> <line:text>", do_username, NULL),
    KEPT(USERPRIV "{password|secret}=kind <line:text>", do_username, NULL),
    KEPT(USERPRIV "algorithm-type {md5|sha256|scrypt}=algorithm secret <line:text>", do_username, NULL),
};
const struct cmd_table cli_table_user = CMD_TABLE("cli/cmd/cmd_user", rows);
