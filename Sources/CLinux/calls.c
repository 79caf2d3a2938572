#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int64_t microseconds(struct timeval time) {
  return (int64_t)time.tv_sec * 1000000 + time.tv_usec;
}

int clinux_reap(int pidfd, struct clinux_exit *result) {
  siginfo_t information = {0};
  struct rusage usage = {0};
  long done;
  // Raw call: glibc's waitid hides the kernel's fifth argument, the usage.
  do done = syscall(SYS_waitid, P_PIDFD, pidfd, &information, WEXITED, &usage);
  while (done < 0 && errno == EINTR);
  if (done < 0) return -1;
  *result = (struct clinux_exit){
    .code = information.si_code,
    .status = information.si_status,
    .maximum_resident_kib = usage.ru_maxrss,
    .user_microseconds = microseconds(usage.ru_utime),
    .system_microseconds = microseconds(usage.ru_stime),
  };
  return 0;
}

int clinux_hide_memory(void) {
  struct rlimit none = {0, 0};
  // Without the flag nobody but root may trace it or read its memory and environment, and no core is dumped, be it to a
  // pipe, which the limit does not stop. An exec sets it again, so it is not handed on to tasks.
  return setrlimit(RLIMIT_CORE, &none) == 0 ? prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) : -1;
}

int clinux_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

void clinux_set_name(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

int clinux_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0U); }

int clinux_pidfd_send_signal(int pidfd, int signal) {
  return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0U);
}

int clinux_pipe(int *reading, int *writing) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  *reading = ends[0];
  *writing = ends[1];
  // The flag belongs to one end's open file: the child's end stays blocking, as programs expect.
  return fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

int clinux_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int clinux_memfd(const char *name) { return memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING); }

int clinux_seal(int descriptor) {
  return fcntl(descriptor, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
}

int clinux_readable_bytes(int descriptor) {
  int bytes = 0;
  return ioctl(descriptor, FIONREAD, &bytes) == 0 ? bytes : -1;
}

int clinux_lock(int descriptor) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  return fcntl(descriptor, F_OFD_SETLK, &lock);
}

void clinux_unlock(int descriptor) {
  struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
  fcntl(descriptor, F_OFD_SETLK, &lock);
}

int clinux_is_locked(int descriptor) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  if (fcntl(descriptor, F_OFD_GETLK, &lock) != 0) return -1;
  return lock.l_type != F_UNLCK;
}

void clinux_prepare_thread(const char *name) {
  sigset_t all;
  sigfillset(&all);
  // Blocked, it would count as awaited by somebody, and each end of a child wake another thread for nothing.
  sigdelset(&all, SIGCHLD);
  pthread_sigmask(SIG_SETMASK, &all, NULL);
  pthread_setname_np(pthread_self(), name);
}
