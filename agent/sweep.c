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

static size_t kinds(const struct sweep *s)
{
	return s->access_count + (s->bmc_port != 0);
}

static size_t rounds(const struct sweep *s)
{
	return kinds(s) * SWEEP_REPEATS;
}

static void on_closed(uv_handle_t *handle)
{
	struct sweep *s = handle->data;
	if (--s->open_handles == 0)
		s->done(s->arg, s->error.code != HWATT_OK ? &s->error : NULL);
}

static void finish(struct sweep *s)
{
	s->over = true;
	uv_close((uv_handle_t *)&s->timer, on_closed);
	if (s->has_v4)
		uv_close((uv_handle_t *)&s->v4, on_closed);
	if (s->has_v6)
		uv_close((uv_handle_t *)&s->v6, on_closed);
}

/* Agents. */
static void on_found(void *arg, const struct hwatt_found *found)
{
	struct asked *asked = arg;
	struct sweep *s = asked->sweep;
	struct sweep_host *host = &s->hosts[asked->host];
	s->waiting--;
	enum sweep_protocol protocol = s->accesses[asked->access].protocol;
	if (found != NULL && host->access[protocol] < 0) {
		host->access[protocol] = asked->access;
		host->name[protocol] = hwatt_arena_strdup(s->arena, found->name);
	}
	free(asked);
}

static bool ask_agent(struct sweep *s, size_t which, size_t access)
{
	const struct sweep_access *a = &s->accesses[access];
	struct sweep_host *host = &s->hosts[which];
	union cidr_address to = host->at;
	bool connects = a->protocol == SWEEP_REDFISH;
	if (host->access[a->protocol] >= 0 || (connects && s->round >= kinds(s)))
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

/* BMCs. */
static void on_buffer(uv_handle_t *handle, size_t size, uv_buf_t *out)
{
	struct sweep *s = handle->data;
	(void)size;
	*out = uv_buf_init(s->buffer, sizeof(s->buffer));
}

static void on_packet(uv_udp_t *socket, ssize_t length, const uv_buf_t *buffer, const struct sockaddr *from, unsigned flags)
{
	struct sweep *s = socket->data;
	struct rmcp_presence presence;
	union cidr_address source = { 0 };
	if (length <= 0 || from == NULL || (flags & UV_UDP_PARTIAL) != 0 ||
	    rmcp_read(buffer->base, (size_t)length, &presence, NULL) < 0)
		return;
	memcpy(&source, from, from->sa_family == AF_INET6 ? sizeof(source.v6) : sizeof(source.v4));
	for (size_t i = 0; i < s->host_count; i++) {
		if (cidr_compare(&s->hosts[i].at, &source) == 0) { /* an address that nobody asked is nobody's */
			s->hosts[i].bmc = true;
			s->hosts[i].presence = presence;
		}
	}
}

static bool ask_bmc(struct sweep *s, size_t which)
{
	struct sweep_host *host = &s->hosts[which];
	uint8_t packet[RMCP_ASK_OCTETS];
	union cidr_address to = host->at;
	bool six = to.any.sa_family == AF_INET6;
	if (host->bmc || (six ? !s->has_v6 : !s->has_v4))
		return false;
	if (six)
		to.v6.sin6_port = htons(s->bmc_port);
	else
		to.v4.sin_port = htons(s->bmc_port);
	rmcp_ask(packet);
	uv_buf_t buffer = uv_buf_init((char *)packet, sizeof(packet));
	(void)uv_udp_try_send(six ? &s->v6 : &s->v4, &buffer, 1, &to.any); /* lost: asked again in the next round */
	return true;
}

static bool open_socket(struct sweep *s, uv_udp_t *socket, const char *any, int family)
{
	struct sockaddr_storage address;
	memset(&address, 0, sizeof(address));
	if (s->bmc_port == 0 || uv_udp_init(s->loop, socket) != 0)
		return false;
	socket->data = s;
	s->open_handles++;
	if (family == AF_INET)
		uv_ip4_addr(any, 0, (struct sockaddr_in *)&address);
	else
		uv_ip6_addr(any, 0, (struct sockaddr_in6 *)&address);
	if (uv_udp_bind(socket, (struct sockaddr *)&address, family == AF_INET6 ? UV_UDP_IPV6ONLY : 0) == 0)
		uv_udp_recv_start(socket, on_buffer, on_packet);
	return true;
}

/* The rounds. */
static bool crowded(const struct sweep *s, size_t kind)
{
	return kind < s->access_count && s->accesses[kind].protocol == SWEEP_REDFISH && s->waiting >= SWEEP_CONNECTIONS;
}

static bool round_over(const struct sweep *s, int64_t now_ms)
{
	bool bmcs = s->round % kinds(s) >= s->access_count;
	return s->waiting == 0 && (!bmcs || s->quiet_ms == 0 || now_ms >= s->quiet_ms + SWEEP_WAIT_MS);
}

static void on_tick(uv_timer_t *timer)
{
	struct sweep *s = timer->data;
	int64_t now_ms = (int64_t)uv_now(s->loop);
	while (s->round < rounds(s) && s->error.code == HWATT_OK) {
		size_t kind = s->round % kinds(s);
		while (s->next < s->host_count && s->error.code == HWATT_OK && !crowded(s, kind) &&
		       pace_ready(s->pace, now_ms)) {
			size_t host = s->next++;
			if (kind < s->access_count ? ask_agent(s, host, kind) : ask_bmc(s, host)) {
				pace_spend(s->pace, 1);
				s->quiet_ms = now_ms;
			}
		}
		s->progress(s->arg, (int64_t)(s->round * s->host_count + s->next), (int64_t)(rounds(s) * s->host_count));
		if (s->error.code != HWATT_OK || s->next < s->host_count || !round_over(s, now_ms))
			break;
		s->round++;
		s->next = 0;
		s->quiet_ms = 0;
	}
	if ((s->round >= rounds(s) || s->error.code != HWATT_OK) && s->waiting == 0)
		finish(s);
}

void sweep_start(struct sweep *s)
{
	uv_timer_init(s->loop, &s->timer);
	s->timer.data = s;
	s->open_handles++;
	s->has_v4 = open_socket(s, &s->v4, "0.0.0.0", AF_INET);
	s->has_v6 = open_socket(s, &s->v6, "::", AF_INET6);
	uv_timer_start(&s->timer, on_tick, 0, TICK_MS);
}
