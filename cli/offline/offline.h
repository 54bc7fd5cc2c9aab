/* offline.h: `espial eem`: applets without a router. */
#ifndef CLI_OFFLINE_OFFLINE_H
#define CLI_OFFLINE_OFFLINE_H

/* argv[0] is "eem". The program's exit status: 0 all well, 1 something was found or not as expected, 2 wrong usage or a file
 * that cannot be read. */
int offline_main(int argc, char **argv);
#endif
