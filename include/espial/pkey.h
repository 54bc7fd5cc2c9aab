/* pkey.h: key pairs of the router: RSA and elliptic curves. base/crypto/pkey.c alone sees OpenSSL. Making one is slow (RSA: up to seconds) and is meant for
 * work_run; libcrypto draws the chance itself, from the system's generator, never from a seed. */
#ifndef ESPIAL_PKEY_H
#define ESPIAL_PKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/mem.h"
#include "espial/text.h"

struct pkey;
enum pkey_kind { PKEY_RSA, PKEY_EC };

/* A new pair: RSA of 1024 to 4096 bits; EC of 256, 384 or 521 bits (NIST curves). NULL when it cannot be made. */
struct pkey *pkey_new(enum pkey_kind kind, unsigned bits);
void pkey_free(struct pkey *k); /* wipes; NULL-safe */
/* The private key as PEM (PKCS #8, not encrypted): appended to out, which the caller wipes. */
MUST_USE bool pkey_to_pem(const struct pkey *k, struct text *out);
/* NULL when it is no private key of these kinds. */
struct pkey *pkey_from_pem(const char *pem, size_t len);
enum pkey_kind pkey_kind(const struct pkey *k);
unsigned pkey_bits(const struct pkey *k); /* modulus, or 256, 384, 521 */
/* The public half: SubjectPublicKeyInfo (DER); SSH's form (RFC 4253 6.6, RFC 5656 3.1). Bytes written, 0 when they do not fit in cap (1024 holds any). */
size_t pkey_public_der(const struct pkey *k, uint8_t *out, size_t cap);
size_t pkey_public_ssh(const struct pkey *k, uint8_t *out, size_t cap);
const char *pkey_ssh_name(const struct pkey *k); /* "ssh-rsa", "ecdsa-sha2-nistp256" ... */
#endif
