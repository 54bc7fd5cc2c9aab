/* test_acl_saved.c: an access list means the same after a reload, however it was typed and edited: by `access-list N`, inside of
 * `ip access-list`, by places given anew; and both ways of typing a numbered list reach all of its lines. */
#include "tests/exchange/config_box.h"

static void lists_are(struct box *b, const char *want)
{
    const char *said = box_type(b, NODE, "do show access-lists");

    if (strcmp(said, want))
        fail_msg("lists are\n%s-- instead of\n%s", said, want);
}

static void config_has(struct box *b, const char *want)
{
    char conf[CONFIG_MAX];

    config_of(b, conf);
    if (!strstr(conf, want))
        fail_msg("running-config\n%s-- lacks\n%s", conf, want);
}

static void saved_and_reloaded(struct box *b)
{
    char before[CONFIG_MAX], after[CONFIG_MAX];

    config_of(b, before);
    box_type_all(b, NODE, "end\nwrite memory");
    box_reload(b, NODE);
    box_run(b, 2000000);
    box_type(b, NODE, "configure terminal");
    config_of(b, after);
    assert_string_equal(after, before);
}

#define HOSTNAME "hostname r1\n"

static void numbered_edited_inside(void **state)
{
    struct box *b = one_router(HOSTNAME "access-list 101 permit ip 10.1.0.0 0.0.0.255 any\n"
                                        "access-list 101 permit ip 10.4.0.0 0.0.0.255 any\n"
                                        "access-list 5 permit 10.1.1.1\n");
    (void)state;

    box_type_all(b, NODE,
                 "ip access-list extended 101\n15 deny ip host 10.4.0.9 any\n30 permit gre any any\n"
                 "ip access-list standard 5\n5 deny 10.2.2.2");
#define EDITED                                                                                                         \
    "Standard IP access list 5\n    5 deny   10.2.2.2\n    10 permit 10.1.1.1\n"                                       \
    "Extended IP access list 101\n    10 permit ip 10.1.0.0 0.0.0.255 any\n    15 deny ip host 10.4.0.9 any\n"         \
    "    20 permit ip 10.4.0.0 0.0.0.255 any\n    30 permit gre any any\n"
    lists_are(b, EDITED);
    assert_string_equal(box_type(b, NODE, "ip access-list extended 101"), "");
    assert_string_equal(box_type(b, NODE, "20 permit esp any any"), "% Duplicate sequence number\n");
    saved_and_reloaded(b);
    lists_are(b, EDITED);
    /* what is typed outside goes to the end of the same list; what is there is not there twice */
    box_type_all(b, NODE, "access-list 101 permit esp any any\naccess-list 101 permit gre any any");
    lists_are(b, EDITED "    40 permit esp any any\n");
    /* and is taken away by either way of saying it */
    box_type_all(b, NODE,
                 "no access-list 101 permit gre any any\nip access-list extended 101\nno permit esp any any\n"
                 "no permit ip 10.1.0.0 0.0.0.255 any\nip access-list standard 5\nno permit 10.1.1.1");
    lists_are(
        b, "Standard IP access list 5\n    5 deny   10.2.2.2\n"
           "Extended IP access list 101\n    15 deny ip host 10.4.0.9 any\n    20 permit ip 10.4.0.0 0.0.0.255 any\n");
    box_free(b);
}

static void numbered_removed_by_name(void **state)
{
    struct box *b = one_router(HOSTNAME "access-list 101 permit ip any any\naccess-list 102 permit ip any any\n"
                                        "access-list 5 permit 10.1.1.1\naccess-list 6 permit 10.1.1.1\n");
    (void)state;

    box_type_all(b, NODE,
                 "no ip access-list extended 101\nno ip access-list standard 5\nno ip access-list extended 103");
    lists_are(b, "Standard IP access list 6\n    10 permit 10.1.1.1\n"
                 "Extended IP access list 102\n    10 permit ip any any\n");
    box_free(b);
}

/* Places given anew close together: a line typed behind them must not come to stand before them. */
static void resequenced(void **state)
{
    struct box *b =
        one_router(HOSTNAME "ip access-list extended A\n permit ip host 10.1.1.1 any\n permit ip host 10.2.2.2 any\n");
    (void)state;

    box_type_all(b, NODE, "ip access-list resequence A 1 1\nip access-list extended A\n3 deny ip any any");
#define CLOSE                                                                                                          \
    "Extended IP access list A\n    1 permit ip host 10.1.1.1 any\n    2 permit ip host 10.2.2.2 any\n"                \
    "    3 deny ip any any\n"
    lists_are(b, CLOSE);
    config_has(b, "ip access-list extended A\n 1 permit ip host 10.1.1.1 any\n 2 permit ip host 10.2.2.2 any\n"
                  " 3 deny ip any any\n");
    saved_and_reloaded(b);
    lists_are(b, CLOSE);
    box_free(b);
}

/* The same when the line that comes to stand in front is the last of many, and when it was typed first. */
static void typed_before(void **state)
{
    struct box *b =
        one_router(HOSTNAME "ip access-list extended A\n permit ip host 10.1.1.1 any\n permit ip host 10.2.2.2 any\n"
                            " permit ip host 10.3.3.3 any\n");
    (void)state;

    box_type_all(b, NODE,
                 "ip access-list resequence A 1 2\nip access-list extended A\n4 deny ip host 10.4.4.4 any\n"
                 "permit ip host 10.5.5.5 any\n7 deny ip host 10.6.6.6 any");
#define AMONG                                                                                                          \
    "Extended IP access list A\n    1 permit ip host 10.1.1.1 any\n    3 permit ip host 10.2.2.2 any\n"                \
    "    4 deny ip host 10.4.4.4 any\n    5 permit ip host 10.3.3.3 any\n    7 deny ip host 10.6.6.6 any\n"            \
    "    10 permit ip host 10.5.5.5 any\n"
    lists_are(b, AMONG);
    saved_and_reloaded(b);
    lists_are(b, AMONG);
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbered_edited_inside),
                                       cmocka_unit_test(numbered_removed_by_name), cmocka_unit_test(resequenced),
                                       cmocka_unit_test(typed_before)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
