/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* hall.h - what stands in the hall: the one place that names devices, racks and wiring.
 *
 *   grid-1 -> ups-1 -> pdu-a1..a4, pdu-b1..b4 -> outlets -> servers, switch, other loads
 *          -> cooling-1, cooling-2
 *          -> lighting and the like (no meter of its own)
 *
 * Each load has two cords: the same outlet number on the A and on the B PDU of its rack. */
#ifndef HALLSIM_HALL_H
#define HALLSIM_HALL_H

#include <stdint.h>

#define HALL_SITE "demo-1"
#define HALL_RACKS 4
#define HALL_PDUS 8 /* 2 * rack + side; side 0 is A, 1 is B */
#define HALL_SERVERS 12
#define HALL_LOADS 26
#define HALL_OUTLETS 24
#define HALL_LINES 3
#define HALL_COOLERS 2
#define HALL_DEVICES 34
#define HALL_BMC_FIRST 26 /* where servers read by IPMI stand in hall_devices, one behind the other */
#define HALL_BMCS 4
#define HALL_REDFISH_FIRST 30 /* likewise those read by Redfish */
#define HALL_REDFISH 3
#define HALL_REDFISH_FIRST 30
#define HALL_CORD_LOSS_PERMILLE 4 /* between an outlet and what a server says that it takes */
#define HALL_UPS_RATED_VA 60000
#define HALL_UPS_RATED_W 48000
#define HALL_SWITCH_UPLINKS 2

enum hall_kind {
	HALL_GRID,
	HALL_UPS,
	HALL_PDU,     /* metered by outlet, three-phase, with energy registers */
	HALL_OLD_PDU, /* first generation, single-phase, no registers */
	HALL_COOLER,
	HALL_SWITCH,
	HALL_SERVER,
	HALL_ROOM,
	HALL_BMC,            /* a server that tells its power by IPMI */
	HALL_REDFISH_SERVER, /* one that does so by Redfish */
	HALL_METERS,         /* reads the meters of water and heat by M-Bus */
};

struct hall_device {
	const char *id;
	enum hall_kind kind;
	int unit;         /* which one of its kind: PDU, cooler or server number from 0 */
	const char *rack; /* NULL: stands in the room */
	const char *model;
	const char *serial, *firmware; /* NULL: the management card has its own */
};

struct hall_load {
	const char *name;
	int rack;             /* from 0 */
	int outlet;           /* 1..HALL_OUTLETS, on both PDUs */
	int share_a_permille; /* what the A cord carries */
	int server;           /* index of the server, -1 for all else */
	int base_w, swing_w;  /* for all else: power is base + swing * activity */
};

struct hall_server {
	const char *device;
	int cores;
	int idle_w, peak_w;
	int base_permille, swing_permille; /* utilisation: at night, and what the day adds */
	int64_t disk_by, ram_by;
	int disk_permille; /* how full the disk is on average */
};

extern const struct hall_device hall_devices[HALL_DEVICES];
extern const struct hall_load hall_loads[HALL_LOADS];
extern const struct hall_server hall_servers[HALL_SERVERS];
extern const char *const hall_racks[HALL_RACKS];
extern const char *const hall_rack_power[HALL_RACKS]; /* usable on one feed */

/* The number of the PDU at `side` of `rack`, and back to the rack and the side. */
int hall_pdu(int rack, int side);
int hall_pdu_rack(int pdu);
int hall_pdu_side(int pdu);

/* Whether PDU `pdu` is of the first generation (single-phase, no energy registers). */
int hall_pdu_is_old(int pdu);

/* The phase, from 0, that feeds `outlet` of `pdu`. */
int hall_outlet_phase(int pdu, int outlet);

/* The line of the UPS, from 0, to which `phase` of `pdu` is connected. */
int hall_pdu_line(int pdu, int phase);

/* The load at `outlet` of `pdu`, or -1 where nothing is plugged in. */
int hall_load_at(int pdu, int outlet);

/* The load that is server `server`, and the load that is the switch. */
int hall_server_load(int server);
int hall_switch_load(void);

/* The load that is the device at `index` of hall_devices, by its name; -1 when it is none. */
int hall_device_load(int index);

/* The index in hall_devices of the device called `id`, or -1. */
int hall_find(const char *id);

#endif
