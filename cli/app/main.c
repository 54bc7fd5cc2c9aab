/* main.c: the program's words: run, lab, eem. Each verb says on one line what is wrong with its own words; the status is 0 done, 1 the router refused, 2 wrong
 * usage or an unreadable file, 3 it could not run. */
#include <stdio.h>
#include <string.h>

#include "cli/app/run.h"
#include "cli/copy/scp_child.h"
#include "cli/lab/lab.h"
#include "cli/offline/offline.h"
#include "cli/ssh/child.h"

static const char usage[] =
    "usage: espial run [--config FILE] [--state DIR] [--hostname NAME] [--platform iosxe|ios]\n"
    "                  [--link IF=SPEC]... [--capture IF=FILE]... [--export-keys FILE]\n"
    "                  [--time-scale N] [--seed N] [--stay] [--ssh ADDR:PORT]... [--snmp ADDR:PORT]...\n"
    "       espial lab up TOPOLOGY [--time-scale N] [--fresh] [--export-keys FILE] | status | down\n"
    "                  console NODE | exec NODE COMMAND... | mark NODE\n"
    "                  wait NODE REGEX [--timeout S] [--since MARK] | capture NODE IF FILE\n"
    "       espial eem test CONFIG --log FILE [--answers FILE] [--format text|tap|junit] [--why LINE] | lint CONFIG\n"
    "       espial --version | --help\n"
    "SPEC: unix:PATH, udp:LPORT:HOST:RPORT, slirp:[net=...,host=...,map=PORT:PORT], tap:NAME, packet:IFNAME. `espial "
    "lab --lab NAME ...` when several labs are up.\n";

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], SSH_CHILD_WORD))
        return sshd_child_main(); /* the process behind one SSH connection: nothing else is set up in it */
    if (argc == 2 && !strcmp(argv[1], SCP_CHILD_WORD))
        return scp_child_main(); /* one copy by scp: */
    if (argc == 2 && !strcmp(argv[1], "--version")) {
        printf("espial %s\n", ESPIAL_VERSION);
        return 0;
    }
    if (argc == 2 && !strcmp(argv[1], "--help")) {
        fputs(usage, stdout);
        return 0;
    }
    if (argc >= 2 && !strcmp(argv[1], "lab"))
        return lab_main(argc - 1, argv + 1);
    if (argc >= 2 && !strcmp(argv[1], "eem"))
        return offline_main(argc - 1, argv + 1);
    if (argc >= 2 && !strcmp(argv[1], "run")) {
        struct run_options o;
        int status = run_options(argc - 1, argv + 1, &o);
        return status ? status : run_router(&o);
    }
    fputs(usage, stderr);
    return 2;
}
