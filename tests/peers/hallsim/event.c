/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "event.h"

#include <string.h>

#include "calendar.h"
#include "hall.h"

#define TEST_FROM_S 7200
#define TEST_LENGTH_S 600
#define CHARGE_LENGTH_S 7200
#define TEST_DEPTH_PPM 120000
#define LIVE_PDU 2 /* pdu-a2 */

/* Whether `date` is day `day` of month `month` at second `second`. */
static bool is_at(const struct calendar_date *date, int month, int day, int second)
{
	return date->month == month && date->day == day && date->second == second;
}

bool event_pdu_restarts(const struct event_plan *plan, int pdu, int64_t at_s)
{
	if (plan->live && pdu == LIVE_PDU && at_s == plan->live_start_s + 240)
		return true;
	if (pdu != 1 && pdu != 4)
		return false;
	struct calendar_date date = calendar_date(at_s);
	return is_at(&date, pdu == 1 ? 5 : 11, pdu == 1 ? 15 : 11, 2 * 3600 + 17 * 60);
}

/* Whether PDU `pdu` restarted in the last half minute before `at_s`. */
static bool restarting(const struct event_plan *plan, int pdu, int64_t at_s)
{
	int64_t minute_s = at_s - at_s % 60;
	return at_s - minute_s < EVENT_RESTART_SILENCE_S && event_pdu_restarts(plan, pdu, minute_s);
}

bool event_silent(const struct event_plan *plan, int index, int64_t at_s)
{
	const struct hall_device *device = &hall_devices[index];
	struct calendar_date date = calendar_date(at_s);

	if (device->kind == HALL_PDU && restarting(plan, device->unit, at_s))
		return true;
	if (strcmp(device->id, "pdu-b3") == 0)
		return date.month == 10 && date.day == 14 && date.second >= 8 * 3600 + 600 &&
		       date.second < 10 * 3600 + 2400;
	if (strcmp(device->id, "srv-05") == 0)
		return date.month == 3 && ((date.day == 3 && date.second >= 22 * 3600) ||
		                           (date.day == 4 && date.second < 4 * 3600));
	return false;
}

bool event_fan_failed(const struct event_plan *plan, int64_t at_s)
{
	if (plan->live && at_s >= plan->live_start_s) {
		int64_t into_s = (at_s - plan->live_start_s) % 3600;
		if (into_s >= 120 && into_s < 720)
			return true;
	}
	struct calendar_date date = calendar_date(at_s);
	return (date.day == 8 && date.second >= 6 * 3600) ||
	       (date.day == 9 && date.second < 8 * 3600);
}

enum event_battery event_battery(int64_t at_s, int64_t *charge_ppm)
{
	struct calendar_date date = calendar_date(at_s);
	int64_t into_s = date.second - TEST_FROM_S;

	*charge_ppm = 1000000;
	if (date.day != 1 || into_s < 0 || into_s >= TEST_LENGTH_S + CHARGE_LENGTH_S)
		return EVENT_BATTERY_IDLE;
	if (into_s < TEST_LENGTH_S) {
		*charge_ppm -= TEST_DEPTH_PPM * into_s / TEST_LENGTH_S;
		return EVENT_BATTERY_TEST;
	}
	*charge_ppm -=
		TEST_DEPTH_PPM * (CHARGE_LENGTH_S - (into_s - TEST_LENGTH_S)) / CHARGE_LENGTH_S;
	return EVENT_BATTERY_CHARGING;
}
