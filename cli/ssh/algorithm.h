/* algorithm.h: the names of SSH's algorithms that this router speaks, and the lists made of them. */
#ifndef CLI_SSH_ALGORITHM_H
#define CLI_SSH_ALGORITHM_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/ssh/sshd_conf.h"
#include "espial/keypair.h"

struct text;

/* How users' keys may sign. */
#define SSHD_PUBLICKEY                                                                                                 \
    "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256"

/* The n-th name after `ip ssh server algorithm WHAT`, from 1; NULL past the end. What was asked for: SSH_LIST_MAX numbers. */
const char *sshd_algorithm_name(enum sshd_what what, unsigned number);
const uint8_t *sshd_wanted(const struct sshd_conf *c, enum sshd_what what);
/* What is offered to clients with this configuration: "a,b,c". bits_of: of the host key of each kind that serves (for SSHD_HOSTKEY), 0 for none. */
void sshd_algorithms(const struct sshd_conf *c, enum sshd_what what, const unsigned bits_of[KEYPAIR_KINDS],
                     struct text *out);
/* enum sshd_method bits. */
unsigned sshd_methods(const struct sshd_conf *c);
#endif
