/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* fast_clock.c - preloaded into a process, lets its time run faster, so that a test need not wait for quarters of an hour.
 *
 * FAST_CLOCK="SPEED WALL_S": at the real time WALL_S (seconds since 1970) the process's wall clock is right, and from there on
 * it runs SPEED times as fast, over restarts too. The monotonic clock runs as fast; waits for events are as much shorter. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <time.h>

#define NS INT64_C(1000000000)

struct fast { int64_t speed, wall_s; };

static struct fast fast(void)
{
	static _Thread_local struct fast known;
	if (known.speed == 0) {
		const char *text = getenv("FAST_CLOCK");
		char *end = NULL;
		known.speed = text != NULL ? strtoll(text, &end, 10) : 1;
		if (end != NULL)
			known.wall_s = strtoll(end, NULL, 10);
		if (known.speed < 1)
			known.speed = 1;
	}
	return known;
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
	int (*real)(clockid_t, struct timespec *);
	*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	int rc = real(clock, out);
	if (rc != 0 || clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID)
		return rc;
	struct fast f = fast();
	int64_t from_s = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE ? f.wall_s : 0;
	int64_t ns = ((int64_t)out->tv_sec - from_s) * NS + out->tv_nsec;
	/* Seconds and the rest apart: nanoseconds times speed would overflow after a month of uptime. */
	int64_t seconds = ns / NS * f.speed, rest = ns % NS * f.speed;
	out->tv_sec = (time_t)(from_s + seconds + rest / NS);
	out->tv_nsec = (long)(rest % NS);
	return 0;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
	struct timespec now;
	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	out->tv_sec = now.tv_sec;
	out->tv_usec = now.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *out)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	if (out != NULL)
		*out = now.tv_sec;
	return now.tv_sec;
}

/* A wait in the process's time, in real milliseconds; at least one, so that it does not spin. */
static int shorter(int timeout_ms)
{
	if (timeout_ms <= 0)
		return timeout_ms;
	int64_t ms = timeout_ms / fast().speed;
	return ms > 0 ? (int)ms : 1;
}

int epoll_wait(int fd, struct epoll_event *events, int size, int timeout_ms)
{
	int (*real)(int, struct epoll_event *, int, int);
	*(void **)&real = dlsym(RTLD_NEXT, "epoll_wait");
	return real(fd, events, size, shorter(timeout_ms));
}

int epoll_pwait(int fd, struct epoll_event *events, int size, int timeout_ms, const sigset_t *mask)
{
	int (*real)(int, struct epoll_event *, int, int, const sigset_t *);
	*(void **)&real = dlsym(RTLD_NEXT, "epoll_pwait");
	return real(fd, events, size, shorter(timeout_ms), mask);
}
