/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "knock.h"
#include "presence.h"
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

struct finding { /* one question that is out */
	struct hub_peer peer;
	struct hub *hub;
	hwatt_find_done *done;
	void *arg;
};

static struct finding *finding_of(struct hub_peer *peer)
{
	return (struct finding *)((char *)peer - offsetof(struct finding, peer));
}

static void end(struct finding *f, const struct hwatt_found *found)
{
	hwatt_find_done *done = f->done;
	void *arg = f->arg;
	hub_leave(f->hub, &f->peer);
	free(f);
	done(arg, found);
}

static bool on_packet(struct hub_peer *peer, const struct rmcpp_packet *p)
{
	struct presence presence;
	if (p->type != RMCPP_FOREIGN || presence_read(p->bytes, p->size, &presence, NULL) < 0)
		return false;
	end(finding_of(peer), &(struct hwatt_found){
		.name = "", .version = presence.ipmi_2_0 ? "2.0" : "1.5",
		.trouble = presence.ipmi_2_0 ? NULL : "speaks only IPMI 1.5, which hallwatt does not" });
	return true;
}

static void on_due(struct hub_peer *peer)
{
	end(finding_of(peer), NULL);
}

void knock(struct hub *hub, const struct sockaddr *to, int64_t timeout_ms, hwatt_find_done *done, void *arg)
{
	struct finding *f = hwatt_alloc(sizeof(*f));
	uint8_t packet[PRESENCE_ASK_OCTETS];
	*f = (struct finding){ .hub = hub, .done = done, .arg = arg, .peer = { .packet = on_packet, .due = on_due } };
	memcpy(&f->peer.to, to, to->sa_family == AF_INET6 ? sizeof(f->peer.to.v6) : sizeof(f->peer.to.v4));
	presence_ask(packet);
	hub_join(hub, &f->peer);
	hub_send(hub, &f->peer, packet, sizeof(packet)); /* whoever asks sees to the pace */
	hub_set_due(hub, &f->peer, hub_now(hub) + timeout_ms);
}
