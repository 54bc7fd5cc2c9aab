/* smtp.c: a mail to an SMTP server: the client's half of RFC 5321, without the connection, which do_mail.c has.
 *
 *     greeting 220 -> EHLO -250-> [AUTH] -> MAIL FROM -250-> RCPT TO ... -> DATA -354-> text . -250-> QUIT -221-> over
 *                      `-5yz-> HELO -250---^
 *
 * AUTH (RFC 4954) only when there is a password and the server offers PLAIN (RFC 4616) or LOGIN: PLAIN before LOGIN. A
 * server that does not know EHLO is spoken to with HELO. The mail goes when at least one recipient was accepted. Any
 * other reply ends the dialogue. Replies may have many lines (REPLY_LINES); lines longer than RFC 5321 section 4.5.3.1.5
 * allows, and what is no reply, are refused.
 *
 * The text (RFC 5322): what stands in a header can be no further header: line ends and control characters of the subject
 * become blanks, addresses with such are refused. Lines of the body end with CR LF, one that begins with a dot gets a
 * second (section 4.5.2), longer ones are cut at LINE_MAX (section 4.5.3.1.6). Other than ASCII is said to be UTF-8: in
 * the subject as encoded words (RFC 2047), in the body as it is. No pipelining, no TLS. */
#include "eem/smtp.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { REPLY_LINES = 100, LINE_MAX = 998, SUBJECT_MAX = 512 };

/* ---- a mail */

static bool address_ok(const char *s, size_t n)
{
    if (!n || n > SMTP_ADDRESS_MAX)
        return false;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] <= ' ' || s[i] == 0x7f || strchr("<>,;\"", s[i]))
            return false;
    return true;
}

/* The address of "Name <a@b>" or "a@b", without blanks around it; NULL: none. */
static char *address_of(const char *s, size_t n)
{
    const char *open = memchr(s, '<', n);
    if (open) {
        n -= (size_t)(open + 1 - s);
        s = open + 1;
        const char *close = memchr(s, '>', n);
        if (!close)
            return NULL;
        for (const char *p = close + 1; p < s + n; p++)
            if (*p != ' ')
                return NULL;
        n = (size_t)(close - s);
    }
    while (n && *s == ' ') {
        s++;
        n--;
    }
    while (n && s[n - 1] == ' ')
        n--;
    return address_ok(s, n) ? mem_strndup(s, n) : NULL;
}

static bool one_line(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < ' ' || *s == 0x7f)
            return false;
    return true;
}

bool mail_set_sender(struct mail *m, const char *from)
{
    if (!one_line(from))
        return false;
    m->from = address_of(from, strlen(from));
    return m->from != NULL;
}

static bool add_one(struct mail *m, const char *s, size_t n, bool cc)
{
    char *address = m->nto < SMTP_RECIPIENTS_MAX ? address_of(s, n) : NULL;
    if (!address)
        return false;
    m->to[m->nto++] = address;
    m->nto_only += !cc;
    return true;
}

bool mail_add_recipients(struct mail *m, const char *list, bool cc)
{
    size_t before = m->nto;
    bool named = strchr(list, '<') != NULL; /* then blanks belong to names */
    const char *by = named ? ",;" : ",; ";
    if (!one_line(list))
        return false;
    for (const char *s = list; *s;) {
        s += strspn(s, ",; ");
        size_t n = strcspn(s, by);
        if (n && !add_one(m, s, n, cc))
            return false;
        s += n;
    }
    return m->nto > before;
}

void mail_free(struct mail *m)
{
    for (size_t i = 0; i < m->nto; i++)
        mem_free(m->to[i]);
    mem_free(m->from);
    mem_free(m->subject);
    mem_free(m->body);
    mem_free(m->helo);
    mem_free(m->user);
    mem_free(m->password);
    *m = (struct mail){0};
}

static void base64(const void *bytes, size_t n, struct text *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *p = bytes;
    for (size_t i = 0; i < n; i += 3) {
        uint32_t v = (uint32_t)p[i] << 16 | (i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0) | (i + 2 < n ? p[i + 2] : 0);
        char four[4] = {digits[v >> 18], digits[v >> 12 & 63], i + 1 < n ? digits[v >> 6 & 63] : '=',
                        i + 2 < n ? digits[v & 63] : '='};
        text_addn(out, four, 4);
    }
}

static bool ascii(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s > 126)
            return false;
    return true;
}

/* A byte of UTF-8 that is not the first of its character. */
static bool continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* One line of at most SUBJECT_MAX bytes. What is not ASCII goes as encoded words, cut between characters. */
static void add_subject(struct text *out, const char *subject)
{
    char line[SUBJECT_MAX + 1];
    size_t n = 0;
    text_add(out, "Subject:");
    for (; *subject && n < SUBJECT_MAX; subject++)
        line[n++] = (unsigned char)*subject < ' ' || *subject == 0x7f ? ' ' : *subject;
    if (n && continues(*subject)) /* not within a character */
        while (continues(line[--n]) && n)
            ;
    line[n] = '\0';
    const char *s = line + strspn(line, " "), *begin = s;
    if (ascii(s)) {
        text_printf(out, " %s\r\n", s);
        return;
    }
    while (*s) {
        size_t take = strlen(s), most = s == begin ? 39 : 45; /* lines of 76 */
        take = take < most ? take : most;
        while (take > 1 && continues(s[take]))
            take--;
        text_add(out, s == begin ? " =?utf-8?B?" : "\r\n =?utf-8?B?");
        base64(s, take, out);
        text_add(out, "?=");
        s += take;
    }
    text_add(out, "\r\n");
}

static void add_addresses(struct text *out, const char *name, char *const *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        text_printf(out, "%s%s", i ? ",\r\n " : name, v[i]);
    if (n)
        text_add(out, "\r\n");
}

static void add_body(struct text *out, const char *s)
{
    while (*s) {
        size_t n = strcspn(s, "\r\n"), at = 0;
        do {
            size_t piece = n - at < LINE_MAX - 1 ? n - at : LINE_MAX - 1;
            if (s[at] == '.' && piece)
                text_add(out, ".");
            text_addn(out, s + at, piece);
            text_add(out, "\r\n");
            at += piece;
        } while (at < n);
        s += n;
        if (s[0] == '\r' && s[1] == '\n')
            s++;
        s += *s != '\0';
    }
}

void mail_compose(const struct mail *m, const char *id, int64_t wall, struct text *out)
{
    struct wall_time t = wall_split(wall);
    bool plain = ascii(m->body);
    text_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", day_names[t.wday], t.day, month_names[t.mon],
                t.year, t.hour, t.min, t.sec);
    text_printf(out, "From: %s\r\n", m->from);
    add_addresses(out, "To: ", m->to, m->nto_only);
    add_addresses(out, "Cc: ", m->to + m->nto_only, m->nto - m->nto_only);
    add_subject(out, m->subject);
    text_printf(out, "Message-ID: <%s@%s>\r\n", id, m->helo);
    text_printf(out,
                "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=%s\r\nContent-Transfer-Encoding: %s\r\n\r\n",
                plain ? "us-ascii" : "utf-8", plain ? "7bit" : "8bit");
    add_body(out, m->body);
    text_add(out, ".\r\n");
}

/* ---- the dialogue */

void smtp_init(struct smtp *s, const struct mail *m, const char *text, size_t text_len)
{
    *s = (struct smtp){.mail = m, .text = text, .text_len = text_len};
}

size_t smtp_refused(const struct smtp *s)
{
    return s->mail->nto - s->accepted;
}

static enum smtp_outcome go(struct smtp *s, enum smtp_state next)
{
    s->state = next;
    return SMTP_GOING;
}

static enum smtp_outcome mail_from(struct smtp *s, struct text *out)
{
    text_printf(out, "MAIL FROM:<%s>\r\n", s->mail->from);
    return go(s, SMTP_MAIL);
}

static enum smtp_outcome authenticate(struct smtp *s, struct text *out)
{
    const struct mail *m = s->mail;
    if (!m->password || (!s->plain && !s->login))
        return mail_from(s, out);
    if (!s->plain) {
        text_add(out, "AUTH LOGIN\r\n");
        return go(s, SMTP_AUTH_LOGIN);
    }
    struct text secret = {0};
    text_addn(&secret, "", 1);
    text_addn(&secret, m->user, strlen(m->user) + 1);
    text_add(&secret, m->password);
    text_add(out, "AUTH PLAIN ");
    base64(secret.s, secret.len, out);
    text_add(out, "\r\n");
    text_free(&secret);
    return go(s, SMTP_AUTH_PLAIN);
}

static enum smtp_outcome refused(struct smtp *s, struct text *out)
{
    text_add(out, "QUIT\r\n");
    s->state = SMTP_QUIT;
    return SMTP_REFUSED;
}

static enum smtp_outcome secret(struct smtp *s, const char *value, enum smtp_state next, struct text *out)
{
    base64(value, strlen(value), out);
    text_add(out, "\r\n");
    return go(s, next);
}

static enum smtp_outcome next_recipient(struct smtp *s, struct text *out)
{
    if (s->rcpt < s->mail->nto) {
        text_printf(out, "RCPT TO:<%s>\r\n", s->mail->to[s->rcpt++]);
        return go(s, SMTP_RCPT);
    }
    if (!s->accepted)
        return refused(s, out);
    text_add(out, "DATA\r\n");
    return go(s, SMTP_DATA);
}

/* The last line of a reply has come. */
static enum smtp_outcome replied(struct smtp *s, unsigned code, struct text *out)
{
    unsigned kind = code / 100;
    switch (s->state) {
    case SMTP_GREETING:
        if (kind != 2)
            break;
        text_printf(out, "EHLO %s\r\n", s->mail->helo);
        return go(s, SMTP_EHLO);
    case SMTP_EHLO:
        if (kind == 2)
            return authenticate(s, out);
        if (kind != 5)
            break;
        text_printf(out, "HELO %s\r\n", s->mail->helo);
        return go(s, SMTP_HELO);
    case SMTP_HELO:
        if (kind != 2)
            break;
        return mail_from(s, out);
    case SMTP_AUTH_LOGIN:
        if (kind != 3)
            break;
        return secret(s, s->mail->user, SMTP_AUTH_USER, out);
    case SMTP_AUTH_USER:
        if (kind != 3)
            break;
        return secret(s, s->mail->password, SMTP_AUTH_PASSWORD, out);
    case SMTP_AUTH_PLAIN:
    case SMTP_AUTH_PASSWORD:
        if (kind != 2)
            break;
        return mail_from(s, out);
    case SMTP_MAIL:
        if (kind != 2)
            break;
        return next_recipient(s, out);
    case SMTP_RCPT:
        s->accepted += kind == 2;
        if (code == 421)
            break;
        return next_recipient(s, out);
    case SMTP_DATA:
        if (kind != 3)
            break;
        text_addn(out, s->text, s->text_len);
        return go(s, SMTP_TEXT);
    case SMTP_TEXT:
        if (kind != 2)
            break;
        s->sent = true;
        text_add(out, "QUIT\r\n");
        return go(s, SMTP_QUIT);
    case SMTP_QUIT: return SMTP_OVER;
    }
    return refused(s, out);
}

/* "250-AUTH PLAIN LOGIN", and as old servers wrote it, "250-AUTH=LOGIN". */
static void offered(struct smtp *s, const char *line)
{
    if (strncasecmp(line, "AUTH", 4) || (line[4] != ' ' && line[4] != '='))
        return;
    for (const char *w = line + 5; *w;) {
        size_t n = strcspn(w, " ");
        s->plain |= n == 5 && !strncasecmp(w, "PLAIN", 5);
        s->login |= n == 5 && !strncasecmp(w, "LOGIN", 5);
        w += n;
        w += strspn(w, " ");
    }
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static enum smtp_outcome line_came(struct smtp *s, struct text *out)
{
    const char *l = s->line;
    while (s->len && s->line[s->len - 1] == '\r')
        s->len--;
    s->line[s->len] = '\0';
    if (s->len < 3 || l[0] < '2' || l[0] > '5' || !digit(l[1]) || !digit(l[2]) ||
        (l[3] && l[3] != ' ' && l[3] != '-') || ++s->lines > REPLY_LINES)
        return refused(s, out);
    if (s->state == SMTP_EHLO && l[0] == '2' && l[3])
        offered(s, l + 4);
    s->len = 0;
    if (l[3] == '-')
        return SMTP_GOING;
    s->lines = 0;
    return replied(s, (unsigned)((l[0] - '0') * 100 + (l[1] - '0') * 10 + l[2] - '0'), out);
}

enum smtp_outcome smtp_heard(struct smtp *s, const char *bytes, size_t len, struct text *out)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == '\n') {
            enum smtp_outcome outcome = line_came(s, out);
            if (outcome != SMTP_GOING)
                return outcome;
        } else if (s->len == sizeof s->line - 1 || !bytes[i]) {
            return refused(s, out);
        } else {
            s->line[s->len++] = bytes[i];
        }
    }
    return SMTP_GOING;
}
