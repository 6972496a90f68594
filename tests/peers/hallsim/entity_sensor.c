/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "entity_sensor.h"

#include <stddef.h>

#include "families.h"

#define PHYSICAL "1.3.6.1.2.1.47.1.1.1.1"
#define SENSOR "1.3.6.1.2.1.99.1.1.1"
#define CLASS_CHASSIS 3
#define CLASS_SENSOR 8
#define OK 1
#define UNAVAILABLE 2

enum type { /* EntitySensorDataType */
	    VOLTS_AC = 4,
	    AMPERES = 5,
	    WATTS = 6,
	    HERTZ = 7,
	    CELSIUS = 8,
	    PERCENT_RH = 9,
	    RPM = 10,
};

enum scale { MILLI = 8, UNITS = 9, KILO = 10 }; /* EntitySensorDataScale */

struct sensor {
	uint32_t index;
	const char *name;
	enum type type;
	enum scale scale;
	int precision;
	int channel;     /* + the device's unit, where `each` is set */
	int64_t divisor; /* of the channel; 0: a current, its voltage in `volts` */
	int volts;
	int each;
	int status;
	const char *unit;
};

static const struct sensor grid[] = {
	{ENTITY_SENSOR_POWER_INDEX, "Total active power", WATTS, KILO, 3, LOAD_GRID_MW, 1000, 0, 0,
         OK, "kW"},
	{1011, "Voltage L1-N", VOLTS_AC, UNITS, 1, LOAD_IN_MV, 100, 0, 0, OK, "V"},
	{1012, "Voltage L2-N", VOLTS_AC, UNITS, 1, LOAD_IN_MV + 1, 100, 0, 0, OK, "V"},
	{1013, "Voltage L3-N", VOLTS_AC, UNITS, 1, LOAD_IN_MV + 2, 100, 0, 0, OK, "V"},
	{1021, "Current L1", AMPERES, UNITS, 1, LOAD_GRID_LINE_MW, 0, LOAD_IN_MV, 0, OK, "A"},
	{1022, "Current L2", AMPERES, UNITS, 1, LOAD_GRID_LINE_MW + 1, 0, LOAD_IN_MV + 1, 0, OK,
         "A"},
	{1023, "Current L3", AMPERES, UNITS, 1, LOAD_GRID_LINE_MW + 2, 0, LOAD_IN_MV + 2, 0, OK,
         "A"},
	{1031, "Frequency", HERTZ, UNITS, 2, LOAD_GRID_MHZ, 10, 0, 0, OK, "Hz"},
	{0},
};

static const struct sensor cooler[] = {
	{ENTITY_SENSOR_POWER_INDEX, "Unit active power", WATTS, UNITS, 0, LOAD_COOLER_MW, 1000, 0,
         1, OK, "W"},
	{1011, "Supply air temperature", CELSIUS, UNITS, 1, LOAD_SUPPLY_MC, 100, 0, 1, OK,
         "degrees C"},
	{1012, "Return air temperature", CELSIUS, UNITS, 1, LOAD_RETURN_MC, 100, 0, 1, OK,
         "degrees C"},
	{1021, "Fan speed", RPM, UNITS, 0, LOAD_FAN_MRPM, 1000, 0, 1, OK, "rpm"},
	{1031, "Outdoor temperature", CELSIUS, UNITS, 1, LOAD_OUTDOOR_MC, 100, 0, 0, OK,
         "degrees C"},
	{1032, "Spare temperature", CELSIUS, UNITS, 1, LOAD_OUTDOOR_MC, 1000000, 0, 0, UNAVAILABLE,
         "degrees C"},
	{0},
};

static const struct sensor room[] = {
	{1011, "Room temperature", CELSIUS, UNITS, 1, LOAD_ROOM_MC, 100, 0, 0, OK, "degrees C"},
	{1041, "Room humidity", PERCENT_RH, UNITS, 1, LOAD_HUMIDITY_MPCT, 100, 0, 0, OK, "%RH"},
	{0},
};

/* What the switch draws on both cords, in mW. */
static void get_switch_power(const struct mib_row *row, const struct mib_moment *moment,
                             struct mib_value *value)
{
	(void)row;
	int load = hall_switch_load();
	value->number = course_value(moment->course, LOAD_CORD_A_MW + load) +
	                course_value(moment->course, LOAD_CORD_B_MW + load);
}

/* A row of entPhysicalTable. */
static void add_physical(struct mib *mib, uint32_t index, const char *description, const char *name,
                         const struct hall_device *device)
{
	int chassis = index == 1;
	mib_text(mib, PHYSICAL ".2", index, description);
	mib_oid(mib, PHYSICAL ".3", index, "0.0");
	mib_number(mib, PHYSICAL ".4", index, BER_INTEGER, chassis ? 0 : 1);
	mib_number(mib, PHYSICAL ".5", index, BER_INTEGER, chassis ? CLASS_CHASSIS : CLASS_SENSOR);
	mib_number(mib, PHYSICAL ".6", index, BER_INTEGER, chassis ? -1 : (int64_t)index - 1000);
	mib_text(mib, PHYSICAL ".7", index, name);
	mib_text(mib, PHYSICAL ".8", index, "");
	mib_text(mib, PHYSICAL ".9", index, chassis ? device->firmware : "");
	mib_text(mib, PHYSICAL ".10", index, chassis ? device->firmware : "");
	mib_text(mib, PHYSICAL ".11", index, chassis ? device->serial : "");
	mib_text(mib, PHYSICAL ".12", index, chassis ? "Hall Example" : "");
	mib_text(mib, PHYSICAL ".13", index, chassis ? device->model : "");
	mib_text(mib, PHYSICAL ".14", index, "");
	mib_text(mib, PHYSICAL ".15", index, "");
	mib_number(mib, PHYSICAL ".16", index, BER_INTEGER, chassis ? 1 : 2);
}

/* The columns of entPhySensorTable around the value. */
static void add_sensor_frame(struct mib *mib, const struct sensor *sensor)
{
	uint32_t n = sensor->index;
	mib_number(mib, SENSOR ".1", n, BER_INTEGER, (int64_t)sensor->type);
	mib_number(mib, SENSOR ".2", n, BER_INTEGER, (int64_t)sensor->scale);
	mib_number(mib, SENSOR ".3", n, BER_INTEGER, sensor->precision);
	mib_number(mib, SENSOR ".5", n, BER_INTEGER, sensor->status);
	mib_text(mib, SENSOR ".6", n, sensor->unit);
	mib_live(mib, SENSOR ".7", n, BER_TIME_TICKS, families_get_uptime, 0, 0);
	mib_number(mib, SENSOR ".8", n, BER_GAUGE32, 1000);
}

/* A sensor with its two rows. */
static void add_sensor(struct mib *mib, const struct hall_device *device,
                       const struct sensor *sensor)
{
	int channel = sensor->channel + (sensor->each ? device->unit : 0);
	add_physical(mib, sensor->index, sensor->name, sensor->name, device);
	add_sensor_frame(mib, sensor);
	if (sensor->divisor == 0)
		mib_live(mib, SENSOR ".4", sensor->index, BER_INTEGER, families_get_current,
		         channel, sensor->volts);
	else
		mib_channel(mib, SENSOR ".4", sensor->index, BER_INTEGER, channel, sensor->divisor);
}

/* The switch: power of both cords in milliwatts, and the air it breathes. */
static void add_switch(struct mib *mib, const struct hall_device *device)
{
	static const struct sensor power = {ENTITY_SENSOR_POWER_INDEX,
	                                    "Total input power",
	                                    WATTS,
	                                    MILLI,
	                                    0,
	                                    0,
	                                    1,
	                                    0,
	                                    0,
	                                    OK,
	                                    "mW"};
	static const struct sensor inlet = {
		1011, "Inlet temperature", CELSIUS, UNITS, 1, LOAD_ROOM_MC, 100, 0, 0,
		OK,   "degrees C"};
	add_physical(mib, power.index, power.name, power.name, device);
	add_sensor_frame(mib, &power);
	mib_live(mib, SENSOR ".4", power.index, BER_INTEGER, get_switch_power, 0, 0);
	add_sensor(mib, device, &inlet);
}

void entity_sensor_add(struct mib *mib, const struct hall_device *device)
{
	const struct sensor *sensors = device->kind == HALL_GRID     ? grid
	                               : device->kind == HALL_COOLER ? cooler
	                               : device->kind == HALL_ROOM   ? room
	                                                             : NULL;
	add_physical(mib, 1, device->model, device->id, device);
	if (sensors == NULL) {
		add_switch(mib, device);
		return;
	}
	for (const struct sensor *sensor = sensors; sensor->index != 0; sensor++)
		add_sensor(mib, device, sensor);
}
