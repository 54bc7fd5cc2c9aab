/* keypair.h: key pairs of the router: RSA, the NIST curves, Ed25519. base/crypto/keypair.c alone sees OpenSSL. Making one is slow (RSA: up to seconds) and is meant for
 * work_run; libcrypto draws the chance itself, from the system's generator, never from a seed. */
#ifndef ESPIAL_KEYPAIR_H
#define ESPIAL_KEYPAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/mem.h"
#include "espial/text.h"

struct keypair;
enum keypair_kind { KEYPAIR_RSA, KEYPAIR_EC, KEYPAIR_ED25519, KEYPAIR_KINDS };

/* A new pair: RSA of 1024 to 4096 bits; EC of 256, 384 or 521 bits (NIST curves); Ed25519 of 256, whatever is asked. NULL when it cannot be made. */
struct keypair *keypair_new(enum keypair_kind kind, unsigned bits);
void keypair_free(struct keypair *k); /* wipes; NULL-safe */
/* The private key as PEM (PKCS #8, not encrypted): appended to out, which the caller wipes. */
MUST_USE bool keypair_to_pem(const struct keypair *k, struct text *out);
/* The same as SSH libraries take it. */
MUST_USE bool keypair_to_ssh_pem(const struct keypair *k, struct text *out);
/* NULL when it is no private key of these kinds. */
struct keypair *keypair_from_pem(const char *pem, size_t len);
enum keypair_kind keypair_kind(const struct keypair *k);
unsigned keypair_bits(const struct keypair *k); /* modulus, or 256, 384, 521 */
/* The public half: SubjectPublicKeyInfo (DER); SSH's form (RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4). Bytes written, 0 when they do not fit in cap (1024 holds any). */
size_t keypair_public_der(const struct keypair *k, uint8_t *out, size_t cap);
size_t keypair_public_ssh(const struct keypair *k, uint8_t *out, size_t cap);
const char *keypair_ssh_name(const struct keypair *k); /* "ssh-rsa", "ecdsa-sha2-nistp256" ... */
#endif
