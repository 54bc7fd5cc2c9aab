/* sample.c: a line that a sentence accepts, made from the sentence. Used at start-up, where each row is typed once or
 * thrice to see that no other row means the same, and by whoever wants an example of a row. The words are chosen so
 * that no real literal begins like them. */
#include <inttypes.h>

#include "cli/grammar/grammar_local.h"

static void value(const struct elem *e, enum sample how, struct text *out)
{
    switch (e->type) {
    case VALUE_IP: text_add(out, "192.0.2.1"); break;
    case VALUE_MASK: text_add(out, "255.255.255.0"); break;
    case VALUE_WILDCARD: text_add(out, "0.0.0.255"); break;
    case VALUE_RANGE: text_printf(out, "%" PRId64, how == SAMPLE_LAST ? e->hi : e->lo); break;
    case VALUE_HEX_RANGE: text_printf(out, "0x%" PRIX64, how == SAMPLE_LAST ? e->hi : e->lo); break;
    case VALUE_OID: text_add(out, "1.3.6.1"); break;
    case VALUE_SECONDS: text_add(out, "5"); break;
    case VALUE_HEX: text_add(out, "AB"); break;
    case VALUE_HHMM: text_add(out, "2:00"); break;
    case VALUE_HHMMSS: text_add(out, "02:00:00"); break;
    case VALUE_MONTH: text_add(out, "March"); break;
    case VALUE_WEEKDAY: text_add(out, "Sunday"); break;
    case VALUE_IFNAME: text_add(out, "Ethernet0/0"); break;
    case VALUE_STRING:
    case VALUE_ARG: text_add(out, "\"Q\""); break;
    case VALUE_LINE:
    case VALUE_LOOSE:
    case VALUE_HOST:
    case VALUE_WORD: text_add(out, e->room && e->room < 3 ? "Q" : "Q7q"); break;
    case VALUE_URL: text_add(out, "disk0:Q7q"); break;
    }
}

static void sample(const struct elem *e, enum sample how, struct text *out)
{
    const struct elem *k = e->kids;

    if (e->optional && how == SAMPLE_SHORT)
        return;
    switch (e->kind) {
    case ELEM_LITERAL:
    case ELEM_VALUE:
        if (out->len)
            text_add(out, " ");
        if (e->kind == ELEM_LITERAL)
            text_add(out, e->text);
        else
            value(e, how, out);
        break;
    case ELEM_CHOICE:
        while (how == SAMPLE_LAST && k->next)
            k = k->next;
        sample(k, how, out);
        break;
    case ELEM_SEQ:
    case ELEM_ANYORDER:
        for (; k; k = k->next)
            sample(k, how, out);
        break;
    }
}

void sentence_sample(const struct sentence *s, enum sample how, struct text *out)
{
    text_clear(out);
    sample(s->root, how, out);
}
