#include "internal.h"

#include <curses.h>
#include <string.h>

// ncurses gives the codes just above KEY_MAX to the keys of a description that have no code of their own.
#define OWN (KEY_MAX + 2000)

static const struct {
  const char *sequence;
  int key;
} always[] = {
  {"\033[200~", CTERMINAL_PASTE_BEGIN}, {"\033[201~", CTERMINAL_PASTE_END},
  {"\033[I", CTERMINAL_FOCUS_IN}, {"\033[O", CTERMINAL_FOCUS_OUT},
},
// What terminals send though their description says otherwise or nothing.
usual[] = {
  {"\033[A", CTERMINAL_UP}, {"\033[B", CTERMINAL_DOWN}, {"\033[C", CTERMINAL_RIGHT}, {"\033[D", CTERMINAL_LEFT},
  {"\033OA", CTERMINAL_UP}, {"\033OB", CTERMINAL_DOWN}, {"\033OC", CTERMINAL_RIGHT}, {"\033OD", CTERMINAL_LEFT},
  {"\033[H", CTERMINAL_HOME}, {"\033OH", CTERMINAL_HOME}, {"\033[1~", CTERMINAL_HOME},
  {"\033[7~", CTERMINAL_HOME}, {"\033[F", CTERMINAL_END}, {"\033OF", CTERMINAL_END},
  {"\033[4~", CTERMINAL_END}, {"\033[8~", CTERMINAL_END}, {"\033[2~", CTERMINAL_INSERT},
  {"\033[3~", CTERMINAL_DELETE}, {"\033[5~", CTERMINAL_PAGE_UP}, {"\033[6~", CTERMINAL_PAGE_DOWN},
  {"\033[Z", CTERMINAL_BACK_TAB}, {"\033OM", CTERMINAL_ENTER},
  {"\033[1;5A", CTERMINAL_CONTROL_UP}, {"\033[1;5B", CTERMINAL_CONTROL_DOWN},
  {"\033[1;5C", CTERMINAL_CONTROL_RIGHT}, {"\033[1;5D", CTERMINAL_CONTROL_LEFT},
  {"\033[1;2A", CTERMINAL_SHIFT_UP}, {"\033[1;2B", CTERMINAL_SHIFT_DOWN},
  {"\033[1;2C", CTERMINAL_SHIFT_RIGHT}, {"\033[1;2D", CTERMINAL_SHIFT_LEFT},
};

static const struct {
  int code;
  int key;
} coded[] = {
  {KEY_UP, CTERMINAL_UP}, {KEY_DOWN, CTERMINAL_DOWN}, {KEY_LEFT, CTERMINAL_LEFT}, {KEY_RIGHT, CTERMINAL_RIGHT},
  {KEY_HOME, CTERMINAL_HOME}, {KEY_END, CTERMINAL_END}, {KEY_FIND, CTERMINAL_HOME}, {KEY_SELECT, CTERMINAL_END},
  {KEY_PPAGE, CTERMINAL_PAGE_UP}, {KEY_NPAGE, CTERMINAL_PAGE_DOWN}, {KEY_A1, CTERMINAL_HOME},
  {KEY_A3, CTERMINAL_PAGE_UP}, {KEY_C1, CTERMINAL_END}, {KEY_C3, CTERMINAL_PAGE_DOWN},
  {KEY_IC, CTERMINAL_INSERT}, {KEY_DC, CTERMINAL_DELETE}, {KEY_BACKSPACE, CTERMINAL_BACKSPACE},
  {KEY_ENTER, CTERMINAL_ENTER}, {KEY_BTAB, CTERMINAL_BACK_TAB}, {KEY_SR, CTERMINAL_SHIFT_UP},
  {KEY_SF, CTERMINAL_SHIFT_DOWN}, {KEY_SLEFT, CTERMINAL_SHIFT_LEFT}, {KEY_SRIGHT, CTERMINAL_SHIFT_RIGHT},
  {KEY_MOUSE, CTERMINAL_MOUSE}, {KEY_RESIZE, CTERMINAL_IGNORED},
};

// Their codes differ from terminal to terminal.
static const struct {
  const char *name;
  int key;
} named[] = {
  {"kUP5", CTERMINAL_CONTROL_UP}, {"kDN5", CTERMINAL_CONTROL_DOWN}, {"kLFT5", CTERMINAL_CONTROL_LEFT},
  {"kRIT5", CTERMINAL_CONTROL_RIGHT}, {"kUP", CTERMINAL_SHIFT_UP}, {"kDN", CTERMINAL_SHIFT_DOWN},
};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

void cterminal_define_keys(void) {
  for (size_t index = 0; index < COUNT(always); index++)
    define_key(always[index].sequence, OWN + always[index].key);
  for (size_t index = 0; index < COUNT(usual); index++)
    if (key_defined(usual[index].sequence) == 0) define_key(usual[index].sequence, OWN + usual[index].key);
}

int cterminal_next_key(int *value) {
  // Reading through a keypad turns its mode on, also after endwin.
  if (cterminal_is_left) return CTERMINAL_NONE;
  // Bytes, not wide characters: ncurses throws the first half of a character away if the other is on its way.
  int code = wgetch(cterminal_keyboard);
  *value = code;
  if (code == ERR) return CTERMINAL_NONE;
  if (code < KEY_MIN) return CTERMINAL_BYTE;
  if (code >= OWN) return code - OWN;
  if (code >= KEY_F0 && code < KEY_F0 + 64) {
    *value = code - KEY_F0;
    return CTERMINAL_FUNCTION;
  }
  for (size_t index = 0; index < COUNT(coded); index++)
    if (coded[index].code == code) return coded[index].key;
  const char *name = keyname(code);
  for (size_t index = 0; name && index < COUNT(named); index++)
    if (strcmp(named[index].name, name) == 0) return named[index].key;
  return CTERMINAL_OTHER;
}

bool cterminal_next_mouse(struct cterminal_mouse *event) {
  MEVENT next;
  while (getmouse(&next) == OK) {
    if (next.bstate & BUTTON1_PRESSED) event->action = CTERMINAL_PRESS;
    else if (next.bstate & BUTTON4_PRESSED) event->action = CTERMINAL_WHEEL_UP;
    else if (next.bstate & BUTTON5_PRESSED) event->action = CTERMINAL_WHEEL_DOWN;
    else continue;
    event->row = next.y;
    event->column = next.x;
    return true;
  }
  return false;
}
