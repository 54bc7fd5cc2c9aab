/* store.c: what SNMPv3 keeps over a reload: the engine's id, its boots, and the users with their keys, in nvram:private-snmp, which no command shows or sends.
 *
 *   engine HEX BOOTS
 *   user NAME GROUP AUTH PRIV ENGINE REMOTE PORT ACL AUTHKEY PRIVKEY PRIVKEY2
 *
 * Words of numbers and hexadecimal, `-` for none. Written when something changes, not by `write memory`, as key pairs are. The id is kept once made, so that keys stay good
 * when the first interface's address changes; boots rise with each life of the agent (RFC 3414 2.2.2). A new id voids the users, whose keys were for the old one.
 * What cannot be read in the file is left out; without a place for files all of this lives in memory alone.
 */
#include "snmp/usm.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "espial/crypto.h"
#include "espial/file.h"
#include "espial/rand.h"
#include "snmp/sums.h"

#define WORDS_MAX 12

static void add_hex(struct text *t, const uint8_t *p, size_t n)
{
    text_add(t, n ? " " : " -");
    for (size_t i = 0; i < n; i++)
        text_printf(t, "%02X", p[i]);
}

size_t snmp_hex(const char *s, uint8_t *out, size_t cap)
{
    size_t n = 0;
    for (; s[0] && s[1] && n < cap; s += 2) {
        char pair[3] = {s[0], s[1], 0}, *end;
        out[n++] = (uint8_t)strtoul(pair, &end, 16);
        if (*end || pair[0] == '-' || pair[0] == '+' || pair[0] == ' ')
            return 0;
    }
    return s[0] ? 0 : n;
}

static void save(struct snmp *s)
{
    struct text t = {0};
    if (!s->env.files || !s->env.keep)
        return;
    text_add(&t, "engine");
    add_hex(&t, s->engine, s->engine_len);
    text_printf(&t, " %" PRId32 "\n", s->boots);
    for (size_t i = 0; i < s->nusers; i++) {
        const struct snmp_user *u = &s->users[i];
        text_printf(&t, "user %s %s %u %u", u->name, u->group, u->auth, u->priv);
        add_hex(&t, u->engine, u->engine_len);
        text_printf(&t, " %" PRIu32 " %u %s", u->remote_addr, u->remote_port, u->acl[0] ? u->acl : "-");
        add_hex(&t, u->auth_key, sums_hash_len(u->auth));
        for (size_t k = 0; k < 2; k++)
            add_hex(&t, u->priv_key[k], sums_cipher_len(u->priv));
        text_add(&t, "\n");
    }
    if (file_private_replace(s->env.files, FILE_PRIVATE_SNMP, t.s, t.len) != FILE_OK)
        msg_debug(s->env.log, "SNMP: engine and users could not be saved");
    mem_wipe(t.s, t.len);
    text_free(&t);
}

static size_t words_of(char *line, char *words[WORDS_MAX])
{
    size_t n = 0;
    char *rest = NULL;
    for (char *w = strtok_r(line, " ", &rest); w && n < WORDS_MAX; w = strtok_r(NULL, " ", &rest))
        words[n++] = w;
    return n;
}

static struct snmp_user *add_user(struct snmp *s, const struct snmp_user *u)
{
    s->users = mem_resize(s->users, s->nusers + 1, sizeof *s->users);
    s->users[s->nusers] = *u;
    return &s->users[s->nusers++];
}

static bool key_word(const char *word, uint8_t *key, size_t len)
{
    return len ? snmp_hex(word, key, USM_KEY_MAX) == len : !strcmp(word, "-");
}

static void load_user(struct snmp *s, char *words[WORDS_MAX])
{
    struct snmp_user u = {0};
    uint64_t auth, priv, addr, port;
    if (!str_copy(u.name, sizeof u.name, words[1]) || !str_copy(u.group, sizeof u.group, words[2]) ||
        !str_uint(words[3], 0, USM_AUTHS - 1, &auth) || !str_uint(words[4], 0, USM_PRIVS - 1, &priv) ||
        !str_uint(words[6], 0, UINT32_MAX, &addr) || !str_uint(words[7], 0, UINT16_MAX, &port))
        return;
    u.auth = (uint8_t)auth, u.priv = (uint8_t)priv, u.remote_addr = (uint32_t)addr, u.remote_port = (uint16_t)port;
    u.engine_len = (uint8_t)snmp_hex(words[5], u.engine, sizeof u.engine);
    if (strcmp(words[8], "-") != 0)
        str_copy(u.acl, sizeof u.acl, words[8]);
    if (u.engine_len && key_word(words[9], u.auth_key, sums_hash_len(u.auth)) &&
        key_word(words[10], u.priv_key[0], sums_cipher_len(u.priv)) &&
        key_word(words[11], u.priv_key[1], sums_cipher_len(u.priv)))
        add_user(s, &u);
    mem_wipe(&u, sizeof u);
}

/* IOS's own: enterprise 9 with the high bit, format 3 (a MAC address), one octet of 0, the address (RFC 3411 SnmpEngineID). */
static void default_engine(struct snmp *s)
{
    static const uint8_t head[6] = {0x80, 0, 0, 9, 3, 0};
    memcpy(s->engine, head, sizeof head);
    memcpy(s->engine + sizeof head, s->env.mac, 6);
    s->engine_len = 12;
}

void usm_load(struct snmp *s)
{
    struct text t = {0};
    char *words[WORDS_MAX], *rest = NULL;
    uint64_t boots;
    default_engine(s);
    if (s->env.rnd)
        rnd_fill(s->env.rnd, &s->salt, sizeof s->salt);
    if (!s->env.files || !s->env.keep || file_private_read(s->env.files, FILE_PRIVATE_SNMP, &t) != FILE_OK || !t.s) {
        text_free(&t);
        return;
    }
    for (char *line = strtok_r(t.s, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        size_t n = words_of(line, words);
        uint8_t id[ENGINE_ID_MAX];
        size_t len;
        if (n == 3 && !strcmp(words[0], "engine") && (len = snmp_hex(words[1], id, sizeof id)) >= 5 &&
            str_uint(words[2], 0, INT32_MAX, &boots)) {
            memcpy(s->engine, id, len);
            s->engine_len = (uint8_t)len;
            s->boots = (int32_t)boots;
        } else if (n == WORDS_MAX && !strcmp(words[0], "user")) {
            load_user(s, words);
        }
    }
    mem_wipe(t.s, t.len);
    text_free(&t);
}

void usm_begin(struct snmp *s)
{
    if (s->begun)
        return;
    s->begun = true;
    if (s->boots < INT32_MAX)
        s->boots++;
    save(s);
}

static void change_engine(struct snmp *s, const uint8_t *id, size_t len)
{
    if (len == s->engine_len && !memcmp(id, s->engine, len))
        return;
    size_t kept = 0;
    for (size_t i = 0; i < s->nusers; i++)
        if (s->users[i].remote_addr)
            s->users[kept++] = s->users[i];
    s->nusers = kept;
    memcpy(s->engine, id, len);
    s->engine_len = (uint8_t)len;
    s->boots = 1;
    save(s);
}

/* At boot the id of the store stands until a line names another; the default one comes back only when a line that was there goes. */
void usm_settle(struct snmp *s)
{
    uint8_t id[ENGINE_ID_MAX];
    size_t n = snmp_hex(s->conf.engine_id, id, sizeof id);
    if (n) {
        change_engine(s, id, n);
    } else if (s->engine_named) {
        uint8_t was[ENGINE_ID_MAX];
        size_t was_len = s->engine_len;
        memcpy(was, s->engine, was_len);
        default_engine(s);
        memcpy(id, s->engine, n = s->engine_len);
        memcpy(s->engine, was, s->engine_len = (uint8_t)was_len);
        change_engine(s, id, n);
    }
    s->engine_named = s->conf.engine_id[0];
}

void usm_free(struct snmp *s)
{
    if (s->users)
        mem_wipe(s->users, s->nusers * sizeof *s->users);
    mem_free(s->users);
}

/* ---- users, as the command names them ---- */

static struct snmp_user *find_user(struct snmp *s, const char *name, uint32_t remote)
{
    for (size_t i = 0; i < s->nusers; i++)
        if (!strcmp(s->users[i].name, name) && s->users[i].remote_addr == remote)
            return &s->users[i];
    return NULL;
}

/* Both keys, from passwords, or as they are written when they are localized already. */
static bool make_keys(const struct snmp_user_spec *spec, struct snmp_user *u)
{
    size_t hash = sums_hash_len(u->auth), cipher = sums_cipher_len(u->priv);
    if (spec->localized)
        return (!u->auth || snmp_hex(spec->auth_secret, u->auth_key, USM_KEY_MAX) == hash) &&
               (!u->priv || (snmp_hex(spec->priv_secret, u->priv_key[0], USM_KEY_MAX) == cipher &&
                             memcpy(u->priv_key[1], u->priv_key[0], USM_KEY_MAX)));
    if (u->auth && !sums_key(u->auth, spec->auth_secret, u->engine, u->engine_len, u->auth_key))
        return false;
    if (!u->priv)
        return true;
    if (!sums_key(u->auth, spec->priv_secret, u->engine, u->engine_len, u->priv_key[0]))
        return false;
    memcpy(u->priv_key[1], u->priv_key[0], USM_KEY_MAX);
    if (!sums_lengthen(u->auth, u->priv, false, u->engine, u->engine_len, u->priv_key[0]) ||
        !sums_lengthen(u->auth, u->priv, true, u->engine, u->engine_len, u->priv_key[1]))
        return false;
    for (size_t k = 0; k < 2; k++)
        memset(u->priv_key[k] + cipher, 0, USM_KEY_MAX - cipher);
    return true;
}

bool snmp_user_set(struct snmp *s, const struct snmp_user_spec *spec)
{
    struct snmp_user u = {.auth = (uint8_t)spec->auth,
                          .priv = (uint8_t)spec->priv,
                          .remote_addr = spec->remote_addr,
                          .remote_port = spec->remote_port};
    str_copy(u.name, sizeof u.name, spec->name);
    str_copy(u.group, sizeof u.group, spec->group);
    str_copy(u.acl, sizeof u.acl, spec->acl);
    usm_settle(s);
    const uint8_t *engine = spec->remote_addr ? spec->remote_engine : s->engine;
    u.engine_len = (uint8_t)(spec->remote_addr ? spec->remote_engine_len : s->engine_len);
    memcpy(u.engine, engine, u.engine_len);
    bool ok = make_keys(spec, &u);
    if (ok) {
        usm_begin(s);
        snmp_begin(s);
        struct snmp_user *old = find_user(s, u.name, u.remote_addr);
        if (old)
            *old = u;
        else
            add_user(s, &u);
        save(s);
        snmp_conf_changed(s);
    }
    mem_wipe(&u, sizeof u);
    return ok;
}

bool snmp_user_remove(struct snmp *s, const char *name, uint32_t remote)
{
    struct snmp_user *u = find_user(s, name, remote);
    if (!u)
        return false;
    size_t i = (size_t)(u - s->users);
    memmove(u, u + 1, (s->nusers - i - 1) * sizeof *u);
    mem_wipe(&s->users[--s->nusers], sizeof *u);
    save(s);
    return true;
}

bool snmp_user_info(struct snmp *s, size_t i, struct snmp_user_info *out)
{
    if (i >= s->nusers)
        return false;
    const struct snmp_user *u = &s->users[i];
    *out = (struct snmp_user_info){.name = u->name, .group = u->group, .acl = u->acl, .auth = u->auth, .priv = u->priv, .engine = u->engine, .engine_len = u->engine_len,
                                   .remote_addr = u->remote_addr, .remote_port = u->remote_port};
    return true;
}

size_t snmp_engine(struct snmp *s, const uint8_t **id, int32_t *boots, int32_t *seconds)
{
    snmp_settle(s);
    *id = s->engine;
    *boots = s->boots;
    *seconds = usm_time(s);
    return s->engine_len;
}
