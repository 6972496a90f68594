/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "families.h"

#include <stdio.h>

#define RPDU "1.3.6.1.4.1.318.1.1.12"
#define IDENT RPDU ".1"
#define LOAD_DEVICE RPDU ".2.1"
#define LOAD_STATUS RPDU ".2.3.1.1"
#define OUTLET_DEVICE RPDU ".3.1"
#define OUTLET_STATUS RPDU ".3.5.1.1"
#define OLD_RATED_A 32
#define NEW_RATED_A 16

/* VA of the power in `channel`. */
static void get_apparent(const struct mib_row *row, const struct mib_moment *moment,
                         struct mib_value *value)
{
	int64_t mva = course_value(moment->course, row->channel) * 100 / FAMILY_PF_PERCENT;
	value->number = (mva + 500) / 1000;
}

/* Identity and the total; the power factor and the line voltage are settings here, not measured. */
static void add_ident(struct mib *mib, const struct hall_device *device)
{
	int old = device->kind == HALL_OLD_PDU;
	int inlet = LOAD_PDU_MW + device->unit;

	mib_text(mib, IDENT ".1", 0, device->id);
	mib_text(mib, IDENT ".2", 0, old ? "B2" : "02");
	mib_text(mib, IDENT ".3", 0, device->firmware);
	mib_text(mib, IDENT ".4", 0, old ? "08/18/2011" : "04/16/2024");
	mib_text(mib, IDENT ".5", 0, device->model);
	mib_text(mib, IDENT ".6", 0, device->serial);
	mib_number(mib, IDENT ".7", 0, BER_INTEGER, old ? OLD_RATED_A : NEW_RATED_A);
	mib_number(mib, IDENT ".8", 0, BER_INTEGER, HALL_OUTLETS);
	mib_number(mib, IDENT ".9", 0, BER_INTEGER, old ? 1 : HALL_LINES);
	mib_number(mib, IDENT ".10", 0, BER_INTEGER, old ? 0 : HALL_LINES);
	mib_number(mib, IDENT ".11", 0, BER_INTEGER, old ? 0 : NEW_RATED_A);
	mib_number(mib, IDENT ".12", 0, BER_INTEGER, 1);
	mib_number(mib, IDENT ".13", 0, BER_INTEGER, 1);
	mib_number(mib, IDENT ".14", 0, BER_INTEGER, 1);
	mib_number(mib, IDENT ".15", 0, BER_INTEGER, old ? 230 : -1);
	mib_channel(mib, IDENT ".16", 0, BER_INTEGER, inlet, 1000);
	mib_number(mib, IDENT ".17", 0, BER_INTEGER, FAMILY_PF_PERCENT * 10);
	mib_live(mib, IDENT ".18", 0, BER_INTEGER, get_apparent, inlet, 0);
	mib_number(mib, IDENT ".19", 0, BER_INTEGER, 0);
}

/* Ratings and the current of each phase. */
static void add_load(struct mib *mib, const struct hall_device *device)
{
	int old = device->kind == HALL_OLD_PDU;
	uint32_t phases = old ? 1 : HALL_LINES;

	mib_number(mib, LOAD_DEVICE ".1", 0, BER_INTEGER, old ? OLD_RATED_A : NEW_RATED_A);
	mib_number(mib, LOAD_DEVICE ".2", 0, BER_INTEGER, phases);
	mib_number(mib, LOAD_DEVICE ".3", 0, BER_INTEGER, old ? 0 : HALL_OUTLETS);
	mib_number(mib, LOAD_DEVICE ".4", 0, BER_INTEGER, 0);
	mib_number(mib, LOAD_DEVICE ".5", 0, BER_INTEGER, 0);
	for (uint32_t n = 1; n <= phases; n++) {
		int phase = LOAD_PHASE_MW + device->unit * HALL_LINES + (int)n - 1;
		int volts = LOAD_OUT_MV + hall_pdu_line(device->unit, (int)n - 1);
		mib_number(mib, LOAD_STATUS ".1", n, BER_INTEGER, n);
		mib_live(mib, LOAD_STATUS ".2", n, BER_GAUGE32, families_get_current, phase, volts);
		mib_number(mib, LOAD_STATUS ".3", n, BER_INTEGER, 1);
		mib_number(mib, LOAD_STATUS ".4", n, BER_INTEGER, n);
		mib_number(mib, LOAD_STATUS ".5", n, BER_INTEGER, 0);
	}
}

/* Outlets that can be switched but have no meter (number of metered outlets: 0). */
static void add_outlets(struct mib *mib, const struct hall_device *device)
{
	mib_number(mib, OUTLET_DEVICE ".1", 0, BER_INTEGER, 1);
	mib_number(mib, OUTLET_DEVICE ".2", 0, BER_INTEGER, 0);
	mib_number(mib, OUTLET_DEVICE ".3", 0, BER_INTEGER, HALL_OUTLETS);
	mib_number(mib, OUTLET_DEVICE ".4", 0, BER_INTEGER, HALL_OUTLETS);
	mib_number(mib, OUTLET_DEVICE ".5", 0, BER_INTEGER, 0);
	for (uint32_t n = 1; n <= HALL_OUTLETS; n++) {
		int load = hall_load_at(device->unit, (int)n);
		char name[32];
		snprintf(name, sizeof(name), "Outlet %u", (unsigned)n);
		mib_number(mib, OUTLET_STATUS ".1", n, BER_INTEGER, n);
		mib_text(mib, OUTLET_STATUS ".2", n, load < 0 ? name : hall_loads[load].name);
		mib_number(mib, OUTLET_STATUS ".3", n, BER_INTEGER, 1);
		mib_number(mib, OUTLET_STATUS ".4", n, BER_INTEGER, 1);
		mib_number(mib, OUTLET_STATUS ".5", n, BER_INTEGER, 2);
		mib_number(mib, OUTLET_STATUS ".6", n, BER_INTEGER, 0);
		mib_number(mib, OUTLET_STATUS ".7", n, BER_GAUGE32, 0);
	}
}

void apc_rpdu_add(struct mib *mib, const struct hall_device *device)
{
	add_ident(mib, device);
	add_load(mib, device);
	if (device->kind == HALL_OLD_PDU)
		add_outlets(mib, device);
}
