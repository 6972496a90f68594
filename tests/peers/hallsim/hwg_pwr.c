/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "families.h"

#include <stdio.h>

#define METERS "1.3.6.1.4.1.21796.4.6.1"
#define METER METERS ".2.1"
#define VALUE METERS ".3.1"
#define OBJECT_MAX 64
#define STATE_NORMAL 1
#define STATE_INVALID 0

enum shown { WATER, HEAT, POWER, FLOW_TEMPERATURE, RETURN_TEMPERATURE, CIRCULATED, NOTHING };

/* A value of a meter: `exponent` of ten times the number is the value in the unit. */
static const struct value {
	uint32_t meter, number;
	const char *name, *unit;
	int exponent;
	enum shown shown;
	int channel;
} values[] = {
	{1, 1, "Volume", "m3", -2, WATER, 0},
	{1, 2, "Volume month", "m3", -2, NOTHING, 0},
	{2, 1, "Heat energy", "kWh", 0, HEAT, LOAD_REUSED_MW},
	{2, 2, "Volume", "m3", -1, CIRCULATED, LOAD_REUSED_MW},
	{2, 3, "Heat power", "kW", -1, POWER, LOAD_REUSED_MW},
	{2, 4, "Flow temp", "C", -1, FLOW_TEMPERATURE, 310},
	{2, 5, "Return temp", "C", -1, RETURN_TEMPERATURE, 240},
	{3, 1, "Heat energy", "kWh", 0, HEAT, LOAD_REMOVED_MW},
	{3, 2, "Volume", "m3", -1, CIRCULATED, LOAD_REMOVED_MW},
	{3, 3, "Heat power", "kW", -1, POWER, LOAD_REMOVED_MW},
	{3, 4, "Flow temp", "C", -1, FLOW_TEMPERATURE, 180},
	{3, 5, "Return temp", "C", -1, RETURN_TEMPERATURE, 120},
};

static void get_value(const struct mib_row *row, const struct mib_moment *moment,
                      struct mib_value *value)
{
	const struct value *v = &values[row->part];
	switch (v->shown) {
	case WATER: value->number = course_water_register(moment->course); break;
	case HEAT: value->number = course_heat_register(moment->course, v->channel); break;
	case POWER: value->number = course_value(moment->course, v->channel) / 100000; break;
	case FLOW_TEMPERATURE:
	case RETURN_TEMPERATURE: value->number = v->channel; break;
	case CIRCULATED: /* 7 K are 8.1 kWh a cubic metre */
		value->number = course_heat_register(moment->course, v->channel) * 100 / 81;
		break;
	case NOTHING: break;
	}
}

static void add_meter(struct mib *mib, uint32_t n, const char *name, int address, int values_of)
{
	mib_number(mib, METER ".1", n, BER_INTEGER, n);
	mib_text(mib, METER ".2", n, name);
	mib_number(mib, METER ".3", n, BER_INTEGER, address);
	mib_number(mib, METER ".4", n, BER_INTEGER, 26000000 + address);
	mib_number(mib, METER ".5", n, BER_INTEGER, values_of);
}

/* The columns of one value; the instance is the meter's number and the value's. */
static void add_value(struct mib *mib, int at)
{
	const struct value *v = &values[at];
	char object[9][OBJECT_MAX];
	for (int column = 1; column <= 8; column++)
		snprintf(object[column], OBJECT_MAX, VALUE ".%d.%u", column, (unsigned)v->meter);
	mib_number(mib, object[1], v->number, BER_INTEGER, v->number);
	mib_text(mib, object[2], v->number, v->name);
	mib_text(mib, object[3], v->number, v->unit);
	mib_number(mib, object[4], v->number, BER_INTEGER, 1);
	mib_number(mib, object[5], v->number, BER_INTEGER, v->exponent);
	mib_live(mib, object[6], v->number, BER_INTEGER, get_value, 0, at);
	mib_text(mib, object[7], v->number, "");
	mib_number(mib, object[8], v->number, BER_INTEGER,
	           v->shown == NOTHING ? STATE_INVALID : STATE_NORMAL);
}

void hwg_pwr_add(struct mib *mib, const struct hall_device *device)
{
	mib_number(mib, METERS ".1", 0, BER_INTEGER, 3);
	add_meter(mib, 1, "Water", 11, 2);
	add_meter(mib, 2, "Heat hand-over", 12, 5);
	add_meter(mib, 3, "Chilled water", 13, 5);
	for (int at = 0; at < (int)(sizeof(values) / sizeof(*values)); at++)
		add_value(mib, at);
	mib_text(mib, "1.3.6.1.4.1.21796.4.6.70.1", 0, device->serial);
}
