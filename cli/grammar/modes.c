/* modes.c: the table of modes: what stands behind the host name in the prompt, and the heading of `?` on an empty line.
 * Texts that no device transcript confirmed follow the pattern of those that one did ("Interface configuration
 * commands:"). */
#include "espial/cmd.h"

const struct cmd_mode_info cmd_modes[CMD_MODES] = {
    [EXEC] = {"", "Exec commands:"},
    [CONFIG] = {"(config)", "Configure commands:"},
    [CONFIG_IF] = {"(config-if)", "Interface configuration commands:"},
    [CONFIG_LINE] = {"(config-line)", "Line configuration commands:"},
    [CONFIG_ISAKMP] = {"(config-isakmp)", "ISAKMP commands:"},
    [CONFIG_ISAKMP_PROFILE] = {"(conf-isa-prof)", "Crypto ISAKMP Profile configuration commands:"},
    [CONFIG_ISAKMP_PEER] = {"(config-isakmp-peer)", "ISAKMP peer commands:"},
    [CONFIG_TRANSFORM] = {"(cfg-crypto-trans)", "Crypto transform configuration commands:"},
    [CONFIG_IPSEC_PROFILE] = {"(ipsec-profile)", "Crypto Map configuration commands:"},
    [CONFIG_CRYPTO_MAP] = {"(config-crypto-map)", "Crypto Map configuration commands:"},
    [CONFIG_STD_NACL] = {"(config-std-nacl)", "Standard Access List configuration commands:"},
    [CONFIG_EXT_NACL] = {"(config-ext-nacl)", "Ext Access List configuration commands:"},
    [CONFIG_APPLET] = {"(config-applet)", "Embedded event manager applet configuration commands:"},
    [CONFIG_APPLET_TRIGGER] = {"(config-applet-trigger)", "EEM Applet trigger configuration commands:"},
    [CONFIG_SSH_PUBKEY] = {"(conf-ssh-pubkey)", "SSH public key commands:"},
    [CONFIG_SSH_PUBKEY_USER] = {"(conf-ssh-pubkey-user)", "SSH public key user commands:"},
    [CONFIG_KEYRING] = {"(conf-keyring)", "Crypto Keyring configuration commands:"},
    [CONFIG_ARCHIVE] = {"(config-archive)", "Archive configuration commands:"},
    [CONFIG_ARCHIVE_LOG] = {"(config-archive-log-cfg)", "Archive logging configuration commands:"},
    [CONFIG_IKEV2_PROPOSAL] = {"(config-ikev2-proposal)", "IKEv2 Proposal commands:"},
    [CONFIG_IKEV2_POLICY] = {"(config-ikev2-policy)", "IKEv2 Policy commands:"},
    [CONFIG_IKEV2_KEYRING] = {"(config-ikev2-keyring)", "IKEv2 Keyring commands:"},
    [CONFIG_IKEV2_PEER] = {"(config-ikev2-keyring-peer)", "IKEv2 Keyring peer commands:"},
    [CONFIG_IKEV2_PROFILE] = {"(config-ikev2-profile)", "IKEv2 profile commands:"},
    [CONFIG_TRACK] = {"(config-track)", "Tracking instance configuration commands:"},
    [CONFIG_TRACK_METRIC] = {"(config-track)", "Tracking instance configuration commands:"},
    [CONFIG_TRACK_BOOLEAN] = {"(config-track)", "Tracking instance configuration commands:"},
    [CONFIG_TRACK_PERCENTAGE] = {"(config-track)", "Tracking instance configuration commands:"},
    [CONFIG_TRACK_WEIGHT] = {"(config-track)", "Tracking instance configuration commands:"},
    [CONFIG_TRACK_STUB] = {"(config-track)", "Tracking instance configuration commands:"},
    [CONFIG_SLA] = {"(config-ip-sla)", "IP SLAs entry configuration commands:"},
};
