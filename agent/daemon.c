/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "daemon.h"
#include "fetch.h"
#include "fleet.h"
#include "footprint.h"
#include "http.h"
#include "notes.h"
#include "pipeline.h"
#include "sdnotify.h"
#include "watch.h"
#include <hallwatt/arena.h>
#include <hallwatt/exporter.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TICK_MS 1000
#define CALM_MS 1000 /* after the last change of a file of targets: programs write several in a row */
#define REST_MS 5000  /* after the last request: of many devices a snapshot is larger than all else */
#define TIDY_MS 60000 /* after a start or reload the devices have been looked over by then */
#define TRIM_MS 300000
#define MESSAGE_MAX_OCTETS 65536u

struct daemon {
	uv_loop_t *loop;
	struct hwatt_log *log;
	const char *config_file, *listen;
	struct generation *generation;
	struct store *store;
	struct notes *notes;
	bool notes_failing;
	struct snapshot_hub *hub;
	struct pipeline *pipeline;
	struct fleet *fleet;
	struct http *http;
	uv_timer_t tick;
	uv_signal_t hangup;
	struct watch *watch;            /* of the files of targets */
	struct fetch *fetch;            /* of the lists that servers have */
	int64_t targets_ms;             /* when to look at them; 0: nothing changed */
	int64_t target_changes, target_failures;
	struct sdnotify systemd;
	int64_t watchdog_ms, petted_ms; /* 0: nobody watches */
	int64_t refreshed_ms;              /* when a snapshot was last asked for; 0: never */
	int64_t rest_ms;                   /* when to free what was published for who asked; 0: done */
	int64_t tidy_ms;                   /* when to give back what the start took; 0: done */
	int64_t trim_ms;                   /* when to give back what has come free since, if nobody asks before */
	int64_t reloads, reload_failures, last_reload_s;
	bool last_reload_ok;
	bool reload_wanted;             /* SIGHUP came: however many, one reload at the next tick */
	bool stopping;
	int parts;                      /* tick, hangup, watch, fetch and fleet, while they live: `d` goes with the last */
};

static int64_t wall_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Time for what is metered: goes on while the machine sleeps, so that such a gap is neither energy nor a clock that was set.  The loop's
 * own clock would not do: it sleeps too, and stands still while a callback works. */
static int64_t elapsed_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t loop_ms(const struct daemon *d)
{
	uv_update_time(d->loop);
	return (int64_t)uv_now(d->loop);
}

static void on_polled(void *arg, void *place, struct hwatt_target *t, const struct hwatt_error *err,
		      int64_t took_us)
{
	struct daemon *d = arg;
	pipeline_polled(d->pipeline, place, t, err, took_us, wall_ms(), elapsed_ms());
}

static void on_fetch(const void *place, unsigned step)
{
	pipeline_fetch(place, step);
}

static void *on_changing(void *arg, const char *device)
{
	struct daemon *d = arg;
	return pipeline_rebind(d->pipeline, device);
}

static void put_engine_counter(void *arg, const char *name, const char *help, int64_t value)
{
	pipeline_count(arg, name, help, NULL, NULL, (double)value);
}

/* The daemon's own metrics, when a snapshot is made. */
static void on_counters(void *arg, struct pipeline *p)
{
	struct daemon *d = arg;
	struct scheduler_figures f = fleet_figures(d->fleet);
	pipeline_count(p, "scheduler_polls_total", "Polls begun.", NULL, NULL, (double)f.polls);
	pipeline_count(p, "scheduler_polls_missed_total", "Polls that failed or ran out of time.", NULL, NULL,
		       (double)f.missed);
	pipeline_count(p, "scheduler_polls_put_off_total", "Polls that ended at once, as the device has to wait for its survey.", NULL, NULL,
		       (double)f.put_off);
	pipeline_count(p, "scheduler_polls_late_total", "Polls begun more than a second after they were due.", NULL,
		       NULL, (double)f.late);
	pipeline_count(p, "scheduler_lateness_seconds_total", "Time that polls began after they were due, summed.",
		       NULL, NULL, (double)f.lateness_us_sum / 1e6);
	pipeline_count(p, "scheduler_lateness_max_seconds", "The latest beginning of a poll since the start.", NULL,
		       NULL, (double)f.lateness_us_max / 1e6);
	pipeline_count(p, "scheduler_polls_outstanding", "Polls that are running.", NULL, NULL,
		       (double)f.outstanding);
	pipeline_count(p, "scheduler_devices", "Devices that are polled.", NULL, NULL, (double)f.entries);
	pipeline_count(p, "scheduler_devices_backed_off", "Devices that are asked less often, as they are silent.",
		       NULL, NULL, (double)f.backed_off);
	pipeline_count(p, "config_last_reload_successful", "Whether the last reload of the configuration succeeded.",
		       NULL, NULL, d->last_reload_ok ? 1 : 0);
	pipeline_count(p, "config_last_reload_success_timestamp_seconds",
		       "When the configuration in force was loaded.", NULL, NULL, (double)d->last_reload_s);
	pipeline_count(p, "config_reloads_total", "Reloads asked for.", NULL, NULL, (double)d->reloads);
	pipeline_count(p, "discovery_changes_total", "Changes of device_discovery's files that were taken in.", NULL, NULL,
		       (double)d->target_changes);
	pipeline_count(p, "discovery_failures_total", "Changes of device_discovery's files that could not be taken in.", NULL,
		       NULL, (double)d->target_failures);
	pipeline_count(p, "config_reload_failures_total", "Reloads that changed nothing, as the new files were bad.",
		       NULL, NULL, (double)d->reload_failures);
	pipeline_count(p, "http_requests_total", "HTTP requests answered.", NULL, NULL,
		       (double)http_requests(d->http));
	fleet_counters(d->fleet, put_engine_counter, p);
}

/* Loads a generation aside; its mistakes go to the log, and to `message` when it is not NULL. */
static struct generation *load(struct daemon *d, struct hwatt_text *message)
{
	struct hwatt_arena *arena = hwatt_arena_new();
	struct hwatt_report report = { .arena = arena };
	struct generation *g = generation_load(d->config_file, &report);
	generation_log_mistakes(d->log, &report);
	if (message != NULL)
		report_print(&report, message);
	hwatt_arena_free(arena);
	return g;
}

static void watch_targets(struct daemon *d)
{
	const struct hwatt_list *places = &d->generation->config->target_places;
	const struct hwatt_list *urls = &d->generation->config->target_urls;
	watch_set(d->watch, places->items, places->count);
	fetch_set(d->fetch, urls->items, urls->count);
}

/* Puts `next` in force. Swallows it. */
static int change(struct daemon *d, struct generation *next, struct hwatt_error *err)
{
	if (strcmp(next->config->state, d->generation->config->state) != 0) {
		hwatt_fail(err, HWATT_EINVAL, "\"state\" cannot change while running: restart for that");
		goto failed;
	}
	if (d->listen == NULL && strcmp(next->config->listen, d->generation->config->listen) != 0)
		hwatt_log(d->log, HWATT_WARN, "\"listen\" stays %s until the next restart",
			  d->generation->config->listen);
	if (fleet_prepare(d->fleet, next, err) < 0 || pipeline_change(d->pipeline, next, wall_ms(), err) < 0)
		goto failed;
	fleet_change(d->fleet, next);
	http_set_lifecycle(d->http, next->config->enable_lifecycle);
	generation_release(d->generation);
	d->generation = next;
	d->tidy_ms = (int64_t)uv_now(d->loop) + TIDY_MS;
	watch_targets(d);
	d->rest_ms = (int64_t)uv_now(d->loop) + REST_MS;
	return 0;
failed:
	generation_release(next);
	return -1;
}

/* However many ask, there is a second between two snapshots. */
static void refresh(void *arg)
{
	struct daemon *d = arg;
	int64_t now = loop_ms(d);
	if (d->refreshed_ms != 0 && now - d->refreshed_ms < TICK_MS)
		return;
	d->refreshed_ms = now;
	d->rest_ms = now + REST_MS;
	pipeline_refresh(d->pipeline, wall_ms(), elapsed_ms());
}

static int reload(void *arg, struct hwatt_text *message)
{
	struct daemon *d = arg;
	struct hwatt_error err = {0};
	d->reloads++;
	struct generation *next = load(d, message);
	bool ok = next != NULL && change(d, next, &err) == 0;
	if (next != NULL && !ok) {
		hwatt_log(d->log, HWATT_ERROR, "%s", err.text);
		hwatt_text_puts(message, err.text);
	}
	d->last_reload_ok = ok;
	if (ok)
		d->last_reload_s = wall_ms() / 1000;
	else
		d->reload_failures++;
	hwatt_log(d->log, ok ? HWATT_INFO : HWATT_ERROR,
		  ok ? "configuration reloaded" : "configuration not reloaded: the old one stays in force");
	return ok ? 0 : -1;
}

static void on_hangup(uv_signal_t *signal, int number)
{
	struct daemon *d = signal->data;
	(void)number;
	d->reload_wanted = true;
}

static void reload_as_wanted(struct daemon *d)
{
	struct hwatt_text message;
	d->reload_wanted = false;
	hwatt_text_init(&message, MESSAGE_MAX_OCTETS);
	sdnotify_tell_reloading(&d->systemd, (int64_t)(uv_hrtime() / 1000), NULL);
	reload(d, &message);
	sdnotify_tell(&d->systemd, "READY=1", NULL);
	hwatt_text_free(&message);
}

static void on_targets(void *arg)
{
	struct daemon *d = arg;
	d->targets_ms = (int64_t)uv_now(d->loop) + CALM_MS;
}

/* Takes in devices that come, go or change in files of targets, and nothing else: a configuration that somebody is editing
 * waits for the reload that he asks for. */
static int take_targets(void *arg)
{
	struct daemon *d = arg;
	struct hwatt_error err = { 0 };
	d->targets_ms = 0;
	struct generation *next = load(d, NULL);
	const struct config *now = d->generation->config;
	if (next != NULL && strcmp(next->config->hash, now->hash) == 0) {
		generation_release(next); /* written anew with the same text */
		return 0;
	}
	if (next != NULL && strcmp(next->config->own_hash, now->own_hash) != 0) {
		hwatt_fail(&err, HWATT_EINVAL, "so has the configuration; a reload takes in both");
		generation_release(next);
	} else if (next == NULL) {
		hwatt_fail(&err, HWATT_EINVAL, "they have mistakes");
	} else if (change(d, next, &err) == 0) {
		d->target_changes++;
		hwatt_log(d->log, HWATT_INFO, "the targets of device_discovery have changed and were taken in");
		return 0;
	}
	d->target_failures++;
	hwatt_log(d->log, HWATT_ERROR, "the targets of device_discovery have changed, but %s: the old ones stay", err.text);
	return -1;
}

/* Looking over all devices at once takes far more memory than polling them, in pieces between those that stay: malloc
 * keeps them unless it is told, as what a closed quarter took. What the start or the reload needed of the program's files goes, too. */
static void tidy(struct daemon *d, int64_t now_ms)
{
	/* While somebody takes an answer he holds the blocks of its snapshot; the next one shares them only if they stay here, too. */
	bool rest = d->rest_ms != 0 && now_ms >= d->rest_ms && !http_is_answering(d->http);
	if (rest) {
		d->rest_ms = 0;
		pipeline_rest(d->pipeline);
	}
	bool first = d->tidy_ms != 0 && now_ms >= d->tidy_ms;
	if (!rest && !first && now_ms < d->trim_ms)
		return;
	footprint_trim();
	d->trim_ms = now_ms + TRIM_MS;
	if (first) {
		footprint_drop_files();
		d->tidy_ms = 0;
	}
}

/* What cannot be written now waits for the next tick; it is said once. */
static void write_notes(struct daemon *d)
{
	struct hwatt_error err;
	bool failed = notes_write(d->notes, &err) < 0;
	if (failed && !d->notes_failing)
		hwatt_log(d->log, HWATT_WARN, "what was learnt of devices is not kept yet: %s", err.text);
	d->notes_failing = failed;
}

static void on_tick(uv_timer_t *timer)
{
	struct daemon *d = timer->data;
	if (d->reload_wanted)
		reload_as_wanted(d);
	int64_t now = loop_ms(d);
	if (d->targets_ms != 0 && now >= d->targets_ms)
		(void)take_targets(d); /* it says itself what is wrong */
	http_beat(d->http, (int64_t)(uv_hrtime() / 1000000));
	if (d->watchdog_ms > 0 && now - d->petted_ms >= d->watchdog_ms) {
		sdnotify_tell(&d->systemd, "WATCHDOG=1", NULL);
		d->petted_ms = now;
	}
	pipeline_tick(d->pipeline, wall_ms(), elapsed_ms());
	tidy(d, now);
	write_notes(d);
}

/* One of the parts that close in their own time has gone. With the last one nobody polls, ticks or reloads any more. */
static void part_gone(struct daemon *d)
{
	if (--d->parts > 0)
		return;
	pipeline_close(d->pipeline);
	notes_close(d->notes);
	store_close(d->store);
	snapshot_hub_free(d->hub);
	generation_release(d->generation);
	hwatt_log(d->log, HWATT_INFO, "stopped");
	sdnotify_close(&d->systemd);
	free(d);
}

static void on_part_closed(void *arg)
{
	part_gone(arg);
}

static void on_fleet_stopped(void *arg)
{
	part_gone(arg);
}

static void on_handle_closed(uv_handle_t *handle)
{
	part_gone(handle->data);
}

void daemon_stop(struct daemon *d)
{
	if (d->stopping)
		return;
	d->stopping = true;
	sdnotify_tell(&d->systemd, "STOPPING=1", NULL);
	hwatt_log(d->log, HWATT_INFO, "stopping");
	http_stop(d->http);
	uv_close((uv_handle_t *)&d->tick, on_handle_closed);
	uv_close((uv_handle_t *)&d->hangup, on_handle_closed);
	watch_close(d->watch, on_part_closed, d);
	fetch_close(d->fetch, on_part_closed, d);
	fleet_stop(d->fleet);
}

static void start_handles(struct daemon *d)
{
	uv_timer_init(d->loop, &d->tick);
	d->tick.data = d;
	d->rest_ms = (int64_t)uv_now(d->loop) + REST_MS;
	d->tidy_ms = (int64_t)uv_now(d->loop) + TIDY_MS;
	d->trim_ms = d->tidy_ms + TRIM_MS;
	uv_timer_start(&d->tick, on_tick, 0, TICK_MS);
	uv_signal_init(d->loop, &d->hangup);
	d->hangup.data = d;
	uv_signal_start(&d->hangup, on_hangup, SIGHUP);
	d->watch = watch_new(d->loop, d->log, on_targets, d);
	d->fetch = fetch_new(d->loop, d->log, take_targets, d);
	watch_targets(d);
	d->parts = 5;
}

static int open_parts(struct daemon *d, struct hwatt_error *err)
{
	const struct config *config = d->generation->config;
	struct pipeline_parts parts = { .log = d->log, .hub = d->hub, .loop = d->loop, .counters = on_counters, .arg = d };
	if (store_open(config->state, d->log, &d->store, err) < 0)
		return -1;
	d->notes = notes_open(d->store, d->log);
	parts.store = d->store;
	if (pipeline_open(&parts, &d->pipeline, err) < 0 ||
	    pipeline_change(d->pipeline, d->generation, wall_ms(), err) < 0)
		return -1;
	struct http_settings http = { .listen = d->listen != NULL ? d->listen : config->listen,
				      .web_config = config->web_config,
				      .enable_lifecycle = config->enable_lifecycle,
				      .exporters = hallwatt_exporters, .refresh = refresh, .reload = reload,
				      .arg = d };
	if (http_start(&http, d->hub, d->loop, d->log, &d->http, err) < 0)
		return -1;
	hwatt_log(d->log, HWATT_INFO, "served at http://%.*s:%u/, metrics at /metrics", (int)(strrchr(http.listen, ':') - http.listen), http.listen,
		  http_port(d->http));
	return 0;
}

/* Undoes what open_parts did, when the start failed halfway. */
static void abandon(struct daemon *d)
{
	http_stop(d->http);
	if (d->pipeline != NULL)
		pipeline_close(d->pipeline);
	notes_close(d->notes);
	store_close(d->store);
	uv_run(d->loop, UV_RUN_NOWAIT); /* the server's handle */
	snapshot_hub_free(d->hub);
	generation_release(d->generation);
	sdnotify_close(&d->systemd);
	free(d);
}

/* Finds systemd, if it started us. The environment is read here and nowhere else. */
static void find_systemd(struct daemon *d)
{
	struct hwatt_error err = {0};
	if (sdnotify_open(&d->systemd, getenv("NOTIFY_SOCKET"), &err) < 0)
		hwatt_log(d->log, HWATT_WARN, "systemd cannot be told how things are: %s", err.text);
	d->watchdog_ms = sdnotify_watchdog_ms(getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"), (int64_t)getpid());
}

int daemon_start(uv_loop_t *loop, const struct daemon_settings *settings, struct daemon **out,
		 struct hwatt_error *err)
{
	footprint_prepare();
	struct daemon *d = hwatt_alloc(sizeof(*d));
	*d = (struct daemon){ .loop = loop, .log = settings->log, .config_file = settings->config_file,
			      .listen = settings->listen, .last_reload_ok = true,
			      .last_reload_s = wall_ms() / 1000 };
	d->systemd.fd = -1;
	d->hub = snapshot_hub_new();
	d->generation = load(d, NULL);
	if (d->generation == NULL) {
		abandon(d);
		return hwatt_fail(err, HWATT_EINVAL, "the configuration has mistakes; \"hallwatt check\" lists them");
	}
	struct fleet_hooks hooks = { .polled = on_polled, .fetch = on_fetch, .changing = on_changing, .stopped = on_fleet_stopped,
				     .arg = d };
	if (open_parts(d, err) < 0) {
		abandon(d);
		return -1;
	}
	find_systemd(d);
	start_handles(d);
	if (fleet_start(loop, d->log, d->generation, hooks, notes_memory(d->notes), &d->fleet, err) < 0) {
		daemon_stop(d);
		return -1;
	}
	sdnotify_tell(&d->systemd, "READY=1", NULL);
	*out = d;
	return 0;
}
