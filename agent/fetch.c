/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "fetch.h"
#include "document.h"
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <hallwatt/arena.h>
#include <hallwatt/curl.h>
#include <hallwatt/error.h>
#include <hallwatt/text.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIST_MAX_OCTETS (16u << 20)
#define TIMEOUT_MS 10000L
#define OK_STATUS 200

struct source { /* one list; while `busy` the work and what it fills belong to a thread of libuv's pool */
	struct source *next;
	struct fetch *fetch;
	char *url, *file;
	char *rejected; /* the last list that was not taken in; NULL: none */
	bool busy, dropped, failing;
	uv_work_t work;
	atomic_bool stop;
	struct hwatt_text body;
	CURLcode code;
	long status;
};

struct fetch {
	uv_loop_t *loop;
	struct hwatt_log *log;
	int (*take)(void *arg);
	void *arg;
	struct source *sources;
	bool curl;    /* libcurl is started: with the first list, as it takes megabytes */
	uv_timer_t timer;
	size_t parts; /* the timer, and works that run, before it can go */
	void (*closed)(void *arg);
	void *closed_arg;
};

/* --- in a thread of the pool --------------------------------------------------------------------------------------- */

static size_t on_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct source *s = arg;
	hwatt_text_put(&s->body, bytes, size * n);
	return hwatt_text_ok(&s->body) ? size * n : 0;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct source *s = arg;
	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return atomic_load(&s->stop) ? 1 : 0;
}

static void on_work(uv_work_t *work)
{
	struct source *s = work->data;
	CURL *easy = curl_easy_init();
	s->code = CURLE_FAILED_INIT;
	if (easy == NULL)
		return;
	char refresh[64];
	snprintf(refresh, sizeof(refresh), "X-Prometheus-Refresh-Interval-Seconds: %d", FETCH_INTERVAL_MS / 1000);
	struct curl_slist *headers = curl_slist_append(curl_slist_append(NULL, "Accept: application/json"), refresh);
	curl_easy_setopt(easy, CURLOPT_URL, s->url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "hallwatt");
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, s);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(easy, CURLOPT_XFERINFODATA, s);
	s->code = curl_easy_perform(easy);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &s->status);
	curl_slist_free_all(headers);
	curl_easy_cleanup(easy);
}

/* --- on the loop --------------------------------------------------------------------------------------------------- */

static void free_source(struct source *s)
{
	hwatt_text_free(&s->body);
	free(s->url);
	free(s->file);
	free(s->rejected);
	free(s);
}

static void part_gone(struct fetch *f)
{
	if (--f->parts > 0)
		return;
	void (*closed)(void *) = f->closed;
	void *arg = f->closed_arg;
	if (f->curl)
		hwatt_curl_end();
	free(f);
	closed(arg);
}

static bool is_kept(const struct source *s)
{
	struct hwatt_text kept;
	hwatt_text_init(&kept, LIST_MAX_OCTETS);
	bool same = document_read(s->file, &kept, NULL) == 0 && kept.length == s->body.length &&
		    memcmp(kept.bytes, s->body.bytes, kept.length) == 0;
	hwatt_text_free(&kept);
	return same;
}

static int write_file(const char *path, const struct hwatt_text *text, struct hwatt_error *err)
{
	char aside[4200];
	snprintf(aside, sizeof(aside), "%s.new", path);
	int fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	bool good = fd >= 0 && write(fd, text->bytes, text->length) == (ssize_t)text->length;
	good = fd >= 0 && close(fd) == 0 && good && rename(aside, path) == 0;
	return good ? 0 : hwatt_fail(err, HWATT_EIO, "cannot write %s: %s", path, strerror(errno));
}

/* Says once that a list cannot be had, and once that it can again. */
static void judge(struct source *s, const struct hwatt_error *err)
{
	if (err != NULL && !s->failing)
		hwatt_log(s->fetch->log, HWATT_WARN, "targets from %s: %s; the last list stays", s->url, err->text);
	else if (err == NULL && s->failing)
		hwatt_log(s->fetch->log, HWATT_INFO, "targets from %s can be had again", s->url);
	s->failing = err != NULL;
}

/* Puts the new list in place of the old one, unless it cannot be taken in. */
static void put_in_place(struct source *s)
{
	char before[4200];
	struct hwatt_error err;
	snprintf(before, sizeof(before), "%s.old", s->file);
	bool had = rename(s->file, before) == 0;
	bool written = write_file(s->file, &s->body, &err) == 0;
	if (!written)
		hwatt_log(s->fetch->log, HWATT_ERROR, "targets from %s: %s", s->url, err.text);
	if (written && s->fetch->take(s->fetch->arg) == 0) {
		if (had)
			unlink(before);
		return;
	}
	if (had)
		rename(before, s->file);
	else
		unlink(s->file);
	free(s->rejected);
	s->rejected = hwatt_strdup(hwatt_text_string(&s->body));
}

static void look_at(struct source *s)
{
	struct hwatt_error err;
	if (s->code != CURLE_OK) {
		hwatt_fail(&err, HWATT_EIO, "%s", hwatt_text_ok(&s->body) ? curl_easy_strerror(s->code) : "the list is too long");
		judge(s, &err);
	} else if (s->status != OK_STATUS) {
		hwatt_fail(&err, HWATT_EPROTO, "the server answers with status %ld", s->status);
		judge(s, &err);
	} else {
		judge(s, NULL);
		if (!is_kept(s) && (s->rejected == NULL || strcmp(s->rejected, hwatt_text_string(&s->body)) != 0))
			put_in_place(s);
	}
}

static void on_worked(uv_work_t *work, int status)
{
	struct source *s = work->data;
	struct fetch *f = s->fetch;
	s->busy = false;
	if (!s->dropped && status == 0)
		look_at(s);
	if (s->dropped)
		free_source(s);
	else
		hwatt_text_free(&s->body);
	part_gone(f);
}

static void ask(struct source *s)
{
	if (s->busy)
		return;
	hwatt_text_free(&s->body);
	s->status = 0;
	s->work.data = s;
	s->busy = uv_queue_work(s->fetch->loop, &s->work, on_work, on_worked) == 0;
	s->fetch->parts += s->busy ? 1 : 0;
}

static void on_timer(uv_timer_t *timer)
{
	struct fetch *f = timer->data;
	for (struct source *s = f->sources; s != NULL; s = s->next)
		ask(s);
}

struct fetch *fetch_new(uv_loop_t *loop, struct hwatt_log *log, int (*take)(void *arg), void *arg)
{
	struct fetch *f = hwatt_alloc(sizeof(*f));
	*f = (struct fetch){ .loop = loop, .log = log, .take = take, .arg = arg, .parts = 1 };
	uv_timer_init(loop, &f->timer);
	f->timer.data = f;
	uv_timer_start(&f->timer, on_timer, FETCH_INTERVAL_MS, FETCH_INTERVAL_MS);
	return f;
}

static void drop(struct source *s)
{
	atomic_store(&s->stop, true);
	s->dropped = true;
	if (s->busy)
		uv_cancel((uv_req_t *)&s->work); /* one that runs ends by `stop` */
	else
		free_source(s);
}

static struct source *take_source(struct source **from, const struct fetch_order *order)
{
	for (; *from != NULL; from = &(*from)->next) {
		struct source *s = *from;
		if (strcmp(s->url, order->url) == 0 && strcmp(s->file, order->file) == 0) {
			*from = s->next;
			return s;
		}
	}
	return NULL;
}

static bool start_curl(struct fetch *f)
{
	struct hwatt_error err;
	f->curl = f->curl || hwatt_curl_start(&err) == 0;
	if (!f->curl)
		hwatt_log(f->log, HWATT_ERROR, "lists of targets stay as they are: %s", err.text);
	return f->curl;
}

void fetch_set(struct fetch *f, const struct fetch_order *orders, size_t count)
{
	if (count > 0 && !start_curl(f))
		count = 0;
	struct source *before = f->sources;
	f->sources = NULL;
	for (size_t i = 0; i < count; i++) {
		struct source *s = take_source(&before, &orders[i]);
		bool made = s == NULL;
		if (made) {
			s = hwatt_alloc(sizeof(*s));
			s->fetch = f;
			s->url = hwatt_strdup(orders[i].url);
			s->file = hwatt_strdup(orders[i].file);
			hwatt_text_init(&s->body, LIST_MAX_OCTETS);
		}
		free(s->rejected); /* there may be credentials now that it names */
		s->rejected = NULL;
		s->next = f->sources;
		f->sources = s;
		if (made)
			ask(s);
	}
	while (before != NULL) {
		struct source *next = before->next;
		drop(before);
		before = next;
	}
}

static void on_timer_closed(uv_handle_t *handle)
{
	part_gone(handle->data);
}

void fetch_close(struct fetch *f, void (*closed)(void *arg), void *arg)
{
	f->closed = closed;
	f->closed_arg = arg;
	fetch_set(f, NULL, 0);
	uv_close((uv_handle_t *)&f->timer, on_timer_closed);
}
