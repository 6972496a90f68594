/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep.h"
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS 5

struct asked { /* a question that is out */
	struct sweep *sweep;
	size_t host;
	int access;
};

struct sweep_host sweep_host_at(const union cidr_address *at)
{
	struct sweep_host host = { .at = *at };
	for (int p = 0; p < SWEEP_PROTOCOLS; p++) {
		host.access[p] = -1;
		host.name[p] = host.version[p] = host.trouble[p] = "";
	}
	return host;
}

static size_t rounds(const struct sweep *s)
{
	return s->access_count * SWEEP_REPEATS;
}

static void on_closed(uv_handle_t *handle)
{
	struct sweep *s = handle->data;
	s->done(s->arg, s->error.code != HWATT_OK ? &s->error : NULL);
}

static const char *keep(const struct sweep *s, const char *text)
{
	return text != NULL && text[0] != '\0' ? hwatt_arena_strdup(s->arena, text) : "";
}

static void on_found(void *arg, const struct hwatt_found *found)
{
	struct asked *asked = arg;
	struct sweep *s = asked->sweep;
	struct sweep_host *host = &s->hosts[asked->host];
	s->waiting--;
	enum sweep_protocol protocol = s->accesses[asked->access].protocol;
	if (found != NULL && (host->access[protocol] < 0 || asked->access < host->access[protocol])) {
		host->access[protocol] = asked->access;
		host->name[protocol] = keep(s, found->name);
		host->version[protocol] = keep(s, found->version);
		host->trouble[protocol] = keep(s, found->trouble);
	}
	free(asked);
}

static bool ask(struct sweep *s, size_t which, size_t access)
{
	const struct sweep_access *a = &s->accesses[access];
	struct sweep_host *host = &s->hosts[which];
	union cidr_address to = host->at;
	bool connects = a->protocol == SWEEP_REDFISH;
	bool again = s->round >= s->access_count;
	int answered = host->access[a->protocol];
	/* Who answered something worse, SNMPv1 after a v2c that got lost, is asked for the better once more. */
	if ((answered >= 0 && (!again || answered <= (int)access)) || (connects && again))
		return false;
	if (to.any.sa_family == AF_INET)
		to.v4.sin_port = htons(a->port);
	else
		to.v6.sin6_port = htons(a->port);
	struct asked *asked = hwatt_alloc(sizeof(*asked));
	*asked = (struct asked){ .sweep = s, .host = which, .access = (int)access };
	if (a->collector->find(a->engine, a->settings, &to.any, connects ? SWEEP_CONNECT_MS : SWEEP_WAIT_MS, on_found, asked, &s->error) < 0) {
		free(asked);
		return false;
	}
	s->waiting++;
	return true;
}

/* The rounds. */
static bool crowded(const struct sweep *s, size_t kind)
{
	return s->accesses[kind].protocol == SWEEP_REDFISH && s->waiting >= SWEEP_CONNECTIONS;
}

static void on_tick(uv_timer_t *timer)
{
	struct sweep *s = timer->data;
	int64_t now_ms = (int64_t)uv_now(s->loop);
	while (s->round < rounds(s) && s->error.code == HWATT_OK) {
		size_t kind = s->round % s->access_count;
		while (s->next < s->host_count && s->error.code == HWATT_OK && !crowded(s, kind) &&
		       pace_ready(s->pace, now_ms)) {
			if (ask(s, s->next++, kind))
				pace_spend(s->pace, 1);
		}
		s->progress(s->arg, (int64_t)(s->round * s->host_count + s->next), (int64_t)(rounds(s) * s->host_count));
		if (s->error.code != HWATT_OK || s->next < s->host_count || s->waiting > 0)
			break;
		s->round++;
		s->next = 0;
	}
	if ((s->round >= rounds(s) || s->error.code != HWATT_OK) && s->waiting == 0)
		uv_close((uv_handle_t *)&s->timer, on_closed);
}

void sweep_start(struct sweep *s)
{
	uv_timer_init(s->loop, &s->timer);
	s->timer.data = s;
	uv_timer_start(&s->timer, on_tick, 0, TICK_MS);
}
