/* control.h: what a client and a node's process say to each other over the node's control socket (a Unix stream in a folder of the owner's).
 *
 * Request: a 4-byte length (host order) and that many bytes of NUL-ended words, at most CONTROL_REQUEST_MAX:
 *   console ROWS COLS    answered by CONTROL_RAW (or frames that refuse), then raw bytes both ways, until either side closes; 0 0: no terminal but a script
 *   exec COMMAND...      one session at privilege 15, stops at the first command that is refused
 *   mark                 output: a number that names this moment in the node's log
 *   wait REGEX SINCE     SINCE a mark, or "boot"; ends when a line of the log matches
 *   capture IFNAME       with an open file passed along (SCM_RIGHTS)
 *   status               output: one line
 *   stop                 the node ends; the socket closes when it has
 * Answer: frames of one byte kind, 4-byte length, bytes. CONTROL_OUT: text for stdout. CONTROL_ERR: for stderr. CONTROL_EXIT: 1 byte,
 * the exit status; the last frame. */
#ifndef CLI_LAB_CONTROL_H
#define CLI_LAB_CONTROL_H

#define CONTROL_REQUEST_MAX 65536u
#define CONTROL_OUT         'o'
#define CONTROL_ERR         'e'
#define CONTROL_EXIT        'x'
#define CONTROL_RAW         'c'
#endif
