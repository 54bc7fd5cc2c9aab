/* algorithm.c: which algorithms this router speaks over SSH: those that today's clients and yesterday's automation have in common, and nothing weaker: no CBC, no
 * SHA-1, no group below 2048 bits. `ip ssh server algorithm ...` narrows and reorders; it cannot add. chacha20-poly1305 is not among IOS's and is left out.
 *
 * ssh-rsa signatures (SHA-1) are never made nor taken; a host key of kind RSA is offered under its SHA-2 names, an EC one under the name of its own curve. */
#include "cli/ssh/algorithm.h"

#include <string.h>

#include "cli/ssh/wire.h"
#include "espial/text.h"

#define NAMES_MAX SSH_LIST_MAX
static const char *const names[SSHD_WHATS][NAMES_MAX] = {
    [SSHD_KEX] = {"curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384",
                  "ecdh-sha2-nistp521", "diffie-hellman-group14-sha256", "diffie-hellman-group16-sha512"},
    [SSHD_HOSTKEY] = {"rsa-sha2-512", "rsa-sha2-256", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
                      "ecdsa-sha2-nistp521", "ssh-ed25519"},
    [SSHD_CIPHER] = {"aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr"},
    [SSHD_MAC] = {"hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"},
    [SSHD_AUTHENTICATION] = {"publickey", "keyboard", "password"},
};

const char *sshd_algorithm_name(enum sshd_what what, unsigned number)
{
    return number > 0 && number <= NAMES_MAX ? names[what][number - 1] : NULL;
}

const uint8_t *sshd_wanted(const struct sshd_conf *c, enum sshd_what what)
{
    const uint8_t *const lists[SSHD_WHATS] = {[SSHD_KEX] = c->kex,
                                              [SSHD_HOSTKEY] = c->hostkey,
                                              [SSHD_CIPHER] = c->encryption,
                                              [SSHD_MAC] = c->mac,
                                              [SSHD_AUTHENTICATION] = c->authentication};
    return lists[what];
}

static const char *asked(const struct sshd_conf *c, enum sshd_what what, size_t i)
{
    const uint8_t *wanted = sshd_wanted(c, what);
    if (!wanted[0])
        return i < NAMES_MAX ? names[what][i] : NULL; /* all, in their order */
    return i < SSH_LIST_MAX ? sshd_algorithm_name(what, wanted[i]) : NULL;
}

static bool has_key_for(const char *name, const unsigned bits_of[KEYPAIR_KINDS])
{
    if (str_starts(name, "rsa-"))
        return bits_of[KEYPAIR_RSA];
    if (!strcmp(name, "ssh-ed25519"))
        return bits_of[KEYPAIR_ED25519];
    const char *bits = strstr(name, "nistp");
    uint64_t n;
    return bits && str_uint(bits + 5, 1, 999, &n) && n == bits_of[KEYPAIR_EC];
}

void sshd_algorithms(const struct sshd_conf *c, enum sshd_what what, const unsigned bits_of[KEYPAIR_KINDS],
                     struct text *out)
{
    const char *name;
    size_t before = out->len;
    for (size_t i = 0; (name = asked(c, what, i)); i++) {
        if (what == SSHD_HOSTKEY && !has_key_for(name, bits_of))
            continue;
        if (out->len > before)
            text_add(out, ",");
        text_add(out, name);
    }
}

unsigned sshd_methods(const struct sshd_conf *c)
{
    unsigned m = 0;
    const char *name;
    for (size_t i = 0; (name = asked(c, SSHD_AUTHENTICATION, i)); i++)
        m |= !strcmp(name, "publickey") ? SSH_BY_KEY : !strcmp(name, "keyboard") ? SSH_BY_KEYBOARD : SSH_BY_PASSWORD;
    return m;
}
