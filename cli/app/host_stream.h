/* host_stream.h: stream.h over this machine's sockets. */
#ifndef CLI_APP_HOST_STREAM_H
#define CLI_APP_HOST_STREAM_H

#include "espial/loop.h"
#include "espial/stream.h"

struct streams *host_streams_new(struct loop *loop);
/* When all its streams are closed. NULL-safe. */
void host_streams_free(struct streams *s);
#endif
