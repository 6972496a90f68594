/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* serve.c - the real HTTP server on the synthetic snapshot, for clients that test it.
 *
 *	prometheus_serve LISTEN [lifecycle] [unready] [refresh] [web_config=FILE] [devices=N] [timeout=S] [answer=S]
 *
 * Prints "listening PORT" and takes commands on stdin, a letter each: "s" the main loop seems stuck for 12 s, "g" it goes
 * again, and is never late, "p" publishes, "a" whether an answer in pieces is under way, "q" ends (as does the end of stdin). With `refresh` it publishes when an exporter is asked. A reload stops the main loop until a letter comes:
 * "o" it worked, "f" it failed, "q" it worked and the server ends at once. */
#include "http.h"
#include "synthetic.h"
#include <hallwatt/arena.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#define NEVER_LATE_MS (24 * 3600 * 1000) /* the next beat of a loop that never is */

extern const struct hwatt_exporter prometheus_exporter;

struct serve {
	uv_loop_t loop;
	uv_poll_t commands;
	struct http *http;
	struct snapshot_hub *hub;
	size_t devices; /* of a hall of them; 0: the synthetic few */
};

static int fail(const struct hwatt_view *view, const struct hwatt_request *request, struct hwatt_answer *answer,
		struct hwatt_error *err)
{
	(void)view;
	const char *what = request->query(request, "what");
	if (what == NULL)
		return hwatt_fail(err, HWATT_EIO, "the ink is out");
	hwatt_text_printf(answer->body, "what=%s\n", what);
	return 0;
}

/* Pieces of 32 KiB, as many as ?pieces= says; the one of ?fails= fails. */
struct broken { long next, count, fails; };

static int begin(const struct hwatt_view *view, const struct hwatt_request *request, struct hwatt_answer *answer, void **pieces,
		 struct hwatt_error *err)
{
	const char *count = request->query(request, "pieces"), *fails = request->query(request, "fails");
	(void)view;
	(void)answer;
	(void)err;
	struct broken *broken = hwatt_alloc(sizeof(*broken));
	*broken = (struct broken){ .count = strtol(count != NULL ? count : "1", NULL, 10),
				   .fails = fails != NULL ? strtol(fails, NULL, 10) : -1 };
	*pieces = broken;
	return 0;
}

static int more(void *pieces, struct hwatt_text *body, struct hwatt_error *err)
{
	struct broken *broken = pieces;
	if (broken->next == broken->fails)
		return hwatt_fail(err, HWATT_EIO, "piece %ld is torn", broken->next);
	for (size_t i = 0; i < HWATT_PIECE_OCTETS / 8; i++)
		hwatt_text_printf(body, "%7ld\n", broken->next);
	return ++broken->next < broken->count;
}

static void again(void *pieces)
{
	((struct broken *)pieces)->next = 0;
}

static const struct hwatt_exporter broken = { .name = "broken", .path = "/broken", .title = "Breaks", .begin = begin, .more = more,
					      .again = again, .end = free };
static const struct hwatt_exporter failing = { .name = "failing", .path = "/failing", .title = "Fails", .render = fail };
static const struct hwatt_exporter *const exporters[] = { &prometheus_exporter, &failing, &broken, NULL };

/* The next command; libuv reads stdin without waiting, so a wait is a poll(2). */
static char next_letter(void)
{
	char letter;
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	while (poll(&in, 1, -1) < 0)
		;
	return read(STDIN_FILENO, &letter, 1) == 1 ? letter : 'q';
}

static int reload(void *arg, struct hwatt_text *message)
{
	struct serve *serve = arg;
	printf("reloading\n");
	char letter = next_letter();
	if (letter == 'q')
		uv_stop(&serve->loop);
	if (letter != 'f')
		return 0;
	hwatt_text_puts(message, "hallwatt.yaml:1:1: first mistake\nhallwatt.yaml:2:1: second mistake\n");
	return -1;
}

static struct hwatt_snapshot *snapshot_of(const struct serve *serve)
{
	return serve->devices > 0 ? synthetic_hall(serve->devices, 30) : synthetic_snapshot();
}

static void refresh(void *arg)
{
	struct serve *serve = arg;
	struct hwatt_snapshot *snap = snapshot_of(serve);
	printf("refreshing\n");
	snapshot_hub_publish(serve->hub, &snap);
}

static int64_t now_ms(void)
{
	return (int64_t)(uv_hrtime() / 1000000);
}

static void on_command(uv_poll_t *commands, int status, int events)
{
	struct serve *serve = commands->data;
	(void)status;
	(void)events;
	char letter = next_letter();
	if (letter == 'q')
		uv_stop(&serve->loop);
	if (letter == 's' || letter == 'g')
		http_beat(serve->http, now_ms() + (letter == 's' ? -12000 : NEVER_LATE_MS));
	if (letter == 'p') {
		struct hwatt_snapshot *snap = snapshot_of(serve);
		snapshot_hub_publish(serve->hub, &snap);
	}
	if (letter == 'a')
		printf("answering %d\n", http_is_answering(serve->http));
	printf("done %c\n", letter);
}

static int run(struct serve *serve, const struct http_settings *settings, struct hwatt_log *log, bool publish)
{
	struct hwatt_error err;
	struct hwatt_snapshot *snap = publish ? snapshot_of(serve) : NULL;
	if (snap != NULL)
		snapshot_hub_publish(serve->hub, &snap);
	if (http_start(settings, serve->hub, &serve->loop, log, &serve->http, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		uv_run(&serve->loop, UV_RUN_DEFAULT);
		return 1;
	}
	http_beat(serve->http, now_ms() + NEVER_LATE_MS);
	printf("listening %u\n", (unsigned)http_port(serve->http));
	uv_poll_init(&serve->loop, &serve->commands, STDIN_FILENO);
	serve->commands.data = serve;
	uv_poll_start(&serve->commands, UV_READABLE, on_command);
	uv_run(&serve->loop, UV_RUN_DEFAULT);
	printf("answered %llu\n", (unsigned long long)http_requests(serve->http));
	http_stop(serve->http);
	uv_close((uv_handle_t *)&serve->commands, NULL);
	uv_run(&serve->loop, UV_RUN_DEFAULT);
	return 0;
}

int main(int argc, char **argv)
{
	struct serve serve = { .hub = snapshot_hub_new() };
	struct http_settings settings = { .listen = argc > 1 ? argv[1] : "", .exporters = exporters, .reload = reload,
					  .arg = &serve };
	bool publish = true;
	for (int i = 2; i < argc; i++) {
		settings.enable_lifecycle |= strcmp(argv[i], "lifecycle") == 0;
		publish &= strcmp(argv[i], "unready") != 0;
		if (strcmp(argv[i], "refresh") == 0)
			settings.refresh = refresh;
		if (strncmp(argv[i], "web_config=", 11) == 0)
			settings.web_config = argv[i] + 11;
		if (strncmp(argv[i], "devices=", 8) == 0)
			serve.devices = strtoul(argv[i] + 8, NULL, 10);
		if (strncmp(argv[i], "timeout=", 8) == 0)
			settings.timeout_s = (unsigned)strtoul(argv[i] + 8, NULL, 10);
		if (strncmp(argv[i], "answer=", 7) == 0)
			settings.answer_s = (unsigned)strtoul(argv[i] + 7, NULL, 10);
	}
	setvbuf(stdout, NULL, _IONBF, 0);
	uv_loop_init(&serve.loop);
	struct hwatt_log *log = hwatt_log_new(HWATT_INFO, HWATT_LOGFMT);
	int rc = run(&serve, &settings, log, publish);
	if (uv_loop_close(&serve.loop) != 0)
		rc = 2; /* a handle was forgotten */
	snapshot_hub_free(serve.hub);
	hwatt_log_free(log);
	return rc;
}
