/* fuzz_smtp.c: any bytes as what an SMTP server sends, and as the parts of a mail. The first line is the recipients, the
 * second the subject, then the body up to a line "250", and behind it what the server says, in pieces of any length. It
 * must hold: the text is lines of at most 1,000 bytes ended by CR LF and nothing else, whose only line of one dot is the
 * last; its header has our names alone; commands are whole lines with nothing behind them; after a refusal comes QUIT;
 * reading in one piece or byte by byte is the same. */
#include <string.h>

#include "eem/smtp.h"
#include "tests/fuzz/fuzz.h"

const char *const fuzz_words[] = {"220 ",  "250 ",  "250-", "354 ",    "221 ",   "334 ", "235 ", "550 ", "421 ",          "500 ",    "\r\n", "\n", "\r", ".",
                                  "..\n", "AUTH PLAIN LOGIN", "AUTH=LOGIN", "\n250\n", "a@b", ", ", ";",    "<c@d>", "Name <e@f>", "\xc3\xa9", "\xe2\x82\xac", "Bcc: x", NULL};

static const char *const names[] = {"Date:", "From:", "To:", "Cc:", "Subject:", "Message-ID:", "MIME-Version:", "Content-Type:", "Content-Transfer-Encoding:"};

static void check_text(const struct text *t)
{
    const char *s = text_str(t), *end = s + t->len;
    bool header = true;
    fuzz_must(strlen(s) == t->len && t->len > 3);
    while (s < end) {
        const char *nl = memchr(s, '\n', (size_t)(end - s));
        fuzz_must(nl && nl > s && nl[-1] == '\r' && nl + 1 - s <= 1000);
        fuzz_must(memchr(s, '\r', (size_t)(nl - s)) == nl - 1);
        size_t n = (size_t)(nl - 1 - s);
        fuzz_must((n == 1 && *s == '.') == (nl + 1 == end));
        fuzz_must(*s != '.' || nl + 1 == end || s[1] == '.');
        bool known = !header || *s == ' ' || !n;
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
            known |= !strncmp(s, names[i], strlen(names[i]));
        fuzz_must(known);
        header &= n != 0;
        s = nl + 1;
    }
}

/* What is answered must be lines of ours, or the mail behind DATA. */
static enum smtp_outcome converse(const struct mail *m, const struct text *text, const char *bytes, size_t len, size_t piece, struct text *said)
{
    struct smtp s;
    enum smtp_outcome outcome = SMTP_GOING;
    smtp_init(&s, m, text_str(text), text->len);
    for (size_t at = 0; at < len && outcome == SMTP_GOING; at += piece)
        outcome = smtp_heard(&s, bytes + at, len - at < piece ? len - at : piece, said);
    fuzz_must(smtp_refused(&s) <= m->nto);
    fuzz_must(!said->len || !strcmp(said->s + said->len - 2, "\r\n"));
    if (outcome == SMTP_REFUSED)
        fuzz_must(said->len >= 6 && !strcmp(said->s + said->len - 6, "QUIT\r\n"));
    return outcome;
}

static char *cut(const char **p, const char *end, const char *at)
{
    const char *found = NULL;
    size_t n = strlen(at);
    for (const char *s = *p; !found && s + n <= end; s++)
        if (!memcmp(s, at, n))
            found = s;
    char *part = mem_strndup(*p, (size_t)((found ? found : end) - *p));
    *p = found ? found + n : end;
    return part;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *p = (const char *)data, *end = p + size;
    struct mail m = {.helo = mem_strdup("hub"), .user = mem_strdup("joe"), .password = mem_strdup("pw")};
    char *to = cut(&p, end, "\n");
    fuzz_must(mail_set_sender(&m, "hub@example.net"));
    if (!mail_add_recipients(&m, to, false))
        fuzz_must(mail_add_recipients(&m, "a@b", false) || m.nto == SMTP_RECIPIENTS_MAX);
    m.subject = cut(&p, end, "\n");
    m.body = cut(&p, end, "\n250\n");
    struct text text = {0}, whole = {0}, single = {0};
    mail_compose(&m, "1.1", 0, &text);
    check_text(&text);
    char *bytes = mem_new((size_t)(end - p) + 1); /* not one byte more is read */
    memcpy(bytes, p, (size_t)(end - p));
    enum smtp_outcome one = converse(&m, &text, bytes, (size_t)(end - p), (size_t)(end - p) + 1, &whole);
    fuzz_must(one == converse(&m, &text, bytes, (size_t)(end - p), 1, &single));
    fuzz_must(whole.len == single.len && !strcmp(text_str(&whole), text_str(&single)));
    mem_free(bytes);
    mem_free(to);
    text_free(&text);
    text_free(&whole);
    text_free(&single);
    mail_free(&m);
    return 0;
}

size_t fuzz_seed(size_t i, uint8_t *out)
{
    static const char *const seeds[] = {
        "a@b, c@d\nSubject\none\n.two\n250\n220 x\r\n250-x\r\n250 AUTH PLAIN\r\n235 ok\r\n250 ok\r\n250 ok\r\n550 no\r\n354 go\r\n250 ok\r\n221 bye\r\n",
        "Name <a@b>\nh\xc3\xa9\n..\n250\n220-x\n220 x\n500 what\n250 x\n250 ok\n250 ok\n354 go\n554 no\n",
        "a@b\n\n\n250\n220 x\r\n250 AUTH=LOGIN\r\n334 u\r\n334 p\r\n535 no\r\n",
    };

    return fuzz_seed_text(seeds, sizeof seeds / sizeof seeds[0], i, out);
}
