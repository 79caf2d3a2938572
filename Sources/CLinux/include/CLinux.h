// What Swift cannot reach on Linux: variadic and missing glibc calls, raw system calls, and the code that
// runs between clone and exec, where nothing but system calls is allowed.

#ifndef CLINUX_H
#define CLINUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/types.h>

// The step of a launch that failed, in the order in which the child takes them.
enum clinux_step {
  CLINUX_STEP_NONE,
  CLINUX_STEP_CLONE,
  CLINUX_STEP_CGROUP,
  CLINUX_STEP_SESSION,
  CLINUX_STEP_DESCRIPTORS,
  CLINUX_STEP_LIMIT,
  CLINUX_STEP_NICENESS,
  CLINUX_STEP_USER,
  CLINUX_STEP_DIRECTORY,
  CLINUX_STEP_EXEC,
};

struct clinux_limit {
  int resource;
  uint64_t soft;
  uint64_t hard;
};

struct clinux_user {
  uid_t user;
  gid_t group;
  const gid_t *groups;
  size_t group_count;
};

// A descriptor of ours and the number that the child has it by.
struct clinux_descriptor {
  int source;
  int target;
};

// The numbers that a child may have descriptors by, beside the standard ones.
#define CLINUX_FIRST_DESCRIPTOR 3
#define CLINUX_LAST_DESCRIPTOR 9

// Everything the child needs, made ready before the clone. Pointers may be NULL where "or NULL" is said.
struct clinux_launch {
  const char *path;
  char *const *arguments;
  char *const *environment;
  const char *directory;           // or NULL: inherited
  const struct clinux_user *user;  // or NULL: inherited
  const struct clinux_limit *limits;
  size_t limit_count;
  const int *niceness;             // or NULL: inherited
  const mode_t *mask;              // or NULL: inherited
  int standard_input;
  int standard_output;
  int standard_error;
  const struct clinux_descriptor *descriptors;
  size_t descriptor_count;
  int cgroup;                      // directory to be born in, or -1: inherited
  bool detached;                   // not our child, and survives us; pidfd is then -1

  // Results. The child writes the first two into the memory that it shares with the suspended parent.
  enum clinux_step failed_step;
  int failed_errno;
  pid_t pid;
  int pidfd;
};

// Starts a program and returns when it has been exec'd or has failed to. False: see failed_step and
// failed_errno; nothing is left to reap or to close.
bool clinux_launch(struct clinux_launch *launch);

struct clinux_exit {
  int code;    // CLD_EXITED, CLD_KILLED, CLD_DUMPED
  int status;  // exit code or signal
  int64_t maximum_resident_kib;
  int64_t user_microseconds;
  int64_t system_microseconds;
};

// Waits for the process of a pidfd to end and reaps it. 0, or -1 with errno.
int clinux_reap(int pidfd, struct clinux_exit *result);

// Keeps what this process has in memory from core files and from other processes of its user. 0, or -1 with errno.
int clinux_hide_memory(void);

// Makes this process the parent of every orphan below it. 0, or -1 with errno.
int clinux_adopt_orphans(void);
// The name that ps and the like show for the calling thread, at most 15 bytes.
void clinux_set_name(const char *name);

int clinux_pidfd_open(pid_t pid);
int clinux_pidfd_send_signal(int pidfd, int signal);

// A pipe with both ends close-on-exec; the end that we read is non-blocking, the child's end is not.
int clinux_pipe(int *reading, int *writing);
// An eventfd for wake-ups: close-on-exec, non-blocking.
int clinux_eventfd(void);
// An unnamed file in memory, close-on-exec.
int clinux_memfd(const char *name);
// Keeps such a file as it is for good. 0, or -1 with errno.
int clinux_seal(int descriptor);
// Bytes waiting in a pipe, or -1 with errno.
int clinux_readable_bytes(int descriptor);

// A write lock of the whole file that belongs to the open file, not to the process (F_OFD_SETLK).
int clinux_lock(int descriptor);
void clinux_unlock(int descriptor);
// 1: another open file holds such a lock, 0: free, -1: errno. Takes no lock itself.
int clinux_is_locked(int descriptor);

// Blocks every signal but SIGCHLD in the calling thread and gives it a name of at most 15 bytes.
void clinux_prepare_thread(const char *name);

#endif
