#include "internal.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>

struct style {
  attr_t attributes;
  int pair;
};

static int colours;
static bool has_default_colours;
static struct style *styles;
static size_t style_count;

struct pair {
  int foreground;
  int background;
};

// The pair of number n + 1; pair 0 is the terminal's own colours.
static struct pair *pairs;
static int pair_count;

// Characters that ncurses knows another way to draw: in the alternate set of the terminal, or in ASCII.
static const struct {
  wchar_t scalar;
  char name;  // in the set of the vt100
  char plain;
} drawn[] = {
  {0x2500, 'q', '-'}, {0x2502, 'x', '|'}, {0x250C, 'l', '+'}, {0x2510, 'k', '+'}, {0x2514, 'm', '+'},
  {0x2518, 'j', '+'}, {0x251C, 't', '+'}, {0x2524, 'u', '+'}, {0x252C, 'w', '+'}, {0x2534, 'v', '+'},
  {0x253C, 'n', '+'}, {0x2592, 'a', ':'}, {0x25C6, '`', '+'}, {0x00B7, '~', 'o'}, {0x2190, ',', '<'},
  {0x2191, '-', '^'}, {0x2192, '+', '>'}, {0x2193, '.', 'v'},
};

void cterminal_find_colours(void) {
  const char *refused = getenv("NO_COLOR");
  colours = 0;
  if ((refused && *refused) || !has_colors() || start_color() != OK) return;
  has_default_colours = use_default_colors() == OK;
  // What has millions takes most numbers for a mixture of red, green and blue.
  if (COLORS == 256) colours = 256;
  else colours = COLORS >= 16 && COLORS < 256 ? 16 : COLORS >= 8 ? 8 : 0;
}

int cterminal_colours(void) { return colours; }

void cterminal_forget_styles(void) {
  free(styles);
  free(pairs);
  styles = NULL;
  pairs = NULL;
  style_count = 0;
  pair_count = 0;
}

// A pair for each two colours that occur together, as long as the terminal has pairs left.
static int pair_of(int foreground, int background) {
  if (colours == 0) return 0;
  if (foreground >= colours) foreground = -1;
  if (background >= colours) background = -1;
  if (!has_default_colours && foreground < 0) foreground = COLOR_WHITE;
  if (!has_default_colours && background < 0) background = COLOR_BLACK;
  if (foreground < 0 && background < 0) return 0;
  for (int index = 0; index < pair_count; index++)
    if (pairs[index].foreground == foreground && pairs[index].background == background) return index + 1;
  if (pair_count + 1 >= COLOR_PAIRS) return 0;
  struct pair *more = realloc(pairs, sizeof *pairs * (size_t)(pair_count + 1));
  if (!more) return 0;
  pairs = more;
  if (init_extended_pair(pair_count + 1, foreground, background) != OK) return 0;
  pairs[pair_count] = (struct pair){foreground, background};
  return ++pair_count;
}

void cterminal_define(uint16_t style, int foreground, int background, unsigned attributes) {
  if (style >= style_count) {
    struct style *more = realloc(styles, sizeof *styles * ((size_t)style + 1));
    if (!more) return;
    memset(more + style_count, 0, sizeof *styles * ((size_t)style + 1 - style_count));
    styles = more;
    style_count = (size_t)style + 1;
  }
  attr_t bits = A_NORMAL;
  if (attributes & CTERMINAL_BOLD) bits |= A_BOLD;
  if (attributes & CTERMINAL_DIM) bits |= A_DIM;
  if (attributes & CTERMINAL_UNDERLINE) bits |= A_UNDERLINE;
  if (attributes & CTERMINAL_REVERSE) bits |= A_REVERSE;
  styles[style] = (struct style){bits, pair_of(foreground, background)};
}

// In an ASCII locale some descriptions draw lines with bytes that are none.
static bool has_ascii_lines(void) {
  const char *set = tigetstr("acsc");
  if (!set || set == (char *)-1) return true;
  while (*set)
    if (*set++ & 0x80) return false;
  return true;
}

// Sets the character if it is one of those that ncurses draws.
static bool set_drawn(wchar_t scalar, wchar_t *text, attr_t *attributes) {
  for (size_t index = 0; index < sizeof drawn / sizeof drawn[0]; index++) {
    if (drawn[index].scalar != scalar) continue;
    if (cterminal_tier() == CTERMINAL_ASCII && !has_ascii_lines()) {
      text[0] = drawn[index].plain;
      return true;
    }
    attr_t own;
    short pair;
    wchar_t known[CCHARW_MAX + 1] = {0};
    if (getcchar(NCURSES_WACS(drawn[index].name), known, &own, &pair, NULL) != OK) return false;
    text[0] = known[0];
    *attributes |= own;
    return true;
  }
  return false;
}

// One cell as ncurses wants it. Returns how many columns it takes there: 1 or 2.
static int convert(const struct cterminal_cell *cell, bool has_half, cchar_t *result) {
  struct style none = {0};
  struct style style = cell->style < style_count ? styles[cell->style] : none;
  attr_t attributes = style.attributes;
  wchar_t text[3] = {(wchar_t)cell->scalar, (wchar_t)cell->mark, 0};
  bool is_ascii = cterminal_tier() == CTERMINAL_ASCII;
  int width = 1;
  if (cell->scalar == 0 || cell->width == 0 || (cell->width == 2 && !has_half)) {
    text[0] = L' ';
    text[1] = 0;
  } else if (cell->scalar >= 0x7F || cell->scalar < 0x20) {
    bool is_drawn = set_drawn(text[0], text, &attributes);
    int own = is_drawn ? 1 : wcwidth(text[0]);
    // Two tables of widths that differ must not move what follows.
    if (!is_drawn && is_ascii) text[0] = L'?';
    else if (own == 2 && cell->width == 2) width = 2;
    else if (own != 1) text[0] = is_ascii ? L'?' : 0xFFFD;
  }
  if (is_ascii || (text[1] && wcwidth(text[1]) != 0)) text[1] = 0;
  setcchar(result, text, attributes, (short)style.pair, &style.pair);
  return width;
}

void cterminal_put(int row, int column, const struct cterminal_cell *cells, size_t count) {
  if (row < 0 || row >= LINES || column < 0 || column >= COLS) return;
  if (count > (size_t)(COLS - column)) count = (size_t)(COLS - column);
  cchar_t *line = calloc(count + 1, sizeof *line);
  if (!line) return;
  int length = 0;
  for (size_t index = 0; index < count;) {
    bool has_half = index + 1 < count && cells[index + 1].width == 0;
    index += (size_t)convert(&cells[index], has_half, &line[length++]);
  }
  mvadd_wchnstr(row, column, line, length);
  free(line);
}
