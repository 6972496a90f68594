/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* patient_clock.c - a monotonic clock that goes while the program waits for events, and hardly else.
 *
 * Where both ends of a conversation are in one process, a machine that stands still or is slow keeps both from their work, and
 * yet every time-out runs on. By this clock it does not: a wait counts as long as it was asked for at the most, a wait that was
 * interrupted not at all, and each look at the clock a microsecond, so that who looks again and again sees it go. */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MS_NS INT64_C(1000000)
#define BEGINS_NS INT64_C(3600000000000) /* an hour after the machine's start */
#define LOOK_NS 1000

/* What has passed; libuv's threads look, too. */
static int64_t pass(int64_t ns)
{
	static _Atomic int64_t passed_ns = BEGINS_NS;
	return atomic_fetch_add(&passed_ns, ns) + ns;
}

static int64_t real_ns(void)
{
	struct timespec t;
	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 * MS_NS + t.tv_nsec;
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
	if (clock != CLOCK_MONOTONIC && clock != CLOCK_MONOTONIC_RAW && clock != CLOCK_MONOTONIC_COARSE && clock != CLOCK_BOOTTIME)
		return (int)syscall(SYS_clock_gettime, clock, out);
	int64_t ns = pass(LOOK_NS);
	*out = (struct timespec){ .tv_sec = (time_t)(ns / (1000 * MS_NS)), .tv_nsec = (long)(ns % (1000 * MS_NS)) };
	return 0;
}

int epoll_pwait(int fd, struct epoll_event *events, int size, int timeout_ms, const sigset_t *mask)
{
	int64_t began_ns = real_ns(), most_ns = (timeout_ms > 0 ? timeout_ms : 0) * MS_NS;
	int count = (int)syscall(SYS_epoll_pwait, fd, events, size, timeout_ms, mask, _NSIG / 8);
	if (count >= 0) {
		int error = errno;
		int64_t took_ns = real_ns() - began_ns;
		pass(count == 0 || took_ns > most_ns ? most_ns : took_ns);
		errno = error;
	}
	return count;
}

int epoll_wait(int fd, struct epoll_event *events, int size, int timeout_ms)
{
	return epoll_pwait(fd, events, size, timeout_ms, NULL);
}
