/* applet_site.h: a router with an applet of tests/applets, its neighbour, two wires between them and a mail server. */
#ifndef ESPIAL_TESTS_APPLET_SITE_H
#define ESPIAL_TESTS_APPLET_SITE_H

#include "tests/exchange/applet_box.h"
#include "tests/sim/mailer.h"

#define R1 NODE
#define R2 "R2"

static const char base[] = "hostname R1\n"
                           "logging buffered 100000 debugging\n"
                           "interface Loopback0\n ip address 10.0.0.1 255.255.255.255\n"
                           "interface Ethernet0/0\n ip address 192.0.2.1 255.255.255.0\n"
                           "interface Ethernet0/1\n ip address 198.51.100.1 255.255.255.0\n";
static const char other[] = "hostname R2\n"
                            "interface Ethernet0/0\n ip address 192.0.2.2 255.255.255.0\n"
                            "interface Ethernet0/1\n ip address 198.51.100.2 255.255.255.0\n"
                            "ip route 10.0.0.1 255.255.255.255 192.0.2.1\n";

/* R1 and R2 with two wires between them, and a mail server. */
struct site {
    struct box *box;
    struct wire *first, *second; /* of Ethernet0/0 and Ethernet0/1 */
    struct mailer mailer;
};

static inline void start(struct site *s, const char *file)
{
    char config[16384], path[512];
    snprintf(path, sizeof path, "%s/applets/%s.cfg", TESTS_DIR, file);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    size_t n = (size_t)snprintf(config, sizeof config, "%s", base);
    n += fread(config + n, 1, sizeof config - 1 - n, f);
    assert_true(n < sizeof config - 1);
    config[n] = '\0';
    fclose(f);
    struct box *b = s->box = box_new(1);
    box_node(b, R1, config);
    box_node(b, R2, other);
    mailer_init(&s->mailer, box_loop(b), MAILER_ANSWERS, mailer_kind);
    box_streams(b, R1, &s->mailer.streams);
    s->first = box_link(b, R1, "Ethernet0/0", R2, "Ethernet0/0");
    s->second = box_link(b, R1, "Ethernet0/1", R2, "Ethernet0/1");
    box_boot(b);
    assert_int_equal(box_log_count(b, R1, 0, "Invalid input"), 0);
    box_run(b, US_PER_S);
}

#endif
