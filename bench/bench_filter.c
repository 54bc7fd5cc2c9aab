/* bench_filter.c: how fast `| include` goes over a long output, next to PCRE2 alone on the same lines in the same run.
 *
 * The text is 100,000 lines of a configuration (interfaces, addresses, descriptions, access lists; 3.6 MB). "filter" is
 * filter_new, filter_write of the whole text as `show running-config` writes it, filter_end, into a sink that counts.
 * "by lines" writes each line by itself, as most commands do. "pcre2" is the bare loop: memchr for the line end and
 * pcre2_jit_match of that line, with the pattern as PCRE2 writes it. Rounds alternate; the quickest of each counts.
 *
 * usage: bench_filter [ROUNDS (12)]
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/shell/filter.h"
#include "espial/file.h"

#define LINES 100000

struct sink {
    struct out out;
    size_t bytes;
};

static void sink_write(struct out *o, const char *s, size_t len)
{
    (void)s;
    ((struct sink *)(void *)o)->bytes += len;
}

static double now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static void make_text(struct text *t)
{
    for (unsigned i = 0, n = 0; n < LINES; i++) {
        text_printf(t, "interface GigabitEthernet0/%u.%u\n", i % 8, i);
        text_printf(t, " description to customer %u, ordered by desk %u\n", i * 7919 % 100003, i % 31);
        text_printf(t, " ip address 10.%u.%u.1 255.255.255.0\n", i / 250 % 250, i % 250);
        text_add(t, i % 5 ? " no shutdown\n" : " shutdown\n");
        text_add(t, "!\n");
        text_printf(t, "ip route 172.%u.%u.0 255.255.255.0 10.0.0.%u\n", i / 250 % 250, i % 250, i % 200 + 1);
        text_printf(t, "access-list 101 permit tcp 192.0.2.0 0.0.0.255 host 198.51.100.%u eq www\n", i % 250);
        n += 7;
    }
}

static size_t filtered(struct files *files, const char *spec, const struct text *t, bool by_lines, double *seconds)
{
    struct sink sink = {.out.write = sink_write};
    struct filter *f;
    struct filter_error e;
    double from = now();
    if (filter_new(spec, &(struct filter_env){.files = files}, &sink.out, &f, &e) != FILTER_OK)
        abort();
    if (!by_lines)
        filter_write(f, t->s, t->len);
    for (const char *p = t->s, *nl; by_lines && (nl = memchr(p, '\n', (size_t)(t->s + t->len - p))) != NULL; p = nl + 1)
        filter_write(f, p, (size_t)(nl + 1 - p));
    filter_end(f);
    filter_free(f);
    double took = now() - from;
    if (took < *seconds)
        *seconds = took;
    return sink.bytes;
}

static size_t bare(pcre2_code *code, pcre2_match_data *match, const struct text *t, double *seconds)
{
    size_t bytes = 0;
    double from = now();
    for (const char *p = t->s, *nl; (nl = memchr(p, '\n', (size_t)(t->s + t->len - p))) != NULL; p = nl + 1)
        if (pcre2_jit_match(code, (PCRE2_SPTR)p, (size_t)(nl - p), 0, 0, match, NULL) > 0)
            bytes += (size_t)(nl + 1 - p);
    double took = now() - from;
    if (took < *seconds)
        *seconds = took;
    return bytes;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *ios, *pcre;
    } patterns[] = {
        {"nowhere", "nowhere"},
        {"GigabitEthernet0/3", "GigabitEthernet0/3"},
        {"address", "address"},
        {"^interface|^ shut", "^interface|^ shut"},
        {"10\\.[0-9]+\\.7\\.", "10\\.[0-9]+\\.7\\."},
        {"_192.0.2.0_.*_eq_www",
         "(?:[,{}() _]|^|$)192.0.2.0(?:[,{}() _]|^|$).*(?:[,{}() _]|^|$)eq(?:[,{}() _]|^|$)www"},
        {".*customer.*desk 7", ".*customer.*desk 7"},
    };
    unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 12;
    struct files *files = files_memory_new();
    struct text t = {0};
    make_text(&t);
    printf("%.1f MB in some %u lines; MB/s of text looked at, the quickest of %u rounds\n", (double)t.len / 1e6, LINES,
           rounds);
    printf("%-24s %9s %9s %9s %16s\n", "| include", "filter", "by lines", "pcre2", "filter to pcre2");
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        double whole = 1e9, lines = 1e9, alone = 1e9;
        char spec[128];
        int error;
        PCRE2_SIZE at;
        pcre2_code *code =
            pcre2_compile((PCRE2_SPTR)patterns[i].pcre, PCRE2_ZERO_TERMINATED, PCRE2_DOTALL, &error, &at, NULL);
        if (!code || pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) != 0)
            return 1;
        pcre2_match_data *match = pcre2_match_data_create_from_pattern(code, NULL);
        snprintf(spec, sizeof spec, " include %s", patterns[i].ios);
        for (unsigned r = 0; r < rounds; r++) {
            size_t a = filtered(files, spec, &t, false, &whole), b = filtered(files, spec, &t, true, &lines);
            size_t c = bare(code, match, &t, &alone);
            if (a != b || a != c) {
                fprintf(stderr, "%s: %zu, %zu and %zu bytes\n", patterns[i].ios, a, b, c);
                return 1;
            }
        }
        double mb = (double)t.len / 1e6;
        printf("%-24s %9.0f %9.0f %9.0f %16.2f\n", patterns[i].ios, mb / whole, mb / lines, mb / alone, alone / whole);
        pcre2_match_data_free(match);
        pcre2_code_free(code);
    }
    text_free(&t);
    files_free(files);
    return 0;
}
