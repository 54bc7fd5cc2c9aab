/* curl_config.c: one transfer in the words of curl's configuration file (curl(1), "-K").
 *
 * Values stand in double quotes, with curl's escapes for quotes, backslashes and line ends; the URL is built of percent-encoded parts, so that no byte of a name becomes
 * syntax. Only the one protocol is allowed, redirections are not followed, proxies and the user's own settings are ignored.
 * Paths of ftp: begin in the user's home folder, as on IOS; a second slash ("ftp://h//x") makes them absolute. */
#include "cli/copy/curl_config.h"

#include <ctype.h>
#include <string.h>

#include "espial/crypto.h"

static void quoted(struct text *out, const char *name, const char *value)
{
    text_printf(out, "%s = \"", name);
    for (; *value; value++) {
        static const char special[] = "\"\\\n\r\t\v", word[] = "\"\\nrtv";
        const char *at = strchr(special, *value);
        text_printf(out, at ? "\\%c" : "%c", at ? word[at - special] : *value);
    }
    text_add(out, "\"\n");
}

/* plain: bytes besides letters and digits that stay as they are. */
static void encoded(struct text *out, const char *s, const char *plain)
{
    for (; *s; s++) {
        if (isalnum((unsigned char)*s) || strchr(plain, *s))
            text_printf(out, "%c", *s);
        else
            text_printf(out, "%%%02X", (unsigned char)*s);
    }
}

void curl_config(const struct url *u, bool put, struct text *out)
{
    const char *scheme = url_scheme_name(u->scheme);
    bool web = u->scheme == URL_HTTP || u->scheme == URL_HTTPS;
    struct text url = {0}, user = {0};
    text_printf(&url, "%s://", scheme);
    encoded(&url, u->host, "-._~:[]");
    if (u->port)
        text_printf(&url, ":%u", u->port);
    text_add(&url, "/");
    encoded(&url, u->path, web ? "/-._~?&=+,;:@!$'()*%" : "/-._~");
    quoted(out, "url", text_str(&url));
    if (u->has_user) {
        text_printf(&user, "%s:%s", u->user, u->password);
        quoted(out, "user", text_str(&user));
    }
    text_printf(out,
                "proto = \"=%s\"\nsilent\nshow-error\nfail\ngloboff\nnoproxy = \"*\"\nconnect-timeout = "
                "15\nspeed-limit = 1\nspeed-time = 60\nmax-time = 7200\n",
                scheme);
    if (put && web)
        text_add(out, "header = \"Expect:\"\n"); /* many servers never answer it, and curl waits a second */
    if (put)
        text_add(out, "upload-file = \"/dev/fd/3\"\n");
    text_add(out, "write-out = \"%{stderr}\\n@%{response_code}\\n\"\n");
    text_free(&url);
    if (user.s)
        mem_wipe(user.s, user.len);
    text_free(&user);
}

enum transfer_end curl_end(int code, unsigned http)
{
    switch (code) {
    case 0: return TRANSFER_OK;
    case 5:
    case 6: return TRANSFER_NO_HOST;
    case 7: return TRANSFER_REFUSED;
    case 28: return TRANSFER_TIMEOUT;
    case 63: return TRANSFER_TOO_BIG;
    case 9:  /* FTP: access denied */
    case 25: /* upload refused */
    case 67: /* login denied */ return TRANSFER_DENIED;
    case 70: return TRANSFER_FULL;
    case 73: return TRANSFER_EXISTS;
    case 19: /* FTP: RETR refused */
    case 78: return TRANSFER_NOT_FOUND;
    case 22:
        return http == 404 || http == 410                  ? TRANSFER_NOT_FOUND
               : http == 401 || http == 403 || http == 405 ? TRANSFER_DENIED
               : http == 413                               ? TRANSFER_TOO_BIG
               : http == 507                               ? TRANSFER_FULL
                                                           : TRANSFER_UNDEFINED;
    case 8:
    case 18:
    case 52:
    case 56: return TRANSFER_PROTOCOL;
    }
    return TRANSFER_UNDEFINED;
}
