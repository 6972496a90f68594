/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "census.h"
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

static uint64_t hash_of(const uint8_t *records, size_t octets, bool dcmi)
{
	uint64_t h = UINT64_C(14695981039346656037) ^ dcmi;
	for (size_t i = 0; i < octets; i++)
		h = (h ^ records[i]) * UINT64_C(1099511628211);
	return h;
}

/* Only what the controller itself answers for: others need bridging. Device 0 is the machine's own. */
static bool unit_from(const struct sdr_record *r, struct census_unit *out)
{
	if (r->kind != SDR_FRU_LOCATOR || !r->logical_fru || r->owner != SDR_BMC || r->lun != 0 || r->number == 0)
		return false;
	if (r->entity != SDR_POWER_SUPPLY && r->entity != SDR_SYSTEM_BOARD)
		return false;
	*out = (struct census_unit){ .kind = r->entity == SDR_POWER_SUPPLY ? HWATT_PART_PSU : HWATT_PART_BOARD, .device = r->number,
				     .instance = r->instance };
	return true;
}

bool census_unit(const uint8_t *records, size_t octets, size_t n, struct census_unit *out)
{
	for (size_t at = 0; at + SDR_HEADER_OCTETS <= octets; at += sdr_length(records + at)) {
		struct sdr_record r;
		if (sdr_length(records + at) > octets - at)
			break;
		if (sdr_read(records + at, sdr_length(records + at), &r, NULL) == 0 && unit_from(&r, out) && n-- == 0)
			return true;
	}
	return false;
}

bool census_wants(const uint8_t *record, size_t length)
{
	struct sdr_record r;
	struct sensor ignored;
	struct census_unit unit;
	return sdr_read(record, length, &r, NULL) == 0 && (unit_from(&r, &unit) || sensor_from(&r, false, &ignored));
}

/* Adds the sensors in watts, or the others. */
static void add_sensors(struct census *c, bool watts)
{
	for (size_t at = 0; at + SDR_HEADER_OCTETS <= c->octets && c->count < CENSUS_MAX_SENSORS;) {
		size_t length = sdr_length(c->records + at);
		struct sdr_record record;
		struct sensor *s = &c->sensors[c->count];
		if (length > c->octets - at)
			break;
		if (sdr_read(c->records + at, length, &record, NULL) == 0 && sensor_from(&record, false, s) &&
		    (s->watt != SENSOR_NO_WATT) == watts) {
			c->supplies += s->watt == SENSOR_SUPPLY_IN;
			c->count++;
		}
		at += length;
	}
}

static struct census *make(const uint8_t *records, size_t octets, bool dcmi, uint64_t hash)
{
	struct census *c = hwatt_alloc(sizeof(*c));
	c->hash = hash;
	c->dcmi = dcmi;
	c->octets = octets;
	c->records = hwatt_alloc(octets + 1);
	if (octets > 0)
		memcpy(c->records, records, octets);
	c->sensors = hwatt_alloc((CENSUS_MAX_SENSORS + 1) * sizeof(*c->sensors));
	add_sensors(c, true);
	c->watts = c->count;
	add_sensors(c, false);
	c->sensors = hwatt_realloc(c->sensors, (c->count + 1) * sizeof(*c->sensors));
	c->choice = sensor_settle(c->sensors, c->count, dcmi, c->why);
	return c;
}

struct census *census_take(struct census_shelf *shelf, const uint8_t *records, size_t octets, bool dcmi)
{
	uint64_t hash = hash_of(records, octets, dcmi);
	struct census *c = shelf->first;
	while (c != NULL && (c->hash != hash || c->dcmi != dcmi || c->octets != octets ||
			     (octets > 0 && memcmp(c->records, records, octets) != 0)))
		c = c->next;
	if (c == NULL) {
		c = make(records, octets, dcmi, hash);
		c->next = shelf->first;
		shelf->first = c;
	}
	c->users++;
	return c;
}

void census_release(struct census_shelf *shelf, struct census *c)
{
	if (c == NULL || --c->users > 0)
		return;
	struct census **at = &shelf->first;
	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	free(c->records);
	free(c->sensors);
	free(c);
}
