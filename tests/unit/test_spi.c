/* test_spi.c: inbound SAs by address, protocol and SPI, beside a plain list of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dataplane/ipsec/ipsec_local.h"
#include "espial/rand.h"

#define SAS 600

static struct sa_pair sas[SAS];
static struct known {
    uint32_t addr, spi;
    uint8_t proto;
    bool in;
} list[SAS];

static const struct known *listed(uint32_t addr, uint8_t proto, uint32_t spi)
{
    for (size_t i = 0; i < SAS; i++)
        if (list[i].in && list[i].addr == addr && list[i].proto == proto && list[i].spi == spi)
            return &list[i];
    return NULL;
}

static void all_found(const struct spi_index *x)
{
    for (size_t i = 0; i < SAS; i++) {
        const struct known *k = listed(list[i].addr, list[i].proto, list[i].spi); /* perhaps another of the same name */
        assert_ptr_equal(spi_find(x, list[i].addr, list[i].proto, list[i].spi), k ? &sas[k - list] : NULL);
    }
}

/* Crowded: multiples of the inverse (modulo 2^32) of what spi_home multiplies by have all the same home, or nearly. */
static uint32_t draw(struct rnd *rnd, bool crowded)
{
    return crowded ? 256 + rnd_u32(rnd) % 40 * 0xE8B2F51u : 256 + rnd_u32(rnd) % 0xFFFFFF00u;
}

static void churn(bool crowded)
{
    struct rnd *rnd = rnd_seeded_new(crowded ? 7 : 8);
    struct spi_index x;
    spi_init(&x);
    for (size_t i = 0; i < SAS; i++)
        list[i] = (struct known){0};
    for (unsigned round = 0; round < 4000; round++) {
        size_t i = rnd_u32(rnd) % SAS;
        if (list[i].in) {
            spi_remove(&x, list[i].addr, list[i].proto, list[i].spi);
            list[i].in = false;
        } else {
            uint32_t addr = 0xC0000201u + rnd_u32(rnd) % 3, spi = draw(rnd, crowded);
            uint8_t proto = rnd_u32(rnd) % 4 ? PROTO_ESP : PROTO_AH;
            if (listed(addr, proto, spi))
                continue;
            list[i] = (struct known){addr, spi, proto, true};
            spi_add(&x, addr, proto, spi, &sas[i]);
        }
        if (round % 50 == 0)
            all_found(&x);
    }
    all_found(&x);
    for (size_t i = 0; i < SAS; i++)
        if (list[i].in)
            spi_remove(&x, list[i].addr, list[i].proto, list[i].spi);
    assert_int_equal(x.esp.used + x.ah.used, 0);
    spi_fini(&x);
    rnd_free(rnd);
}

static void drawn_spis(void **state)
{
    (void)state;
    churn(false);
}

static void spis_of_few_homes(void **state)
{
    (void)state;
    churn(true);
}

static void strangers_are_not_found(void **state)
{
    struct spi_index x;
    (void)state;
    spi_init(&x);
    spi_add(&x, 0xC0000201u, PROTO_ESP, 0x1001, &sas[0]);
    assert_ptr_equal(spi_find(&x, 0xC0000201u, PROTO_ESP, 0x1001), &sas[0]);
    assert_null(spi_find(&x, 0xC0000202u, PROTO_ESP, 0x1001));
    assert_null(spi_find(&x, 0xC0000201u, PROTO_AH, 0x1001));
    assert_null(spi_find(&x, 0xC0000201u, PROTO_ESP, 0x1002));
    assert_null(spi_find(&x, 0xC0000201u, PROTO_ESP, 0));
    spi_remove(&x, 0xC0000201u, PROTO_ESP, 0x1002);
    assert_ptr_equal(spi_find(&x, 0xC0000201u, PROTO_ESP, 0x1001), &sas[0]);
    spi_fini(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drawn_spis),
        cmocka_unit_test(spis_of_few_homes),
        cmocka_unit_test(strangers_are_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
