/* words.h: words that the rows of several events and actions have, with their help. */
#ifndef EEM_WORDS_H
#define EEM_WORDS_H

#define LEVELS     "{emergencies|alerts|critical|errors|warnings|notifications|informational|debugging}=priority"
#define LEVELS_HELP                                                                                                    \
    "System is unusable|Immediate action needed|Critical conditions|Error conditions|Warning conditions|Normal but "   \
    "significant conditions|"                                                                                          \
    "Informational messages|Debugging messages"
#define OPS        "{gt|ge|eq|ne|lt|le}=op"
#define OPS_HELP   "Greater than|Greater than or equal to|Equal to|Not equal to|Less than|Less than or equal to"
#define TIMES      "[maxrun <seconds:maxrun>]|[ratelimit <seconds:ratelimit>]"
#define TIMES_HELP "Maximum runtime of policy|Maximum runtime in seconds|Rate limit of event|Seconds between triggers"

#endif
