/* test_file_names.c: names of files: what a typed one means, from the root and from a folder; which are refused; how long they may be. */
#include "tests/unit/files_box.h"

static void names_and_aliases(void **state)
{
    struct files *f = ((struct place *)*state)->f;
    static const struct {
        const char *typed, *canonical;
        enum file_result r;
    } facts[] = {
        {"disk0:hub.txt", "disk0:/hub.txt", FILE_OK},
        {"disk0:/hub.txt", "disk0:/hub.txt", FILE_OK},
        {"hub.txt", "disk0:/hub.txt", FILE_OK},
        {"/hub.txt", "disk0:/hub.txt", FILE_OK},
        {"flash:hub.txt", "flash:/hub.txt", FILE_OK},
        {"Flash0:/hub.txt", "flash0:/hub.txt", FILE_OK},
        {"bootflash:hub.txt", "bootflash:/hub.txt", FILE_OK},
        {"DISK0://a//b/", "disk0:/a/b", FILE_OK},
        {"disk0:", "disk0:/", FILE_OK},
        {"nvram:startup-config", "nvram:/startup-config", FILE_OK},
        {"NVRAM:", "nvram:/", FILE_OK},
        {"disk0:a b.txt", "disk0:/a b.txt", FILE_OK},
        {"disk0:...", "disk0:/...", FILE_OK},
        {"disk0:.hidden", "disk0:/.hidden", FILE_OK},
        {"tftp://10.0.0.1/x", NULL, FILE_NO_SYSTEM},
        {"disk1:x", NULL, FILE_NO_SYSTEM},
        {":x", NULL, FILE_NO_SYSTEM},
        {"disk0:../x", NULL, FILE_BAD_NAME},
        {"disk0:a/../../x", NULL, FILE_BAD_NAME},
        {"..", NULL, FILE_BAD_NAME},
        {"disk0:/.", NULL, FILE_BAD_NAME},
        {"disk0:a/./b", NULL, FILE_BAD_NAME},
        {"disk0:.~hub.txt", NULL, FILE_BAD_NAME}, /* the storage's own */
        {"disk0:a\nb", NULL, FILE_BAD_NAME},
        {"disk0:\x1b[2J", NULL, FILE_BAD_NAME},
        {"disk0:a:b", NULL, FILE_BAD_NAME},
        {"1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g", "disk0:/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g", FILE_OK},
        {"1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g/h", NULL, FILE_BAD_NAME},
    };
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        char out[256] = "";
        if (file_canonical(f, facts[i].typed, out) != facts[i].r)
            fail_msg("%s", facts[i].typed);
        if (facts[i].canonical)
            assert_string_equal(out, facts[i].canonical);
    }
    char name[300], out[256];
    memset(name, 'x', sizeof name);
    name[127] = '\0';
    assert_int_equal(file_canonical(f, name, out), FILE_OK);
    assert_int_equal(file_replace(f, name, "1", 1), FILE_OK);
    expect_content(f, name, "1");
    name[127] = 'x';
    name[128] = '\0';
    assert_int_equal(file_canonical(f, name, out), FILE_BAD_NAME);
    name[128] = 'x';
    for (int i = 100; i < 299; i += 100)
        name[i] = '/';
    name[299] = '\0';
    assert_int_equal(file_canonical(f, name, out), FILE_BAD_NAME); /* too long in all */
    name[245] = '\0';
    assert_int_equal(file_canonical(f, name, out), FILE_BAD_NAME);
    name[244] = '\0';
    assert_int_equal(file_canonical(f, name, out), FILE_OK);
    assert_int_equal(strlen(out), strlen("disk0:/") + 244); /* with "bootflash:/" it would be 256 with the NUL */

    assert_int_equal(file_replace(f, "flash:hub.txt", "one", 3), FILE_OK);
    expect_content(f, "disk0:/hub.txt", "one");
    expect_content(f, "hub.txt", "one");
    struct text t = {0};
    assert_int_equal(file_read(f, "nvram:hub.txt", &t), FILE_NOT_FOUND);
    assert_int_equal(file_read(f, "disk0:../disk0/hub.txt", &t), FILE_BAD_NAME);
    assert_int_equal(file_replace(f, "disk0:../x", "", 0), FILE_BAD_NAME);
    assert_int_equal(file_append(f, "disk1:x", "", 0), FILE_NO_SYSTEM);
    assert_int_equal(file_read(f, "disk0:", &t), FILE_IS_DIR);
    text_free(&t);
}

static void names_where_one_stands(void **state)
{
    struct files *f = ((struct place *)*state)->f;
    static const struct {
        const char *cwd, *typed, *whole;
    } facts[] = {
        {"disk0:/", "x", "disk0:/x"},
        {"flash:/logs", "x", "flash:/logs/x"},
        {"flash:/logs", "a/b", "flash:/logs/a/b"},
        {"flash:/logs", "/x", "flash:/x"},
        {"flash:/logs", "flash:x", "flash:/x"}, /* a named system begins at its root */
        {"flash:/logs", "NVRAM:startup-config", "nvram:/startup-config"},
        {"flash:/logs", "", "flash:/logs"},
        {"flash:/logs", ".", "flash:/logs"},
        {"flash:/logs/old", "..", "flash:/logs"},
        {"flash:/logs/old", "../..", "flash:/"},
        {"flash:/logs", "../x/./y", "flash:/x/y"},
        {"nvram:/", "x", "nvram:/x"},
        {"disk0:/a", "disk0:b/../c", "disk0:/c"},
        {"disk0:/a", "tftp://10.0.0.1/x/../y", "tftp://10.0.0.1/x/../y"},
    };
    static const char *const outside[] = {"..", "../x", "a/../../x", "../../x", "disk0:..", "/..", "disk0:/../etc", "../.."};
    char out[256];
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        assert_int_equal(file_resolve(facts[i].cwd, facts[i].typed, out), FILE_OK);
        assert_string_equal(out, facts[i].whole);
    }
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        struct file_info info;
        assert_int_equal(file_resolve("disk0:/", outside[i], out), FILE_OK);
        assert_int_equal(file_stat(f, out, &info), FILE_BAD_NAME);
    }
    char name[300];
    memset(name, 'n', sizeof name);
    for (size_t len = 200; len < 299; len++) { /* whatever fits, none overruns */
        name[len] = '\0';
        enum file_result r = file_resolve("disk0:/a/b/c", name, out);
        assert_true(r == FILE_OK ? strlen(out) == len + strlen("disk0:/a/b/c/") : r == FILE_BAD_NAME);
        assert_true(len < 242 ? r == FILE_OK : r == FILE_BAD_NAME);
        name[len] = 'n';
    }
    assert_true(file_same(f, "flash:x", "disk0:/x"));
    assert_true(file_same(f, "x", "bootflash:/x"));
    assert_false(file_same(f, "nvram:x", "disk0:x"));
    assert_false(file_same(f, "x", "x/y"));
    assert_false(file_same(f, "..", ".."));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(names_and_aliases),
        BOTH(names_where_one_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
