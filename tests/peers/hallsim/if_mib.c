/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "families.h"

#include <stdio.h>
#include <string.h>

#define IF_TABLE "1.3.6.1.2.1.2.2.1"
#define IF_X_TABLE "1.3.6.1.2.1.31.1.1.1"
#define TYPE_ETHERNET 6
#define TYPE_LOOPBACK 24
#define UP 1
#define DOWN 2
#define PACKET_BY 800 /* mean size of a packet */

/* Whose traffic a port carries. */
enum traffic {
	TRAFFIC_NONE,
	TRAFFIC_IN,     /* the server's `channel` */
	TRAFFIC_OUT,    /* the server's other direction */
	TRAFFIC_UPLINK, /* a share of all servers' */
	TRAFFIC_SELF,   /* a card's own: grows by some 180 octets a second */
};

struct port {
	uint32_t index;
	const char *name, *alias;
	int type;
	uint32_t mbps;
	int state;
	enum traffic traffic;
	int in_channel, out_channel;
};

/* Octets in the direction of `channel`, for a port whose traffic is `part`. */
static int64_t octets(const struct mib_row *row, const struct mib_moment *moment)
{
	switch ((enum traffic)row->part) {
	case TRAFFIC_IN:
	case TRAFFIC_OUT:
		return course_octets(moment->course, row->channel);
	case TRAFFIC_UPLINK:
		return course_uplink_octets(moment->course, row->channel);
	case TRAFFIC_SELF:
		return (moment->course->at_ms / 1000 - moment->started_s) * 180;
	case TRAFFIC_NONE:
		break;
	}
	return 0;
}

/* A 64-bit counter, and the same octets as packets; 32-bit twins show the low half. */
static void get_octets(const struct mib_row *row, const struct mib_moment *moment,
                       struct mib_value *value)
{
	value->number = octets(row, moment) / row->number;
	if (row->tag == BER_COUNTER32)
		value->number &= 0xffffffff;
}

/* Adds one counter of `port`: `channel`'s octets divided by `divisor`. */
static void add_counter(struct mib *mib, const char *object, const struct port *port, int tag,
                        int channel, int divisor)
{
	mib_live(mib, object, port->index, tag, get_octets, channel, (int)port->traffic);
	mib->rows[mib->count - 1].number = divisor;
}

/* The row of `port` in ifTable, with the 32-bit counters of old. */
static void add_if_row(struct mib *mib, const struct port *port)
{
	uint32_t n = port->index;
	int64_t bps = (int64_t)port->mbps * 1000000;
	mib_number(mib, IF_TABLE ".1", n, BER_INTEGER, n);
	mib_text(mib, IF_TABLE ".2", n, port->name);
	mib_number(mib, IF_TABLE ".3", n, BER_INTEGER, port->type);
	mib_number(mib, IF_TABLE ".4", n, BER_INTEGER, port->type == TYPE_LOOPBACK ? 65536 : 1500);
	mib_number(mib, IF_TABLE ".5", n, BER_GAUGE32, bps > UINT32_MAX ? UINT32_MAX : bps);
	mib_text(mib, IF_TABLE ".6", n, "");
	mib_number(mib, IF_TABLE ".7", n, BER_INTEGER, UP);
	mib_number(mib, IF_TABLE ".8", n, BER_INTEGER, port->state);
	mib_number(mib, IF_TABLE ".9", n, BER_TIME_TICKS, 0);
	add_counter(mib, IF_TABLE ".10", port, BER_COUNTER32, port->in_channel, 1);
	add_counter(mib, IF_TABLE ".11", port, BER_COUNTER32, port->in_channel, PACKET_BY);
	mib_number(mib, IF_TABLE ".13", n, BER_COUNTER32, 0);
	mib_number(mib, IF_TABLE ".14", n, BER_COUNTER32, 0);
	add_counter(mib, IF_TABLE ".16", port, BER_COUNTER32, port->out_channel, 1);
	add_counter(mib, IF_TABLE ".17", port, BER_COUNTER32, port->out_channel, PACKET_BY);
	mib_number(mib, IF_TABLE ".19", n, BER_COUNTER32, 0);
	mib_number(mib, IF_TABLE ".20", n, BER_COUNTER32, 0);
}

/* The row of `port` in ifXTable, with the 64-bit counters. */
static void add_ifx_row(struct mib *mib, const struct port *port)
{
	uint32_t n = port->index;
	mib_text(mib, IF_X_TABLE ".1", n, port->name);
	add_counter(mib, IF_X_TABLE ".6", port, BER_COUNTER64, port->in_channel, 1);
	add_counter(mib, IF_X_TABLE ".7", port, BER_COUNTER64, port->in_channel, PACKET_BY);
	add_counter(mib, IF_X_TABLE ".10", port, BER_COUNTER64, port->out_channel, 1);
	add_counter(mib, IF_X_TABLE ".11", port, BER_COUNTER64, port->out_channel, PACKET_BY);
	mib_number(mib, IF_X_TABLE ".14", n, BER_INTEGER, 1);
	mib_number(mib, IF_X_TABLE ".15", n, BER_GAUGE32, port->mbps);
	mib_number(mib, IF_X_TABLE ".16", n, BER_INTEGER, 2);
	mib_number(mib, IF_X_TABLE ".17", n, BER_INTEGER, port->type == TYPE_ETHERNET ? 1 : 2);
	mib_text(mib, IF_X_TABLE ".18", n, port->alias);
	mib_number(mib, IF_X_TABLE ".19", n, BER_TIME_TICKS, 0);
}

/* A port with both of its rows. */
static void add_port(struct mib *mib, const struct port *port)
{
	add_if_row(mib, port);
	add_ifx_row(mib, port);
}

/* The core switch: a port per server (what it receives the server sent), two uplinks that share all
 * traffic, a port nobody uses. */
static void add_switch(struct mib *mib)
{
	char name[32], alias[48];
	for (int i = 0; i < HALL_SERVERS; i++) {
		snprintf(name, sizeof(name), "Ethernet1/%d", i + 1);
		snprintf(alias, sizeof(alias), "%s eth0", hall_servers[i].device);
		add_port(mib, &(struct port){(uint32_t)i + 1, name, alias, TYPE_ETHERNET, 10000, UP,
		                             TRAFFIC_OUT, LOAD_OUT_BPS + i, LOAD_IN_BPS + i});
	}
	add_port(mib, &(struct port){HALL_SERVERS + 1, "Ethernet1/13", "", TYPE_ETHERNET, 10000,
	                             DOWN, TRAFFIC_NONE, 0, 0});
	for (int i = 0; i < HALL_SWITCH_UPLINKS; i++) {
		snprintf(name, sizeof(name), "Ethernet1/%d", 49 + i);
		snprintf(alias, sizeof(alias), "boundary: uplink %c", 'A' + i);
		add_port(mib, &(struct port){(uint32_t)(49 + i), name, alias, TYPE_ETHERNET, 40000,
		                             UP, TRAFFIC_UPLINK, LOAD_IN_BPS, LOAD_OUT_BPS});
	}
	mib_number(mib, "1.3.6.1.2.1.2.1", 0, BER_INTEGER, HALL_SERVERS + 1 + HALL_SWITCH_UPLINKS);
}

void if_mib_add(struct mib *mib, const struct hall_device *device)
{
	static const struct port loopback = {1, "lo", "", TYPE_LOOPBACK, 10, UP, TRAFFIC_NONE,
	                                     0, 0};
	static const struct port card = {1, "vmac0", "", TYPE_ETHERNET, 100, UP, TRAFFIC_SELF,
	                                 0, 0};

	if (device->kind == HALL_SWITCH) {
		add_switch(mib);
		return;
	}
	if (device->kind != HALL_SERVER) {
		add_port(mib, &card);
		mib_number(mib, "1.3.6.1.2.1.2.1", 0, BER_INTEGER, 1);
		return;
	}
	add_port(mib, &loopback);
	add_port(mib, &(struct port){2, "eth0", "switch-1", TYPE_ETHERNET, 10000, UP, TRAFFIC_IN,
	                             LOAD_IN_BPS + device->unit, LOAD_OUT_BPS + device->unit});
	mib_number(mib, "1.3.6.1.2.1.2.1", 0, BER_INTEGER, 2);
}
