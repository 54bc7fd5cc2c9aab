/* drive.c: main() of a harness without libFuzzer: the same options, a plain mutator.
 *
 *   fuzz_NAME [-runs=N] [-max_total_time=SECONDS] [-seed=N] [-artifact_prefix=PATH] [-dump=FOLDER] [FILE|FOLDER]...
 *
 * Inputs are the harness's own seeds and the files named; each run takes one, mostly spoils it (mutate.c), and gives it to the harness. Without -runs and
 * -max_total_time it runs for FUZZ_SECONDS of the environment, or 5 s. With -runs=0 the inputs are only run as they are: that is how a file is tried again.
 * -dump writes the harness's own seeds into a folder, for libFuzzer.
 *
 * The runs are made in a child. When it dies, or gets nowhere for HANG_S, the parent writes the last input to PATHcrash-NAME and says with which -seed and -runs
 * the whole way there is repeated (harnesses keep a state between inputs). What the child prints (a sanitizer's report) comes before. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "tests/sim/mutate.h"

#define HANG_S     60
#define INPUTS_MAX 65536

struct input {
    uint8_t *data;
    size_t len;
};
struct corpus {
    struct input *v;
    size_t n;
};
/* Seen by parent and child. */
struct shared {
    uint64_t runs;
    size_t len;
    uint8_t data[FUZZ_INPUT_MAX];
};
struct options {
    const char *name, *prefix, *dump;
    uint64_t runs, seed;
    double seconds;
    bool just_run;
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(2);
}

static void add(struct corpus *c, const uint8_t *data, size_t len)
{
    struct input in = {.data = malloc(len + 1), .len = len};

    c->v = realloc(c->v, (c->n + 1) * sizeof *c->v);
    if (!c->v || !in.data)
        fail("memory", "none left");
    memcpy(in.data, data, len);
    c->v[c->n++] = in;
}

static void add_file(struct corpus *c, const char *path)
{
    uint8_t buf[FUZZ_INPUT_MAX];
    FILE *f = fopen(path, "rb");

    if (!f)
        fail(path, strerror(errno));
    add(c, buf, fread(buf, 1, sizeof buf, f));
    fclose(f);
}

/* Of a folder, in the order of names: a run is repeated by its seed. */
static void add_path(struct corpus *c, const char *path)
{
    char name[PATH_MAX];
    struct dirent **v;
    int n = scandir(path, &v, NULL, alphasort);

    if (n < 0) {
        add_file(c, path);
        return;
    }
    for (int i = 0; i < n; i++) {
        struct stat st;
        snprintf(name, sizeof name, "%s/%s", path, v[i]->d_name);
        if (c->n < INPUTS_MAX && stat(name, &st) == 0 && S_ISREG(st.st_mode))
            add_file(c, name);
        free(v[i]);
    }
    free(v);
}

static void write_file(const char *path, const void *data, size_t len)
{
    FILE *f = fopen(path, "wb");

    if (!f || fwrite(data, 1, len, f) != len || fclose(f))
        fail(path, strerror(errno));
}

static void run_one(struct shared *s, const uint8_t *data, size_t len)
{
    /* Its own piece of memory, so that a sanitizer sees a step past its end. */
    uint8_t *copy = malloc(len ? len : 1);

    if (!copy)
        fail("memory", "none left");
    memcpy(copy, data, len);
    memcpy(s->data, data, len);
    s->len = len;
    LLVMFuzzerTestOneInput(copy, len);
    s->runs++;
    free(copy);
}

static void run_all(const struct options *o, const struct corpus *c, struct shared *s)
{
    uint64_t rnd = o->seed * 2 + 1;
    double end = now() + o->seconds;
    uint8_t buf[FUZZ_INPUT_MAX];

    for (size_t i = 0; i < c->n; i++)
        run_one(s, c->v[i].data, c->v[i].len);
    for (uint64_t i = 0; !o->just_run && i < o->runs; i++) {
        const struct input *in = &c->v[mutate_below(&rnd, c->n)], *other = &c->v[mutate_below(&rnd, c->n)];
        if ((i & 15) == 0 && now() >= end)
            break;
        memcpy(buf, in->data, in->len);
        run_one(s, buf, mutate(&rnd, buf, in->len, sizeof buf, fuzz_words, other->data, other->len));
    }
}

/* The child's end: 0 when it was a good one. */
static int watch(const struct options *o, const struct shared *s, pid_t child)
{
    uint64_t runs = 0;
    double since = now();
    char path[PATH_MAX];
    int status;

    while (waitpid(child, &status, WNOHANG) == 0) {
        usleep(20000);
        if (s->runs != runs) {
            runs = s->runs;
            since = now();
        } else if (now() - since > HANG_S) {
            fprintf(stderr, "%s: gets nowhere for %d seconds\n", o->name, HANG_S);
            kill(child, SIGABRT);
            since = now();
        }
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        printf("%s: %llu inputs\n", o->name, (unsigned long long)s->runs);
        return 0;
    }
    snprintf(path, sizeof path, "%scrash-%s", o->prefix, o->name);
    write_file(path, s->data, s->len);
    fprintf(stderr, "%s: %s %d after %llu inputs; the last is in %s; again: -seed=%llu -runs=%llu\n", o->name, WIFSIGNALED(status) ? "signal" : "exit",
            WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), (unsigned long long)s->runs, path, (unsigned long long)o->seed, (unsigned long long)s->runs + 1);
    return 1;
}

static bool number_of(const char *arg, const char *option, const char **value)
{
    size_t n = strlen(option);

    if (strncmp(arg, option, n))
        return false;
    *value = arg + n;
    return true;
}

int main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/'), *env = getenv("FUZZ_SECONDS"), *value;
    struct options o = {.name = slash ? slash + 1 : argv[0], .prefix = "", .runs = UINT64_MAX, .seed = 1, .seconds = env ? atof(env) : 5};
    struct corpus corpus = {0};
    uint8_t seed[FUZZ_INPUT_MAX];
    size_t len;

    for (int i = 1; i < argc; i++) {
        if (number_of(argv[i], "-runs=", &value)) {
            o.runs = strtoull(value, NULL, 10);
            o.just_run = o.runs == 0;
            o.seconds = 1e9;
        } else if (number_of(argv[i], "-max_total_time=", &value)) {
            o.seconds = atof(value);
        } else if (number_of(argv[i], "-seed=", &value)) {
            o.seed = strtoull(value, NULL, 10);
        } else if (number_of(argv[i], "-artifact_prefix=", &value)) {
            o.prefix = value;
        } else if (number_of(argv[i], "-dump=", &value)) {
            o.dump = value;
        } else if (argv[i][0] == '-') {
            fail(argv[i], "unknown option");
        } else {
            add_path(&corpus, argv[i]);
        }
    }
    if (!o.just_run || !corpus.n)
        for (size_t i = 0; (len = fuzz_seed(i, seed)) != SIZE_MAX; i++)
            add(&corpus, seed, len);
    for (size_t i = 0; o.dump && i < corpus.n; i++) {
        char path[PATH_MAX];
        snprintf(path, sizeof path, "%s/seed-%zu", o.dump, i);
        write_file(path, corpus.v[i].data, corpus.v[i].len);
    }
    struct shared *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED || !corpus.n)
        fail(o.name, "no inputs");
    pid_t child = o.dump ? -1 : fork();
    if (child == 0) {
        run_all(&o, &corpus, s);
        for (size_t i = 0; i < corpus.n; i++)
            free(corpus.v[i].data);
        free(corpus.v);
        exit(0);
    }
    int status = child < 0 ? o.dump ? 0 : 2 : watch(&o, s, child);
    for (size_t i = 0; i < corpus.n; i++)
        free(corpus.v[i].data);
    free(corpus.v);
    return status;
}
