/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* logbook.h - what is not polled: quantities that a person read, was billed or decided, with who said so.
 *
 * Rows come from the files under `readings`.  A row is an amount over days (from, to: both counted), a register value as it stood
 * when a day began (at), or a state that holds from a day on (at) or over days (from, to).  The rows of one meter are a track: spells in
 * the order of their days that never overlap.  Days that no spell has are not covered; nothing is made up for them.
 * Source: domain.md 2.1, 2.3, 5.4, 5.9. */
#ifndef HALLWATT_LOGBOOK_H
#define HALLWATT_LOGBOOK_H

#include "document.h"
#include <hallwatt/number.h>

enum logbook_quantity {
	/* amounts */
	LOGBOOK_WATER, LOGBOOK_WATER_POTABLE, LOGBOOK_WATER_FRESH,
	LOGBOOK_HEAT_REUSED, LOGBOOK_HEAT_OWN_USE, LOGBOOK_HEAT_REMOVED,
	LOGBOOK_NATURAL_GAS, LOGBOOK_FUEL_OIL, LOGBOOK_OTHER_FUEL, LOGBOOK_DISTRICT_COOLING, LOGBOOK_DISTRICT_HEATING, LOGBOOK_STEAM,
	LOGBOOK_CONDENSER_WATER,
	LOGBOOK_SCOPE1, LOGBOOK_COOLING_DEGREE_DAYS, LOGBOOK_TRAFFIC_IN, LOGBOOK_TRAFFIC_OUT,
	/* states */
	LOGBOOK_PD_IT, LOGBOOK_FLOOR_AREA, LOGBOOK_COMPUTER_ROOM_AREA, LOGBOOK_INTAKE_TEMPERATURE, LOGBOOK_WASTE_HEAT_TEMPERATURE,
	LOGBOOK_BATTERY_OFFERED, LOGBOOK_SERVER_PERFORMANCE, LOGBOOK_STORAGE_CAPACITY, LOGBOOK_BANDWIDTH_IN, LOGBOOK_BANDWIDTH_OUT,
	LOGBOOK_QUANTITIES
};

#define LOGBOOK_FIRST_CARRIER LOGBOOK_NATURAL_GAS
#define LOGBOOK_LAST_CARRIER LOGBOOK_CONDENSER_WATER
#define LOGBOOK_FIRST_STATE LOGBOOK_PD_IT

struct logbook_row { /* as written */
	const char *site;
	int quantity;              /* enum logbook_quantity */
	const char *meter;         /* "" the only one of the site */
	int64_t from_day, to_day, at_day; /* 0: not stated */
	int64_t value;             /* in 1e-6 of the unit */
	const char *unit;
	bool reset;                /* a register that was exchanged or set back: counting begins anew with this value */
	bool estimated, customer;  /* customer: what the customers of a colocation report */
	int64_t heating_value;     /* 1e-6 kWh per unit, of a fuel in L, m3 or kg; 0: not stated */
	int64_t accuracy_ppm;      /* MPE, 0: not stated */
	const char *author, *document, *note;
	struct hwatt_mark mark;
};

struct logbook_spell {
	int64_t from_day, to_day;  /* to_day is the first day after; INT64_MAX: until further notice */
	hwatt_i128 value;          /* 1e-6 of the quantity's base unit: of the whole spell, or the state in it */
	bool estimated;
	const struct logbook_row *row;
};

struct logbook_track {
	const char *site, *meter;
	enum logbook_quantity quantity;
	int64_t accuracy_ppm;      /* of its worst row; 0: some row does not state it */
	size_t count;
	struct logbook_spell *spells;
};

struct logbook {
	size_t track_count;
	struct logbook_track *tracks; /* by site, quantity and meter */
};

/* "water", "natural_gas" ... */
const char *logbook_name(enum logbook_quantity quantity);
/* "m3", "kWh" ... */
const char *logbook_unit(enum logbook_quantity quantity);
/* The keys of a row. */
const struct hwatt_schema *logbook_schema(void);
/* Puts rows (struct logbook_row, which must live as long) in the order of their days; adds what contradicts itself to `report`: overlapping
 * days, a register that went backwards. */
void logbook_build(const struct logbook_row *rows, size_t count, struct hwatt_arena *arena, struct hwatt_report *report,
		   struct logbook *out);

#endif
