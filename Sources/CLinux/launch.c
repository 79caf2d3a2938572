#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
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
  bool migrates;  // has to enter its cgroup itself
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

// The old way into a cgroup, taken only where a process cannot be born in one: a move shuts out every fork of
// the machine and adds 0.1 ms to a launch on average, at times 10 ms; the birth adds 0.015 ms.
static bool enter_cgroup(int directory) {
  int processes = openat(directory, "cgroup.procs", O_WRONLY | O_CLOEXEC);
  return processes >= 0 && write(processes, "0", 1) == 1;
}

// dup2 onto the child's numbers must not overwrite a source that is itself one of them.
static int above_targets(int descriptor) {
  return descriptor > CLINUX_LAST_DESCRIPTOR ? descriptor
                                             : fcntl(descriptor, F_DUPFD, CLINUX_LAST_DESCRIPTOR + 1);
}

// After this the child has its standard descriptors, those that it is given, and no other.
static bool arrange_descriptors(const struct clinux_launch *launch) {
  enum { TARGETS = CLINUX_LAST_DESCRIPTOR + 1 };
  int sources[TARGETS];
  for (int target = 0; target < TARGETS; target++) sources[target] = -1;
  sources[STDIN_FILENO] = above_targets(launch->standard_input);
  sources[STDOUT_FILENO] = above_targets(launch->standard_output);
  sources[STDERR_FILENO] = above_targets(launch->standard_error);
  for (size_t index = 0; index < launch->descriptor_count; index++) {
    const struct clinux_descriptor *given = &launch->descriptors[index];
    if (given->target < CLINUX_FIRST_DESCRIPTOR || given->target > CLINUX_LAST_DESCRIPTOR) {
      errno = EBADF;
      return false;
    }
    sources[given->target] = above_targets(given->source);
    if (sources[given->target] < 0) return false;
  }
  int last = STDERR_FILENO;
  for (int target = 0; target < TARGETS; target++) {
    if (sources[target] >= 0) {
      if (dup2(sources[target], target) < 0) return false;
      last = target;
    } else if (target <= STDERR_FILENO) {
      return false;
    } else if (launch->descriptor_count > 0) {
      close(target);
    }
  }
  return syscall(SYS_close_range, (unsigned)last + 1, ~0U, 0U) == 0;
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
  if (child->migrates && !enter_cgroup(launch->cgroup)) fail(launch, CLINUX_STEP_CGROUP);
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

// The process between us and a detached one. It ends at once, so the detached one becomes a child of init, which
// reaps it, or of the nearest subreaper: of ours if we adopt orphans, and then we reap it as one of them.
static int run_intermediary(void *argument) {
  const struct child *child = argument;
  struct clinux_launch *launch = child->launch;
  launch->pid = clone(run_child, child->stack, CLONE_VM | CLONE_VFORK | SIGCHLD, argument);
  if (launch->pid < 0) fail(launch, CLINUX_STEP_CLONE);
  _exit(0);
}

// clone3 for a child that runs on a stack of its own in our memory: it must not return from the system call
// into this frame, hence the assembly. -1 with errno; ENOSYS where this is not to be had.
static int clone_into_cgroup(struct child *child) {
  struct clone_args arguments = {
    .flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_INTO_CGROUP,
    .pidfd = (uintptr_t)&child->launch->pidfd,
    .exit_signal = SIGCHLD,
    .stack = (uintptr_t)(child->stack - CHILD_STACK),
    .stack_size = CHILD_STACK,
    .cgroup = (uint64_t)child->launch->cgroup,
  };
#if defined(__x86_64__)
  register long result __asm__("rax") = SYS_clone3;
  register int (*body)(void *) __asm__("r12") = run_child;
  register void *argument __asm__("r13") = child;
  __asm__ volatile(
    "syscall\n\t"
    "testq %%rax, %%rax\n\t"
    "jnz 1f\n\t"
    "xorl %%ebp, %%ebp\n\t"
    "movq %[argument], %%rdi\n\t"
    "callq *%[body]\n\t"
    "ud2\n"
    "1:"
    : "+r"(result)
    : "D"(&arguments), "S"(sizeof arguments), [body] "r"(body), [argument] "r"(argument)
    : "rcx", "r11", "memory", "cc");
#elif defined(__aarch64__)
  register long number __asm__("x8") = SYS_clone3;
  register long result __asm__("x0") = (long)&arguments;
  register long size __asm__("x1") = sizeof arguments;
  register int (*body)(void *) __asm__("x20") = run_child;
  register void *argument __asm__("x21") = child;
  __asm__ volatile(
    "svc #0\n\t"
    "cbnz x0, 1f\n\t"
    "mov x29, xzr\n\t"
    "mov x30, xzr\n\t"
    "mov x0, %[argument]\n\t"
    "blr %[body]\n\t"
    "brk #0\n"
    "1:"
    : "+r"(result)
    : "r"(number), "r"(size), [body] "r"(body), [argument] "r"(argument)
    : "memory", "cc");
#else
  long result = -ENOSYS;
  (void)arguments;
#endif
  if (result >= 0) return (int)result;
  errno = (int)-result;
  return -1;
}

static int clone_child(struct child *child) {
  if (child->launch->cgroup >= 0) {
    int pid = clone_into_cgroup(child);
    if (pid >= 0 || errno != ENOSYS) return pid;
    child->migrates = true;
  }
  return clone(run_child, child->stack, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, child,
               &child->launch->pidfd);
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
    : clone_child(&child);
  int clone_errno = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);

  if (pid < 0) {
    // Whatever else than a want of resources keeps a birth out of a cgroup lies in the cgroup.
    bool is_cgroup = launch->cgroup >= 0 && clone_errno != EAGAIN && clone_errno != ENOMEM;
    launch->failed_step = is_cgroup ? CLINUX_STEP_CGROUP : CLINUX_STEP_CLONE;
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
