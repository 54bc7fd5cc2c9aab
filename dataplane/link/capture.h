/* capture.h: frames of one interface into a pcapng file. */
#ifndef DATAPLANE_LINK_CAPTURE_H
#define DATAPLANE_LINK_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/mem.h"

struct capture;
/* fd is taken over. Writes the file's head at once; NULL (errno set, fd closed) when that fails. */
struct capture *capture_new(int fd, const char *ifname);
void capture_free(struct capture *c); /* NULL-safe; closes the file */
/* wall_us: calendar time of the frame. After a failed write (disk full) the capture ends and the rest is ignored. */
void capture_frame(struct capture *c, bool out, int64_t wall_us, const uint8_t *frame, size_t len);
uint64_t capture_frames(const struct capture *c);
bool capture_failed(const struct capture *c);
#endif
