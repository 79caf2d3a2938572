#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CHILD_STACK (32 * 1024)

// What the child gets to see: the request, and what only this file needs.
struct child {
  struct clinux_launch *launch;
  pid_t parent;
  char *stack;  // top of the stack for the process that execs
};

static _Noreturn void fail(struct clinux_launch *launch, enum clinux_step step) {
  launch->failed_step = step;
  launch->failed_errno = errno;
  _exit(127);
}

// A handler of ours must never run in the child, whose memory is ours, and an ignored signal would stay
// ignored over the exec (a script could not be ended by SIGPIPE). Raw call: glibc hides signals 32 and 33.
static void reset_signals(void) {
  static const char all_zero[64];  // the kernel's struct sigaction with SIG_DFL
  for (int signal = 1; signal < NSIG; signal++) syscall(SYS_rt_sigaction, signal, all_zero, NULL, NSIG / 8);
}

// dup2 onto 0, 1, 2 must not overwrite a source that is itself one of them.
static int above_standard(int descriptor) {
  return descriptor > STDERR_FILENO ? descriptor : fcntl(descriptor, F_DUPFD, STDERR_FILENO + 1);
}

static bool arrange_descriptors(const struct clinux_launch *launch) {
  int input = above_standard(launch->standard_input);
  int output = above_standard(launch->standard_output);
  int error = above_standard(launch->standard_error);
  return dup2(input, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
         dup2(error, STDERR_FILENO) >= 0 && syscall(SYS_close_range, 3U, ~0U, 0U) == 0;
}

static bool set_limits(const struct clinux_launch *launch) {
  for (size_t index = 0; index < launch->limit_count; index++) {
    const struct clinux_limit *limit = &launch->limits[index];
    struct rlimit value = {.rlim_cur = limit->soft, .rlim_max = limit->hard};
    if (setrlimit(limit->resource, &value) != 0) return false;
  }
  return true;
}

// Raw calls: glibc's setuid and friends would make every thread of the parent change its identity too, as
// the child shares the list of threads in memory.
static bool become(const struct clinux_user *user) {
  return syscall(SYS_setgroups, user->group_count, user->groups) == 0 &&
         syscall(SYS_setresgid, user->group, user->group, user->group) == 0 &&
         syscall(SYS_setresuid, user->user, user->user, user->user) == 0 &&
         prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

// Runs in the parent's memory while the parent's thread is suspended. Limits and a lower niceness need the
// rights of the parent, so they precede the change of user; the directory is entered with the user's own.
static int run_child(void *argument) {
  const struct child *child = argument;
  struct clinux_launch *launch = child->launch;
  reset_signals();
  if (setsid() < 0) fail(launch, CLINUX_STEP_SESSION);
  if (!arrange_descriptors(launch)) fail(launch, CLINUX_STEP_DESCRIPTORS);
  if (!set_limits(launch)) fail(launch, CLINUX_STEP_LIMIT);
  if (launch->niceness && setpriority(PRIO_PROCESS, 0, *launch->niceness) != 0)
    fail(launch, CLINUX_STEP_NICENESS);
  if (launch->user && !become(launch->user)) fail(launch, CLINUX_STEP_USER);
  if (!launch->detached) {
    // A change of user clears it, hence here. It fires when the *thread* dies that made this process. If
    // that happened before this line, the child has another parent already and nothing would fire.
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != child->parent) _exit(127);
  }
  if (launch->directory && chdir(launch->directory) != 0) fail(launch, CLINUX_STEP_DIRECTORY);
  if (launch->mask) umask(*launch->mask);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execve(launch->path, launch->arguments, launch->environment);
  fail(launch, CLINUX_STEP_EXEC);
}

// The process between us and a detached one. It ends at once, so the detached one becomes a child of init
// (or of the nearest subreaper), which reaps it.
static int run_intermediary(void *argument) {
  const struct child *child = argument;
  struct clinux_launch *launch = child->launch;
  launch->pid = clone(run_child, child->stack, CLONE_VM | CLONE_VFORK | SIGCHLD, argument);
  if (launch->pid < 0) fail(launch, CLINUX_STEP_CLONE);
  _exit(0);
}

bool clinux_launch(struct clinux_launch *launch) {
  // CLONE_VFORK suspends this thread until the child has exec'd or ended, so its frame may hold the stacks.
  _Alignas(16) char stacks[2 * CHILD_STACK];
  struct child child = {.launch = launch, .parent = getpid(), .stack = stacks + CHILD_STACK};
  launch->failed_step = CLINUX_STEP_NONE;
  launch->failed_errno = 0;
  launch->pidfd = -1;

  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int pid = launch->detached
    ? clone(run_intermediary, stacks + 2 * CHILD_STACK, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD,
            &child, &launch->pidfd)
    : clone(run_child, child.stack, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &child,
            &launch->pidfd);
  int clone_errno = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);

  if (pid < 0) {
    launch->failed_step = CLINUX_STEP_CLONE;
    launch->failed_errno = clone_errno;
    return false;
  }
  bool failed = launch->failed_step != CLINUX_STEP_NONE;
  if (failed || launch->detached) {
    struct clinux_exit ignored;
    clinux_reap(launch->pidfd, &ignored);
    close(launch->pidfd);
    launch->pidfd = -1;
  }
  if (!launch->detached) launch->pid = pid;
  return !failed;
}
