#include "internal.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>

// Bracketed paste and focus events, which every terminal with a mouse knows.
#define REPORTS_ON "\033[?2004h\033[?1004h"
#define REPORTS_OFF "\033[?2004l\033[?1004l"

void *cterminal_keyboard;

static SCREEN *screen;
static int tier;
static bool has_reports;
static int cursor_row, cursor_column;

static bool can_place_cursor(void) {
  const char *place = tigetstr("cup");
  return place && place != (char *)-1;
}

// A description that exists and suits, or NULL with the failure.
static const char *suitable_name(int *failure) {
  const char *names[] = {getenv("TERM"), "xterm-256color", "xterm", "vt100"};
  for (size_t index = 0; index < sizeof names / sizeof names[0]; index++) {
    int found = 0;
    if (!names[index] || !*names[index]) continue;
    if (setupterm(names[index], STDOUT_FILENO, &found) != OK) continue;
    bool suits = can_place_cursor();
    del_curterm(cur_term);
    *failure = CTERMINAL_NO_CURSOR;
    return suits ? names[index] : NULL;
  }
  *failure = CTERMINAL_UNKNOWN;
  return NULL;
}

// Appends a capability without its padding, which no terminal of today needs.
static void append(char *text, size_t capacity, const char *capability) {
  if (!capability || capability == (char *)-1) return;
  size_t length = strlen(text);
  for (const char *next = capability; *next && length + 1 < capacity; next++) {
    const char *end = strncmp(next, "$<", 2) == 0 ? strchr(next, '>') : NULL;
    if (end) next = end;
    else text[length++] = *next;
  }
  text[length] = 0;
}

static void prepare_restore(void) {
  char text[512] = "";
  if (has_reports) append(text, sizeof text, REPORTS_OFF "\033[?1006l\033[?1000l");
  append(text, sizeof text, tigetstr("rmacs"));
  append(text, sizeof text, tigetstr("sgr0"));
  append(text, sizeof text, tigetstr("rmkx"));
  append(text, sizeof text, tigetstr("cnorm"));
  append(text, sizeof text, tiparm(tigetstr("cup"), LINES - 1, 0));
  append(text, sizeof text, tigetstr("rmcup"));
  append(text, sizeof text, "\r\n");
  cterminal_set_restore(text, strlen(text));
}

static void find_tier(const char *name) {
  if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0) tier = CTERMINAL_ASCII;
  else tier = strncmp(name, "linux", 5) == 0 ? CTERMINAL_CONSOLE : CTERMINAL_FULL;
}

int cterminal_open(bool mouse) {
  if (screen) return CTERMINAL_ALREADY_OPEN;
  if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) return CTERMINAL_NOT_A_TERMINAL;
  setlocale(LC_CTYPE, "");
  int failure;
  const char *name = suitable_name(&failure);
  if (!name) return failure;
  if (cterminal_guard() != 0) {
    int why = errno;
    cterminal_unguard();
    errno = why;
    return CTERMINAL_SYSTEM;
  }
  // The size comes from the kernel, not from LINES and COLUMNS; some descriptions, as that of linux, have none.
  use_env(FALSE);
  use_tioctl(TRUE);
  screen = newterm(name, stdout, stdin);
  if (!screen) {
    cterminal_unguard();
    return CTERMINAL_UNKNOWN;
  }
  cbreak();
  noecho();
  nonl();
  intrflush(stdscr, FALSE);
  // Else a frame is given up half way when a key is waiting.
  typeahead(-1);
  if (!getenv("ESCDELAY")) set_escdelay(25);
  cterminal_keyboard = newpad(1, 1);
  keypad(cterminal_keyboard, TRUE);
  nodelay(cterminal_keyboard, TRUE);
  cterminal_define_keys();
  const char *reports = tigetstr("kmous");
  has_reports = reports && reports != (char *)-1;
  find_tier(name);
  cterminal_find_colours();
  cterminal_set_cursor(-1, 0);
  cterminal_resize();
  if (has_reports) cterminal_write(REPORTS_ON, strlen(REPORTS_ON));
  // Clicks are not awaited: a press is told at once.
  mouseinterval(0);
  cterminal_set_mouse(mouse);
  return CTERMINAL_OPENED;
}

// What a child that was ended may have left: its keys, its cursor, its colours.
static void clean_up_after_child(void) {
  char text[128] = "";
  append(text, sizeof text, tigetstr("rmkx"));
  append(text, sizeof text, tigetstr("cnorm"));
  append(text, sizeof text, tigetstr("sgr0"));
  cterminal_write(text, strlen(text));
}

void cterminal_close(void) {
  if (!screen) return;
  if (cterminal_is_writable()) {
    if (cterminal_is_left) clean_up_after_child();
    else cterminal_leave();
  }
  // Our modes, or those of a child that died, unless the shell has the terminal.
  if (tcgetpgrp(STDIN_FILENO) == getpgrp()) cterminal_restore_modes();
  delwin(cterminal_keyboard);
  delscreen(screen);
  screen = NULL;
  cterminal_keyboard = NULL;
  cterminal_forget_styles();
  cterminal_unguard();
}

void cterminal_size(int *height, int *width) {
  *height = LINES;
  *width = COLS;
}

int cterminal_tier(void) { return tier; }

void cterminal_set_cursor(int row, int column) {
  cursor_row = row;
  cursor_column = column;
  curs_set(row >= 0);
  leaveok(stdscr, row < 0);
}

void cterminal_flush(void) {
  if (cterminal_is_left) return;
  cterminal_is_writing = 1;
  if (cursor_row >= 0) move(cursor_row, cursor_column);
  wnoutrefresh(stdscr);
  doupdate();
  cterminal_is_writing = 0;
}

void cterminal_repaint(void) { clearok(curscr, TRUE); }

void cterminal_set_mouse(bool on) {
  cterminal_is_writing = 1;
  mousemask(on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
  cterminal_is_writing = 0;
}

void cterminal_bell(void) {
  if (cterminal_is_left) return;
  cterminal_is_writing = 1;
  beep();
  cterminal_is_writing = 0;
}

void cterminal_write(const void *bytes, size_t count) {
  const char *next = bytes;
  cterminal_is_writing = 1;
  while (count > 0) {
    ssize_t written = write(STDOUT_FILENO, next, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    next += written;
    count -= (size_t)written;
  }
  cterminal_is_writing = 0;
}

void cterminal_resize(void) {
  struct winsize size = {0};
  ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
  if (size.ws_row > 0 && size.ws_col > 0) resize_term(size.ws_row, size.ws_col);
  // Even if it is the same: it may have been smaller for a moment, and what was cut off is lost.
  cterminal_repaint();
  prepare_restore();
}

void cterminal_leave(void) {
  if (cterminal_is_left) return;
  if (has_reports) cterminal_write(REPORTS_OFF, strlen(REPORTS_OFF));
  cterminal_is_writing = 1;
  endwin();
  cterminal_is_left = 1;
  cterminal_is_writing = 0;
}

void cterminal_enter(void) {
  // In the background, taking the terminal would stop us once more, and the signal would wait for ever.
  if (cterminal_is_ending) return;
  // Somebody may have used the terminal without our leaving it.
  if (!cterminal_is_left) cterminal_leave();
  cterminal_is_left = 0;
  cterminal_resize();
  cterminal_flush();
  if (has_reports) cterminal_write(REPORTS_ON, strlen(REPORTS_ON));
}
