/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "families.h"

#include <stdio.h>

#include "calendar.h"

#define RPDU2 "1.3.6.1.4.1.318.1.1.26"
#define IDENT RPDU2 ".2.1"
#define CONFIG RPDU2 ".4.1.1"
#define PROPERTIES RPDU2 ".4.2.1"
#define STATUS RPDU2 ".4.3.1"
#define PHASE RPDU2 ".6.3.1"
#define BANK RPDU2 ".8.3.1"
#define OUTLET_CONFIG RPDU2 ".9.4.1.1"
#define OUTLET RPDU2 ".9.4.3.1"
#define SENSOR RPDU2 ".10.2.2.1"
#define RATED_A 16
#define NORMAL 2 /* rPDU2...LoadState: 1 low, 2 normal, 3 near overload */
#define NOT_SUPPORTED (-1)

/* VA in tens, of the power in channel `channel`. */
static void get_apparent(const struct mib_row *row, const struct mib_moment *moment,
                         struct mib_value *value)
{
	int64_t mva = course_value(moment->course, row->channel) * 100 / FAMILY_PF_PERCENT;
	value->number = (mva + 5000) / 10000;
}

/* An energy register, tenths of a kWh. */
static void get_register(const struct mib_row *row, const struct mib_moment *moment,
                         struct mib_value *value)
{
	value->number = course_register(moment->course, row->channel);
}

/* When the registers of PDU `part` were last started. */
static void get_start_time(const struct mib_row *row, const struct mib_moment *moment,
                           struct mib_value *value)
{
	calendar_apc_text(moment->course->reset_s[row->part], value->text);
	value->length = 19;
}

/* Identity, configuration and properties: what never changes. */
static void add_fixed(struct mib *mib, const struct hall_device *device)
{
	mib_number(mib, RPDU2 ".1", 0, BER_INTEGER, 1);
	mib_number(mib, IDENT ".1", 1, BER_INTEGER, 1);
	mib_number(mib, IDENT ".2", 1, BER_INTEGER, 1);
	mib_text(mib, IDENT ".3", 1, device->id);
	mib_text(mib, IDENT ".4", 1, HALL_SITE);
	mib_text(mib, IDENT ".5", 1, "02");
	mib_text(mib, IDENT ".6", 1, device->firmware);
	mib_text(mib, IDENT ".7", 1, "04/16/2024");
	mib_text(mib, IDENT ".8", 1, device->model);
	mib_text(mib, IDENT ".9", 1, device->serial);
	mib_text(mib, IDENT ".10", 1, "hall operations");
	mib_text(mib, IDENT ".11", 1, "1.0.8");
	mib_text(mib, IDENT ".12", 1, "Rack Power Distribution Unit");

	static const int settings[] = {2, 0, 0, 80, 100, 1, 1, 1, 1};
	mib_number(mib, RPDU2 ".3", 0, BER_INTEGER, 1);
	mib_number(mib, CONFIG ".1", 1, BER_INTEGER, 1);
	mib_number(mib, CONFIG ".2", 1, BER_INTEGER, 1);
	mib_text(mib, CONFIG ".3", 1, device->id);
	mib_text(mib, CONFIG ".4", 1, HALL_SITE);
	for (int i = 0; i < 9; i++) {
		char object[64];
		snprintf(object, sizeof(object), CONFIG ".%d", 5 + i);
		mib_number(mib, object, 1, BER_INTEGER, settings[i]);
	}

	static const int properties[] = {
		HALL_OUTLETS, HALL_OUTLETS, HALL_OUTLETS, HALL_LINES, HALL_LINES, RATED_A, 2, 5,
		RATED_A,      110};
	mib_number(mib, PROPERTIES ".1", 1, BER_INTEGER, 1);
	mib_number(mib, PROPERTIES ".2", 1, BER_INTEGER, 1);
	mib_text(mib, PROPERTIES ".3", 1, device->id);
	for (int i = 0; i < 10; i++) {
		char object[64];
		snprintf(object, sizeof(object), PROPERTIES ".%d", 4 + i);
		mib_number(mib, object, 1, BER_INTEGER, properties[i]);
	}
}

/* The inlet: power, energy since when, VA, power factor. */
static void add_status(struct mib *mib, const struct hall_device *device)
{
	int inlet = LOAD_PDU_MW + device->unit;

	mib_number(mib, STATUS ".1", 1, BER_INTEGER, 1);
	mib_number(mib, STATUS ".2", 1, BER_INTEGER, 1);
	mib_text(mib, STATUS ".3", 1, device->id);
	mib_number(mib, STATUS ".4", 1, BER_INTEGER, NORMAL);
	mib_channel(mib, STATUS ".5", 1, BER_INTEGER, inlet, 10000);
	mib_number(mib, STATUS ".6", 1, BER_INTEGER, 520);
	mib_live(mib, STATUS ".7", 1, BER_OCTETS, get_start_time, 0, device->unit);
	mib_live(mib, STATUS ".8", 1, BER_OCTETS, get_start_time, 0, device->unit);
	mib_live(mib, STATUS ".9", 1, BER_INTEGER, get_register, inlet, 0);
	mib_live(mib, STATUS ".10", 1, BER_OCTETS, get_start_time, 0, device->unit);
	mib_number(mib, STATUS ".11", 1, BER_INTEGER, 2);
	mib_number(mib, STATUS ".12", 1, BER_INTEGER, 1);
	mib_number(mib, STATUS ".13", 1, BER_INTEGER, 1);
	mib_number(mib, STATUS ".14", 1, BER_INTEGER, 1);
	mib_live(mib, STATUS ".15", 1, BER_OCTETS, get_start_time, 0, device->unit);
	mib_live(mib, STATUS ".16", 1, BER_INTEGER, get_apparent, inlet, 0);
	mib_number(mib, STATUS ".17", 1, BER_INTEGER, FAMILY_PF_PERCENT);
	mib_number(mib, STATUS ".18", 1, BER_INTEGER, 1);
	mib_number(mib, RPDU2 ".11.1", 0, BER_INTEGER, 1);
	mib_channel(mib, RPDU2 ".11.2", 0, BER_INTEGER, inlet, 10000);
	mib_live(mib, RPDU2 ".11.3", 0, BER_INTEGER, get_register, inlet, 0);
}

/* Phases, and one bank on each. */
static void add_phases(struct mib *mib, const struct hall_device *device)
{
	mib_number(mib, RPDU2 ".5", 0, BER_INTEGER, HALL_LINES);
	mib_number(mib, RPDU2 ".7", 0, BER_INTEGER, HALL_LINES);
	for (uint32_t n = 1; n <= HALL_LINES; n++) {
		int phase = LOAD_PHASE_MW + device->unit * HALL_LINES + (int)n - 1;
		int volts = LOAD_OUT_MV + hall_pdu_line(device->unit, (int)n - 1);
		mib_number(mib, PHASE ".1", n, BER_INTEGER, n);
		mib_number(mib, PHASE ".2", n, BER_INTEGER, 1);
		mib_number(mib, PHASE ".3", n, BER_INTEGER, n);
		mib_number(mib, PHASE ".4", n, BER_INTEGER, NORMAL);
		mib_live(mib, PHASE ".5", n, BER_INTEGER, families_get_current, phase, volts);
		mib_channel(mib, PHASE ".6", n, BER_INTEGER, volts, 1000);
		mib_channel(mib, PHASE ".7", n, BER_INTEGER, phase, 10000);
		mib_live(mib, PHASE ".8", n, BER_INTEGER, get_apparent, phase, 0);
		mib_number(mib, PHASE ".9", n, BER_INTEGER, FAMILY_PF_PERCENT);
		mib_number(mib, PHASE ".10", n, BER_INTEGER, 140);
		mib_number(mib, BANK ".1", n, BER_INTEGER, n);
		mib_number(mib, BANK ".2", n, BER_INTEGER, 1);
		mib_number(mib, BANK ".3", n, BER_INTEGER, n);
		mib_number(mib, BANK ".4", n, BER_INTEGER, NORMAL);
		mib_live(mib, BANK ".5", n, BER_INTEGER, families_get_current, phase, volts);
		mib_number(mib, BANK ".6", n, BER_INTEGER, 140);
	}
}

/* What outlet `n` measures; zero where nothing is plugged in. */
static void add_outlet_values(struct mib *mib, int pdu, uint32_t n)
{
	int load = hall_load_at(pdu, (int)n);
	if (load < 0) {
		mib_number(mib, OUTLET ".6", n, BER_INTEGER, 0);
		mib_number(mib, OUTLET ".7", n, BER_INTEGER, 0);
		mib_number(mib, OUTLET ".8", n, BER_INTEGER, 0);
		mib_number(mib, OUTLET ".11", n, BER_INTEGER, 0);
		return;
	}
	int cord = (hall_pdu_side(pdu) == 0 ? LOAD_CORD_A_MW : LOAD_CORD_B_MW) + load;
	int volts = LOAD_OUT_MV + hall_pdu_line(pdu, hall_outlet_phase(pdu, (int)n));
	mib_live(mib, OUTLET ".6", n, BER_INTEGER, families_get_current, cord, volts);
	mib_channel(mib, OUTLET ".7", n, BER_INTEGER, cord, 1000);
	mib_number(mib, OUTLET ".8", n, BER_INTEGER, 1800);
	mib_live(mib, OUTLET ".11", n, BER_INTEGER, get_register, cord, 0);
}

/* The outlets, metered one by one. */
static void add_outlets(struct mib *mib, const struct hall_device *device)
{
	mib_number(mib, RPDU2 ".9.1", 0, BER_INTEGER, HALL_OUTLETS);
	mib_number(mib, RPDU2 ".9.3", 0, BER_INTEGER, HALL_OUTLETS);
	for (uint32_t n = 1; n <= HALL_OUTLETS; n++) {
		int load = hall_load_at(device->unit, (int)n);
		char name[32];
		snprintf(name, sizeof(name), "Outlet %u", (unsigned)n);
		const char *label = load < 0 ? name : hall_loads[load].name;
		mib_number(mib, OUTLET_CONFIG ".1", n, BER_INTEGER, n);
		mib_number(mib, OUTLET_CONFIG ".2", n, BER_INTEGER, 1);
		mib_text(mib, OUTLET_CONFIG ".3", n, label);
		mib_number(mib, OUTLET_CONFIG ".4", n, BER_INTEGER, n);
		mib_number(mib, OUTLET ".1", n, BER_INTEGER, n);
		mib_number(mib, OUTLET ".2", n, BER_INTEGER, 1);
		mib_text(mib, OUTLET ".3", n, label);
		mib_number(mib, OUTLET ".4", n, BER_INTEGER, n);
		mib_number(mib, OUTLET ".5", n, BER_INTEGER, NORMAL);
		add_outlet_values(mib, device->unit, n);
		mib_live(mib, OUTLET ".9", n, BER_OCTETS, get_start_time, 0, device->unit);
		mib_live(mib, OUTLET ".10", n, BER_OCTETS, get_start_time, 0, device->unit);
		mib_text(mib, OUTLET ".12", n, n % 8 == 0 ? "C19" : "C13");
	}
}

/* A sensor socket with nothing in it: comm status 1, values that must not be taken for values. */
static void add_sensor(struct mib *mib)
{
	mib_number(mib, RPDU2 ".10.1", 0, BER_INTEGER, 1);
	mib_number(mib, SENSOR ".1", 1, BER_INTEGER, 1);
	mib_number(mib, SENSOR ".2", 1, BER_INTEGER, 1);
	mib_text(mib, SENSOR ".3", 1, "");
	mib_number(mib, SENSOR ".4", 1, BER_INTEGER, 1);
	mib_number(mib, SENSOR ".5", 1, BER_INTEGER, 4);
	mib_number(mib, SENSOR ".6", 1, BER_INTEGER, 1);
	mib_number(mib, SENSOR ".7", 1, BER_INTEGER, NOT_SUPPORTED);
	mib_number(mib, SENSOR ".8", 1, BER_INTEGER, NOT_SUPPORTED);
	mib_number(mib, SENSOR ".9", 1, BER_INTEGER, 1);
	mib_number(mib, SENSOR ".10", 1, BER_INTEGER, NOT_SUPPORTED);
	mib_number(mib, SENSOR ".11", 1, BER_INTEGER, 1);
}

void apc_rpdu2_add(struct mib *mib, const struct hall_device *device)
{
	add_fixed(mib, device);
	add_status(mib, device);
	add_phases(mib, device);
	add_outlets(mib, device);
	add_sensor(mib);
}
