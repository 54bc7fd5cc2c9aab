/* url.h: names of files on other machines: tftp: scp: ftp: http: https:. */
#ifndef CLI_COPY_URL_H
#define CLI_COPY_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum url_scheme { URL_TFTP, URL_SCP, URL_FTP, URL_HTTP, URL_HTTPS, URL_SCHEMES };

struct url {
    enum url_scheme scheme;
    bool has_user, has_password;
    char user[64], password[64];
    char host[128]; /* "": still to be asked for */
    uint16_t port;  /* 0: the scheme's own */
    char path
        [192]; /* without the slash that ends the host: "x", "dir/x"; "/x" for an absolute one ("scp://h//x"); "": to be asked for */
};
#define URL_TEXT_MAX 512

const char *url_scheme_name(enum url_scheme s); /* "tftp" */
/* Does it begin with "tftp:" and the like? */
bool url_is_remote(const char *s);
/* "tftp:", "tftp:x", "tftp://h", "tftp://h/x", "scp://u:p@h:22/x". False: not of these schemes, or a part is too long, holds control characters or is no
 * port. */
bool url_parse(const char *s, struct url *out);
/* As IOS shows it: a user's name and password as stars. */
char *url_text(const struct url *u, char out[URL_TEXT_MAX]);
/* The last part of the path: "dir/x" -> "x". */
const char *url_leaf(const struct url *u);
#endif
