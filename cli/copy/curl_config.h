/* curl_config.h: what the program curl is told on its standard input, and what its end means. */
#ifndef CLI_COPY_CURL_CONFIG_H
#define CLI_COPY_CURL_CONFIG_H

#include "cli/copy/transfer.h"
#include "espial/text.h"

/* Lines of a curl configuration for this URL: nothing of it, the password least of all, is ever an argument. put: the file is descriptor 3. */
void curl_config(const struct url *u, bool put, struct text *out);
/* code: exit status of curl; http: status of the answer, 0 without one. */
enum transfer_end curl_end(int code, unsigned http);
#endif
