/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "line.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* Never 0. */
static uint16_t now_of(const struct line *line)
{
	return (uint16_t)(uv_now(hwatt_target_loop(line->target)) | 1u);
}

static union hwatt_udp_address address_of(const struct line *line)
{
	if (line->to != NULL)
		return *line->to;
	return (union hwatt_udp_address){ .v4 = { .sin_family = AF_INET, .sin_port = line->near_port, .sin_addr = line->near } };
}

const union hwatt_udp_address *line_fix_address(struct line *line)
{
	if (line->to == NULL) {
		union hwatt_udp_address to = address_of(line);
		line->to = hwatt_alloc(sizeof(*line->to));
		*line->to = to;
	}
	return line->to;
}

bool line_set_address(struct line *line, const struct sockaddr *address, in_port_t wire_port)
{
	union hwatt_udp_address to = { .any = { .sa_family = address->sa_family } };
	if (address->sa_family == AF_INET) {
		memcpy(&to.v4, address, sizeof(to.v4));
		to.v4.sin_port = wire_port;
	} else if (address->sa_family == AF_INET6) {
		memcpy(&to.v6, address, sizeof(to.v6));
		to.v6.sin6_port = wire_port;
		line_fix_address(line);
	} else {
		return false;
	}
	if (line->to != NULL) {
		*line->to = to;
	} else {
		line->near = to.v4.sin_addr;
		line->near_port = wire_port;
	}
	return true;
}

void line_clear(struct line *line)
{
	free(line->to);
	line->to = NULL;
}

const struct hwatt_error *line_over(struct line *line, const struct hwatt_error *err, struct hwatt_error *why)
{
	line->ticket = ENGINE_NO_TICKET;
	if (line->asked != 0) {
		if (err == NULL)
			line_took(line, (uint16_t)(now_of(line) - line->asked));
		line->asked = 0;
	}
	if (line->peer == NULL || err == NULL || err->code != HWATT_ETIMEOUT)
		return err;
	*why = *err;
	peer_silent(line->peer, why);
	return why;
}

/* How often a device that takes its time is asked within what is left: no more often than it can answer. */
static int64_t pace(const struct line *line, int64_t left_ms, int64_t need_ms)
{
	int64_t fit = left_ms / need_ms, tries = 1 + line->retries;
	return fit < 1 ? 1 : fit < tries ? fit : tries;
}

static void post(struct line *line, uint8_t *packet, size_t length, size_t id_at, const struct line_eager *eager, int64_t left_ms,
		 engine_done *done, void *arg)
{
	assert(line->ticket == ENGINE_NO_TICKET);
	int64_t tries = 1 + line->retries;
	int64_t timeout_ms = line->timeout_ms;
	if (line->peer != NULL)
		left_ms -= left_ms / 8; /* for a discovery before it */
	if (eager == NULL || line->answer_ms > 0)
		line->asked = now_of(line);
	if (line->answer_ms > 0) {
		int64_t need_ms = line->answer_ms + line->answer_ms / 2;
		tries = pace(line, left_ms, need_ms);
		timeout_ms = timeout_ms > need_ms ? timeout_ms : need_ms;
	}
	if (timeout_ms * tries > left_ms) /* all tries within the poll */
		timeout_ms = left_ms / tries > 50 ? left_ms / tries : 50;
	union hwatt_udp_address to = address_of(line);
	struct engine_request request = {
		.to = &to, .packet = packet, .length = length, .id_at = id_at, .timeout_ms = timeout_ms,
		.retries = (unsigned)tries - 1, .done = done, .taste = eager != NULL ? eager->taste : NULL, .taste_arg = arg,
		.fetch = eager != NULL ? eager->fetch : NULL, .arg = arg,
		.security = line->peer != NULL ? &peer_security : NULL, .security_arg = line->peer,
	};
	hwatt_target_count_request(line->target);
	line->ticket = engine_send(line->engine, &request);
}

void line_send(struct line *line, uint8_t *packet, size_t length, size_t id_at, const struct line_eager *eager, engine_done *done,
	       void *arg)
{
	post(line, packet, length, id_at, eager, hwatt_target_time_left_ms(line->target), done, arg);
}

void line_send_within(struct line *line, uint8_t *packet, size_t length, size_t id_at, const struct line_eager *eager,
		      int64_t most_ms, engine_done *done, void *arg)
{
	int64_t left_ms = hwatt_target_time_left_ms(line->target);
	post(line, packet, length, id_at, eager, most_ms < left_ms ? most_ms : left_ms, done, arg);
}

void line_took(struct line *line, int64_t ms)
{
	int64_t mean_ms = (line->answer_ms + (ms < LINE_SLOWEST_MS ? ms : LINE_SLOWEST_MS)) / 2;
	line->answer_ms = mean_ms < LINE_QUICK_MS ? 0 : (uint16_t)mean_ms;
}

bool line_late(const struct line *line)
{
	return line->answer_ms > 0 && hwatt_target_time_left_ms(line->target) < line->answer_ms + line->answer_ms / 4;
}

void line_cancel(struct line *line)
{
	engine_cancel(line->engine, line->ticket);
	line->ticket = ENGINE_NO_TICKET;
	line->asked = 0;
}

bool line_shrink(struct line *line)
{
	if (line->octets <= LINE_LEAST_OCTETS)
		return false;
	unsigned half = line->octets / 2u;
	line->octets = (uint16_t)(half > LINE_LEAST_OCTETS ? half : LINE_LEAST_OCTETS);
	return true;
}
