/* secret.h: passwords as configurations keep them, under the type digits of IOS: 0 clear text, 4 one SHA-256 (read only), 5 md5crypt, 7 a cover that
 * anybody can lift, 8 PBKDF2, 9 scrypt. Type 6 (AES under a master key that is not in the configuration) can be neither made nor checked: it is no type
 * here. base/crypto/secret.c. */
#ifndef ESPIAL_SECRET_H
#define ESPIAL_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/mem.h"
#include "espial/rand.h"

#define SECRET_PASSWORD_MAX 127 /* bytes of a typed password; longer ones fit nothing and cannot be made */
#define SECRET_STORED_MAX   256 /* bytes of a stored one: type 7 writes 2, and 2 for each byte */

/* Does a typed password fit what is stored? Compared in constant time. False too for unknown types and damaged texts. Touches nothing but its arguments, so
 * that a worker may call it: types 8 and 9 take some 20 ms and more. */
bool secret_fits(unsigned type, const char *stored, const char *typed);
/* Make one of type 0, 5, 7, 8 or 9; the salt is drawn from rnd. False: another type, or a password that is empty or too long. */
/* A password kept as it was typed (type 0) becomes one of type 7 (service password-encryption); others, and none at all, stay. */
void secret_cover(uint8_t *type, char stored[SECRET_STORED_MAX + 1], struct rnd *rnd);
/* The clear text of types 0 and 7, the only ones that have it. False: another type, damaged or too long. Wipe it (mem_wipe) after use. */
MUST_USE bool secret_lift(unsigned type, const char *stored, char clear[SECRET_PASSWORD_MAX + 1]);
MUST_USE bool secret_make(unsigned type, const char *password, struct rnd *rnd, char out[SECRET_STORED_MAX + 1]);
/* Has a text the form of its type ("$9$" and 14 characters of salt ...)? */
bool secret_well_formed(unsigned type, const char *stored);
/* How slow a check is: 0 at once; more is slower. */
unsigned secret_cost(unsigned type);
#endif
