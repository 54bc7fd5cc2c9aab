/* cmd_ssh.c: the SSH server's commands: ip ssh ..., ip scp server enable, users' public keys, show ssh, show ip ssh.
 *
 * A key is typed below `key-string` line by line (base64, as it stands in a .pub file, with or without its type and comment) until a line `exit`; what is kept and
 * printed is its hash, as on IOS. What is offered to clients comes from the same lists that `show ip ssh` prints. */
#include <stdio.h>
#include <string.h>

#include "cli/cmd/cmd.h"
#include "cli/cmd/waiting.h"
#include "cli/shell/session.h"
#include "cli/ssh/algorithm.h"
#include "cli/ssh/hostkey.h"
#include "cli/ssh/sshd.h"
#include "cli/ssh/wire.h"
#include "espial/crypto.h"
#include "espial/mem.h"

#define KEY_TEXT_MAX 8192

/* ---- settings ---- */

static void *sshd_global(void *self)
{
    return sshd_conf(self);
}

static void conf_init(void *obj)
{
    sshd_conf_init(obj);
}

static bool conf_check(void *self, const void *obj, struct out *out)
{
    (void)self;
    for (enum sshd_what what = 0; what < SSHD_WHATS; what++) {
        const uint8_t *list = sshd_wanted(obj, what);
        for (size_t i = 0; i < SSH_LIST_MAX && list[i]; i++)
            if (memchr(list, list[i], i)) {
                out_printf(out, "%% %s: this algorithm stands there twice\n", sshd_algorithm_name(what, list[i]));
                return false;
            }
    }
    return true;
}

static void conf_changed(void *self, void *obj, enum cmd_change what)
{
    (void)obj, (void)what;
    sshd_keys_changed(self); /* another pair may be named now */
}

static const struct cmd_scope sshd_scope = {.size = sizeof(struct sshd_conf),
                                            .init = conf_init,
                                            .global = sshd_global,
                                            .check = conf_check,
                                            .changed = conf_changed};

/* ---- public keys ---- */

static void chain_init(void *obj)
{
    sshd_chain_init(obj);
}

static void chain_end(void *obj)
{
    sshd_chain_end(obj);
}

static void user_init(void *obj)
{
    sshd_pubkey_user_init(obj);
}

static void user_end(void *obj)
{
    sshd_pubkey_user_end(obj);
}

static void keys_changed(void *self, void *obj, enum cmd_change what)
{
    (void)obj, (void)what;
    sshd_pubkeys_changed(self);
}

static void key_settle(void *obj)
{
    for (char *p = ((struct sshd_pubkey *)obj)->hash; *p; p++)
        *p = *p >= 'a' && *p <= 'f' ? (char)(*p - 'a' + 'A') : *p;
}

static bool key_check(void *self, const void *obj, struct out *out)
{
    (void)self;
    if (strlen(((const struct sshd_pubkey *)obj)->hash) == 32)
        return true;
    out_text(out, "%SSH: The key hash must be 32 hexadecimal digits\n");
    return false;
}

static const struct cmd_scope chain_scope = {
    .size = sizeof(struct sshd_chain), .init = chain_init, .fini = chain_end, .changed = keys_changed};
static const struct cmd_scope user_scope = {
    .size = sizeof(struct sshd_pubkey_user), .init = user_init, .fini = user_end, .changed = keys_changed};
static const struct cmd_scope key_scope = {
    .size = sizeof(struct sshd_pubkey), .check = key_check, .settle = key_settle, .changed = keys_changed};

static struct sshd_chain *the_chain(void *self)
{
    const struct conf_list *chains = &sshd_conf(self)->chains;
    return chains->n ? chains->v[0] : NULL;
}

struct typing {
    struct waiting w; /* first */
    char user[65];
    struct text text;
};

static void typing_free(struct waiting *w)
{
    struct typing *t = (struct typing *)w;
    text_free(&t->text);
    mem_free(t);
}

/* By name: while the key was typed somebody may have removed the user. */
static bool add_key(struct typing *t, const struct sshd_pubkey *key)
{
    struct sshd_chain *chain = the_chain(t->w.c->self);
    if (!chain)
        return false;
    CONF_EACH(struct sshd_pubkey_user, u, &chain->users) {
        if (strcmp(u->user, t->user))
            continue;
        CONF_EACH(const struct sshd_pubkey, k, &u->keys)
            if (k->type == key->type && !strcmp(k->hash, key->hash))
                return true;
        struct sshd_pubkey *new = NEW(struct sshd_pubkey);
        *new = *key;
        conf_list_add(&u->keys, new);
        sshd_pubkeys_changed(t->w.c->self);
        return true;
    }
    return false;
}

static void typed(void *arg, const char *line);

/* At a terminal each line stands behind a prompt of its own, as on IOS: programs wait for one after every line they send. */
static void ask_line(struct typing *t)
{
    const struct cmd_ctx *c = t->w.c;
    struct session_view v;
    session_view(c->shell, &v);
    const char *prompt = v.terminal ? session_prompt(c->shell) : "", *mode = strchr(prompt, '(');
    if (mode)
        out_printf(c->out, "%.*s(conf-ssh-pubkey-data)#", (int)(mode - prompt), prompt);
    c->host->ask_raw(c->shell, typed, t);
}

static void typed(void *arg, const char *line)
{
    struct typing *t = arg;
    const struct cmd_ctx *c = t->w.c;
    struct sshd_pubkey key;
    const char *word = line + strspn(line, " \t");
    bool is_end = !strncmp(word, "exit", 4) && !word[4 + strspn(word + 4, " \t\r")];
    if (!is_end && t->text.len + strlen(line) < KEY_TEXT_MAX) {
        text_add(&t->text, line);
        text_add(&t->text, "\n");
        ask_line(t);
        return;
    }
    bool ok = is_end && sshd_pubkey_from_text(text_str(&t->text), &key) && add_key(t, &key);
    if (!ok)
        out_text(c->out, "%SSH: Failed to decode the Key Value\n");
    waiting_end(&t->w, ok ? CMD_OK : CMD_FAIL);
}

static enum cmd_result do_key_string(struct cmd_ctx *c)
{
    struct typing *t = NEW(struct typing);
    str_copy(t->user, sizeof t->user, ((const struct sshd_pubkey_user *)c->obj)->user);
    waiting_begin(&t->w, c, typing_free);
    ask_line(t);
    return CMD_WAIT;
}

/* ---- show ---- */

static enum cmd_result do_show_ssh(struct cmd_ctx *c)
{
    struct sshd_view v;
    bool any = false;
    for (size_t cursor = 0; sshd_next(c->self, &cursor, &v);) {
        if (!any)
            out_text(c->out, "Connection Version Mode Encryption              Hmac                          State      "
                             "           Username\n");
        any = true;
        out_printf(c->out, "%-10u 2.0     IN   %-23s %-29s %-21s %s\n", v.number, v.cipher, v.mac, v.state, v.user);
        out_printf(c->out, "%-10u 2.0     OUT  %-23s %-29s %-21s %s\n", v.number, v.cipher, v.mac, v.state, v.user);
    }
    if (!any)
        out_text(c->out, "%No SSHv2 server connections running.\n");
    return CMD_OK;
}

static void list_line(struct cmd_ctx *c, const char *what, enum sshd_what list)
{
    struct text t = {0};
    sshd_offer(c->self, list, &t);
    out_printf(c->out, "%s:%s\n", what, text_str(&t));
    text_free(&t);
}

static void dump_key(struct cmd_ctx *c, const struct hostkey *k)
{
    uint8_t blob[1024];
    struct text t = {0};
    size_t len = k ? keypair_public_ssh(k->pair, blob, sizeof blob) : 0;
    if (!len)
        return;
    base64_encode(blob, len, 0, &t);
    out_printf(c->out, "IOS Keys in SECSH format(%s, base64 encoded): %s\n", keypair_ssh_name(k->pair), k->name);
    if (keypair_kind(k->pair) == KEYPAIR_RSA)
        out_printf(c->out, "Modulus Size : %u bits\n", keypair_bits(k->pair));
    out_printf(c->out, "%s %s\n", keypair_ssh_name(k->pair), text_str(&t));
    text_free(&t);
}

static enum cmd_result do_show_ip_ssh(struct cmd_ctx *c)
{
    const struct sshd_conf *conf = sshd_conf(c->self);
    unsigned methods = sshd_methods(conf);
    out_printf(c->out, "SSH %s - version 2.0\n", sshd_enabled(c->self) ? "Enabled" : "Disabled");
    if (!sshd_enabled(c->self))
        out_text(c->out, "%Please create RSA keys to enable SSH (and of atleast 768 bits for SSH v2).\n");
    out_printf(c->out, "Authentication methods:%s%s%s%s%s\n", methods & SSH_BY_KEY ? "publickey" : "",
               methods & SSH_BY_KEY && methods & ~SSH_BY_KEY ? "," : "",
               methods & SSH_BY_KEYBOARD ? "keyboard-interactive" : "",
               methods & SSH_BY_KEYBOARD && methods & SSH_BY_PASSWORD ? "," : "",
               methods & SSH_BY_PASSWORD ? "password" : "");
    out_text(c->out, "Authentication Publickey Algorithms:" SSHD_PUBLICKEY "\n");
    list_line(c, "Hostkey Algorithms", SSHD_HOSTKEY);
    list_line(c, "Encryption Algorithms", SSHD_CIPHER);
    list_line(c, "MAC Algorithms", SSHD_MAC);
    list_line(c, "KEX Algorithms", SSHD_KEX);
    out_printf(c->out, "Authentication timeout: %u secs; Authentication retries: %u\n", (unsigned)conf->timeout_s,
               conf->retries);
    out_text(c->out, "Minimum expected Diffie Hellman key size : 2048 bits\n");
    for (unsigned kind = 0; kind < KEYPAIR_KINDS; kind++)
        dump_key(c, sshd_serving(c->self, (enum keypair_kind)kind));
    return CMD_OK;
}

#define SSH_NUM(f)                 NUM(struct sshd_conf, f)
#define SSH_SET(sent, text, ...)   SET(CONFIG, &sshd_scope, sent, text, __VA_ARGS__)
#define IN_CONFIG(m, sent, func, text)                                                                                 \
    {                                                                                                                  \
        .kind = CMD_DO_ROW, .mode = m, .priv = 15, .flags = CMD_IN_CONFIG, .sentence = sent, .fn = func, .help = text  \
    }

/* Each place of a list is one of its names, numbered as in algorithm.c; every place has a text for each name. */
#define HOSTKEY(f)                                                                                                     \
    "rsa-sha2-512=" f ":1|rsa-sha2-256=" f ":2|ecdsa-sha2-nistp256=" f ":3|ecdsa-sha2-nistp384=" f                     \
    ":4|ecdsa-sha2-nistp521=" f ":5|ssh-ed25519=" f ":6"
#define HOSTKEY_TEXTS                                                                                                  \
    "|RSA with SHA2 512|RSA with SHA2 256|ECDSA, curve P-256|ECDSA, curve P-384|ECDSA, curve P-521|Ed25519"
#define KEX(f)                                                                                                         \
    "curve25519-sha256=" f ":1|curve25519-sha256@libssh.org=" f ":2|ecdh-sha2-nistp256=" f ":3|ecdh-sha2-nistp384=" f  \
    ":4|ecdh-sha2-nistp521=" f ":5|diffie-hellman-group14-sha256=" f ":6|diffie-hellman-group16-sha512=" f ":7"
#define KEX_TEXTS                                                                                                      \
    "|Curve25519 with SHA2 256|Curve25519 with SHA2 256, its older name|ECDH, curve P-256|ECDH, curve P-384|ECDH, "    \
    "curve P-521|DH group 14 with SHA2 256"                                                                            \
    "|DH group 16 with SHA2 512"
#define CIPHER(f)                                                                                                      \
    "aes128-gcm@openssh.com=" f ":1|aes256-gcm@openssh.com=" f ":2|aes128-ctr=" f ":3|aes192-ctr=" f                   \
    ":4|aes256-ctr=" f ":5"
#define CIPHER_TEXTS "|AES 128, GCM|AES 256, GCM|AES 128, counter mode|AES 192, counter mode|AES 256, counter mode"
#define MACS(f)                                                                                                        \
    "hmac-sha2-256-etm@openssh.com=" f ":1|hmac-sha2-512-etm@openssh.com=" f ":2|hmac-sha2-256=" f                     \
    ":3|hmac-sha2-512=" f ":4"
#define MAC_TEXTS                                                                                                      \
    "|HMAC with SHA2 256, encrypt then MAC|HMAC with SHA2 512, encrypt then MAC|HMAC with SHA2 256|HMAC with SHA2 512"
#define WAY(f)    "publickey=" f ":1|keyboard=" f ":2|password=" f ":3"
#define WAY_TEXTS "|By a public key|By an interactive dialogue|By a password"
#define UP_TO_3(by, f)   "{" by(f "1") "} [" by(f "2") "] [" by(f "3") "]"
#define UP_TO_4(by, f)   UP_TO_3(by, f) " [" by(f "4") "]"
#define UP_TO_5(by, f)   UP_TO_4(by, f) " [" by(f "5") "]"
#define UP_TO_6(by, f)   UP_TO_5(by, f) " [" by(f "6") "]"
#define UP_TO_7(by, f)   UP_TO_6(by, f) " [" by(f "7") "]"
#define THREE_TIMES(t)   t t t
#define FOUR_TIMES(t)    t t t t
#define FIVE_TIMES(t)    t t t t t
#define SIX_TIMES(t)     t t t t t t
#define SEVEN_TIMES(t)   t t t t t t t
#define WANTED_3(n)      SSH_NUM(n##1), SSH_NUM(n##2), SSH_NUM(n##3)
#define WANTED_5(n)      WANTED_3(n), SSH_NUM(n##4), SSH_NUM(n##5)

static const struct cmd_row rows[] = {
    HELP(CONFIG, "ip ssh", "Configure ssh options"),
    HELP(CONFIG, "ip ssh logging", "Configure logging for SSH"),
    HELP(CONFIG, "ip ssh server", "Configure the SSH server"),
    HELP(CONFIG, "ip ssh server algorithm", "Specify algorithms of the SSH server"),
    HELP(CONFIG, "ip scp", "Scp commands"),
    SSH_SET("ip ssh time-out <timeout_s:1-120>", "Specify SSH time-out interval|SSH time-out interval (secs)",
            SSH_NUM(timeout_s)),
    SSH_SET("ip ssh authentication-retries <retries:0-5>",
            "Specify number of authentication retries|Number of authentication retries", SSH_NUM(retries)),
    SSH_SET("ip ssh rsa keypair-name <word:keypair>",
            "Configure RSA keypair name for SSH|Specify keypair name|keypair name", TXT(struct sshd_conf, keypair)),
    SSH_SET("ip ssh version <version:2-2>", "Specify protocol version to be supported|Protocol version",
            SSH_NUM(version)),
    SSH_SET("ip ssh logging events=events", "SSH protocol events", SSH_NUM(events)),
    MODE(CONFIG, CONFIG_SSH_PUBKEY, &chain_scope, &sshd_scope, struct sshd_conf, chains, "ip ssh pubkey-chain",
         "Enter the chain of users' public keys"),
    SSH_SET("ip ssh server algorithm hostkey " UP_TO_6(HOSTKEY, "hostkey"),
            "Host key algorithms" SIX_TIMES(HOSTKEY_TEXTS), WANTED_5(hostkey), SSH_NUM(hostkey6)),
    SSH_SET("ip ssh server algorithm kex " UP_TO_7(KEX, "kex"), "Key exchange algorithms" SEVEN_TIMES(KEX_TEXTS),
            WANTED_5(kex), SSH_NUM(kex6), SSH_NUM(kex7)),
    SSH_SET("ip ssh server algorithm encryption " UP_TO_5(CIPHER, "encryption"),
            "Encryption algorithms" FIVE_TIMES(CIPHER_TEXTS), WANTED_5(encryption)),
    SSH_SET("ip ssh server algorithm mac " UP_TO_4(MACS, "mac"),
            "Message authentication algorithms" FOUR_TIMES(MAC_TEXTS), WANTED_3(mac), SSH_NUM(mac4)),
    SSH_SET("ip ssh server algorithm authentication " UP_TO_3(WAY, "authentication"),
            "Ways to log in" THREE_TIMES(WAY_TEXTS), WANTED_3(authentication)),
    SSH_SET("ip scp server enable=scp", "Scp server|Enable the scp server", SSH_NUM(scp)),
    MODE(CONFIG_SSH_PUBKEY, CONFIG_SSH_PUBKEY_USER, &user_scope, NULL, struct sshd_chain, users, "username <word:user>",
         "User whose keys these are|User name", KEY_TXT(struct sshd_pubkey_user, user)),
    LINE(CONFIG_SSH_PUBKEY_USER, &key_scope, NULL, struct sshd_pubkey_user, keys,
         "key-hash {ssh-rsa|ecdsa-sha2-nistp256|ecdsa-sha2-nistp384|ecdsa-sha2-nistp521|ssh-ed25519}=type <hex:hash> "
         "[<line:comment>]",
         "The key's hash|RSA key|ECDSA key, P-256|ECDSA key, P-384|ECDSA key, P-521|Ed25519 key|MD5 of the key, 32 "
         "hexadecimal digits|Comment",
         KEY_NUM(struct sshd_pubkey, type), KEY_TXT(struct sshd_pubkey, hash), TXT(struct sshd_pubkey, comment)),
    IN_CONFIG(CONFIG_SSH_PUBKEY_USER, "key-string", do_key_string, "The key itself, on lines of its own until `exit`"),
    DO(EXEC, 1, "show ssh", do_show_ssh, "Status of SSH server connections"),
    DO(EXEC, 1, "show ip ssh", do_show_ip_ssh, "Information on SSH"),
};
const struct cmd_table ssh_table = CMD_TABLE("cli/cmd/cmd_ssh", rows);
