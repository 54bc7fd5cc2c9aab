/* url.c: names of files on other machines, taken apart and shown.
 *
 * What a user may leave out (host, path) is asked for by the copy dialogue, so "tftp:" and "scp://h" are well-formed. Passwords are kept, never shown: IOS prints
 * stars for both name and password, and so does url_text. Bytes below a blank are refused here, once: nothing behind this file meets a line end in a name. */
#include "cli/copy/url.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "espial/text.h"

static const char *const names[URL_SCHEMES] = {"tftp", "scp", "ftp", "http", "https"};

const char *url_scheme_name(enum url_scheme s)
{
    return names[s];
}

static bool scheme_of(const char *s, enum url_scheme *out, const char **rest)
{
    for (int i = 0; i < URL_SCHEMES; i++) {
        size_t n = strlen(names[i]);
        if (!strncasecmp(s, names[i], n) && s[n] == ':') {
            *out = (enum url_scheme)i;
            *rest = s + n + 1;
            return true;
        }
    }
    return false;
}

bool url_is_remote(const char *s)
{
    enum url_scheme scheme;
    const char *rest;
    return scheme_of(s, &scheme, &rest);
}

static bool take(char *dst, size_t cap, const char *s, size_t n)
{
    if (n >= cap)
        return false;
    memcpy(dst, s, n);
    dst[n] = '\0';
    return true;
}

/* "user:password@host:port", n bytes. */
static bool authority(struct url *u, const char *s, size_t n)
{
    const char *at = memrchr(s, '@', n);
    if (at) {
        const char *colon = memchr(s, ':', (size_t)(at - s));
        size_t len = (size_t)((colon ? colon : at) - s);
        if (!take(u->user, sizeof u->user, s, len))
            return false;
        u->has_user = true;
        if (colon) {
            if (!take(u->password, sizeof u->password, colon + 1, (size_t)(at - colon - 1)))
                return false;
            u->has_password = true;
        }
        n -= (size_t)(at + 1 - s);
        s = at + 1;
    }
    const char *colon = memrchr(s, ':', n);
    if (colon) {
        char port[8];
        uint64_t v;
        if (!take(port, sizeof port, colon + 1, n - (size_t)(colon + 1 - s)) || !str_uint(port, 1, UINT16_MAX, &v))
            return false;
        u->port = (uint16_t)v;
        n = (size_t)(colon - s);
    }
    return take(u->host, sizeof u->host, s, n);
}

bool url_parse(const char *s, struct url *out)
{
    *out = (struct url){0};
    for (const char *c = s; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            return false;
    if (!scheme_of(s, &out->scheme, &s))
        return false;
    if (!strncmp(s, "//", 2)) {
        s += 2;
        size_t n = strcspn(s, "/");
        if (!authority(out, s, n))
            return false;
        s += n;
        s += *s == '/';
    }
    return str_copy(out->path, sizeof out->path, s);
}

char *url_text(const struct url *u, char out[URL_TEXT_MAX])
{
    char port[8] = "";
    if (u->port)
        snprintf(port, sizeof port, ":%u", u->port);
    if (!u->host[0])
        snprintf(out, URL_TEXT_MAX, "%s:%s", names[u->scheme], u->path);
    else
        snprintf(out, URL_TEXT_MAX, "%s://%s%s%s/%s", names[u->scheme], u->has_user ? "*****:*****@" : "", u->host,
                 port, u->path);
    return out;
}

const char *url_leaf(const struct url *u)
{
    const char *slash = strrchr(u->path, '/');
    return slash ? slash + 1 : u->path;
}
