/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "line.h"
#include <assert.h>

#define CACHE_LINE 64u
#define FETCH_OCTETS 256u /* of the session that a line stands in */

static void answered(void *arg, const struct ber_message *message, const struct hwatt_error *err)
{
	struct line *line = arg;
	engine_done *done = line->done;
	line->ticket = ENGINE_NO_TICKET;
	line->done = NULL;
	struct hwatt_error why;
	if (line->peer != NULL && err != NULL && err->code == HWATT_ETIMEOUT) {
		why = *err;
		peer_silent(line->peer, &why);
		err = &why;
	}
	done(line->arg, message, err);
}

/* The line and what stands around it, then its target. */
static void fetch(const void *arg, unsigned step)
{
	const struct line *line = arg;
	if (step > 0) {
		hwatt_target_fetch(line->target, step - 1);
		return;
	}
	for (size_t at = 0; at < FETCH_OCTETS; at += CACHE_LINE)
		__builtin_prefetch((const char *)line + at, 1);
}

void line_send(struct line *line, uint8_t *packet, size_t length, size_t id_at, engine_done *done, void *arg)
{
	line_send_tasted(line, packet, length, id_at, NULL, done, arg);
}

void line_send_tasted(struct line *line, uint8_t *packet, size_t length, size_t id_at, engine_taste *taste, engine_done *done,
		      void *arg)
{
	assert(line->ticket == ENGINE_NO_TICKET);
	int64_t left_ms = hwatt_target_time_left_ms(line->target);
	int64_t tries = 1 + line->retries;
	int64_t timeout_ms = line->timeout_ms;
	if (line->peer != NULL)
		left_ms -= left_ms / 8; /* for a discovery before it */
	if (timeout_ms * tries > left_ms) /* all tries within the poll */
		timeout_ms = left_ms / tries > 50 ? left_ms / tries : 50;
	struct engine_request request = {
		.to = &line->to, .packet = packet, .length = length, .id_at = id_at, .timeout_ms = timeout_ms,
		.retries = line->retries, .done = answered, .taste = taste, .taste_arg = arg, .fetch = taste != NULL ? fetch : NULL,
		.arg = line,
		.security = line->peer != NULL ? &peer_security : NULL, .security_arg = line->peer,
	};
	line->done = done;
	line->arg = arg;
	hwatt_target_count_request(line->target);
	line->ticket = engine_send(line->engine, &request);
}

void line_cancel(struct line *line)
{
	engine_cancel(line->engine, line->ticket);
	line->ticket = ENGINE_NO_TICKET;
	line->done = NULL;
}

bool line_shrink(struct line *line)
{
	if (line->octets <= LINE_LEAST_OCTETS)
		return false;
	unsigned half = line->octets / 2u;
	line->octets = (uint16_t)(half > LINE_LEAST_OCTETS ? half : LINE_LEAST_OCTETS);
	return true;
}
