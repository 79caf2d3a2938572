#include "internal.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool has_name_of(const char *entry, const char *other) {
  size_t length = strcspn(other, "=");
  return strncmp(entry, other, length) == 0 && entry[length] == '=';
}

// Our environment with the additions in place of what they name. The strings are not copied.
static char **merged(char *const *additions) {
  size_t count = 0, more = 0;
  while (environ[count]) count++;
  while (additions[more]) more++;
  char **result = calloc(count + more + 1, sizeof *result);
  if (!result) return NULL;
  size_t length = 0;
  for (size_t index = 0; index < count; index++) {
    bool is_replaced = false;
    for (size_t other = 0; other < more; other++) is_replaced |= has_name_of(environ[index], additions[other]);
    if (!is_replaced) result[length++] = environ[index];
  }
  memcpy(result + length, additions, more * sizeof *result);
  return result;
}

static int spawn(pid_t *child, char *const *arguments, char *const *environment) {
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, cterminal_standard_error(), STDERR_FILENO);
  int failure = posix_spawnp(child, arguments[0], &actions, &attributes, arguments, environment);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return failure;
}

// Waits for the end. If the child stops, so do we, for the shell watches only us.
static int wait_for(pid_t child, int *status) {
  for (;;) {
    if (waitpid(child, status, WUNTRACED) < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    if (!WIFSTOPPED(*status)) return 0;
    signal(SIGTSTP, SIG_DFL);
    raise(SIGTSTP);
    signal(SIGTSTP, SIG_IGN);
    kill(child, SIGCONT);
  }
}

int cterminal_run(char *const *arguments, char *const *additions, int *status) {
  char **environment = merged(additions);
  if (!environment) return ENOMEM;
  // The child shares our process group: what the keyboard says to both is for the child alone.
  static const int keyboard[] = {SIGINT, SIGQUIT, SIGTSTP};
  struct sigaction ours[3];
  struct sigaction ignored = {.sa_handler = SIG_IGN};
  for (int index = 0; index < 3; index++) sigaction(keyboard[index], &ignored, &ours[index]);
  pid_t child;
  int failure = spawn(&child, arguments, environment);
  if (failure == 0) failure = wait_for(child, status);
  for (int index = 0; index < 3; index++) sigaction(keyboard[index], &ours[index], NULL);
  free(environment);
  return failure;
}
