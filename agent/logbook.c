/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "logbook.h"
#include "calendar.h"
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define AT(field) offsetof(struct logbook_row, field)

enum dimension { VOLUME, HEAT, FUEL, MASS, DEGREES, DATA, POWER, AREA, TEMPERATURE, WORK, RATE };

static const enum dimension dimensions[] = {
	[LOGBOOK_WATER] = VOLUME,
	[LOGBOOK_WATER_POTABLE] = VOLUME,
	[LOGBOOK_WATER_FRESH] = VOLUME,
	[LOGBOOK_HEAT_REUSED] = HEAT,
	[LOGBOOK_HEAT_OWN_USE] = HEAT,
	[LOGBOOK_HEAT_REMOVED] = HEAT,
	[LOGBOOK_NATURAL_GAS] = FUEL,
	[LOGBOOK_FUEL_OIL] = FUEL,
	[LOGBOOK_OTHER_FUEL] = FUEL,
	[LOGBOOK_DISTRICT_COOLING] = HEAT,
	[LOGBOOK_DISTRICT_HEATING] = HEAT,
	[LOGBOOK_STEAM] = HEAT,
	[LOGBOOK_CONDENSER_WATER] = HEAT,
	[LOGBOOK_SCOPE1] = MASS,
	[LOGBOOK_COOLING_DEGREE_DAYS] = DEGREES,
	[LOGBOOK_TRAFFIC_IN] = DATA,
	[LOGBOOK_TRAFFIC_OUT] = DATA,
	[LOGBOOK_PD_IT] = POWER,
	[LOGBOOK_FLOOR_AREA] = AREA,
	[LOGBOOK_COMPUTER_ROOM_AREA] = AREA,
	[LOGBOOK_INTAKE_TEMPERATURE] = TEMPERATURE,
	[LOGBOOK_WASTE_HEAT_TEMPERATURE] = TEMPERATURE,
	[LOGBOOK_BATTERY_OFFERED] = POWER,
	[LOGBOOK_SERVER_PERFORMANCE] = WORK,
	[LOGBOOK_STORAGE_CAPACITY] = DATA,
	[LOGBOOK_BANDWIDTH_IN] = RATE,
	[LOGBOOK_BANDWIDTH_OUT] = RATE,
};
_Static_assert(COUNT(dimensions) == LOGBOOK_QUANTITIES, "a dimension for each quantity");

/* The first unit of a dimension is its base. `fuel`: times the heating value it is one. */
static const struct unit { enum dimension dimension; const char *name; int64_t num, den; bool fuel; } units[] = {
	{ VOLUME, "m3", 1, 1, false },        { VOLUME, "L", 1, 1000, false },
	{ HEAT, "kWh", 1, 1, false },         { HEAT, "MWh", 1000, 1, false },      { HEAT, "GWh", 1000000, 1, false },
	{ HEAT, "MJ", 5, 18, false },         { HEAT, "GJ", 2500, 9, false },       { HEAT, "TJ", 2500000, 9, false },
	{ FUEL, "kWh", 1, 1, false },         { FUEL, "MWh", 1000, 1, false },      { FUEL, "GWh", 1000000, 1, false },
	{ FUEL, "MJ", 5, 18, false },         { FUEL, "GJ", 2500, 9, false },       { FUEL, "L", 1, 1, true },
	{ FUEL, "m3", 1, 1, true },           { FUEL, "kg", 1, 1, true },
	{ MASS, "kg", 1, 1, false },          { MASS, "t", 1000, 1, false },
	{ DEGREES, "degree-days", 1, 1, false },
	{ DATA, "By", 1, 1, false },          { DATA, "GB", 1000000000, 1, false }, { DATA, "TB", 1000000000000, 1, false },
	{ DATA, "PB", 1000000000000000, 1, false }, { DATA, "EB", 1000000000000000000, 1, false },
	{ POWER, "kW", 1, 1, false },         { POWER, "MW", 1000, 1, false },
	{ AREA, "m2", 1, 1, false },
	{ TEMPERATURE, "Cel", 1, 1, false },
	{ WORK, "1", 1, 1, false },
	{ RATE, "bit/s", 1, 1, false },       { RATE, "Mbit/s", 1000000, 1, false }, { RATE, "Gbit/s", 1000000000, 1, false },
	{ RATE, "Tbit/s", 1000000000000, 1, false },
};

static const char *const words[] = {
	"water", "water_potable", "water_fresh", "heat_reused", "heat_own_use", "heat_removed", "natural_gas", "fuel_oil", "other_fuel",
	"district_cooling", "district_heating", "steam", "condenser_water", "scope1_emissions", "cooling_degree_days", "traffic_in",
	"traffic_out", "it_power_demand", "floor_area", "computer_room_area", "intake_temperature", "waste_heat_temperature",
	"battery_offered", "server_performance", "storage_capacity", "bandwidth_in", "bandwidth_out", NULL,
};
_Static_assert(COUNT(words) == LOGBOOK_QUANTITIES + 1, "a word for each quantity");

const char *logbook_name(enum logbook_quantity quantity)
{
	return words[quantity];
}

const char *logbook_unit(enum logbook_quantity quantity)
{
	for (size_t i = 0; i < COUNT(units); i++)
		if (units[i].dimension == dimensions[quantity])
			return units[i].name;
	return "";
}

/* --- a row ------------------------------------------------------------------------------------------------------- */

static const struct hwatt_option keys[] = {
	{ .name = "site", .type = HWATT_STRING, .offset = AT(site), .flags = HWATT_REQUIRED, .help = "id of the site" },
	{ .name = "quantity", .type = HWATT_ENUM, .offset = AT(quantity), .flags = HWATT_REQUIRED, .words = words,
	  .help = "what was read, billed or decided" },
	{ .name = "meter", .type = HWATT_STRING, .offset = AT(meter),
	  .help = "which meter, bill or room, where the site has several: amounts are added up, temperatures weighed by the rooms' areas" },
	{ .name = "from", .type = HWATT_DATE, .offset = AT(from_day), .help = "first day of an amount, or of a state that has an end" },
	{ .name = "to", .type = HWATT_DATE, .offset = AT(to_day), .help = "last day of it" },
	{ .name = "at", .type = HWATT_DATE, .offset = AT(at_day),
	  .help = "instead of from and to: a register stood at the value as this day began, or a state holds from this day on" },
	{ .name = "value", .type = HWATT_DECIMAL, .offset = AT(value), .flags = HWATT_REQUIRED, .help = "the number" },
	{ .name = "unit", .type = HWATT_STRING, .offset = AT(unit), .flags = HWATT_REQUIRED,
	  .help = "its unit, like m3, kWh, MWh, kW, m2, Cel, kg or GB" },
	{ .name = "reset", .type = HWATT_BOOL, .offset = AT(reset),
	  .help = "true when the register was exchanged or set back before this value: counting begins anew" },
	{ .name = "estimated", .type = HWATT_BOOL, .offset = AT(estimated), .help = "true when nobody read it" },
	{ .name = "customer_reported", .type = HWATT_BOOL, .offset = AT(customer), .help = "true when customers told it" },
	{ .name = "heating_value", .type = HWATT_DECIMAL, .offset = AT(heating_value), .min = 1, .max = 1000000000,
	  .help = "kWh in a litre, m3 or kg of a fuel that is not stated in kWh" },
	{ .name = "accuracy", .type = HWATT_RATIO, .offset = AT(accuracy_ppm), .min = 1, .max = 500000,
	  .help = "greatest error of the meter, like 2 %" },
	{ .name = "author", .type = HWATT_STRING, .offset = AT(author), .flags = HWATT_REQUIRED, .help = "who says so" },
	{ .name = "document", .type = HWATT_STRING, .offset = AT(document), .help = "bill, delivery note or protocol that it rests on" },
	{ .name = "note", .type = HWATT_STRING, .offset = AT(note), .help = "what else is to be known" },
};

static const struct unit *unit_of(const struct logbook_row *row)
{
	for (size_t i = 0; i < COUNT(units); i++)
		if (units[i].dimension == dimensions[row->quantity] && strcmp(units[i].name, row->unit) == 0)
			return &units[i];
	return NULL;
}

/* The most that any data centre can have, in base units: sums of such rows stay within 128 bits. */
static hwatt_i128 most_of(enum dimension dimension)
{
	switch (dimension) {
	case DATA: return (hwatt_i128)1000000000000000000 * 1000;
	case RATE: return (hwatt_i128)1000000000000000000;
	case WORK: return (hwatt_i128)1000000000000000;
	default: return (hwatt_i128)10000000000;
	}
}

static hwatt_i128 in_base(const struct logbook_row *row);

static void check_size(const struct logbook_row *row, const struct hwatt_node *at, struct hwatt_report *report)
{
	struct hwatt_mark mark = hwatt_node_mark(at, "value");
	hwatt_i128 value = in_base(row), most = most_of(dimensions[row->quantity]) * 1000000;
	if (value > most || value < -most)
		hwatt_report_add(report, &mark, "that is more than any data centre has; is the unit right?");
}

static void check_unit(const struct logbook_row *row, const struct hwatt_node *at, struct hwatt_report *report)
{
	struct hwatt_mark mark = hwatt_node_mark(at, "unit");
	const struct unit *unit = unit_of(row);
	char known[160] = "";
	for (size_t i = 0; i < COUNT(units); i++) {
		if (units[i].dimension != dimensions[row->quantity])
			continue;
		strncat(known, known[0] != '\0' ? ", " : "", sizeof(known) - strlen(known) - 1);
		strncat(known, units[i].name, sizeof(known) - strlen(known) - 1);
	}
	if (unit == NULL)
		hwatt_report_add(report, &mark, "\"%.20s\" is no unit of %s; write one of: %s", row->unit, words[row->quantity], known);
	else if (unit->fuel && row->heating_value == 0)
		hwatt_report_add(report, &mark, "how much energy a fuel holds is not the same everywhere; state \"heating_value\" "
				 "(kWh per %s) from the delivery note, or the amount in kWh", row->unit);
	else
		check_size(row, at, report);
}

static void check_row(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct logbook_row *row = object;
	bool state = row->quantity >= (int)LOGBOOK_FIRST_STATE;
	struct hwatt_mark mark = hwatt_node_mark(at, "to");
	if (row->at_day != 0 && (row->from_day != 0 || row->to_day != 0))
		hwatt_report_add(report, &at->mark, "state \"at\", or \"from\" and \"to\", not both");
	else if (row->at_day == 0 && (row->from_day == 0 || row->to_day == 0))
		hwatt_report_add(report, &at->mark, "the row has no time; state \"from\" and \"to\" (first and last day), or \"at\" (%s)",
				 state ? "from that day on" : "a register value as that day began");
	else if (row->at_day == 0 && row->to_day < row->from_day)
		hwatt_report_add(report, &mark, "\"to\" is before \"from\"; it is the last day");
	mark = hwatt_node_mark(at, "value");
	if (row->value < 0 && dimensions[row->quantity] != TEMPERATURE)
		hwatt_report_add(report, &mark, "%s cannot be negative", words[row->quantity]);
	mark = hwatt_node_mark(at, "reset");
	if (row->reset && (state || row->at_day == 0))
		hwatt_report_add(report, &mark, "only a register (a row with \"at\") can be reset");
	check_unit(row, at, report);
}

static const struct hwatt_schema schema = {
	.name = "reading", .help = "a quantity that is not polled", .size = sizeof(struct logbook_row), .options = keys,
	.count = COUNT(keys), .check = check_row, .mark_offset = AT(mark),
};

const struct hwatt_schema *logbook_schema(void)
{
	return &schema;
}

/* --- tracks ------------------------------------------------------------------------------------------------------ */

static int compare_tracks(const struct logbook_row *a, const struct logbook_row *b)
{
	int c = strcmp(a->site, b->site);
	if (c == 0)
		c = (a->quantity > b->quantity) - (a->quantity < b->quantity);
	return c != 0 ? c : strcmp(a->meter, b->meter);
}

static int64_t first_day(const struct logbook_row *row)
{
	return row->at_day != 0 ? row->at_day : row->from_day;
}

static int compare_rows(const void *left, const void *right)
{
	const struct logbook_row *a = *(const struct logbook_row *const *)left, *b = *(const struct logbook_row *const *)right;
	int c = compare_tracks(a, b);
	if (c == 0)
		c = (first_day(a) > first_day(b)) - (first_day(a) < first_day(b));
	return c != 0 ? c : (a > b) - (a < b);
}

static hwatt_i128 in_base(const struct logbook_row *row)
{
	const struct unit *unit = unit_of(row);
	hwatt_i128 value = (hwatt_i128)row->value * unit->num;
	if (unit->fuel)
		return value * row->heating_value / 1000000;
	return (value + (value < 0 ? -unit->den : unit->den) / 2) / unit->den;
}

static void add_spell(struct logbook_track *track, int64_t from_day, int64_t to_day, hwatt_i128 value,
		      const struct logbook_row *row, bool estimated)
{
	track->spells[track->count++] = (struct logbook_spell){ from_day, to_day, value, estimated, row };
}

/* A register: what it counted between two reads. */
static void count_on(struct logbook_track *track, const struct logbook_row *before, const struct logbook_row *row,
		     struct hwatt_report *report)
{
	if (row->reset)
		return;
	if (in_base(row) < in_base(before))
		hwatt_report_add(report, &row->mark, "the register went backwards since %s:%u; if it was exchanged or set back, say so with "
				 "\"reset\": true", before->mark.file, before->mark.line);
	else
		add_spell(track, before->at_day, row->at_day, in_base(row) - in_base(before), row, row->estimated || before->estimated);
}

/* One row of a track after the one before it (NULL: the first); `after` is the next one or NULL. */
static void take_row(struct logbook_track *track, const struct logbook_row *before, const struct logbook_row *row,
		     const struct logbook_row *after, struct hwatt_report *report)
{
	bool state = row->quantity >= (int)LOGBOOK_FIRST_STATE;
	if (before != NULL && (before->at_day != 0) != (row->at_day != 0)) {
		hwatt_report_add(report, &row->mark, "the same meter is written with \"at\" and with \"from\" and \"to\" (%s:%u); keep to one of them, "
				 "or give them different names under \"meter\"", before->mark.file, before->mark.line);
		return;
	}
	if (before != NULL && (row->at_day != 0 ? row->at_day <= before->at_day : row->from_day <= before->to_day)) {
		hwatt_report_add(report, &row->mark, "these days are there already, at %s:%u; a day counts once", before->mark.file,
				 before->mark.line);
		return;
	}
	if (row->at_day == 0)
		add_spell(track, row->from_day, row->to_day + 1, in_base(row), row, row->estimated);
	else if (state)
		add_spell(track, row->at_day, after != NULL ? after->at_day : INT64_MAX, in_base(row), row, row->estimated);
	else if (before != NULL)
		count_on(track, before, row, report);
}

void logbook_build(const struct logbook_row *rows, size_t count, struct hwatt_arena *arena, struct hwatt_report *report,
		   struct logbook *out)
{
	const struct logbook_row **sorted = hwatt_alloc((count + 1) * sizeof(struct logbook_row *));
	for (size_t i = 0; i < count; i++)
		sorted[i] = &rows[i];
	qsort(sorted, count, sizeof(sorted[0]), compare_rows);
	*out = (struct logbook){ .tracks = hwatt_arena_alloc(arena, (count + 1) * sizeof(*out->tracks)) };
	struct logbook_track *track = NULL;
	for (size_t i = 0; i < count; i++) {
		bool fresh = i == 0 || compare_tracks(sorted[i - 1], sorted[i]) != 0;
		bool last = i + 1 == count || compare_tracks(sorted[i], sorted[i + 1]) != 0;
		if (fresh) {
			size_t end = i;
			while (end < count && compare_tracks(sorted[i], sorted[end]) == 0)
				end++;
			track = &out->tracks[out->track_count++];
			*track = (struct logbook_track){ .site = sorted[i]->site, .meter = sorted[i]->meter,
							 .quantity = (enum logbook_quantity)sorted[i]->quantity,
							 .accuracy_ppm = sorted[i]->accuracy_ppm,
							 .spells = hwatt_arena_alloc(arena, (end - i + 1) * sizeof(*track->spells)) };
		}
		int64_t accuracy = sorted[i]->accuracy_ppm;
		if (accuracy == 0 || track->accuracy_ppm == 0)
			track->accuracy_ppm = 0;
		else if (accuracy > track->accuracy_ppm)
			track->accuracy_ppm = accuracy;
		take_row(track, fresh ? NULL : sorted[i - 1], sorted[i], last ? NULL : sorted[i + 1], report);
	}
	free(sorted);
}
