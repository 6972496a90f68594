/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "process.h"
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* "btime" in /proc/stat stands behind a line for each processor and one for the interrupts, which can be long. */
#define PROC_MAX 65536

bool process_parse_stat(const char *line, struct process_stat *out)
{
	const char *after = strrchr(line, ')'); /* the end of the command, the second field */
	if (after == NULL)
		return false;
	int64_t user, system;
	int n = sscanf(after + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNd64 " %" SCNd64
				  " %*d %*d %*d %*d %" SCNd64 " %*d %" SCNd64 " %" SCNd64 " %" SCNd64,
		       &user, &system, &out->threads, &out->start_ticks, &out->virtual_octets, &out->resident_pages);
	out->cpu_ticks = user + system;
	return n == 6;
}

int64_t process_parse_boot(const char *text)
{
	const char *at = strncmp(text, "btime ", 6) == 0 ? text : strstr(text, "\nbtime ");
	int64_t boot = -1;
	if (at != NULL && sscanf(at, " btime %" SCNd64, &boot) != 1)
		return -1;
	return boot;
}

/* The beginning of a file, as a string. */
static bool read_file(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	size_t length = 0;
	ssize_t n;
	while (length + 1 < size && (n = read(fd, out + length, size - 1 - length)) > 0)
		length += (size_t)n;
	close(fd);
	out[length] = '\0';
	return length > 0;
}

static int64_t count_open(void)
{
	DIR *folder = opendir("/proc/self/fd");
	if (folder == NULL)
		return -1;
	int64_t count = -1; /* the folder's own does not count */
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
		count += entry->d_name[0] != '.';
	closedir(folder);
	return count;
}

/* No limit is left out, too. */
static int64_t limit_of(int which)
{
	struct rlimit limit;
	if (getrlimit((__rlimit_resource_t)which, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY ||
	    limit.rlim_cur > INT64_MAX)
		return -1;
	return (int64_t)limit.rlim_cur;
}

struct process process_read(void)
{
	struct process p = { .cpu_s = -1, .start_s = -1, .virtual_octets = -1, .resident_octets = -1, .threads = -1,
			     .open_fds = count_open(), .max_fds = limit_of(RLIMIT_NOFILE),
			     .max_virtual_octets = limit_of(RLIMIT_AS) };
	char text[PROC_MAX];
	struct process_stat stat;
	double ticks = (double)sysconf(_SC_CLK_TCK);
	if (!read_file("/proc/self/stat", text, sizeof(text)) || !process_parse_stat(text, &stat) || ticks <= 0)
		return p;
	p.cpu_s = (double)stat.cpu_ticks / ticks;
	p.threads = stat.threads;
	p.virtual_octets = stat.virtual_octets;
	p.resident_octets = stat.resident_pages * sysconf(_SC_PAGESIZE);
	int64_t boot = read_file("/proc/stat", text, sizeof(text)) ? process_parse_boot(text) : -1;
	if (boot >= 0)
		p.start_s = (double)boot + (double)stat.start_ticks / ticks;
	return p;
}
