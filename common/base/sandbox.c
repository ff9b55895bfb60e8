/*
 * sandbox - Landlock and seccomp: Linux, Documentation/userspace-api/landlock.rst
 * SPDX-License-Identifier: ISC
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/sandbox.h"

/* LeakSanitizer traces its own process at the end and reads /proc, so nothing can be locked there.
 */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(SANITIZED)
#define SANITIZED true
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

/* The headers of a release know less than the kernels it meets: bits and layout are the kernel's.
 */
#define FS_TRUNCATE (1ULL << 14)   /* ABI 3 */
#define FS_IOCTL_DEV (1ULL << 15)  /* ABI 5 */
#define NET_TCP 3ULL		   /* bind and connect, ABI 4 */
#define SCOPE_ABSTRACT_SIGNAL 3ULL /* abstract sockets, signals to others; ABI 6 */
#define FILE_RIGHTS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE)

struct attributes {
	uint64_t files, net, scoped;
};

struct level {
	int abi;
	const char *what; /* that is missing below it */
	struct attributes adds;
	size_t size; /* of struct attributes that the kernel knows from here on */
};

static const struct level levels[] = {
	{ 1, "files (Landlock)", { .files = (1ULL << 13) - 1 }, 8 },
	{ 2, "moving of files (Landlock ABI 2)", { .files = LANDLOCK_ACCESS_FS_REFER }, 8 },
	{ 3, "cutting of files (Landlock ABI 3)", { .files = FS_TRUNCATE }, 8 },
	{ 4, "TCP (Landlock ABI 4)", { .net = NET_TCP }, 16 },
	{ 5, "devices (Landlock ABI 5)", { .files = FS_IOCTL_DEV }, 16 },
	{ 6, "signals and abstract sockets (Landlock ABI 6)", { .scoped = SCOPE_ABSTRACT_SIGNAL },
		24 },
};

const struct sandbox_row sandbox_classes[SANDBOX__MAX] = {
	[SANDBOX_PUBLIC] = { "public", 0 },
	[SANDBOX_CHANNEL] = { "channel", SANDBOX_MAY_WRITE },
	[SANDBOX_BROWSER] = { "browser", SANDBOX_MAY_WRITE },
	[SANDBOX_SIGNING] = { "signing", SANDBOX_MAY_WRITE | SANDBOX_MAY_SIGN },
	[SANDBOX_WRITER] = { "writer", SANDBOX_MAY_WRITE | SANDBOX_MAY_SERVE },
	[SANDBOX_SIGNER] = { "signer", SANDBOX_MAY_WRITE | SANDBOX_MAY_SIGN | SANDBOX_MAY_SERVE },
};

struct sandbox {
	const struct sandbox_row *row;
	bool talks;
	int listen; /* see sandbox_share() */
	int rules;  /* a Landlock ruleset; -1: this kernel has none */
	struct attributes handled;
	bool failed;
};

/* Which Landlock the kernel has; 0: none, or it is switched off. */
static int
landlock_abi(void)
{
	long abi;

	abi = SANITIZED
		? 0
		: syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	return abi < 0 ? 0 : (int)abi;
}

static bool
has_seccomp(void)
{
	uint32_t action = SCMP_ACT_ERRNO(0) & 0xffff0000U;

	/* SECCOMP_GET_ACTION_AVAIL */
	return !SANITIZED && syscall(SYS_seccomp, 2, 0, &action) == 0;
}

struct sandbox *
sandbox_new(enum sandbox_class class, bool talks)
{
	struct sandbox *s = calloc(1, sizeof(*s));
	int abi = landlock_abi();
	size_t i, size = 0;

	if (s == NULL)
		fatal("no memory for a sandbox");
	s->row = &sandbox_classes[class];
	s->talks = talks;
	s->listen = -1;
	s->rules = -1;
	for (i = 0; i < COUNT(levels) && levels[i].abi <= abi; i++) {
		s->handled.files |= levels[i].adds.files;
		s->handled.net |= levels[i].adds.net;
		s->handled.scoped |= levels[i].adds.scoped;
		size = levels[i].size;
	}
	if (abi == 0)
		return s;
	s->rules = (int)syscall(SYS_landlock_create_ruleset, &s->handled, size, 0);
	s->failed = s->rules < 0;
	return s;
}

void
sandbox_share(struct sandbox *s, int listen)
{
	s->listen = listen;
}

static uint64_t
access_of(unsigned rights)
{
	uint64_t access = 0;

	if (rights & SANDBOX_READ)
		access |= LANDLOCK_ACCESS_FS_READ_FILE;
	if (rights & SANDBOX_WRITE)
		access |= LANDLOCK_ACCESS_FS_WRITE_FILE;
	return access;
}

void
sandbox_allow(struct sandbox *s, const char *path, unsigned rights)
{
	struct landlock_path_beneath_attr rule = { 0 };
	struct stat st;

	if (s->rules < 0)
		return;
	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return;
	if (rule.parent_fd < 0 || fstat(rule.parent_fd, &st) != 0) {
		log_errno("sandbox: %s", path);
		s->failed = true;
	} else {
		rule.allowed_access = access_of(rights) & s->handled.files;
		if (syscall(SYS_landlock_add_rule, s->rules, LANDLOCK_RULE_PATH_BENEATH, &rule,
			    0) != 0) {
			log_errno("sandbox: %s", path);
			s->failed = true;
		}
	}
	if (rule.parent_fd >= 0)
		close(rule.parent_fd);
}

/* What every class makes use of. */
static const int common_calls[] = { SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv),
	SCMP_SYS(writev), SCMP_SYS(pread64), SCMP_SYS(close), SCMP_SYS(open), SCMP_SYS(openat),
	SCMP_SYS(fstat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx),
	SCMP_SYS(statfs), SCMP_SYS(fstatfs), SCMP_SYS(access), SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2), SCMP_SYS(lseek), SCMP_SYS(flock), SCMP_SYS(umask), SCMP_SYS(munmap),
	SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(mlock), SCMP_SYS(mlock2),
	SCMP_SYS(munlock), SCMP_SYS(futex), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall), SCMP_SYS(poll),
	SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(accept), SCMP_SYS(accept4),
	SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(getsockopt), SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(uname), SCMP_SYS(getpid),
	SCMP_SYS(gettid), SCMP_SYS(getppid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid),
	SCMP_SYS(getegid), SCMP_SYS(getrandom), SCMP_SYS(getrusage), SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
	SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(times), SCMP_SYS(setitimer),
	SCMP_SYS(alarm), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(sysinfo),
	SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(exit), SCMP_SYS(exit_group) };

static const int write_calls[] = { SCMP_SYS(pwrite64), SCMP_SYS(pwritev), SCMP_SYS(fsync),
	SCMP_SYS(fdatasync), SCMP_SYS(msync), SCMP_SYS(sync_file_range) };

static const int serve_calls[] = { SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2), SCMP_SYS(epoll_ctl) };

/* What fcntl() is for. Not to have signals sent to others, nor to change what is shared: a log that
 * is only appended to, a socket that does not block. */
static const int file_commands[] = { F_GETFD, F_SETFD, F_GETFL, F_GETLK, F_SETLK, F_SETLKW };

#define RESERVE_MOST (4 << 20) /* bytes that a file of locks can have */

static const int talk_calls[] = { SCMP_SYS(connect) };

/* Nobody makes these by accident: the process ends and the system's log says why. */
static const int deadly_calls[] = { SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(bpf), SCMP_SYS(mount),
	SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(kexec_load) };

static int
add_calls(scmp_filter_ctx f, uint32_t action, const int *calls, size_t n)
{
	int rc = 0;
	size_t i;

	for (i = 0; rc == 0 && i < n; i++)
		rc = seccomp_rule_add(f, action, calls[i], 0);
	return rc;
}

static int
add_files(scmp_filter_ctx f)
{
	int rc;
	size_t i;

	rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(fallocate), 2,
		SCMP_A2(SCMP_CMP_LE, RESERVE_MOST, 0), SCMP_A3(SCMP_CMP_LE, RESERVE_MOST, 0));
	for (i = 0; rc == 0 && i < COUNT(file_commands); i++)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
			SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)file_commands[i], 0));
	return rc;
}

/* Memory never becomes code, signals go to the process itself, limits are only read. */
static int
add_narrow(scmp_filter_ctx f, const struct sandbox *s)
{
	int rc;

	rc = add_files(f);
	if (rc == 0)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(shutdown), 1,
			SCMP_A0(SCMP_CMP_NE, (scmp_datum_t)(uint32_t)s->listen, 0));
	if (rc == 0)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (rc == 0)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (rc == 0)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
			SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
	if (rc == 0)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 2,
			SCMP_A0(SCMP_CMP_EQ, 0, 0), SCMP_A2(SCMP_CMP_EQ, 0, 0));
	if (rc == 0 && s->talks)
		rc = seccomp_rule_add(
			f, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0));
	return rc;
}

static int
fill_filter(scmp_filter_ctx f, const struct sandbox *s)
{
	unsigned may = s->row->may;
	int rc;

	rc = add_calls(f, SCMP_ACT_ALLOW, common_calls, COUNT(common_calls));
	if (rc == 0 && may & SANDBOX_MAY_WRITE)
		rc = add_calls(f, SCMP_ACT_ALLOW, write_calls, COUNT(write_calls));
	if (rc == 0 && may & SANDBOX_MAY_SERVE)
		rc = add_calls(f, SCMP_ACT_ALLOW, serve_calls, COUNT(serve_calls));
	if (rc == 0 && s->talks)
		rc = add_calls(f, SCMP_ACT_ALLOW, talk_calls, COUNT(talk_calls));
	if (rc == 0)
		rc = add_calls(f, SCMP_ACT_KILL_PROCESS, deadly_calls, COUNT(deadly_calls));
	return rc == 0 ? add_narrow(f, s) : rc;
}

static enum err
enter_seccomp(const struct sandbox *s)
{
	scmp_filter_ctx f;
	int rc;

	if (!has_seccomp())
		return OK;
	f = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (f == NULL)
		fatal("no memory for a system call filter");
	rc = fill_filter(f, s);
	if (rc == 0)
		rc = seccomp_load(f);
	seccomp_release(f);
	if (rc == 0)
		return OK;
	errno = -rc;
	log_errno("sandbox: system calls");
	return ERR_SYSTEM;
}

static enum err
enter_landlock(const struct sandbox *s)
{
	if (s->rules < 0 || syscall(SYS_landlock_restrict_self, s->rules, 0) == 0)
		return OK;
	log_errno("sandbox: files");
	return ERR_SYSTEM;
}

enum err
sandbox_harden(bool known)
{
	const struct rlimit none = { 0, 0 };

	if (SANITIZED)
		return OK;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_DUMPABLE, known) == 0 &&
		setrlimit(RLIMIT_CORE, &none) == 0)
		return OK;
	log_errno("sandbox");
	return ERR_SYSTEM;
}

enum err
sandbox_enter(struct sandbox *s)
{
	bool failed = s->failed;

	/* As much as can be had, whatever else failed. */
	failed = sandbox_harden(false) != OK || failed;
	failed = enter_landlock(s) != OK || failed;
	failed = enter_seccomp(s) != OK || failed;
	if (s->rules >= 0)
		close(s->rules);
	free(s);
	return failed ? ERR_SYSTEM : OK;
}

bool
sandbox_hides_files(void)
{
	return landlock_abi() > 0;
}

struct str
sandbox_missing(struct arena *a)
{
	int abi = landlock_abi();
	struct buf b;
	size_t i;

	buf_init(&b, a, 1024);
	for (i = 0; i < COUNT(levels); i++)
		if (levels[i].abi > abi)
			buf_printf(&b, "%s%s", b.n > 0 ? ", " : "", levels[i].what);
	if (!has_seccomp())
		buf_printf(&b, "%ssystem calls (seccomp)", b.n > 0 ? ", " : "");
	return buf_str(&b);
}
