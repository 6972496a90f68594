/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "greeting.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <hallwatt/text.h>
#include <stdlib.h>
#include <string.h>

enum item { DESCRIPTION, OBJECT_ID, UPTIME, ITEMS };

struct greeting {
	struct line *line;
	greeting_done *done;
	void *arg;
	uint8_t *packet;             /* NULL: nothing is out */
	char *description;           /* NULL: not told */
	uint8_t *object_id;
	uint16_t object_id_length, packet_length;
	uint8_t at, asked;           /* the next item, and how many were asked for */
	uint8_t most;                /* asked for at once */
	bool answered, doubted;      /* the item that is next was left unanswered once */
};

static const uint8_t system_group[ITEMS][8] = {
	[DESCRIPTION] = { 0x2b, 6, 1, 2, 1, 1, 1, 0 }, [OBJECT_ID] = { 0x2b, 6, 1, 2, 1, 1, 2, 0 }, [UPTIME] = { 0x2b, 6, 1, 2, 1, 1, 3, 0 },
};

static engine_done answered;

static void ask(struct greeting *g)
{
	uint8_t packet[LINE_PACKET];
	struct ber_oid oids[ITEMS];
	g->asked = (uint8_t)(ITEMS - g->at < g->most ? ITEMS - g->at : g->most);
	for (size_t i = 0; i < g->asked; i++)
		oids[i] = (struct ber_oid){ system_group[g->at + i], sizeof(system_group[0]) };
	struct ber_request request = { (enum ber_version)g->line->version, g->line->community, BER_GET, 0, oids, g->asked };
	size_t id_at, length = ber_encode(&request, packet, sizeof(packet), &id_at);
	assert(length > 0);
	g->packet_length = (uint16_t)length;
	g->packet = hwatt_alloc(length); /* no more than it takes: thousands may wait for silent devices */
	memcpy(g->packet, packet, length);
	line_send(g->line, g->packet, length, id_at, NULL, answered, g);
}

static void forget_packet(struct greeting *g)
{
	if (g->packet != NULL)
		explicit_bzero(g->packet, g->packet_length); /* the community is in it */
	free(g->packet);
	g->packet = NULL;
}

struct greeting *greeting_new(struct line *line, greeting_done *done, void *arg)
{
	struct greeting *g = hwatt_alloc(sizeof(*g));
	*g = (struct greeting){ .line = line, .done = done, .arg = arg, .most = ITEMS };
	ask(g);
	return g;
}

void greeting_free(struct greeting *g)
{
	if (g == NULL)
		return;
	if (g->packet != NULL)
		line_cancel(g->line);
	forget_packet(g);
	free(g->description);
	free(g->object_id);
	free(g);
}

bool greeting_over(const struct greeting *g)
{
	return g->at >= ITEMS;
}

const char *greeting_description(const struct greeting *g)
{
	return g->description != NULL ? g->description : "";
}

struct ber_oid greeting_object_id(const struct greeting *g)
{
	return (struct ber_oid){ g->object_id, g->object_id_length };
}

static void keep(struct greeting *g, size_t item, const struct ber_varbind *v)
{
	char text[GREETING_TEXT + 1];
	if (item == DESCRIPTION && v->type == BER_STRING && g->description == NULL) {
		hwatt_text_clean(text, sizeof(text), v->bytes, v->length);
		g->description = hwatt_strdup(text);
	} else if (item == OBJECT_ID && v->type == BER_OID && g->object_id == NULL && v->length > 0 && v->length <= BER_MAX_OID) {
		g->object_id = hwatt_alloc(v->length);
		memcpy(g->object_id, v->bytes, v->length);
		g->object_id_length = (uint16_t)v->length;
	}
}

/* What is left is asked for one by one, and what cannot be had that way is left out. */
static void stumble(struct greeting *g)
{
	if (g->asked > 1)
		g->most = 1;
	else
		g->at++;
}

static void answered(void *arg, const struct ber_message *message, const struct hwatt_error *error)
{
	struct greeting *g = arg;
	struct hwatt_error why;
	const struct hwatt_error *err = line_over(g->line, error, &why);
	forget_packet(g);
	if (message == NULL && (err->code != HWATT_ETIMEOUT || !g->answered)) {
		g->done(g->arg, err);
		return;
	}
	if (message == NULL && !g->doubted) {
		g->doubted = true; /* it may be the device, or this host, and not the item */
		ask(g);
		return;
	}
	g->answered = true;
	g->doubted = false;
	if (message == NULL || message->error_status != 0 || message->count == 0) {
		stumble(g);
	} else {
		size_t n = message->count < g->asked ? message->count : g->asked;
		for (size_t i = 0; i < n; i++)
			keep(g, g->at + i, &message->varbinds[i]);
		g->at = (uint8_t)(g->at + n);
	}
	if (greeting_over(g))
		g->done(g->arg, NULL);
	else
		ask(g);
}
