/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* load.h - the physics of the hall at one minute: a pure function of seed, plan and UTC time.
 *
 * All quantities of the hall are channels of one array of integers, so that whatever is linear in
 * them (sums, interpolation, integrals) is one loop.  Power adds up exactly, in mW:
 *
 *   PDU phase = its outlets + 0.3 %; PDU = its phases + 9 W for its own card
 *   UPS output line = the PDU phases on it; UPS input = output + losses + charging
 *   grid line = UPS input line + a third of cooling and of lighting
 *
 * While the UPS tests its battery its input is nearly nothing. */
#ifndef HALLSIM_LOAD_H
#define HALLSIM_LOAD_H

#include <stdint.h>

#include "event.h"
#include "hall.h"

#define LOAD_MINUTE_S 60

enum load_channel {
	LOAD_CORD_A_MW,                                       /* per load: what its A cord draws */
	LOAD_CORD_B_MW = LOAD_CORD_A_MW + HALL_LOADS,         /* per load */
	LOAD_PHASE_MW = LOAD_CORD_B_MW + HALL_LOADS,          /* per PDU and phase */
	LOAD_PDU_MW = LOAD_PHASE_MW + HALL_PDUS * HALL_LINES, /* per PDU: its inlet */
	LOAD_UPS_OUT_MW = LOAD_PDU_MW + HALL_PDUS,            /* per line */
	LOAD_UPS_IN_MW = LOAD_UPS_OUT_MW + HALL_LINES,        /* per line */
	LOAD_GRID_LINE_MW = LOAD_UPS_IN_MW + HALL_LINES,      /* per line */
	LOAD_GRID_MW = LOAD_GRID_LINE_MW + HALL_LINES,
	LOAD_COOLER_MW,                                 /* per cooling unit */
	LOAD_OTHER_MW = LOAD_COOLER_MW + HALL_COOLERS,  /* lighting, doors, fire detection */
	LOAD_OUT_MV,                                    /* per line: voltage behind the UPS */
	LOAD_IN_MV = LOAD_OUT_MV + HALL_LINES,          /* per line: voltage of the grid */
	LOAD_GRID_MHZ = LOAD_IN_MV + HALL_LINES,        /* frequency, mHz */
	LOAD_BATTERY_PPM,                               /* charge */
	LOAD_FAN_MRPM,                                  /* per cooling unit: mean of its fans */
	LOAD_SUPPLY_MC = LOAD_FAN_MRPM + HALL_COOLERS,  /* per cooling unit, thousandths of Cel */
	LOAD_RETURN_MC = LOAD_SUPPLY_MC + HALL_COOLERS, /* per cooling unit */
	LOAD_OUTDOOR_MC = LOAD_RETURN_MC + HALL_COOLERS,
	LOAD_ROOM_MC,
	LOAD_HUMIDITY_MPCT,                        /* thousandths of a percent */
	LOAD_WATER_UL_S,                           /* water that evaporates, microlitres a second */
	LOAD_REUSED_MW,                            /* heat handed over outside, mW */
	LOAD_REMOVED_MW,                           /* heat that the chilled water takes out, mW */
	LOAD_USE_PPM,                              /* per server: utilisation */
	LOAD_IN_BPS = LOAD_USE_PPM + HALL_SERVERS, /* per server: bit/s received */
	LOAD_OUT_BPS = LOAD_IN_BPS + HALL_SERVERS, /* per server: bit/s sent */
	LOAD_CHANNELS = LOAD_OUT_BPS + HALL_SERVERS,
};

/* Writes all LOAD_CHANNELS values at `at_s`, a whole minute, to `out`. */
void load_compute(uint64_t seed, const struct event_plan *plan, int64_t at_s, int64_t *out);

/* The load of core `core` of `server` over the minute from `at_s`, whole percent, given the
 * server's utilisation: what an operating system would say of that minute. */
int load_core_percent(uint64_t seed, int server, int core, int64_t at_s, int64_t use_ppm);

/* Octets used on the fixed disk of `server` at `at_s`, a multiple of 4096: grows for a quarter of
 * a year, then somebody tidies up. */
int64_t load_disk_used_by(uint64_t seed, int server, int64_t at_s);

/* Octets of memory in use on `server` at `at_s`, a multiple of 1024. */
int64_t load_ram_used_by(uint64_t seed, int server, int64_t at_s);

#endif
