/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "introduce.h"
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS 5

struct talk { /* with one device; freed when its target has closed */
	struct introducing *in;
	struct introduction *item;
	struct hwatt_device device;
	struct hwatt_target *target;
	char host[CIDR_TEXT];
	uv_timer_t deadline;
};

enum hwatt_power_role introduce_power_role(const struct hwatt_profile_set *profiles, const char *name)
{
	bool outlets = false, output = false;
	struct hwatt_arena *arena = hwatt_arena_new();
	for (size_t i = 0; i < profiles->count; i++) {
		if (strcmp(profiles->profiles[i].name, name) != 0)
			continue;
		const struct hwatt_profile *p = hwatt_profile_whole(profiles, i, arena);
		for (size_t j = 0; j < p->reading_count; j++) {
			enum hwatt_role role = p->readings[j].role;
			output = output || role == HWATT_UPS_OUTPUT;
			outlets = outlets || role == HWATT_OUTLET || (role == HWATT_BANK && !p->readings[j].alternative);
		}
	}
	hwatt_arena_free(arena);
	return output ? HWATT_POWER_UPS_OUTPUT : outlets ? HWATT_POWER_PDU : HWATT_POWER_NONE;
}

static void on_timer_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void on_closed(void *arg, struct hwatt_target *t)
{
	struct talk *talk = arg;
	(void)t;
	uv_close((uv_handle_t *)&talk->deadline, on_timer_closed);
}

static void on_done(void *arg, struct hwatt_target *t, const struct hwatt_error *err)
{
	struct talk *talk = arg;
	struct introducing *in = talk->in;
	struct introduction *item = talk->item;
	struct target_identity id = target_identity(t);
	item->vendor = hwatt_arena_strdup(in->arena, id.vendor != NULL ? id.vendor : "");
	item->model = hwatt_arena_strdup(in->arena, id.model != NULL ? id.model : "");
	item->serial = hwatt_arena_strdup(in->arena, id.serial != NULL ? id.serial : "");
	item->firmware = hwatt_arena_strdup(in->arena, id.firmware != NULL ? id.firmware : "");
	item->profile = hwatt_arena_strdup(in->arena, id.profile != NULL ? id.profile : "");
	item->profile_reason = hwatt_arena_strdup(in->arena, id.profile_reason != NULL ? id.profile_reason : "");
	item->power_role = introduce_power_role(in->profiles, item->profile);
	item->error = err != NULL ? hwatt_arena_strdup(in->arena, err->text) : "";
	pace_spend(in->pace, target_requests(t));
	in->running--;
	in->finished++;
	target_close(t);
}

static void on_deadline(uv_timer_t *timer)
{
	struct talk *talk = timer->data;
	target_expire(talk->target);
}

static void begin(struct introducing *in, struct introduction *item)
{
	const struct sweep_access *access = &in->accesses[item->access];
	struct talk *talk = hwatt_alloc(sizeof(*talk));
	struct hwatt_error err;
	talk->in = in;
	talk->item = item;
	cidr_format(&item->host->at, talk->host);
	char *host = talk->host;
	if (host[0] == '[') { /* as the collector wants it */
		host++;
		host[strlen(host) - 1] = '\0';
	}
	talk->device = (struct hwatt_device){
		.id = host, .scheme = access->collector->name, .host = host, .port = access->port, .site = "", .room = "",
		.rack = "", .profile = "", .credentials = "", .interval_ms = INTRODUCE_TIMEOUT_MS,
		.timeout_ms = INTRODUCE_TIMEOUT_MS,
	};
	struct target_parts parts = { .loop = in->loop, .log = in->log, .collector = access->collector,
				      .engine = access->engine, .settings = access->settings, .device = &talk->device,
				      .profiles = in->profiles,
				      .owner = { .done = on_done, .closed = on_closed, .arg = talk } };
	if (target_open(&parts, &talk->target, &err) < 0) {
		item->vendor = item->model = item->serial = item->firmware = item->profile = item->profile_reason = "";
		item->error = hwatt_arena_strdup(in->arena, err.text);
		in->finished++;
		free(talk);
		return;
	}
	in->running++;
	uv_timer_init(in->loop, &talk->deadline);
	talk->deadline.data = talk;
	uv_timer_start(&talk->deadline, on_deadline, INTRODUCE_TIMEOUT_MS, 0);
	target_poll(talk->target, INTRODUCE_TIMEOUT_MS);
}

static void on_finished(uv_handle_t *handle)
{
	struct introducing *in = handle->data;
	in->done(in->arg);
}

static void on_tick(uv_timer_t *timer)
{
	struct introducing *in = timer->data;
	int64_t now_ms = (int64_t)uv_now(in->loop);
	while (in->next < in->count && in->running < INTRODUCE_AT_ONCE && pace_ready(in->pace, now_ms)) {
		pace_spend(in->pace, 1);
		begin(in, &in->items[in->next++]);
	}
	in->progress(in->arg, (int64_t)in->finished, (int64_t)in->count);
	if (in->finished == in->count)
		uv_close((uv_handle_t *)timer, on_finished);
}

void introduce_start(struct introducing *in)
{
	uv_timer_init(in->loop, &in->timer);
	in->timer.data = in;
	uv_timer_start(&in->timer, on_tick, 0, TICK_MS);
}
