/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "sdnotify.h"
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int sdnotify_open(struct sdnotify *n, const char *where, struct hwatt_error *err)
{
	n->fd = -1;
	if (where == NULL || where[0] == '\0')
		return 0;
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t length = strlen(where);
	if ((where[0] != '/' && where[0] != '@') || length >= sizeof(to.sun_path))
		return hwatt_fail(err, HWATT_EINVAL, "NOTIFY_SOCKET is \"%s\", which is no path of a socket", where);
	memcpy(to.sun_path, where, length);
	if (where[0] == '@')
		to.sun_path[0] = '\0'; /* a name in the abstract space, as long as it is */
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, size) == 0) {
		n->fd = fd;
		return 0;
	}
	hwatt_fail(err, HWATT_EIO, "systemd does not listen at %s: %s", where, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

void sdnotify_close(struct sdnotify *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}

int sdnotify_tell(const struct sdnotify *n, const char *state, struct hwatt_error *err)
{
	if (n->fd >= 0 && send(n->fd, state, strlen(state), MSG_NOSIGNAL) < 0)
		return hwatt_fail(err, HWATT_EIO, "systemd does not take %s: %s", state, strerror(errno));
	return 0;
}

int sdnotify_tell_reloading(const struct sdnotify *n, int64_t now_us, struct hwatt_error *err)
{
	char state[64];
	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%" PRId64, now_us);
	return sdnotify_tell(n, state, err);
}

int64_t sdnotify_watchdog_ms(const char *usec, const char *pid, int64_t self)
{
	if (usec == NULL || (pid != NULL && strtoll(pid, NULL, 10) != self))
		return 0;
	int64_t half = strtoll(usec, NULL, 10) / 2000;
	return half > 0 ? half : 0;
}
