/* hostkey.c: the router's own key pairs, and the one file they are kept in.
 *
 * nvram:private-config (mode 0600, written whole, so that a kill leaves the old or the new file) holds for each pair a line of its own
 *
 *     key NAME SECONDS {exportable | fixed}
 *
 * and its private half as PEM. It is read when the router starts and written when a pair is made or removed: as on IOS, keys are not part of running-config. With
 * --seed nothing is written or read: such a router's keys are for its life only. */
#include "cli/ssh/hostkey.h"

#include <inttypes.h>
#include <string.h>

#include "espial/crypto.h"
#include "espial/file.h"
#include "espial/loop.h"

struct hostkeys {
    struct files *files;
    bool kept;
    struct hostkey v[HOSTKEYS_MAX];
    size_t n;
};

struct hostkeys *hostkeys_new(struct files *files, bool kept)
{
    struct hostkeys *h = NEW(struct hostkeys);
    h->files = files;
    h->kept = kept && files;
    return h;
}

void hostkeys_free(struct hostkeys *h)
{
    if (!h)
        return;
    for (size_t i = 0; i < h->n; i++)
        keypair_free(h->v[i].pair);
    mem_free(h);
}

bool hostkeys_kept(const struct hostkeys *h)
{
    return h->kept;
}

static void wipe(struct text *t)
{
    mem_wipe(t->s, t->len);
    text_free(t);
}

static bool save(const struct hostkeys *h)
{
    struct text t = {0}, pem = {0};
    bool ok = true;
    if (!h->kept)
        return true;
    for (size_t i = 0; i < h->n; i++) {
        const struct hostkey *k = &h->v[i];
        text_clear(&pem);
        ok = ok && keypair_to_pem(k->pair, &pem);
        text_printf(&t, "key %s %" PRId64 " %s\n%s", k->name, k->made_wall_us / (int64_t)US_PER_S,
                    k->exportable ? "exportable" : "fixed", text_str(&pem));
    }
    if (ok && t.len)
        ok = file_private_replace(h->files, FILE_PRIVATE, t.s, t.len) == FILE_OK;
    else if (ok)
        ok = file_delete(h->files, FILE_PRIVATE) != FILE_IO;
    wipe(&pem);
    wipe(&t);
    return ok;
}

/* "key NAME SECONDS WORD" */
static bool heading(const char *line, size_t len, struct hostkey *k)
{
    char copy[HOSTKEY_NAME_MAX + 64], *words[4], *at = copy;
    int64_t seconds;
    size_t n = 0;
    if (len >= sizeof copy)
        return false;
    memcpy(copy, line, len);
    copy[len] = '\0';
    for (char *w; n < 4 && (w = strsep(&at, " "));)
        words[n++] = w;
    if (n != 4 || at || strcmp(words[0], "key") || !words[1][0] ||
        !str_int(words[2], 0, INT64_MAX / (int64_t)US_PER_S, &seconds))
        return false;
    k->made_wall_us = seconds * (int64_t)US_PER_S;
    k->exportable = !strcmp(words[3], "exportable");
    return str_copy(k->name, sizeof k->name, words[1]) && (k->exportable || !strcmp(words[3], "fixed"));
}

size_t hostkeys_load(struct hostkeys *h)
{
    static const char begin_mark[] = "-----BEGIN PRIVATE KEY-----\n", end_mark[] = "-----END PRIVATE KEY-----";
    struct text t = {0};
    if (!h->kept || file_private_read(h->files, FILE_PRIVATE, &t) != FILE_OK) {
        wipe(&t);
        return h->n;
    }
    const char *p = text_str(&t), *nl;
    while (h->n < HOSTKEYS_MAX && (nl = strchr(p, '\n'))) {
        struct hostkey k = {0};
        const char *body = nl + 1;
        const char *end =
            heading(p, (size_t)(nl - p), &k) && str_starts(body, begin_mark) ? strstr(body, end_mark) : NULL;
        p = body;
        if (!end)
            continue;
        end += sizeof end_mark - 1;
        k.pair = keypair_from_pem(body, (size_t)(end - body));
        if (k.pair && !hostkeys_find(h, keypair_kind(k.pair), k.name))
            h->v[h->n++] = k;
        else
            keypair_free(k.pair);
        p = end;
    }
    wipe(&t);
    return h->n;
}

const struct hostkey *hostkeys_nth(const struct hostkeys *h, size_t i)
{
    return i < h->n ? &h->v[i] : NULL;
}

const struct hostkey *hostkeys_find(const struct hostkeys *h, enum keypair_kind kind, const char *name)
{
    for (size_t i = 0; i < h->n; i++)
        if (keypair_kind(h->v[i].pair) == kind && !strcmp(h->v[i].name, name))
            return &h->v[i];
    return NULL;
}

static void drop(struct hostkeys *h, size_t i)
{
    keypair_free(h->v[i].pair);
    memmove(h->v + i, h->v + i + 1, (h->n - i - 1) * sizeof *h->v);
    h->n--;
}

bool hostkeys_put(struct hostkeys *h, const char *name, struct keypair *pair, bool exportable, int64_t made_wall_us)
{
    const struct hostkey *old = hostkeys_find(h, keypair_kind(pair), name);
    if (old)
        drop(h, (size_t)(old - h->v));
    struct hostkey k = {.pair = pair, .exportable = exportable, .made_wall_us = made_wall_us};
    if (h->n == HOSTKEYS_MAX || strpbrk(name, " \n") || !name[0] || !str_copy(k.name, sizeof k.name, name)) {
        keypair_free(pair);
        return false;
    }
    h->v[h->n++] = k;
    return save(h);
}

size_t hostkeys_remove(struct hostkeys *h, enum keypair_kind kind, const char *name)
{
    size_t gone = 0;
    for (size_t i = h->n; i > 0; i--)
        if (keypair_kind(h->v[i - 1].pair) == kind && (!name || !strcmp(h->v[i - 1].name, name))) {
            drop(h, i - 1);
            gone++;
        }
    if (gone && !save(h))
        return 0;
    return gone;
}
