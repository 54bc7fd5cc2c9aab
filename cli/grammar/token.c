/* token.c: one typed value each: does it stand at this place of the line, what is it worth, how is it written, what
 * does `?` call it.
 *
 * A token normally ends at a blank. Three go further: a string may be quoted (an unclosed quote ends with the line; a
 * backslash is an escape only before a quote, so that regular expressions keep theirs), an interface name may be two
 * words ("gi 0/0"), and <line> and <loose> take the rest without trailing blanks.
 *
 * The place of the caret is decided here for values: the first character of a value that does not fit, except in
 * interface names, whose type is a word like a keyword (the caret goes inside). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/grammar/grammar_local.h"
#include "espial/file.h"

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

size_t token_skip(const char *line, size_t len, size_t pos)
{
    while (pos < len && blank(line[pos]))
        pos++;
    return pos;
}

size_t token_word_end(const char *line, size_t len, size_t pos)
{
    while (pos < len && !blank(line[pos]))
        pos++;
    return pos;
}

enum rank token_rank(enum value_type t)
{
    switch (t) {
    case VALUE_HOST: return RANK_NAME;
    case VALUE_WORD:
    case VALUE_STRING:
    case VALUE_ARG:
    case VALUE_URL: return RANK_WORD;
    case VALUE_LINE:
    case VALUE_LOOSE: return RANK_LINE;
    default: return RANK_TYPED;
    }
}

bool token_is_rest(enum value_type t)
{
    return t == VALUE_LINE || t == VALUE_LOOSE;
}

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

const char *token_iftype(const char *word, size_t len)
{
    const char *found = NULL;

    for (size_t i = 0; ifname_types[i]; i++) {
        if (strncasecmp(ifname_types[i], word, len))
            continue;
        if (strlen(ifname_types[i]) == len)
            return ifname_types[i];
        if (found)
            return NULL;
        found = ifname_types[i];
    }
    return len ? found : NULL;
}

static const struct {
    const char *type, *help, *number;
} iftypes[] = {
    {"Ethernet", "IEEE 802.3", "<0-15>"},
    {"FastEthernet", "FastEthernet IEEE 802.3", "<0-15>"},
    {"GigabitEthernet", "GigabitEthernet IEEE 802.3z", "<0-15>"},
    {"Loopback", "Loopback interface", "<0-2147483647>"},
    {"Null", "Null interface", "<0-0>"},
    {"TenGigabitEthernet", "Ten Gigabit Ethernet", "<0-15>"},
    {"Tunnel", "Tunnel interface", "<0-2147483647>"},
};

const char *token_iftype_help(const char *type)
{
    for (size_t i = 0; i < sizeof(iftypes) / sizeof(iftypes[0]); i++)
        if (!strcmp(iftypes[i].type, type))
            return iftypes[i].help;
    return type;
}

const char *token_iftype_number(const char *type)
{
    for (size_t i = 0; i < sizeof(iftypes) / sizeof(iftypes[0]); i++)
        if (!strcmp(iftypes[i].type, type))
            return iftypes[i].number;
    return "<0-15>";
}

/* Type letters, then a number in the same word or the next. name: in full, when YES. */
static enum token ifname_accept(const char *line, size_t len, size_t pos, size_t *end, size_t *bad,
                                char name[IFNAME_MAX])
{
    size_t letters = pos, word = token_word_end(line, len, pos), number;
    char typed[80];

    while (letters < word && letter(line[letters]))
        letters++;
    if (!token_iftype(line + pos, letters - pos)) {
        *bad = pos;
        for (size_t i = 0; ifname_types[i]; i++) {
            size_t n = 0;
            while (pos + n < letters && ifname_types[i][n] && !strncasecmp(line + pos, ifname_types[i], n + 1))
                n++;
            if (pos + n > *bad)
                *bad = pos + n;
        }
        return TOKEN_NO;
    }
    number = letters;
    if (number == word) {
        number = token_skip(line, len, word);
        if (number == len) {
            *end = len;
            return TOKEN_MORE;
        }
        word = token_word_end(line, len, number);
    }
    *bad = number;
    size_t n = (size_t)snprintf(typed, sizeof(typed), "%.*s%.*s", (int)(letters - pos), line + pos,
                                (int)(word - number), line + number);
    if (n < sizeof(typed) && ifname_parse(typed, name)) {
        *end = word;
        return TOKEN_YES;
    }
    while (*bad < word && (digit(line[*bad]) || line[*bad] == '/' || line[*bad] == '.'))
        ++*bad;
    if (*bad == word)
        *bad = number;
    return TOKEN_NO;
}

static size_t backslashes(const char *s, size_t len, size_t pos)
{
    size_t n = 0;

    while (pos + n < len && s[pos + n] == '\\')
        n++;
    return n;
}

/* Behind the closing quote: one with an even number of backslashes before it. */
static size_t string_end(const char *line, size_t len, size_t pos)
{
    if (line[pos] != '"')
        return token_word_end(line, len, pos);
    for (pos++; pos < len && line[pos] != '"'; pos++) {
        size_t n = backslashes(line, len, pos);

        if (pos + n < len && line[pos + n] == '"' && n % 2)
            pos += n;
        else if (n)
            pos += n - 1;
    }
    return pos < len ? pos + 1 : len;
}

/* Backslashes stand for themselves, but before a quote two stand for one. */
static size_t string_text(const char *token, size_t len, char *out, size_t cap)
{
    size_t n = 0;

    if (!len || token[0] != '"') {
        n = len < cap - 1 ? len : cap - 1;
        memcpy(out, token, n);
        out[n] = '\0';
        return n;
    }
    for (size_t i = 1; i < len && n < cap - 1; i++) {
        size_t run = backslashes(token, len, i);
        bool quote = i + run < len && token[i + run] == '"';

        for (size_t k = quote ? run / 2 : run; k && n < cap - 1; k--)
            out[n++] = '\\';
        i += run;
        if (i == len || (quote && run % 2 == 0))
            break;
        if (n < cap - 1)
            out[n++] = token[i];
    }
    out[n] = '\0';
    return n;
}

static void string_format(const char *text, struct text *out)
{
    size_t len = strlen(text);

    text_add(out, "\"");
    for (size_t i = 0; i < len; i++) {
        size_t run = backslashes(text, len, i);
        bool quote = i + run < len && text[i + run] == '"';

        for (size_t k = quote || i + run == len ? 2 * run : run; k; k--)
            text_add(out, "\\");
        i += run;
        if (quote)
            text_add(out, "\\");
        if (i < len)
            text_addn(out, text + i, 1);
    }
    text_add(out, "\"");
}

static bool seconds_parse(const char *s, uint64_t max_ms, uint64_t *ms)
{
    uint64_t whole = 0, part = 0, scale = 100;
    size_t i = 0;

    for (; digit(s[i]); i++) {
        if (i == 12)
            return false;
        whole = whole * 10 + (uint64_t)(s[i] - '0');
    }
    if (!i)
        return false;
    if (s[i] == '.') {
        i++;
        if (!digit(s[i]))
            return false;
        for (; digit(s[i]) && scale; i++, scale /= 10)
            part += (uint64_t)(s[i] - '0') * scale;
    }
    *ms = whole * 1000 + part;
    return !s[i] && *ms <= max_ms;
}

/* "H:MM" or "H:MM:SS", hours and seconds of one or two digits; in the smaller unit of the two. */
static bool time_parse(const char *s, bool seconds, int64_t *out)
{
    static const int64_t most[3] = {23, 59, 59};
    int64_t total = 0;
    unsigned parts = seconds ? 3 : 2;

    for (unsigned i = 0; i < parts; i++) {
        int64_t n = 0;
        unsigned digits = 0;

        for (; digit(*s) && digits < 3; s++, digits++)
            n = n * 10 + (*s - '0');
        if (!digits || digits > 2 || n > most[i] || *s != (i + 1 < parts ? ':' : '\0'))
            return false;
        s += *s == ':';
        total = total * 60 + n;
    }
    *out = total;
    return true;
}

static const char *const months[12] = {"January", "February", "March",     "April",   "May",      "June",
                                       "July",    "August",   "September", "October", "November", "December"};
static const char *const weekdays[7] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

/* Which of n names does the word abbreviate? */
static bool name_parse(const char *word, const char *const names[], unsigned n, int64_t *out)
{
    unsigned found = 0;

    for (unsigned i = 0; i < n; i++)
        if (*word && str_iprefix(word, names[i])) {
            *out = i;
            found++;
        }
    return found == 1;
}

static bool oid_ok(const char *s)
{
    size_t i = s[0] == '.';

    if (!digit(s[i]))
        return false;
    for (; s[i]; i++)
        if (!digit(s[i]) && !(s[i] == '.' && s[i - 1] != '.'))
            return false;
    return true;
}

/* Without the quotes around it. */
static void unquote(char *s)
{
    size_t n = strlen(s);
    if (n > 2 && s[0] == '"' && s[n - 1] == '"') {
        memmove(s, s + 1, n - 2);
        s[n - 2] = '\0';
    }
}

static bool host_ok(const char *s)
{
    bool numeric = true;
    uint32_t ip;

    for (size_t i = 0; s[i]; i++) {
        if (!letter(s[i]) && !digit(s[i]) && s[i] != '-' && s[i] != '_' && s[i] != '.')
            return false;
        numeric &= digit(s[i]) || s[i] == '.';
    }
    return numeric ? ip4_parse(s, &ip) : s[0] != '.' && s[0] != '-';
}

static bool word_num(const struct elem *e, const char *word, int64_t *num)
{
    uint32_t ip;
    uint64_t ms, n;

    switch (e->type) {
    case VALUE_IP:
    case VALUE_WILDCARD:
    case VALUE_MASK:
        if (!ip4_parse(word, &ip) || (e->type == VALUE_MASK && ip4_mask_len(ip) < 0))
            return false;
        *num = ip;
        return true;
    case VALUE_RANGE: return str_int(word, e->lo, e->hi, num);
    case VALUE_HEX_RANGE:
        if (!str_hex(word, (uint64_t)e->lo, (uint64_t)e->hi, &n))
            return false;
        *num = (int64_t)n;
        return true;
    case VALUE_SECONDS:
        if (!seconds_parse(word, (uint64_t)e->hi, &ms))
            return false;
        *num = (int64_t)ms;
        return true;
    case VALUE_HHMM: return time_parse(word, false, num);
    case VALUE_HHMMSS: return time_parse(word, true, num);
    case VALUE_WEEKDAY: return name_parse(word, weekdays, 7, num);
    case VALUE_MONTH:
        if (!name_parse(word, months, 12, num))
            return false;
        ++*num;
        return true;
    default: return false;
    }
}

enum token token_accept(const struct elem *e, const char *line, size_t len, size_t pos, size_t *end, size_t *bad)
{
    char word[GRAMMAR_LINE_MAX + 1], name[IFNAME_MAX];
    int64_t num;
    bool ok = true;

    *bad = pos;
    if (e->type == VALUE_IFNAME)
        return ifname_accept(line, len, pos, end, bad, name);
    if (token_is_rest(e->type)) {
        *end = len;
        while (*end > pos && blank(line[*end - 1]))
            --*end;
        if (e->type == VALUE_LOOSE && line[pos] == '"' && line[*end - 1] != '"') {
            *bad = token_skip(line, len, string_end(line, len, pos));
            return TOKEN_NO;
        }
        return e->room && *end - pos > e->room ? TOKEN_NO : TOKEN_YES;
    }
    if (e->type == VALUE_STRING || e->type == VALUE_ARG) {
        *end = string_end(line, len, pos);
        return !e->room || string_text(line + pos, *end - pos, word, sizeof(word)) <= e->room ? TOKEN_YES : TOKEN_NO;
    }
    *end = token_word_end(line, len, pos);
    if (e->room && *end - pos > e->room)
        return TOKEN_NO;
    memcpy(word, line + pos, *end - pos);
    word[*end - pos] = '\0';
    switch (e->type) {
    case VALUE_WORD:
    case VALUE_URL: break;
    case VALUE_HOST: ok = host_ok(word); break;
    case VALUE_OID:
        unquote(word);
        ok = oid_ok(word);
        break;
    case VALUE_HEX: ok = strspn(word, "0123456789abcdefABCDEF") == *end - pos; break;
    default: ok = word_num(e, word, &num); break;
    }
    return ok ? TOKEN_YES : TOKEN_NO;
}

/* The name of a file system without its colon (`dir flash`). */
static bool bare_filesystem(const struct elem *e, const char *word, size_t n)
{
    const char *name;

    for (size_t i = 0; e->type == VALUE_URL && (name = file_system_nth(i, NULL)); i++)
        if (n + 1 == strlen(name) && !strncasecmp(name, word, n))
            return true;
    return false;
}

size_t token_value(const struct elem *e, const char *line, size_t start, size_t end, struct cmd_val *v, char *store,
                   size_t cap)
{
    size_t n = end - start, unused_end, unused_bad;
    char name[IFNAME_MAX] = "";

    *v = (struct cmd_val){.name = e->name, .kind = CMD_VAL_TEXT, .text = store};
    if (e->type == VALUE_STRING || e->type == VALUE_ARG)
        return string_text(line + start, n, store, cap) + 1;
    if (e->type == VALUE_IFNAME) {
        if (ifname_accept(line, end, start, &unused_end, &unused_bad, name) != TOKEN_YES)
            name[0] = '\0';
        str_copy(store, cap, name);
        return strlen(store) + 1;
    }
    if (n > cap - 1)
        n = cap - 1;
    memcpy(store, line + start, n);
    store[n] = '\0';
    if (n + 2 < cap && bare_filesystem(e, store, n)) {
        store[n++] = ':';
        store[n] = '\0';
    }
    if (e->type == VALUE_OID)
        unquote(store);
    if (word_num(e, store, &v->num))
        v->kind = CMD_VAL_INT;
    else if (e->type == VALUE_HOST)
        v->kind = CMD_VAL_HOST;
    return n + 1;
}

void token_expand(const struct elem *e, const char *line, size_t start, size_t end, struct text *out)
{
    char name[IFNAME_MAX];
    size_t unused_end, unused_bad;

    if (e->type == VALUE_IFNAME && ifname_accept(line, end, start, &unused_end, &unused_bad, name) == TOKEN_YES)
        text_add(out, name);
    else
        text_addn(out, line + start, end - start);
    if (bare_filesystem(e, line + start, end - start))
        text_add(out, ":");
}

static bool one_word(const char *s)
{
    return *s && !s[strcspn(s, " \t\n\r")];
}

bool token_format(const struct elem *e, int64_t num, const char *text, struct text *out)
{
    switch (e->type) {
    case VALUE_IP:
    case VALUE_MASK:
    case VALUE_WILDCARD:
        if (e->type == VALUE_MASK && ip4_mask_len((uint32_t)num) < 0)
            return false;
        text_add(out, IP4((uint32_t)num));
        return true;
    case VALUE_RANGE:
        if (num < e->lo || num > e->hi)
            return false;
        text_printf(out, "%" PRId64, num);
        return true;
    case VALUE_HEX_RANGE: text_printf(out, "0x%" PRIX64, num); return num >= e->lo && num <= e->hi;
    case VALUE_SECONDS:
        text_printf(out, "%" PRId64, num / 1000);
        if (num % 1000)
            text_printf(out, ".%03" PRId64, num % 1000);
        return num >= 0;
    case VALUE_HHMM: text_printf(out, "%" PRId64 ":%02" PRId64, num / 60, num % 60); return num >= 0 && num < 1440;
    case VALUE_HHMMSS:
        text_printf(out, "%02" PRId64 ":%02" PRId64 ":%02" PRId64, num / 3600, num / 60 % 60, num % 60);
        return num >= 0 && num < 86400;
    case VALUE_MONTH:
        if (num < 1 || num > 12)
            return false;
        text_add(out, month_names[num - 1]);
        return true;
    case VALUE_WEEKDAY:
        if (num < 0 || num > 6)
            return false;
        text_add(out, day_names[num]);
        return true;
    case VALUE_STRING: string_format(text, out); return true;
    case VALUE_ARG:
        if (one_word(text) && *text != '"')
            text_add(out, text);
        else
            string_format(text, out);
        return true;
    case VALUE_LINE:
    case VALUE_LOOSE: text_add(out, text); return *text && !strchr(text, '\n');
    default: text_add(out, text); return one_word(text);
    }
}

const char *token_placeholder(const struct elem *e, char buf[static 48])
{
    switch (e->type) {
    case VALUE_IP:
    case VALUE_MASK:
    case VALUE_WILDCARD: return "A.B.C.D";
    case VALUE_HOST: return "Hostname or A.B.C.D";
    case VALUE_LINE:
    case VALUE_LOOSE: return "LINE";
    case VALUE_HHMM: return "hh:mm";
    case VALUE_HHMMSS: return "hh:mm:ss";
    case VALUE_MONTH: return "MONTH";
    case VALUE_WEEKDAY: return "DAY";
    case VALUE_RANGE: snprintf(buf, 48, "<%" PRId64 "-%" PRId64 ">", e->lo, e->hi); return buf;
    case VALUE_HEX_RANGE: snprintf(buf, 48, "<0x%" PRIX64 "-0x%" PRIX64 ">", e->lo, e->hi); return buf;
    case VALUE_SECONDS: snprintf(buf, 48, "<0-%" PRId64 ">", e->hi / 1000); return buf;
    default: return "WORD";
    }
}
