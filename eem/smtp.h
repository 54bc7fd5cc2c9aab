/* smtp.h: one mail handed to one SMTP server: the dialogue, without a connection of its own. */
#ifndef EEM_SMTP_H
#define EEM_SMTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/mem.h"
#include "espial/text.h"

#define SMTP_RECIPIENTS_MAX 32
#define SMTP_ADDRESS_MAX    254

struct mail {
    char *from;
    char *to[SMTP_RECIPIENTS_MAX]; /* addresses alone; those of cc behind the others */
    size_t nto, nto_only;          /* all; without cc */
    char *subject, *body;          /* bytes; lines of the body end as they like */
    char *helo;                    /* what we call ourselves: a name, or [A.B.C.D] */
    char *user, *password;         /* NULL: none */
};
/* Take addresses out of a list as people write them: parted by commas, semicolons or blanks, also "Name <a@b>". False:
 * there is none, too many, or one that cannot be an address (blanks, control characters, angle brackets in it). */
bool mail_add_recipients(struct mail *m, const char *list, bool cc) MUST_USE;
bool mail_set_sender(struct mail *m, const char *from) MUST_USE;
void mail_free(struct mail *m); /* what it owns */
/* The text as it goes to the server behind DATA, header and body, lines ended by CR LF, dots stuffed, the closing dot
 * included. id: a word of letters, digits, dots; wall: us since 1970. */
void mail_compose(const struct mail *m, const char *id, int64_t wall, struct text *out);

enum smtp_state {
    SMTP_GREETING,
    SMTP_EHLO,
    SMTP_HELO,
    SMTP_AUTH_PLAIN,
    SMTP_AUTH_LOGIN,
    SMTP_AUTH_USER,
    SMTP_AUTH_PASSWORD,
    SMTP_MAIL,
    SMTP_RCPT,
    SMTP_DATA,
    SMTP_TEXT,
    SMTP_QUIT,
};
enum smtp_outcome {
    SMTP_GOING,   /* wait for what the server says */
    SMTP_OVER,    /* QUIT was answered */
    SMTP_REFUSED, /* the server said no, or nothing that is a reply: QUIT is in out, hang up */
};
struct smtp {
    const struct mail *mail;
    const char *text; /* mail_compose's */
    size_t text_len;
    enum smtp_state state;
    size_t rcpt, accepted;
    bool sent;         /* the server has taken the mail over */
    bool plain, login; /* ways of AUTH it offers */
    char line[600];    /* of a reply, as far as it has come */
    size_t len, lines;
};
/* mail and text are borrowed. */
void smtp_init(struct smtp *s, const struct mail *m, const char *text, size_t text_len);
/* The server sent these bytes: what to answer is appended to out. */
enum smtp_outcome smtp_heard(struct smtp *s, const char *bytes, size_t len, struct text *out);
/* How many recipients were refused, after SMTP_OVER. */
size_t smtp_refused(const struct smtp *s);
#endif
