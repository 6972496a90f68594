/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* serve.c - the real HTTP server on the synthetic snapshot, for clients that test it.
 *
 *	prometheus_serve LISTEN [lifecycle] [unready] [refresh] [web_config=FILE]
 *
 * Prints "listening PORT" and takes commands on stdin, a letter each: "s" the main loop seems stuck, "g" it goes
 * again, "p" publishes, "q" ends (as does the end of stdin). With `refresh` it publishes when an exporter is asked. A reload stops the main loop until a letter comes:
 * "o" it worked, "f" it failed, "q" it worked and the server ends at once. */
#include "http.h"
#include "synthetic.h"
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

extern const struct hwatt_exporter prometheus_exporter;

struct serve {
	uv_loop_t loop;
	uv_poll_t commands;
	struct http *http;
	struct snapshot_hub *hub;
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

static const struct hwatt_exporter failing = { .name = "failing", .path = "/failing", .title = "Fails", .render = fail };
static const struct hwatt_exporter *const exporters[] = { &prometheus_exporter, &failing, NULL };

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

static void refresh(void *arg)
{
	struct serve *serve = arg;
	struct hwatt_snapshot *snap = synthetic_snapshot();
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
		http_beat(serve->http, now_ms() - (letter == 's' ? 12000 : 0));
	if (letter == 'p') {
		struct hwatt_snapshot *snap = synthetic_snapshot();
		snapshot_hub_publish(serve->hub, &snap);
	}
	printf("done %c\n", letter);
}

static int run(struct serve *serve, const struct http_settings *settings, struct hwatt_log *log, bool publish)
{
	struct hwatt_error err;
	struct hwatt_snapshot *snap = publish ? synthetic_snapshot() : NULL;
	if (snap != NULL)
		snapshot_hub_publish(serve->hub, &snap);
	if (http_start(settings, serve->hub, &serve->loop, log, &serve->http, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		uv_run(&serve->loop, UV_RUN_DEFAULT);
		return 1;
	}
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
