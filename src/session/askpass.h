/* askpass.h - this program as what the ssh of a jump host asks its questions by. Room session/: the door to link/.
 * Invariant: in this role nothing is read but the question, and nothing written but the answer. */
#ifndef RA_SESSION_ASKPASS_H
#define RA_SESSION_ASKPASS_H

#include <stdbool.h>

/* Was this process started by ssh to ask? The name it was started by says so. Shape: main's arguments. */
bool ra_askpass_role(int argc, char **argv);
/* Ask, in the process that waits for it; the answer goes to standard output. Out: the exit code. */
int ra_askpass_ask(int argc, char **argv);

#endif
