/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* event.h - what goes wrong, and when.
 *
 * Events stand at fixed places of the calendar, so that a past of thirteen months has each of them
 * and two runs agree.  A plan may add a few soon after its start, for those who watch.
 *
 *   15 May, 11 November 02:17 UTC  pdu-b1, pdu-a3 restart and lose their energy registers
 *   14 October 08:10-10:40         pdu-b3 is silent
 *   3 March 22:00-04:00            srv-05 is silent
 *   8th of each month 06:00-08:00 (next day)  a fan of cooling-2 stands still
 *   1st of each month 02:00-02:10  battery test of ups-1, then two hours of charging
 *
 * With `live`: minute 2-12 of each hour after the start a fan of cooling-2 stands still, in minute
 * 4 of the first hour pdu-a2 restarts and loses its registers. */
#ifndef HALLSIM_EVENT_H
#define HALLSIM_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#define EVENT_RESTART_SILENCE_S 30 /* a card that restarts does not answer */

struct event_plan {
	bool live;
	int64_t live_start_s; /* a whole minute */
};

enum event_battery { EVENT_BATTERY_IDLE, EVENT_BATTERY_TEST, EVENT_BATTERY_CHARGING };

/* Whether PDU `pdu` restarts in the very second `at_s`, always a whole minute. */
bool event_pdu_restarts(const struct event_plan *plan, int pdu, int64_t at_s);

/* Whether the device at `index` of hall_devices answers nobody at `at_s`. */
bool event_silent(const struct event_plan *plan, int index, int64_t at_s);

/* Whether a fan of cooling-2 stands still at `at_s`. */
bool event_fan_failed(const struct event_plan *plan, int64_t at_s);

/* What the battery does at `at_s`, and its charge in millionths in `charge_ppm`. */
enum event_battery event_battery(int64_t at_s, int64_t *charge_ppm);

#endif
