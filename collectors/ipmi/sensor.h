/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* sensor.h - what a sensor means to hallwatt: whether it reads at all, which point it is, and which one is "the" power.
 *
 * Pure.  A record says what a sensor is by its entity, its unit and its name; none of them alone is reliable.  What is a
 * rating, a limit or a peak is not a reading and is left out.  Source: IPMI 2.0, revision 1.1, 35.14, 43.14, 43.17. */
#ifndef IPMI_SENSOR_H
#define IPMI_SENSOR_H

#include "sdr.h"

enum sensor_quirk { /* flags */
	SENSOR_IGNORE_SCANNING = 1, /* the BMC clears "scanning enabled" for sensors that it does scan */
};

enum sensor_answer {
	SENSOR_READS,
	SENSOR_UNAVAILABLE,  /* bit 5: the value is not known now (host off, being updated) */
	SENSOR_NOT_SCANNED,  /* bit 6: switched off */
	SENSOR_NO_ANSWER,    /* the answer is too short */
};

/* Reads the answer to Get Sensor Reading, after its completion code; `quirks`: enum sensor_quirk. Only for SENSOR_READS
 * there is a raw value. */
enum sensor_answer sensor_read(const void *bytes, size_t length, unsigned quirks, uint8_t *raw);
/* The reason in words: "reading unavailable"; "" for SENSOR_READS. */
const char *sensor_answer_text(enum sensor_answer answer);

enum sensor_watt { /* what a point in watts is a part of */
	SENSOR_NO_WATT,
	SENSOR_SYSTEM,     /* the whole machine's input */
	SENSOR_SUPPLY_IN,  /* one power supply's input */
	SENSOR_SUPPLY_OUT, /* the same watts, behind a supply or all of them */
	SENSOR_PART,       /* a processor, the memory: inside the whole */
};

struct sensor { /* a record that becomes a point; what a poll needs */
	uint16_t record;
	uint8_t number, lun;
	uint8_t role, quantity; /* enum hwatt_role, enum hwatt_quantity */
	uint8_t watt;           /* enum sensor_watt */
	bool alternative;       /* another point is the same watt and is the chosen one */
	struct sdr_analog analog;
	const struct sdr_line *line; /* to the quantity's fixed unit; static */
	char index[24];
	char name[IDSTRING_SIZE];
};

/* Whether the record is a sensor of the BMC itself (or of any owner, `bridged`) that hallwatt reads, and what it is. The
 * index is the one it has when no other sensor claims it. */
bool sensor_from(const struct sdr_record *record, bool bridged, struct sensor *out);

/* The raw value in the fixed unit of the sensor's quantity, inside its plausible range. */
int sensor_value(const struct sensor *s, uint8_t raw, int64_t *out, struct hwatt_error *err);

enum sensor_choice { /* which source is the machine's power; exactly one, never a mixture */
	SENSOR_CHOICE_NONE,
	SENSOR_CHOICE_DCMI,
	SENSOR_CHOICE_SYSTEM,   /* one sensor */
	SENSOR_CHOICE_SUPPLIES, /* the sum of the supplies' inputs */
};

/* Gives each of the `count` sensors an index of its own within role and quantity, and marks those that repeat the chosen
 * power. `dcmi`: Get Power Reading works; its point is chassis / "total", which the caller declares. `text`: why, in a
 * sentence. The order of the sensors is kept and does not matter. */
enum sensor_choice sensor_settle(struct sensor *sensors, size_t count, bool dcmi, char text[160]);

#endif
