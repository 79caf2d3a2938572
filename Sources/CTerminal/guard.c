#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

// Longer messages than this are shown from their end.
#define REPLAY_MAXIMUM (64 * 1024)

volatile sig_atomic_t cterminal_is_writing;
volatile sig_atomic_t cterminal_is_left;
volatile sig_atomic_t cterminal_is_ending;

static const int news[] = {SIGWINCH, SIGTSTP, SIGCONT};
static const int ends[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};
static const int crashes[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
static struct sigaction before[NSIG];

static int wake[2] = {-1, -1};
static int standard_error = STDERR_FILENO;
static int memory = -1;
static struct termios modes;
static volatile sig_atomic_t is_stopping;
static volatile sig_atomic_t deadly_signal;
static void *crash_stack;

// Two, so that a handler never meets one that is half written.
static struct restore {
  char bytes[512];
  size_t count;
} restores[2];
static struct restore *volatile restore = &restores[0];

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static bool holds(const int *list, size_t count, int number) {
  for (size_t index = 0; index < count; index++)
    if (list[index] == number) return true;
  return false;
}

static bool takes_bytes(int descriptor, int patience) {
  struct pollfd entry = {.fd = descriptor, .events = POLLOUT};
  return poll(&entry, 1, patience) > 0 && entry.revents == POLLOUT;
}

bool cterminal_is_writable(void) { return takes_bytes(STDOUT_FILENO, 0); }

int cterminal_standard_error(void) { return standard_error; }

void cterminal_restore_modes(void) { tcsetattr(STDIN_FILENO, TCSANOW, &modes); }

void cterminal_set_restore(const char *bytes, size_t count) {
  struct restore *spare = restore == &restores[0] ? &restores[1] : &restores[0];
  spare->count = count < sizeof spare->bytes ? count : 0;
  memcpy(spare->bytes, bytes, spare->count);
  restore = spare;
}

// Standard error is what it was, and gets what memory holds. Runs in handlers too.
static void replay(void) {
  if (memory < 0) return;
  dup2(standard_error, STDERR_FILENO);
  off_t end = lseek(memory, 0, SEEK_END);
  off_t place = end > REPLAY_MAXIMUM ? end - REPLAY_MAXIMUM : 0;
  char bytes[1024];
  ssize_t count;
  while ((count = pread(memory, bytes, sizeof bytes, place)) > 0 && takes_bytes(standard_error, 1000)) {
    ssize_t written = write(standard_error, bytes, (size_t)count);
    if (written <= 0) break;
    place += written;
  }
}

static _Noreturn void die(int number) {
  if (holds(crashes, COUNT(crashes), number)) {
    sigset_t own;
    sigemptyset(&own);
    sigaddset(&own, number);
    signal(number, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &own, NULL);
    raise(number);
  }
  _exit(128 + number);
}

static void on_alarm(int number) {
  (void)number;
  die(deadly_signal);
}

// The end from within a handler, in the middle of anything. A terminal that takes nothing gets one second.
static _Noreturn void end_at_once(int number) {
  deadly_signal = number;
  signal(SIGALRM, on_alarm);
  sigset_t alarms;
  sigemptyset(&alarms);
  sigaddset(&alarms, SIGALRM);
  pthread_sigmask(SIG_UNBLOCK, &alarms, NULL);
  alarm(1);
  if (!cterminal_is_left) {
    signal(SIGTTOU, SIG_IGN);
    cterminal_restore_modes();
    if (cterminal_is_writable()) (void)!write(STDOUT_FILENO, restore->bytes, restore->count);
  }
  replay();
  die(number);
}

static void on_signal(int number) {
  int saved = errno;
  if (holds(ends, COUNT(ends), number)) {
    if (cterminal_is_writing) end_at_once(number);
    cterminal_is_ending = 1;
  }
  unsigned char byte = (unsigned char)number;
  if (number != SIGCONT || !is_stopping) (void)!write(wake[1], &byte, 1);
  errno = saved;
}

// A crash within this handler ends the process by itself: SA_RESETHAND.
static void on_crash(int number) { end_at_once(number); }

static void handle(const int *list, size_t count, void (*handler)(int), int flags) {
  for (size_t index = 0; index < count; index++) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigemptyset(&action.sa_mask);
    sigaction(list[index], &action, &before[list[index]]);
  }
}

static void restore_handlers(const int *list, size_t count) {
  for (size_t index = 0; index < count; index++) sigaction(list[index], &before[list[index]], NULL);
}

int cterminal_guard(void) {
  if (tcgetattr(STDIN_FILENO, &modes) != 0 || pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0) return -1;
  if (isatty(STDERR_FILENO)) {
    standard_error = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    memory = memfd_create("standard error", MFD_CLOEXEC);
    if (standard_error < 0 || memory < 0 || dup2(memory, STDERR_FILENO) < 0) return -1;
  }
  cterminal_is_ending = cterminal_is_left = cterminal_is_writing = 0;
  // A stack that overflowed is no place for a handler.
  crash_stack = malloc(64 * 1024);
  stack_t stack = {.ss_sp = crash_stack, .ss_size = 64 * 1024};
  if (crash_stack) sigaltstack(&stack, NULL);
  handle(news, COUNT(news), on_signal, SA_RESTART);
  handle(ends, COUNT(ends), on_signal, SA_RESTART);
  handle(crashes, COUNT(crashes), on_crash, SA_ONSTACK | SA_RESETHAND | SA_NODEFER);
  for (size_t index = 0; index < COUNT(ends); index++)
    // What nohup and its like said, holds.
    if (before[ends[index]].sa_handler == SIG_IGN) signal(ends[index], SIG_IGN);
  static const int broken[] = {SIGPIPE};
  handle(broken, COUNT(broken), SIG_IGN, 0);
  return 0;
}

void cterminal_unguard(void) {
  static const int broken[] = {SIGPIPE};
  restore_handlers(news, COUNT(news));
  restore_handlers(ends, COUNT(ends));
  restore_handlers(crashes, COUNT(crashes));
  restore_handlers(broken, COUNT(broken));
  stack_t none = {.ss_flags = SS_DISABLE};
  sigaltstack(&none, NULL);
  free(crash_stack);
  crash_stack = NULL;
  replay();
  if (memory >= 0) close(memory);
  if (standard_error != STDERR_FILENO) close(standard_error);
  memory = -1;
  standard_error = STDERR_FILENO;
  close(wake[0]);
  close(wake[1]);
  wake[0] = wake[1] = -1;
}

int cterminal_signal_descriptor(void) { return wake[0]; }

int cterminal_next_signal(void) {
  unsigned char byte;
  return read(wake[0], &byte, 1) == 1 ? byte : 0;
}

void cterminal_stop(void) {
  struct sigaction ours;
  is_stopping = 1;
  sigaction(SIGTSTP, NULL, &ours);
  // The others of the group first, then this very thread: raise returns when we have been continued.
  signal(SIGTSTP, SIG_IGN);
  kill(0, SIGTSTP);
  signal(SIGTSTP, SIG_DFL);
  raise(SIGTSTP);
  sigaction(SIGTSTP, &ours, NULL);
  is_stopping = 0;
}
