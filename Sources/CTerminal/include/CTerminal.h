// What Swift cannot reach of a terminal: ncurses, whose globals and macros Swift 6 rejects, and signal handlers.
// There is one terminal a process, and one thread calls all of this.

#ifndef CTERMINAL_H
#define CTERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cterminal_failure {
  CTERMINAL_OPENED,
  CTERMINAL_ALREADY_OPEN,
  CTERMINAL_NOT_A_TERMINAL,
  CTERMINAL_UNKNOWN,  // neither $TERM nor a fall-back is described on this machine
  CTERMINAL_NO_CURSOR,  // the cursor cannot be placed
  CTERMINAL_SYSTEM,  // errno says why
};

enum cterminal_tier { CTERMINAL_FULL, CTERMINAL_CONSOLE, CTERMINAL_ASCII };

struct cterminal_cell {
  uint32_t scalar;
  uint32_t mark;  // a combining mark, or 0
  uint16_t style;
  uint8_t width;  // 1, 2, or 0 for the second half of a wide cell
};

// Attributes of a style.
enum { CTERMINAL_BOLD = 1, CTERMINAL_DIM = 2, CTERMINAL_UNDERLINE = 4, CTERMINAL_REVERSE = 8 };

enum cterminal_key {
  CTERMINAL_NONE,  // nothing is there to be read
  CTERMINAL_BYTE,  // a byte of text or a control character
  CTERMINAL_FUNCTION,
  CTERMINAL_UP,
  CTERMINAL_DOWN,
  CTERMINAL_LEFT,
  CTERMINAL_RIGHT,
  CTERMINAL_HOME,
  CTERMINAL_END,
  CTERMINAL_PAGE_UP,
  CTERMINAL_PAGE_DOWN,
  CTERMINAL_INSERT,
  CTERMINAL_DELETE,
  CTERMINAL_BACKSPACE,
  CTERMINAL_ENTER,
  CTERMINAL_BACK_TAB,
  CTERMINAL_CONTROL_UP,
  CTERMINAL_CONTROL_DOWN,
  CTERMINAL_CONTROL_LEFT,
  CTERMINAL_CONTROL_RIGHT,
  CTERMINAL_SHIFT_UP,
  CTERMINAL_SHIFT_DOWN,
  CTERMINAL_SHIFT_LEFT,
  CTERMINAL_SHIFT_RIGHT,
  CTERMINAL_PASTE_BEGIN,
  CTERMINAL_PASTE_END,
  CTERMINAL_FOCUS_IN,
  CTERMINAL_FOCUS_OUT,
  CTERMINAL_MOUSE,
  CTERMINAL_IGNORED,
  CTERMINAL_OTHER,
};

enum cterminal_mouse_action { CTERMINAL_PRESS, CTERMINAL_WHEEL_UP, CTERMINAL_WHEEL_DOWN };

struct cterminal_mouse {
  int action;
  int row;
  int column;
};

// Opens the terminal of standard input and output. Returns a failure.
int cterminal_open(bool mouse);

// Restores everything. May be called at any time, also twice.
void cterminal_close(void);

void cterminal_size(int *rows, int *columns);
int cterminal_colours(void);
int cterminal_tier(void);

// Colours are -1 for the terminal's own, or an index.
void cterminal_define(uint16_t style, int foreground, int background, unsigned attributes);

// Sets cells of a row; what lies outside of the screen is dropped.
void cterminal_put(int row, int column, const struct cterminal_cell *cells, size_t count);

// Shows the cursor there from the next flush on; hides it if the row is negative.
void cterminal_set_cursor(int row, int column);

// Sends what has changed. Blocks as long as the terminal takes nothing.
void cterminal_flush(void);

// Everything is sent anew by the next flush.
void cterminal_repaint(void);

void cterminal_set_mouse(bool on);
void cterminal_bell(void);
void cterminal_write(const void *bytes, size_t count);

// The next key. `value` is the byte of CTERMINAL_BYTE or the number of CTERMINAL_FUNCTION.
int cterminal_next_key(int *value);

// The newest mouse event of those that one CTERMINAL_MOUSE stands for; false if there is none left.
bool cterminal_next_mouse(struct cterminal_mouse *event);

// Reads the size anew and paints everything with the next flush.
void cterminal_resize(void);

// Gives the terminal back to the shell; the next flush takes it again.
void cterminal_leave(void);

// The other half of leaving: modes, size, whole screen.
void cterminal_enter(void);

// Stops the process group until it is continued. The terminal must have been left.
void cterminal_stop(void);

// Runs a program in our place and waits for it. The terminal must have been left. `additions` are NAME=value.
// Returns 0 and how it ended as waitpid tells it, or the error.
int cterminal_run(char *const *arguments, char *const *additions, int *status);

// Readable when a signal has arrived.
int cterminal_signal_descriptor(void);

// The next signal that has arrived; 0 if there is none.
int cterminal_next_signal(void);

#endif
