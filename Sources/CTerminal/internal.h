// What the files of this target share.

#ifndef CTERMINAL_INTERNAL_H
#define CTERMINAL_INTERNAL_H

#include "CTerminal.h"

#include <signal.h>

// Something is under way on the terminal that may block: a signal that ends us then does so in its handler.
extern volatile sig_atomic_t cterminal_is_writing;

// The terminal is the shell's or a child's, nothing of it is to be touched.
extern volatile sig_atomic_t cterminal_is_left;

// A signal that ends us has arrived.
extern volatile sig_atomic_t cterminal_is_ending;

// From here on standard error goes to memory if it is a terminal, and signals to the pipe. Returns 0, or -1 with
// errno: then unguard.
int cterminal_guard(void);

// Undoes that, and writes what had gone to memory.
void cterminal_unguard(void);

// What a handler sends to the terminal when the process ends in the middle.
void cterminal_set_restore(const char *bytes, size_t count);

// The standard error that was there before.
int cterminal_standard_error(void);

// The modes that the terminal had before, set at once, without waiting for output to drain.
void cterminal_restore_modes(void);

// Asked of the terminal: does it take bytes now?
bool cterminal_is_writable(void);

// Tells ncurses of the keys that terminals have and their descriptions lack.
void cterminal_define_keys(void);

// Begins with colours, if there are any and $NO_COLOR lets us.
void cterminal_find_colours(void);

// Forgets styles and their pairs of colours.
void cterminal_forget_styles(void);

// The window that keys are read through: a pad, for reading through the screen would also draw it.
extern void *cterminal_keyboard;

#endif
