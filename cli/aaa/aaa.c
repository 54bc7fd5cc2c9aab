/* aaa.c: who is known, and which rules count where.
 *
 * Without `aaa new-model` the line decides: nothing, its password, or the users of the configuration. With it, lists of
 * methods do: the one that the line names, else `default`, else (no list at all) the users for vtys and nothing for the
 * console. A method that cannot answer (no user, no password configured) hands over to the next; one that says no is
 * final.
 *
 * Privilege: without aaa the user's, where his line names one, else that of the line. With aaa the user's only where
 * `aaa authorization exec` asks the users (on the console only with `aaa authorization console`), else the line's.
 * Commands are authorized against the users by level: a user who exists and stands as high may.
 */
#include "cli/aaa/aaa_local.h"

#include "espial/crypto.h"

#include <string.h>
#include <strings.h>

/* ---- users ---- */

static void key_of(const char *name, char key[AAA_USER_MAX + 1])
{
    memset(key, 0, AAA_USER_MAX + 1);
    str_copy(key, AAA_USER_MAX + 1, name);
}

struct aaa_user *aaa_user_find(const struct aaa_conf *c, const char *name)
{
    char key[AAA_USER_MAX + 1];
    if (strlen(name) > AAA_USER_MAX)
        return NULL;
    key_of(name, key);
    return table_find(c->users, key);
}

struct aaa_user *aaa_user_make(struct aaa_conf *c, const char *name)
{
    char key[AAA_USER_MAX + 1];
    struct aaa_user *u = aaa_user_find(c, name);
    if (u)
        return u;
    if (table_count(c->users) >= AAA_USERS_MAX || !name[0] || strlen(name) > AAA_USER_MAX)
        return NULL;
    key_of(name, key);
    u = NEW(struct aaa_user);
    memcpy(u->name, key, sizeof u->name);
    table_put(c->users, key, u);
    return u;
}

static void user_free(struct aaa_user *u)
{
    if (u)
        mem_wipe(u, sizeof *u);
    mem_free(u);
}

void aaa_user_remove(struct aaa_conf *c, const char *name)
{
    char key[AAA_USER_MAX + 1];
    if (strlen(name) > AAA_USER_MAX)
        return;
    key_of(name, key);
    user_free(table_remove(c->users, key));
}

const struct aaa_user *aaa_user_next(const struct aaa_conf *c, size_t *cursor)
{
    return table_next(c->users, cursor);
}

const struct aaa_user *aaa_user_like(const struct aaa *a, const char *name, bool exact)
{
    const struct aaa_user *u = aaa_user_find(&a->conf, name);
    if (u || exact)
        return u;
    for (size_t cursor = 0; (u = aaa_user_next(&a->conf, &cursor)) != NULL;)
        if (!strcasecmp(u->name, name))
            return u;
    return NULL;
}

void aaa_cover_passwords(struct aaa *a)
{
    struct aaa_user *u;
    for (size_t cursor = 0; (u = table_next(a->conf.users, &cursor)) != NULL;)
        if (u->kind == AAA_USER_PASSWORD)
            secret_cover(&u->type, u->stored, a->env.rnd);
    for (size_t i = 0; i < 16; i++)
        secret_cover(&a->conf.passwords[i].type, a->conf.passwords[i].stored, a->env.rnd);
}

/* ---- lines, lists ---- */

void aaa_line_of(const struct aaa *a, const struct aaa_door *door, struct aaa_line *out)
{
    *out = (struct aaa_line){.privilege = 1, .password = "", .authentication = "", .authorization_exec = ""};
    if (a->env.line)
        a->env.line(a->env.arg, door->vty, door->line, out);
}

bool aaa_methods(const struct conf_list *lists, const char *name, unsigned level, uint8_t out[AAA_METHODS + 1])
{
    bool is_default = !name[0] || !strcmp(name, "default");
    CONF_EACH(const struct aaa_list, l, lists)
    {
        if (l->level != level || (is_default ? !l->is_default : l->is_default || strcmp(l->name, name) != 0))
            continue;
        memcpy(out, (const uint8_t[]){l->m1, l->m2, l->m3, l->m4, AAA_NO_METHOD}, AAA_METHODS + 1);
        return true;
    }
    out[0] = AAA_NO_METHOD;
    return false;
}

void aaa_login_methods(const struct aaa *a, const struct aaa_door *door, const struct aaa_line *line,
                       uint8_t out[AAA_METHODS + 1])
{
    if (aaa_methods(&a->conf.login, line->authentication, 0, out) || aaa_methods(&a->conf.login, "", 0, out))
        return;
    out[0] = door->vty ? AAA_LOCAL : AAA_NONE;
    out[1] = AAA_NO_METHOD;
}

const struct aaa_enable_conf *aaa_enable_for(const struct aaa *a, uint8_t level, bool *is_secret)
{
    for (unsigned l = level; l < 16; l++) {
        *is_secret = a->conf.secrets[l].stored[0] != 0;
        if (*is_secret)
            return &a->conf.secrets[l];
        if (a->conf.passwords[l].stored[0])
            return &a->conf.passwords[l];
    }
    return NULL;
}

/* ---- what is wanted ---- */

static enum aaa_wants wants_by_methods(const struct aaa *a, const struct aaa_line *line, const uint8_t *m)
{
    bool secret;
    for (; *m; m++) {
        if (*m == AAA_LOCAL || *m == AAA_LOCAL_CASE)
            return AAA_WANTS_USER;
        if ((*m == AAA_ENABLE && aaa_enable_for(a, 15, &secret)) || (*m == AAA_LINE && line->password[0]))
            return AAA_WANTS_PASSWORD;
        if (*m == AAA_NONE)
            return AAA_WANTS_NOTHING;
    }
    return AAA_REFUSES;
}

enum aaa_wants aaa_wants(const struct aaa *a, const struct aaa_door *door)
{
    struct aaa_line line;
    uint8_t methods[AAA_METHODS + 1];
    aaa_line_of(a, door, &line);
    if (a->conf.new_model) {
        aaa_login_methods(a, door, &line, methods);
        return wants_by_methods(a, &line, methods);
    }
    if (line.login == AAA_LINE_LOCAL)
        return AAA_WANTS_USER;
    if (line.login == AAA_LINE_OPEN || (!door->vty && !line.password[0]))
        return AAA_WANTS_NOTHING;
    return line.password[0] ? AAA_WANTS_PASSWORD : AAA_REFUSES;
}

bool aaa_wants_password(const struct aaa *a, const char *user)
{
    const struct aaa_user *u = aaa_user_like(a, user, false);
    return !u || u->kind != AAA_USER_NOPASSWORD;
}

enum aaa_wants aaa_enable_wants(const struct aaa *a, const struct aaa_door *door, uint8_t level)
{
    uint8_t methods[AAA_METHODS + 1];
    struct aaa_line line;
    bool secret;
    if (a->conf.new_model && aaa_methods(&a->conf.enable, "", 0, methods)) {
        aaa_line_of(a, door, &line);
        for (const uint8_t *m = methods; *m; m++) {
            if ((*m == AAA_ENABLE && aaa_enable_for(a, level, &secret)) || (*m == AAA_LINE && line.password[0]))
                return AAA_WANTS_PASSWORD;
            if (*m == AAA_NONE)
                return AAA_WANTS_NOTHING;
        }
    } else if (aaa_enable_for(a, level, &secret)) {
        return AAA_WANTS_PASSWORD;
    }
    return door->vty ? AAA_REFUSES : AAA_WANTS_NOTHING;
}

bool aaa_enable_is_secret(const struct aaa *a, uint8_t level)
{
    bool secret = false;
    return aaa_enable_for(a, level, &secret) && secret;
}

/* ---- rights ---- */

bool aaa_exec_privilege(const struct aaa *a, const struct aaa_door *door, const char *user, uint8_t *privilege)
{
    struct aaa_line line;
    uint8_t methods[AAA_METHODS + 1] = {AAA_LOCAL};
    const struct aaa_user *u = user[0] ? aaa_user_like(a, user, false) : NULL;
    aaa_line_of(a, door, &line);
    *privilege = line.privilege;
    if (a->conf.new_model) {
        if (!door->vty && !a->conf.authorization_console)
            return true;
        if (!aaa_methods(&a->conf.exec, line.authorization_exec, 0, methods) &&
            !aaa_methods(&a->conf.exec, "", 0, methods))
            return true;
    }
    for (const uint8_t *m = methods; *m; m++) {
        if (*m == AAA_NONE || (*m == AAA_IF_AUTHENTICATED && user[0]))
            return true;
        if (*m == AAA_LOCAL && u) {
            if (u->has_privilege)
                *privilege = u->privilege;
            return true;
        }
    }
    return !a->conf.new_model;
}

bool aaa_may_run(const struct aaa *a, const struct aaa_door *door, const char *user, uint8_t level, bool is_config)
{
    uint8_t methods[AAA_METHODS + 1];
    struct aaa_line line;
    if (!a->conf.new_model || (is_config && !a->conf.config_commands) ||
        (!door->vty && !a->conf.authorization_console))
        return true;
    aaa_line_of(a, door, &line);
    const char *own = level < 16 ? line.authorization_commands[level] : NULL;
    if (!(own && aaa_methods(&a->conf.commands, own, level, methods)) &&
        !aaa_methods(&a->conf.commands, "", level, methods))
        return true;
    const struct aaa_user *u = user[0] ? aaa_user_like(a, user, false) : NULL;
    for (const uint8_t *m = methods; *m; m++) {
        if (*m == AAA_NONE || (*m == AAA_IF_AUTHENTICATED && user[0]))
            return true;
        if (*m == AAA_LOCAL && u)
            return (u->has_privilege ? u->privilege : 1) >= level;
    }
    return false;
}

/* ---- public keys ---- */

bool aaa_key_add(struct aaa *a, const struct aaa_key *key)
{
    size_t of_user = 0;
    for (size_t i = 0; i < a->nkeys; i++) {
        if (strcmp(a->keys[i].user, key->user) != 0)
            continue;
        of_user++;
        if (!strcmp(a->keys[i].type, key->type) && !memcmp(a->keys[i].md5, key->md5, sizeof key->md5))
            return false;
    }
    if (of_user >= AAA_KEYS_MAX || a->nkeys >= AAA_USERS_MAX)
        return false;
    a->keys = mem_resize(a->keys, a->nkeys + 1, sizeof *a->keys);
    a->keys[a->nkeys++] = *key;
    return true;
}

void aaa_key_remove(struct aaa *a, const char *user, const char *type, const uint8_t md5[16])
{
    size_t kept = 0;
    for (size_t i = 0; i < a->nkeys; i++) {
        const struct aaa_key *k = &a->keys[i];
        bool gone = !strcmp(k->user, user) && (!type || (!strcmp(k->type, type) && !memcmp(k->md5, md5, 16)));
        if (!gone)
            a->keys[kept++] = *k;
    }
    a->nkeys = kept;
}

bool aaa_key_next(const struct aaa *a, size_t *cursor, struct aaa_key *out)
{
    if (*cursor >= a->nkeys)
        return false;
    *out = a->keys[(*cursor)++];
    return true;
}

/* The wire form begins with its own type, a length of four bytes before it (RFC 4253 6.6). */
bool aaa_key_known(const struct aaa *a, const char *user, const void *blob, size_t len)
{
    const uint8_t *b = blob;
    uint8_t md5[16];
    if (len < 4 || b[0] || b[1] || b[2] || b[3] + 4u > len)
        return false;
    hash_parts(HASH_MD5, &BYTES(blob, len), 1, md5);
    for (size_t i = 0; i < a->nkeys; i++) {
        const struct aaa_key *k = &a->keys[i];
        if (!strcmp(k->user, user) && strlen(k->type) == b[3] && !memcmp(k->type, b + 4, b[3]) &&
            mem_equal_ct(k->md5, md5, 16))
            return true;
    }
    return false;
}

/* ---- beginning and end ---- */

struct aaa *aaa_new(const struct aaa_env *env)
{
    struct aaa *a = NEW(struct aaa);
    uint64_t seed = 0;
    a->env = *env;
    a->conf.config_commands = true;
    if (env->rnd)
        rnd_fill(env->rnd, &seed, sizeof seed);
    a->conf.users = table_new(AAA_USER_MAX + 1, seed);
    struct conf_list *const lists[] = {&a->conf.login, &a->conf.enable, &a->conf.exec, &a->conf.commands};
    for (size_t i = 0; i < 4; i++)
        conf_list_init(lists[i], sizeof(struct aaa_list), NULL, NULL);
    aaa_watch_init(a);
    return a;
}

void aaa_free(struct aaa *a)
{
    struct aaa_user *u;
    if (!a)
        return;
    aaa_questions_end(a);
    timer_clear(&a->watch.quiet);
    for (size_t cursor = 0; (u = table_next(a->conf.users, &cursor)) != NULL;)
        user_free(u);
    table_free(a->conf.users);
    conf_list_clear(&a->conf.login);
    conf_list_clear(&a->conf.enable);
    conf_list_clear(&a->conf.exec);
    conf_list_clear(&a->conf.commands);
    mem_free(a->keys);
    mem_free(a);
}

struct aaa_conf *aaa_conf(struct aaa *a)
{
    return &a->conf;
}

bool aaa_is_new_model(const struct aaa *a)
{
    return a->conf.new_model;
}
