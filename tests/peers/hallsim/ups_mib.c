/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "families.h"

#define UPS "1.3.6.1.2.1.33.1"
#define IDENT UPS ".1"
#define BATTERY UPS ".2"
#define INPUT UPS ".3"
#define OUTPUT UPS ".4"
#define SOURCE_NORMAL 3
#define SOURCE_BATTERY 5

/* Load of one line in percent: of its VA, which is greater than that of its W. */
static void get_load(const struct mib_row *row, const struct mib_moment *moment,
                     struct mib_value *value)
{
	int64_t va = course_value(moment->course, row->channel) / 10 / FAMILY_PF_PERCENT;
	value->number = (va * 100 * HALL_LINES + HALL_UPS_RATED_VA / 2) / HALL_UPS_RATED_VA;
}

/* upsOutputSource. */
static void get_source(const struct mib_row *row, const struct mib_moment *moment,
                       struct mib_value *value)
{
	(void)row;
	int64_t charge_ppm = 0;
	bool test = event_battery(moment->course->minute_s, &charge_ppm) == EVENT_BATTERY_TEST;
	value->number = test ? SOURCE_BATTERY : SOURCE_NORMAL;
}

/* upsSecondsOnBattery: 0 but during a test. */
static void get_on_battery(const struct mib_row *row, const struct mib_moment *moment,
                           struct mib_value *value)
{
	int64_t charge_ppm = 0;
	(void)row;
	if (event_battery(moment->course->minute_s, &charge_ppm) == EVENT_BATTERY_TEST)
		value->number = (1000000 - charge_ppm) / 200; /* 120000 ppm last 600 s */
}

/* Minutes the charge lasts at the present load, for a battery of 30 kWh. */
static void get_minutes(const struct mib_row *row, const struct mib_moment *moment,
                        struct mib_value *value)
{
	(void)row;
	int64_t load_mw = 1;
	for (int line = 0; line < HALL_LINES; line++)
		load_mw += course_value(moment->course, LOAD_UPS_OUT_MW + line);
	value->number = course_value(moment->course, LOAD_BATTERY_PPM) * 30 * 60 / load_mw;
}

/* Battery voltage in tenths of a volt: follows the charge. */
static void get_battery_voltage(const struct mib_row *row, const struct mib_moment *moment,
                                struct mib_value *value)
{
	(void)row;
	int64_t missing_ppm = 1000000 - course_value(moment->course, LOAD_BATTERY_PPM);
	value->number = 2730 - missing_ppm / 500;
}

/* Identity, battery, ratings. */
static void add_scalars(struct mib *mib, const struct hall_device *device)
{
	mib_text(mib, IDENT ".1", 0, "Hall Example");
	mib_text(mib, IDENT ".2", 0, device->model);
	mib_text(mib, IDENT ".3", 0, device->firmware);
	mib_text(mib, IDENT ".4", 0, "card 2.3");
	mib_text(mib, IDENT ".5", 0, device->id);
	mib_text(mib, IDENT ".6", 0, "pdu-a1 to pdu-b4");
	mib_number(mib, BATTERY ".1", 0, BER_INTEGER, 2);
	mib_live(mib, BATTERY ".2", 0, BER_INTEGER, get_on_battery, 0, 0);
	mib_live(mib, BATTERY ".3", 0, BER_INTEGER, get_minutes, 0, 0);
	mib_channel(mib, BATTERY ".4", 0, BER_INTEGER, LOAD_BATTERY_PPM, 10000);
	mib_live(mib, BATTERY ".5", 0, BER_INTEGER, get_battery_voltage, 0, 0);
	mib_number(mib, BATTERY ".6", 0, BER_INTEGER, 0);
	mib_number(mib, BATTERY ".7", 0, BER_INTEGER, 24);
	mib_number(mib, UPS ".5.1", 0, BER_INTEGER, 500);
	mib_number(mib, UPS ".5.2", 0, BER_INTEGER, 0);
	mib_number(mib, UPS ".6.1", 0, BER_GAUGE32, 0);
	mib_oid(mib, UPS ".7.1", 0, "1.3.6.1.2.1.33.1.7.7.1");
	mib_number(mib, UPS ".9.1", 0, BER_INTEGER, 230);
	mib_number(mib, UPS ".9.2", 0, BER_INTEGER, 500);
	mib_number(mib, UPS ".9.3", 0, BER_INTEGER, 230);
	mib_number(mib, UPS ".9.4", 0, BER_INTEGER, 500);
	mib_number(mib, UPS ".9.5", 0, BER_INTEGER, HALL_UPS_RATED_VA);
	mib_number(mib, UPS ".9.6", 0, BER_INTEGER, HALL_UPS_RATED_W);
	mib_number(mib, UPS ".9.7", 0, BER_INTEGER, 5);
	mib_number(mib, UPS ".9.8", 0, BER_INTEGER, 2);
}

/* One line of the input table and one of the output table; RFC 1628 hides their index column, most
 * agents show it. */
static void add_line(struct mib *mib, uint32_t n)
{
	int line = (int)n - 1;
	mib_number(mib, INPUT ".3.1.1", n, BER_INTEGER, n);
	mib_channel(mib, INPUT ".3.1.2", n, BER_INTEGER, LOAD_GRID_MHZ, 100);
	mib_channel(mib, INPUT ".3.1.3", n, BER_INTEGER, LOAD_IN_MV + line, 1000);
	mib_live(mib, INPUT ".3.1.4", n, BER_INTEGER, families_get_current, LOAD_UPS_IN_MW + line,
	         LOAD_IN_MV + line);
	mib_channel(mib, INPUT ".3.1.5", n, BER_INTEGER, LOAD_UPS_IN_MW + line, 1000);
	mib_number(mib, OUTPUT ".4.1.1", n, BER_INTEGER, n);
	mib_channel(mib, OUTPUT ".4.1.2", n, BER_INTEGER, LOAD_OUT_MV + line, 1000);
	mib_live(mib, OUTPUT ".4.1.3", n, BER_INTEGER, families_get_current, LOAD_UPS_OUT_MW + line,
	         LOAD_OUT_MV + line);
	mib_channel(mib, OUTPUT ".4.1.4", n, BER_INTEGER, LOAD_UPS_OUT_MW + line, 1000);
	mib_live(mib, OUTPUT ".4.1.5", n, BER_INTEGER, get_load, LOAD_UPS_OUT_MW + line, 0);
}

void ups_mib_add(struct mib *mib, const struct hall_device *device)
{
	add_scalars(mib, device);
	mib_number(mib, INPUT ".1", 0, BER_COUNTER32, 3);
	mib_number(mib, INPUT ".2", 0, BER_INTEGER, HALL_LINES);
	mib_live(mib, OUTPUT ".1", 0, BER_INTEGER, get_source, 0, 0);
	mib_number(mib, OUTPUT ".2", 0, BER_INTEGER, 500);
	mib_number(mib, OUTPUT ".3", 0, BER_INTEGER, HALL_LINES);
	for (uint32_t n = 1; n <= HALL_LINES; n++)
		add_line(mib, n);
}
