/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The driver is played by a socket pair and a script: no test machine has the device. */
#include "local.h"
#include "dcmi.h"
#include <errno.h>
#include <linux/ipmi.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

struct frame { /* a message as the driver hands it out; the id counts from the one that is out */
	int type;
	long id_offset;
	uint8_t netfn, command;
	uint8_t data[64];
	unsigned short length;
	int error; /* instead of a message: errno of the call */
};

struct driver {
	int ends[2], fd; /* `fd`: what the transport was given */
	int open_errno[3]; /* of each path that is tried */
	int opens, closes, send_errno;
	char path[64];
	struct ipmi_req request; /* the last one */
	struct ipmi_system_interface_addr to;
	uint8_t sent[TRANSPORT_MAX_REQUEST];
	struct frame script[24]; /* what comes when a command is sent */
	size_t count, next;
};

static int driver_open(void *arg, const char *path)
{
	struct driver *d = arg;
	int error = d->open_errno[d->opens < 3 ? d->opens : 2];
	d->opens++;
	snprintf(d->path, sizeof(d->path), "%s", path);
	if (error != 0) {
		errno = error;
		return -1;
	}
	d->fd = dup(d->ends[0]);
	return d->fd;
}

static int take_request(struct driver *d, const struct ipmi_req *request)
{
	if (d->send_errno != 0) {
		errno = d->send_errno;
		return -1;
	}
	d->request = *request;
	memcpy(&d->to, request->addr, sizeof(d->to));
	memcpy(d->sent, request->msg.data, request->msg.data_len);
	d->next = 0;
	if (d->count > 0)
		assert_int_equal(write(d->ends[1], "!", 1), 1);
	return 0;
}

static int give_message(struct driver *d, struct ipmi_recv *out)
{
	char octet;
	if (d->next == d->count) {
		errno = EAGAIN;
		return -1;
	}
	const struct frame *f = &d->script[d->next++];
	if (d->next == d->count)
		assert_int_equal(read(d->ends[0], &octet, 1), 1);
	if (f->error != 0 && f->error != EMSGSIZE) {
		errno = f->error;
		return -1;
	}
	assert_true(out->msg.data_len >= f->length);
	out->recv_type = f->type;
	out->msgid = d->request.msgid + f->id_offset;
	out->msg.netfn = f->netfn;
	out->msg.cmd = f->command;
	out->msg.data_len = f->length;
	memcpy(out->msg.data, f->data, f->length);
	errno = f->error;
	return f->error != 0 ? -1 : 0;
}

static int driver_control(void *arg, int fd, unsigned long request, void *data)
{
	struct driver *d = arg;
	assert_int_equal(fd, d->fd);
	return request == IPMICTL_SEND_COMMAND ? take_request(d, data) : give_message(d, data);
}

static int driver_close(void *arg, int fd)
{
	struct driver *d = arg;
	d->closes++;
	return close(fd);
}

struct outcome {
	int calls, closed;
	uint8_t code;
	uint8_t data[64];
	size_t length;
	struct hwatt_error err;
};

static void on_done(void *arg, const struct transport_answer *answer, const struct hwatt_error *err)
{
	struct outcome *o = arg;
	o->calls++;
	if (answer == NULL) {
		o->err = *err;
		return;
	}
	assert_null(err);
	o->code = answer->code;
	o->length = answer->length;
	memcpy(o->data, answer->data, answer->length);
}

static void on_closed(void *arg)
{
	struct outcome *o = arg;
	o->closed++;
}

struct bench { /* the driver, the loop and the transport of one test */
	struct driver driver;
	struct local_kernel kernel;
	uv_loop_t loop;
	struct transport *transport;
	struct outcome outcome;
};

static void set_up(struct bench *b)
{
	struct hwatt_error err = { 0 };
	memset(b, 0, sizeof(*b));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, b->driver.ends), 0);
	b->kernel = (struct local_kernel){ &b->driver, driver_open, driver_control, driver_close };
	uv_loop_init(&b->loop);
	if (local_open(&b->loop, 0, &b->kernel, &b->transport, &err) < 0)
		fail_msg("%s", err.text);
}

static void tear_down(struct bench *b)
{
	b->transport->kind->close(b->transport, on_closed, &b->outcome);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	assert_int_equal(b->outcome.closed, 1);
	assert_int_equal(b->driver.closes, 1);
	assert_int_equal(uv_loop_close(&b->loop), 0);
	close(b->driver.ends[0]);
	close(b->driver.ends[1]);
}

static void ask_power(struct bench *b)
{
	static const uint8_t ask[] = DCMI_ASK_POWER;
	const struct transport_command command = { .netfn = DCMI_NETFN, .command = DCMI_GET_POWER, .data = ask, .length = sizeof(ask) };
	b->transport->kind->send(b->transport, &command, on_done, &b->outcome);
	assert_int_equal(b->outcome.calls, 0); /* never from inside */
}

/* DCMI Get Power Reading as a machine gave it: 204 W. */
static const struct frame power = { IPMI_RESPONSE_RECV_TYPE, 0, DCMI_NETFN | 1, DCMI_GET_POWER,
	{ 0x00, 0xdc, 204, 0, 154, 0, 0x30, 0x01, 214, 0, 1, 2, 3, 4, 0x80, 0xee, 0x36, 0x00, 0x40 }, 19, 0 };

static void a_command_goes_to_the_system_interface_and_its_answer_comes_back(void **state)
{
	(void)state;
	struct bench b;
	set_up(&b);
	assert_string_equal(b.driver.path, "/dev/ipmi0");
	b.driver.script[b.driver.count++] = power;
	ask_power(&b);
	assert_int_equal(b.driver.to.addr_type, IPMI_SYSTEM_INTERFACE_ADDR_TYPE);
	assert_int_equal(b.driver.to.channel, IPMI_BMC_CHANNEL);
	assert_int_equal(b.driver.to.lun, 0);
	assert_int_equal(b.driver.request.msg.netfn, DCMI_NETFN);
	assert_int_equal(b.driver.request.msg.cmd, DCMI_GET_POWER);
	assert_memory_equal(b.driver.sent, "\xdc\x01\x00\x00", 4);
	uv_run(&b.loop, UV_RUN_DEFAULT); /* ends as nothing is waited for any more */
	assert_int_equal(b.outcome.calls, 1);
	assert_int_equal(b.outcome.code, 0);
	struct dcmi_power p;
	struct hwatt_error err = { 0 };
	assert_int_equal(dcmi_read_power(b.outcome.data, b.outcome.length, &p, &err), 0);
	assert_int_equal(p.now_mw, 204000);
	tear_down(&b);
}

static void answers_to_others_are_passed_over(void **state)
{
	(void)state;
	struct bench b;
	set_up(&b);
	struct frame *s = b.driver.script;
	for (size_t i = 0; i < 6; i++)
		s[i] = power;
	s[0].id_offset = -1;                       /* to a command that was given up */
	s[1].type = IPMI_ASYNC_EVENT_RECV_TYPE;
	s[2].netfn = DCMI_NETFN;
	s[3].command = DCMI_GET_CAPABILITIES;
	s[4].data[0] = 0xc1;                       /* the right one */
	s[4].length = 1;
	b.driver.count = 6;
	ask_power(&b);
	uv_run(&b.loop, UV_RUN_DEFAULT);
	assert_int_equal(b.outcome.calls, 1);
	assert_int_equal(b.outcome.code, 0xc1);
	assert_int_equal(b.outcome.length, 0);
	tear_down(&b);
}

static void more_stale_answers_than_are_taken_in_one_go(void **state)
{
	(void)state;
	struct bench b;
	set_up(&b);
	for (b.driver.count = 0; b.driver.count < 20; b.driver.count++) {
		b.driver.script[b.driver.count] = power;
		b.driver.script[b.driver.count].id_offset = -7;
	}
	b.driver.script[b.driver.count++] = power;
	ask_power(&b);
	uv_run(&b.loop, UV_RUN_DEFAULT);
	assert_int_equal(b.outcome.calls, 1);
	assert_int_equal(b.outcome.length, 18);
	tear_down(&b);
}

static void an_empty_answer_is_malformed_and_a_cut_one_is_passed_on(void **state)
{
	(void)state;
	struct bench b;
	set_up(&b);
	b.driver.script[0] = power;
	b.driver.script[0].length = 0;
	b.driver.count = 1;
	ask_power(&b);
	uv_run(&b.loop, UV_RUN_DEFAULT);
	assert_int_equal(b.outcome.err.code, HWATT_EPROTO);
	b.outcome = (struct outcome){ 0 };
	b.driver.script[0] = power;
	b.driver.script[0].error = EMSGSIZE;
	ask_power(&b);
	uv_run(&b.loop, UV_RUN_DEFAULT);
	assert_int_equal(b.outcome.length, 18);
	tear_down(&b);
}

static void a_driver_that_fails_is_told_from_the_loop(void **state)
{
	(void)state;
	struct bench b;
	set_up(&b);
	b.driver.send_errno = ENODEV;
	ask_power(&b);
	assert_int_equal(uv_backend_timeout(&b.loop), 0); /* at once */
	uv_run(&b.loop, UV_RUN_DEFAULT);
	assert_int_equal(b.outcome.calls, 1);
	assert_int_equal(b.outcome.err.code, HWATT_EIO);
	assert_string_equal(b.outcome.err.text, "the driver took no command: No such device");
	b.outcome = (struct outcome){ 0 };
	b.driver.send_errno = 0;
	b.driver.script[0] = power;
	b.driver.script[0].error = EIO;
	b.driver.count = 1;
	ask_power(&b);
	uv_run(&b.loop, UV_RUN_DEFAULT);
	assert_int_equal(b.outcome.err.code, HWATT_EIO);
	assert_int_equal(b.driver.opens, 2); /* opened anew after the first failure */
	assert_int_equal(b.driver.closes, 2);
	b.outcome = (struct outcome){ 0 };
	b.driver.script[0] = power;
	ask_power(&b);
	uv_run(&b.loop, UV_RUN_DEFAULT);
	assert_int_equal(b.outcome.length, 18);
	b.driver.closes = 0;
	tear_down(&b);
}

static void a_cancelled_command_is_never_heard_of(void **state)
{
	(void)state;
	struct bench b;
	set_up(&b);
	b.driver.script[b.driver.count++] = power;
	ask_power(&b);
	b.transport->kind->cancel(b.transport);
	uv_run(&b.loop, UV_RUN_DEFAULT);
	assert_int_equal(b.outcome.calls, 0);
	ask_power(&b);
	b.transport->kind->rest(b.transport);
	assert_false(b.transport->kind->raise(b.transport));
	tear_down(&b); /* with the command out */
	assert_int_equal(b.outcome.calls, 0);
}

static void open_errno(int first, int second, int third, const char *sentence)
{
	struct driver d = { .open_errno = { first, second, third } };
	struct local_kernel kernel = { &d, driver_open, driver_control, driver_close };
	struct hwatt_error err = { 0 };
	struct transport *t;
	uv_loop_t loop;
	uv_loop_init(&loop);
	assert_int_equal(local_open(&loop, 0, &kernel, &t, &err), -1);
	assert_int_equal(err.code, HWATT_EIO);
	assert_string_equal(err.text, sentence);
	assert_int_equal(uv_loop_close(&loop), 0);
}

/* The driver's module goes and comes back. */
static void a_device_that_went_is_opened_anew_when_it_is_there_again(void **state)
{
	(void)state;
	struct bench b;
	set_up(&b);
	b.driver.send_errno = ENODEV;
	ask_power(&b);
	uv_run(&b.loop, UV_RUN_DEFAULT);
	assert_int_equal(b.driver.closes, 1);
	b.outcome = (struct outcome){ 0 };
	b.driver.open_errno[1] = b.driver.open_errno[2] = ENOENT;
	ask_power(&b);
	uv_run(&b.loop, UV_RUN_DEFAULT);
	assert_string_equal(b.outcome.err.text, "there is no /dev/ipmi0: load the kernel's modules ipmi_si and ipmi_devintf");
	b.outcome = (struct outcome){ 0 };
	b.driver.open_errno[2] = 0;
	b.driver.send_errno = 0;
	b.driver.script[b.driver.count++] = power;
	ask_power(&b);
	uv_run(&b.loop, UV_RUN_DEFAULT);
	assert_int_equal(b.outcome.length, 18);
	b.driver.closes = 0;
	tear_down(&b);
}

static void only_stale_answers_leave_it_waiting_for_as_long_as_the_kernel_may_try(void **state)
{
	(void)state;
	struct bench b;
	set_up(&b);
	b.driver.script[b.driver.count] = power;
	b.driver.script[b.driver.count++].id_offset = -1;
	ask_power(&b);
	uv_run(&b.loop, UV_RUN_NOWAIT);
	assert_int_equal(b.outcome.calls, 0);
	assert_in_range(uv_backend_timeout(&b.loop), LOCAL_TIMEOUT_MS - 5000, LOCAL_TIMEOUT_MS);
	tear_down(&b);
}

static void the_sentence_says_what_to_do(void **state)
{
	(void)state;
	open_errno(ENOENT, ENOENT, ENOENT, "there is no /dev/ipmi0: load the kernel's modules ipmi_si and ipmi_devintf");
	open_errno(EACCES, ENOENT, ENOENT, "/dev/ipmi0 may not be opened: give it a group, and hallwatt's user that group");
	open_errno(ENOENT, EACCES, ENOENT, "/dev/ipmi/0 may not be opened: give it a group, and hallwatt's user that group");
	open_errno(ENOENT, ENOENT, ENXIO, "cannot open /dev/ipmidev/0: No such device or address");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_goes_to_the_system_interface_and_its_answer_comes_back),
		cmocka_unit_test(answers_to_others_are_passed_over),
		cmocka_unit_test(more_stale_answers_than_are_taken_in_one_go),
		cmocka_unit_test(an_empty_answer_is_malformed_and_a_cut_one_is_passed_on),
		cmocka_unit_test(a_driver_that_fails_is_told_from_the_loop),
		cmocka_unit_test(a_cancelled_command_is_never_heard_of),
		cmocka_unit_test(a_device_that_went_is_opened_anew_when_it_is_there_again),
		cmocka_unit_test(only_stale_answers_leave_it_waiting_for_as_long_as_the_kernel_may_try),
		cmocka_unit_test(the_sentence_says_what_to_do),
	};
	return cmocka_run_group_tests_name("local", tests, NULL, NULL);
}
