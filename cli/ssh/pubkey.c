/* pubkey.c: the public keys of users (`ip ssh pubkey-chain`): what was asked, as hashes, and what cli/aaa is told of it.
 *
 * As on IOS a key is kept as the MD5 of its wire form, which is what running-config can say on one line; to enter with it somebody must have a key with that hash
 * and prove that he holds its private half. A change is passed on at the end of the turn: all of the list anew, since it is short. */
#include <stdio.h>
#include <string.h>

#include "cli/ssh/sshd_local.h"
#include "espial/crypto.h"

static const char *const type_names[SSH_KEY_TYPES] = {
    "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-ed25519",
};

static void user_end(void *user)
{
    sshd_pubkey_user_end(user);
}

void sshd_conf_init(struct sshd_conf *c)
{
    c->timeout_s = 120;
    c->retries = 3;
    conf_list_init(&c->chains, sizeof(struct sshd_chain), NULL, (void (*)(void *))sshd_chain_end);
}

void sshd_chain_init(struct sshd_chain *c)
{
    conf_list_init(&c->users, sizeof(struct sshd_pubkey_user), NULL, user_end);
}

void sshd_chain_end(struct sshd_chain *c)
{
    conf_list_clear(&c->users);
}

void sshd_pubkey_user_init(struct sshd_pubkey_user *u)
{
    conf_list_init(&u->keys, sizeof(struct sshd_pubkey), NULL, NULL);
}

void sshd_pubkey_user_end(struct sshd_pubkey_user *u)
{
    conf_list_clear(&u->keys);
}

void sshd_tell_pubkeys(void *arg)
{
    struct sshd *s = arg;
    struct aaa_key key;
    for (size_t cursor = 0; aaa_key_next(s->env.aaa, &cursor, &key); cursor = 0)
        aaa_key_remove(s->env.aaa, key.user, NULL, NULL);
    CONF_EACH(const struct sshd_chain, chain, &s->conf.chains) {
        CONF_EACH(const struct sshd_pubkey_user, user, &chain->users) {
            CONF_EACH(const struct sshd_pubkey, k, &user->keys) {
                memset(&key, 0, sizeof key);
                str_copy(key.user, sizeof key.user, user->user);
                str_copy(key.type, sizeof key.type, type_names[k->type < SSH_KEY_TYPES ? k->type : 0]);
                if (strlen(k->hash) == 2 * sizeof key.md5 && str_unhex(k->hash, key.md5, sizeof key.md5))
                    aaa_key_add(s->env.aaa, &key);
            }
        }
    }
}

void sshd_pubkeys_changed(struct sshd *s)
{
    loop_defer(s->env.loop, &s->tell_pubkeys);
}

/* A wire form begins with its type's name (RFC 4253 6.6). */
static int type_of(const uint8_t *blob, size_t len)
{
    struct rd r = rd_of(blob, len);
    char name[32];
    sshd_read_text(&r, name, sizeof name);
    for (int t = 0; !r.bad && r.left && t < SSH_KEY_TYPES; t++)
        if (!strcmp(name, type_names[t]))
            return t;
    return -1;
}

bool sshd_pubkey_from_text(const char *text, struct sshd_pubkey *out)
{
    uint8_t blob[2048], md5[16];
    const char *s = text + strspn(text, " \t\r\n"), *end = s + strlen(s);
    for (int t = 0; t < SSH_KEY_TYPES; t++) { /* "ssh-rsa AAAA... comment", as in a file .pub */
        size_t n = strlen(type_names[t]);
        if (!strncmp(s, type_names[t], n) && (s[n] == ' ' || s[n] == '\n')) {
            s += n;
            s += strspn(s, " \t\r\n");
            const char *blank = strchr(s, ' ');
            end = blank ? blank : end;
            break;
        }
    }
    size_t len = base64_decode(s, (size_t)(end - s), blob, sizeof blob);
    int type = type_of(blob, len);
    if (type < 0)
        return false;
    hash_parts(HASH_MD5, &BYTES(blob, len), 1, md5);
    *out = (struct sshd_pubkey){.type = (uint8_t)type};
    for (size_t i = 0; i < sizeof md5; i++)
        snprintf(out->hash + 2 * i, 3, "%02X", md5[i]);
    return true;
}
