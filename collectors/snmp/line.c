/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "line.h"
#include <assert.h>

const struct hwatt_error *line_over(struct line *line, const struct hwatt_error *err, struct hwatt_error *why)
{
	line->ticket = ENGINE_NO_TICKET;
	if (line->peer == NULL || err == NULL || err->code != HWATT_ETIMEOUT)
		return err;
	*why = *err;
	peer_silent(line->peer, why);
	return why;
}

void line_send(struct line *line, uint8_t *packet, size_t length, size_t id_at, const struct line_eager *eager, engine_done *done,
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
		.retries = line->retries, .done = done, .taste = eager != NULL ? eager->taste : NULL, .taste_arg = arg,
		.fetch = eager != NULL ? eager->fetch : NULL, .arg = arg,
		.security = line->peer != NULL ? &peer_security : NULL, .security_arg = line->peer,
	};
	hwatt_target_count_request(line->target);
	line->ticket = engine_send(line->engine, &request);
}

void line_cancel(struct line *line)
{
	engine_cancel(line->engine, line->ticket);
	line->ticket = ENGINE_NO_TICKET;
}

bool line_shrink(struct line *line)
{
	if (line->octets <= LINE_LEAST_OCTETS)
		return false;
	unsigned half = line->octets / 2u;
	line->octets = (uint16_t)(half > LINE_LEAST_OCTETS ? half : LINE_LEAST_OCTETS);
	return true;
}
