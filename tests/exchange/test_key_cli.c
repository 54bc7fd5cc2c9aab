/* Key pairs and users' public keys at the command line, in virtual time: dialogues as the reference has them, what is shown, what is printed and comes back. The hash is
 * what ssh-keygen -l -E md5 says of the key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "espial/regex.h"
#include "tests/sim/box.h"

#define ED25519 "AAAAC3NzaC1lZDI1NTE5AAAAIFUpQFUPHanBmR5j4zE9RniiwtlHTlE/hwp88A7fUM4n"
#define ED25519_MD5 "5CE3EFF40DA54913899CFAD00075AF15"

static void assert_shows(const char *text, const char *regex)
{
    char why[128] = "";
    struct regex *re = regex_new(regex, REGEX_IOS, why, NULL);
    assert_non_null(re);
    if (!regex_match(re, text, strlen(text)))
        fail_msg("no %s in:\n%s", regex, text);
    regex_free(re);
}

static struct box *router(const char *config)
{
    struct box *b = box_new(7);
    box_node(b, "R1", config);
    box_boot(b);
    return b;
}

static void test_generate(void **state)
{
    struct box *b = router("hostname R1\nno logging console\n");
    (void)state;
    box_type(b, "R1", "configure terminal");
    assert_string_equal(box_type(b, "R1", "crypto key generate rsa modulus 1024"), "% Please define a domain-name first.\n");
    assert_string_equal(box_type(b, "R1", "crypto key zeroize rsa"), "% No RSA keys found in configuration.\n");
    box_type(b, "R1", "ip domain name example.com");
    assert_shows(box_type(b, "R1", "crypto key generate rsa general-keys modulus 1024"),
                 "^The name for the keys will be: R1.example.com\n\n% The key modulus size is 1024 bits\n"
                 "% Generating 1024 bit RSA keys, keys will be non-exportable...\n[[]OK[]] [(]elapsed time was [0-9]+ seconds[)]\n\n$");
    assert_true(box_wait_log(b, "R1", 0, "%SSH-5-ENABLED: SSH 2.0 has been enabled", 1000000));
    assert_shows(box_type(b, "R1", "crypto key generate RSA modulus 1024"),
                 "^% You already have RSA keys defined named R1.example.com.\n% They will be replaced.\n\n% The key modulus size is 1024 bits\n");
    assert_shows(box_type(b, "R1", "crypto key generate ec keysize 256 label curve"), "^The name for the keys will be: curve\n\n[[]OK[]] ");
    box_type(b, "R1", "end");
    const char *shown = box_type(b, "R1", "show crypto key mypubkey rsa");
    assert_shows(shown, "^% Key pair was generated at: [0-9][0-9]:[0-9][0-9]:[0-9][0-9] UTC [A-Z][a-z][a-z] [0-9]+ [0-9][0-9][0-9][0-9]\nKey name: R1.example.com\n"
                        "Key type: RSA KEYS      1024 bits\n Storage Device: not specified\n Usage: General Purpose Key\n Key is not exportable.\n Key Data:\n"
                        "  30819F30 0D06092A 864886F7 0D010101 05000381 8D003081 89028181 00[0-9A-F]+ \n");
    box_type(b, "R1", "configure terminal");
    assert_shows(box_type(b, "R1", "crypto key generate ed25519 label ed"), "^The name for the keys will be: ed\n\n[[]OK[]] ");
    /* RFC 8410, section 4: SEQUENCE { SEQUENCE { 1.3.101.112 } BIT STRING of 32 bytes } */
    assert_shows(box_type(b, "R1", "do show crypto key mypubkey ed25519"),
                 "Key name: ed\nKey type: ED25519 KEYS\n Storage Device: not specified\n Usage: Signature Key\n Key is not exportable.\n Key Data:\n  302A3005 06032B65 70032100 [0-9A-F]+ ");
    assert_shows(box_type(b, "R1", "do show ip ssh"), "\nHostkey Algorithms:rsa-sha2-512,rsa-sha2-256,ecdsa-sha2-nistp256,ssh-ed25519\n");
    assert_shows(box_type(b, "R1", "crypto key generate ed25519 label ed exportable"), "^% You already have ED25519 keys defined named ed.\n% Do you really want to replace them");
    box_type_all(b, "R1", "ip ssh server algorithm hostkey ssh-ed25519 rsa-sha2-512\nend");
    assert_shows(box_type(b, "R1", "show ip ssh"), "\nHostkey Algorithms:ssh-ed25519,rsa-sha2-512\n");
    assert_shows(box_type(b, "R1", "show running-config"), "\nip ssh server algorithm hostkey ssh-ed25519 rsa-sha2-512\n");
    box_type_all(b, "R1", "configure terminal\nno ip ssh server algorithm hostkey");
    assert_shows(box_type(b, "R1", "crypto key zeroize ed25519"), "^% All ED25519 keys will be removed.\n"); /* nobody says yes */
    box_type(b, "R1", "end");
    shown = box_type(b, "R1", "show crypto key mypubkey ec");
    assert_shows(shown, "Key name: curve\nKey type: EC KEYS      p256 curve\n.* Usage: Signature Key\n.*\n  30593013 06072A86 48CE3D02 0106082A 8648CE3D 03010703 420004[0-9A-F][0-9A-F] [0-9A-F]+ \n");
    assert_null(strstr(shown, "RSA"));
    assert_string_equal(box_type(b, "R1", "show crypto key mypubkey all none"), "");
    shown = box_type(b, "R1", "show ip ssh");
    assert_shows(shown, "^SSH Enabled - version 2.0\nAuthentication methods:publickey,keyboard-interactive,password\n");
    assert_shows(shown, "\nAuthentication timeout: 120 secs; Authentication retries: 3\nMinimum expected Diffie Hellman key size : 2048 bits\n"
                        "IOS Keys in SECSH format[(]ssh-rsa, base64 encoded[)]: R1.example.com\nModulus Size : 1024 bits\nssh-rsa AAAAB3NzaC1yc2EAAAADAQAB");
    assert_string_equal(box_type(b, "R1", "show ssh"), "%No SSHv2 server connections running.\n");
    box_free(b);
}

/* Who does not answer keeps his keys: a session without a terminal says nothing to the question. */
static void test_zeroize_needs_yes(void **state)
{
    struct box *b = router("hostname R1\nno logging console\nip domain name example.com\ncrypto key generate ec keysize 256\n");
    (void)state;
    assert_shows(box_type(b, "R1", "show ip ssh"), "^SSH Enabled"); /* made while the file was read */
    box_type(b, "R1", "configure terminal");
    assert_shows(box_type(b, "R1", "crypto key zeroize ec"), "^% All EC keys will be removed.\n% All router certs issued using these keys will also be removed.\n"
                                                             "Do you really want to remove these keys. [[]yes/no[]]: ");
    assert_shows(box_type(b, "R1", "crypto key zeroize"), "^% All keys will be removed.\n% All router certs issued using these keys will also be removed.\n"
                                                          "Do you really want to remove these keys. [[]yes/no[]]: ");
    box_type(b, "R1", "end");
    assert_shows(box_type(b, "R1", "show ip ssh"), "^SSH Enabled");
    box_free(b);
}

/* As applets prepare a device for its next life: an answer to the question, and keys of every kind are gone. */
static void test_zeroize_all(void **state)
{
    struct box *b = router("hostname R1\nno logging console\nip domain name example.com\ncrypto key generate ec keysize 256\ncrypto key generate ed25519\n"
                           "event manager applet z\n event none\n action 1 cli command \"enable\"\n action 2 cli command \"config t\"\n"
                           " action 3 cli command \"crypto key zeroize\" pattern \"yes/no\"\n action 4 cli command \"y\"\n action 5 puts \"$_cli_result\"\n");
    (void)state;
    assert_shows(box_type(b, "R1", "show crypto key mypubkey all"), "Key type: ED25519");
    box_type(b, "R1", "event manager run z");
    assert_string_equal(box_type(b, "R1", "show crypto key mypubkey all"), "");
    box_type(b, "R1", "configure terminal");
    assert_string_equal(box_type(b, "R1", "crypto key zeroize"), "% No keys found in configuration.\n");
    box_free(b);
}

static void test_public_keys(void **state)
{
    struct box *b = router("hostname R1\nno logging console\nusername admin privilege 15 password 0 x\nip ssh pubkey-chain\n username other\n  key-hash ssh-rsa "
                           "00112233445566778899aabbccddeeff me@there\n username third\n");
    const char *shown = box_type(b, "R1", "show running-config | section pubkey");
    (void)state;
    assert_shows(shown, "^ip ssh pubkey-chain\n  ?username other\n   ?key-hash ssh-rsa 00112233445566778899AABBCCDDEEFF me@there\n  ?username third\n");
    box_type_all(b, "R1", "configure terminal\nip ssh pubkey-chain\nusername admin\nkey-string\n" ED25519 "\nexit\nend");
    assert_shows(box_type(b, "R1", "show running-config"), " username admin\n  key-hash ssh-ed25519 " ED25519_MD5 "\n");
    box_type_all(b, "R1", "configure terminal\nip ssh pubkey-chain\nusername third\nkey-string\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFUpQFUPHanBmR5j4z\nE9RniiwtlHTlE/hwp88A7fUM4n me@here");
    box_type_all(b, "R1", "exit\nend");
    assert_shows(box_type(b, "R1", "show running-config"), " username third\n  key-hash ssh-ed25519 " ED25519_MD5 "\n");
    box_type_all(b, "R1", "configure terminal\nip ssh pubkey-chain\nusername third\nkey-string\nAAAAnokey");
    assert_string_equal(box_type(b, "R1", "exit"), "%SSH: Failed to decode the Key Value\n");
    assert_string_equal(box_type(b, "R1", "key-hash ssh-rsa 0011"), "%SSH: The key hash must be 32 hexadecimal digits\n");
    box_type_all(b, "R1", "exit\nno username other\nno username third\nno username admin\nend");
    assert_null(strstr(box_type(b, "R1", "show running-config"), "key-hash"));
    box_free(b);
}

static void test_algorithms(void **state)
{
    struct box *b = router("hostname R1\nno logging console\n");
    (void)state;
    box_type(b, "R1", "configure terminal");
    assert_string_equal(box_type(b, "R1", "ip ssh server algorithm kex diffie-hellman-group1-sha1"), "                                                 ^\n% Invalid input detected at '^' marker.\n\n"); /* group1 begins group14 and group16 */
    assert_string_equal(box_type(b, "R1", "ip ssh server algorithm mac hmac-sha2-256 hmac-sha2-256"), "% hmac-sha2-256: this algorithm stands there twice\n");
    assert_string_equal(box_type(b, "R1", "ip ssh server algorithm kex ecdh-sha2-nistp521 curve25519-sha256"), "");
    box_type(b, "R1", "ip ssh authentication-retries 2");
    box_type(b, "R1", "ip ssh time-out 60");
    box_type(b, "R1", "end");
    const char *shown = box_type(b, "R1", "show ip ssh");
    assert_shows(shown, "^SSH Disabled - version 2.0\n");
    assert_shows(shown, "\nKEX Algorithms:ecdh-sha2-nistp521,curve25519-sha256\n");
    assert_shows(shown, "\nAuthentication timeout: 60 secs; Authentication retries: 2\n");
    assert_shows(box_type(b, "R1", "show running-config"), "\nip ssh time-out 60\nip ssh authentication-retries 2\nip ssh server algorithm kex ecdh-sha2-nistp521 curve25519-sha256\n");
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_generate), cmocka_unit_test(test_zeroize_needs_yes), cmocka_unit_test(test_zeroize_all), cmocka_unit_test(test_public_keys), cmocka_unit_test(test_algorithms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
