/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "curl_loop.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <hallwatt/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>

struct curl_loop {
	uv_loop_t *uv;
	CURLM *multi;
	uv_timer_t timer;
	bool closing;
	struct curl_loop_job *first, *last; /* waiting for a handshake's place */
	unsigned handshaking;
	struct curl_loop_figures figures;
};

struct watch { /* one of libcurl's sockets */
	uv_poll_t poll;
	curl_socket_t socket;
	struct curl_loop *loop;
};

static void collect(struct curl_loop *loop);

static void on_event(uv_poll_t *poll, int status, int events)
{
	struct watch *watch = poll->data;
	struct curl_loop *loop = watch->loop;
	int flags = status < 0 ? CURL_CSELECT_ERR : 0;
	int running;
	if (events & UV_READABLE)
		flags |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		flags |= CURL_CSELECT_OUT;
	curl_multi_socket_action(loop->multi, watch->socket, flags, &running);
	collect(loop);
}

static void on_watch_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *arg, void *known)
{
	struct curl_loop *loop = arg;
	struct watch *watch = known;
	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (watch != NULL) {
			uv_poll_stop(&watch->poll);
			uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
			curl_multi_assign(loop->multi, socket, NULL);
		}
		return 0;
	}
	if (watch == NULL) {
		watch = hwatt_alloc(sizeof(*watch));
		watch->socket = socket;
		watch->loop = loop;
		if (uv_poll_init_socket(loop->uv, &watch->poll, socket) < 0) {
			free(watch);
			return -1;
		}
		watch->poll.data = watch;
		curl_multi_assign(loop->multi, socket, watch);
	}
	if (what == CURL_POLL_IN) { /* many services send header and body apart: their second packet waits for our ack of the first */
		int now = 1;
		setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &now, sizeof(now));
	}
	int events = (what != CURL_POLL_OUT ? UV_READABLE : 0) | (what != CURL_POLL_IN ? UV_WRITABLE : 0);
	return uv_poll_start(&watch->poll, events, on_event) < 0 ? -1 : 0;
}

static void on_timer(uv_timer_t *timer)
{
	struct curl_loop *loop = timer->data;
	int running;
	curl_multi_socket_action(loop->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(loop);
}

static int on_timeout(CURLM *multi, long ms, void *arg)
{
	struct curl_loop *loop = arg;
	(void)multi;
	if (loop->closing)
		return 0;
	if (ms < 0)
		uv_timer_stop(&loop->timer);
	else
		uv_timer_start(&loop->timer, on_timer, (uint64_t)ms, 0);
	return 0;
}

int curl_loop_new(uv_loop_t *uv, struct curl_loop **out, struct hwatt_error *err)
{
	if (hwatt_curl_start(err) < 0)
		return -1;
	struct curl_loop *loop = hwatt_alloc(sizeof(*loop));
	loop->uv = uv;
	loop->multi = curl_multi_init();
	if (loop->multi == NULL) {
		free(loop);
		hwatt_curl_end();
		return hwatt_fail(err, HWATT_EIO, "libcurl gives no handle for many transfers");
	}
	uv_timer_init(uv, &loop->timer);
	loop->timer.data = loop;
	curl_multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop);
	curl_multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl_multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop);
	curl_multi_setopt(loop->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
	*out = loop;
	return 0;
}

static void on_timer_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void curl_loop_free(struct curl_loop *loop)
{
	assert(loop->figures.running == 0 && loop->first == NULL);
	loop->closing = true;
	curl_multi_cleanup(loop->multi);
	uv_close((uv_handle_t *)&loop->timer, on_timer_closed);
	hwatt_curl_end();
}

static void run(struct curl_loop *loop, struct curl_loop_job *job)
{
	job->state = CURL_LOOP_RUNNING;
	loop->figures.running++;
	loop->figures.requests++;
	if (job->fresh) {
		loop->handshaking++;
		loop->figures.handshakes++;
	}
	curl_easy_setopt(job->easy, CURLOPT_PRIVATE, job);
	curl_multi_add_handle(loop->multi, job->easy);
}

static void unlink_waiting(struct curl_loop *loop, struct curl_loop_job *job)
{
	*(job->previous != NULL ? &job->previous->next : &loop->first) = job->next;
	*(job->next != NULL ? &job->next->previous : &loop->last) = job->previous;
	job->next = job->previous = NULL;
	loop->figures.waiting--;
}

static void run_waiting(struct curl_loop *loop)
{
	while (loop->first != NULL && loop->handshaking < CURL_LOOP_HANDSHAKES) {
		struct curl_loop_job *job = loop->first;
		unlink_waiting(loop, job);
		run(loop, job);
	}
}

void curl_loop_start(struct curl_loop *loop, struct curl_loop_job *job)
{
	assert(job->state == CURL_LOOP_IDLE);
	if (!job->fresh || loop->handshaking < CURL_LOOP_HANDSHAKES) {
		run(loop, job);
		return;
	}
	job->state = CURL_LOOP_WAITING;
	job->next = NULL;
	job->previous = loop->last;
	*(loop->last != NULL ? &loop->last->next : &loop->first) = job;
	loop->last = job;
	loop->figures.waiting++;
}

/* Takes a running job out of libcurl's hands. */
static void leave(struct curl_loop *loop, struct curl_loop_job *job)
{
	curl_multi_remove_handle(loop->multi, job->easy);
	job->state = CURL_LOOP_IDLE;
	loop->figures.running--;
	if (job->fresh)
		loop->handshaking--;
}

void curl_loop_cancel(struct curl_loop *loop, struct curl_loop_job *job)
{
	if (job->state == CURL_LOOP_RUNNING) {
		leave(loop, job);
		run_waiting(loop);
	} else if (job->state == CURL_LOOP_WAITING) {
		unlink_waiting(loop, job);
		job->state = CURL_LOOP_IDLE;
	}
}

static void collect(struct curl_loop *loop)
{
	int left;
	CURLMsg *message;
	while ((message = curl_multi_info_read(loop->multi, &left)) != NULL) {
		if (message->msg != CURLMSG_DONE)
			continue;
		CURLcode code = message->data.result;
		char *private = NULL;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
		struct curl_loop_job *job = (struct curl_loop_job *)(void *)private;
		leave(loop, job);
		job->done(job->arg, code);
	}
	run_waiting(loop);
}

void curl_loop_peers(struct curl_loop *loop, size_t peers)
{
	curl_multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, (long)(peers > 4 ? peers : 4));
}

struct curl_loop_figures curl_loop_figures(const struct curl_loop *loop)
{
	return loop->figures;
}
