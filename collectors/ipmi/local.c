/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "local.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <hallwatt/arena.h>
#include <linux/ipmi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <uv.h>

#define ANSWER_OCTETS IPMI_MAX_MSG_LENGTH
#define MAX_STALE 16 /* answers to forgotten commands that are passed over in one go */

struct local;

struct door { /* the open device; freed when libuv has closed its handle */
	uv_poll_t readable;
	struct local *local;
	int fd;
};

struct local {
	struct transport base;
	const struct local_kernel *kernel;
	unsigned number;
	uv_loop_t *loop;
	struct door *door; /* NULL: not open */
	int handles;       /* that libuv has not closed yet */
	uv_timer_t timer;
	long id;     /* of the command that is out */
	bool out, failed; /* `failed`: sending failed with `trouble`, to be told from the loop */
	uint8_t netfn, command;
	struct hwatt_error trouble;
	transport_done *done;
	void *arg;
	void (*closed)(void *arg);
	void *closed_arg;
};

static int linux_open(void *arg, const char *path)
{
	(void)arg;
	return open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

static int linux_control(void *arg, int fd, unsigned long request, void *data)
{
	(void)arg;
	return ioctl(fd, request, data);
}

static int linux_close(void *arg, int fd)
{
	(void)arg;
	return close(fd);
}

const struct local_kernel local_linux = { NULL, linux_open, linux_control, linux_close };

static void release(struct local *l)
{
	if (--l->handles > 0)
		return;
	void (*closed)(void *) = l->closed;
	void *arg = l->closed_arg;
	free(l);
	closed(arg);
}

static void on_door_closed(uv_handle_t *handle)
{
	struct door *door = handle->data;
	struct local *l = door->local;
	l->kernel->close(l->kernel->arg, door->fd);
	free(door);
	release(l);
}

static void shut(struct local *l)
{
	if (l->door != NULL)
		uv_close((uv_handle_t *)&l->door->readable, on_door_closed);
	l->door = NULL;
}

/* Ends the command that is out; the owner may send the next one from `done`. After a failure of ours the device is opened anew. */
static void finish(struct local *l, const struct transport_answer *answer, const struct hwatt_error *err)
{
	l->out = l->failed = false;
	uv_timer_stop(&l->timer);
	if (err != NULL && err->code == HWATT_EIO)
		shut(l);
	else if (l->door != NULL)
		uv_poll_stop(&l->door->readable);
	l->done(l->arg, answer, err);
}

static void on_timer(uv_timer_t *timer)
{
	struct local *l = timer->data;
	struct hwatt_error err = l->trouble;
	if (!l->failed)
		hwatt_fail(&err, HWATT_ETIMEOUT, "the driver gave no answer in %d s", LOCAL_TIMEOUT_MS / 1000);
	finish(l, NULL, &err);
}

/* Takes one message from the driver. 1: the answer that is waited for, in `answer`; 0: something else; -1: no more. */
static int receive(struct local *l, uint8_t bytes[ANSWER_OCTETS], struct transport_answer *answer, struct hwatt_error *err)
{
	struct ipmi_addr from;
	struct ipmi_recv message = { .addr = (unsigned char *)&from, .addr_len = sizeof(from),
				     .msg = { .data = bytes, .data_len = ANSWER_OCTETS } };
	err->code = HWATT_OK;
	if (l->kernel->control(l->kernel->arg, l->door->fd, IPMICTL_RECEIVE_MSG_TRUNC, &message) < 0 && errno != EMSGSIZE) {
		if (errno != EAGAIN && errno != EINTR)
			hwatt_fail(err, HWATT_EIO, "cannot take an answer from the driver: %s", strerror(errno));
		return -1;
	}
	bool ours = message.recv_type == IPMI_RESPONSE_RECV_TYPE && message.msgid == l->id &&
		    message.msg.netfn == (l->netfn | 1) && message.msg.cmd == l->command;
	if (!ours)
		return 0;
	if (message.msg.data_len < 1 || message.msg.data_len > ANSWER_OCTETS) {
		hwatt_fail(err, HWATT_EPROTO, "an answer without a completion code");
		return 1;
	}
	*answer = (struct transport_answer){ .code = bytes[0], .data = bytes + 1, .length = message.msg.data_len - 1u };
	return 1;
}

static void on_readable(uv_poll_t *readable, int status, int events)
{
	struct local *l = ((struct door *)readable->data)->local;
	uint8_t bytes[ANSWER_OCTETS];
	struct transport_answer answer;
	struct hwatt_error err;
	(void)events;
	if (status < 0) {
		hwatt_fail(&err, HWATT_EIO, "cannot wait for the driver: %s", uv_strerror(status));
		finish(l, NULL, &err);
		return;
	}
	for (int n = 0; n < MAX_STALE; n++) {
		int got = receive(l, bytes, &answer, &err);
		if (got == 0)
			continue;
		if (got > 0 || err.code != HWATT_OK)
			finish(l, err.code == HWATT_OK ? &answer : NULL, err.code == HWATT_OK ? NULL : &err);
		return;
	}
}

/* The descriptor, or -1 and the sentence of what is most worth telling. */
static int open_device(const struct local_kernel *kernel, unsigned number, struct hwatt_error *err)
{
	static const char *const places[] = { "/dev/ipmi", "/dev/ipmi/", "/dev/ipmidev/" };
	const char *refused = places[0];
	int why = ENOENT;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		char path[32];
		snprintf(path, sizeof(path), "%s%u", places[i], number);
		int fd = kernel->open(kernel->arg, path);
		if (fd >= 0)
			return fd;
		if (errno != ENOENT && why == ENOENT) {
			why = errno;
			refused = places[i];
		}
	}
	if (why == ENOENT)
		return hwatt_fail(err, HWATT_EIO, "there is no %s%u: load the kernel's modules ipmi_si and ipmi_devintf", refused,
				  number);
	if (why == EACCES || why == EPERM)
		return hwatt_fail(err, HWATT_EIO, "%s%u may not be opened: give it a group, and hallwatt's user that group",
				  refused, number);
	return hwatt_fail(err, HWATT_EIO, "cannot open %s%u: %s", refused, number, strerror(why));
}

/* Readies the device. */
static int enter(struct local *l, struct hwatt_error *err)
{
	if (l->door != NULL)
		return 0;
	int fd = open_device(l->kernel, l->number, err);
	if (fd < 0)
		return -1;
	struct door *door = hwatt_alloc(sizeof(*door));
	int rc = uv_poll_init(l->loop, &door->readable, fd);
	if (rc < 0) {
		l->kernel->close(l->kernel->arg, fd);
		free(door);
		return hwatt_fail(err, HWATT_EIO, "cannot wait for the driver: %s", uv_strerror(rc));
	}
	door->readable.data = door;
	door->local = l;
	door->fd = fd;
	l->door = door;
	l->handles++;
	return 0;
}

static int give_command(struct local *l, const struct transport_command *command, struct hwatt_error *err)
{
	struct ipmi_system_interface_addr to = { .addr_type = IPMI_SYSTEM_INTERFACE_ADDR_TYPE, .channel = IPMI_BMC_CHANNEL,
						 .lun = command->lun };
	uint8_t data[TRANSPORT_MAX_REQUEST];
	if (command->length > 0)
		memcpy(data, command->data, command->length);
	struct ipmi_req request = { .addr = (unsigned char *)&to, .addr_len = sizeof(to), .msgid = l->id,
				    .msg = { .netfn = command->netfn, .cmd = command->command, .data = data,
					     .data_len = (unsigned short)command->length } };
	if (enter(l, err) < 0)
		return -1;
	if (l->kernel->control(l->kernel->arg, l->door->fd, IPMICTL_SEND_COMMAND, &request) < 0)
		return hwatt_fail(err, HWATT_EIO, "the driver took no command: %s", strerror(errno));
	int rc = uv_poll_start(&l->door->readable, UV_READABLE, on_readable);
	return rc < 0 ? hwatt_fail(err, HWATT_EIO, "cannot wait for the driver: %s", uv_strerror(rc)) : 0;
}

static void local_send(struct transport *t, const struct transport_command *command, transport_done *done, void *arg)
{
	struct local *l = (struct local *)t;
	assert(!l->out && command->length <= TRANSPORT_MAX_REQUEST);
	l->id++;
	l->out = true;
	l->netfn = command->netfn;
	l->command = command->command;
	l->done = done;
	l->arg = arg;
	l->failed = give_command(l, command, &l->trouble) < 0;
	uv_timer_start(&l->timer, on_timer, l->failed ? 0 : LOCAL_TIMEOUT_MS, 0);
}

static void local_cancel(struct transport *t)
{
	struct local *l = (struct local *)t;
	l->out = l->failed = false;
	if (l->door != NULL)
		uv_poll_stop(&l->door->readable);
	uv_timer_stop(&l->timer);
}

static void local_rest(struct transport *t)
{
	(void)t; /* the driver holds no session */
}

static bool local_raise(struct transport *t)
{
	(void)t;
	return false; /* the system interface has no privileges */
}

static void on_timer_closed(uv_handle_t *handle)
{
	release(handle->data);
}

static void local_close(struct transport *t, void (*closed)(void *arg), void *arg)
{
	struct local *l = (struct local *)t;
	local_cancel(t);
	l->closed = closed;
	l->closed_arg = arg;
	shut(l);
	uv_close((uv_handle_t *)&l->timer, on_timer_closed);
}

static const struct transport_kind local_kind = { local_send, local_cancel, local_rest, local_raise, local_close };

int local_open(struct uv_loop_s *loop, unsigned number, const struct local_kernel *kernel, struct transport **out,
	       struct hwatt_error *err)
{
	struct local *l = hwatt_alloc(sizeof(*l));
	*l = (struct local){ .base.kind = &local_kind, .kernel = kernel, .number = number, .loop = loop };
	if (enter(l, err) < 0) {
		free(l);
		return -1;
	}
	uv_timer_init(loop, &l->timer);
	l->timer.data = l;
	l->handles++;
	*out = &l->base;
	return 0;
}
