/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* sdr.h - sensor data records: what sensors a BMC has, and the line from a raw octet to a value.
 *
 * Pure: bytes in, a struct out.  The line is kept in integers; only the curves (linearisation 1 to 11) need floating point.
 * Source: IPMI 2.0, revision 1.1, chapters 35.5, 36 and 43. */
#ifndef IPMI_SDR_H
#define IPMI_SDR_H

#include "idstring.h"
#include <hallwatt/error.h>
#include <hallwatt/reading.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SDR_HEADER_OCTETS 5
#define SDR_MAX_OCTETS (SDR_HEADER_OCTETS + 255)
#define SDR_BMC 0x20 /* the owner whose sensors need no bridging */

enum sdr_kind { /* the record type octet of those that say something to us */
	SDR_OTHER = 0, SDR_FULL = 0x01, SDR_COMPACT = 0x02, SDR_EVENT_ONLY = 0x03, SDR_FRU_LOCATOR = 0x11,
	SDR_MC_LOCATOR = 0x12
};

enum sdr_entity { /* the entity ids that decide something */
	SDR_PROCESSOR = 0x03, SDR_SYSTEM_BOARD = 0x07, SDR_MEMORY_MODULE = 0x08, SDR_POWER_SUPPLY = 0x0a,
	SDR_POWER_UNIT = 0x13, SDR_POWER_MANAGEMENT = 0x15, SDR_SYSTEM_CHASSIS = 0x17, SDR_MEMORY_DEVICE = 0x20
};

enum sdr_unit { /* base and modifier units that become a quantity */
	SDR_UNSPECIFIED = 0, SDR_CELSIUS = 1, SDR_FAHRENHEIT = 2, SDR_KELVIN = 3, SDR_VOLTS = 4, SDR_AMPERES = 5,
	SDR_WATTS = 6, SDR_JOULES = 7, SDR_VOLTAMPERES = 9, SDR_RPM = 18, SDR_HERTZ = 19, SDR_SECOND = 22, SDR_MINUTE = 23,
	SDR_HOUR = 24, SDR_DAY = 25, SDR_REVOLUTIONS = 41, SDR_CYCLES = 42
};

enum sdr_rate { SDR_NO_RATE, SDR_PER_US, SDR_PER_MS, SDR_PER_S, SDR_PER_MINUTE, SDR_PER_HOUR, SDR_PER_DAY };
enum sdr_modifier { SDR_NO_MODIFIER, SDR_DIVIDED, SDR_TIMES };
enum sdr_format { SDR_UNSIGNED, SDR_ONES_COMPLEMENT, SDR_TWOS_COMPLEMENT, SDR_NOT_ANALOG };

#define SDR_LAST_CURVE 11      /* linearisation 1 to this: a function */
#define SDR_NON_LINEAR 0x70    /* from here on: factors must be asked for with each raw value */

struct sdr_factors { /* y = (m x + b 10^b_exp) 10^r_exp */
	int16_t m, b;        /* -512 to 511 */
	int8_t b_exp, r_exp; /* -8 to 7 */
};

struct sdr_analog { /* all it takes to turn a raw octet into a number: 8 octets, kept per sensor */
	struct sdr_factors factors;
	uint8_t format;        /* enum sdr_format */
	uint8_t linearisation; /* 7 bits */
};

struct sdr_record {
	uint16_t id;
	enum sdr_kind kind;
	uint8_t type;                 /* the record type as it stands */
	uint8_t owner, lun, channel;  /* of a sensor; `owner` is also the address of a locator's device */
	uint8_t number;               /* of a sensor; FRU device id of a FRU locator */
	uint8_t entity, instance;     /* bit 7 of the instance octet (a logical entity) is cut off */
	uint8_t sensor_type, event_type;
	bool percentage;
	uint8_t rate, modifier;       /* enum sdr_rate, enum sdr_modifier */
	uint8_t unit, modifier_unit;  /* enum sdr_unit and what else the specification lists */
	struct sdr_analog analog;     /* SDR_NOT_ANALOG in all but full records */
	uint8_t share_count;          /* compact: that many sensors from `number` on share the record; else 1 */
	bool logical_fru;             /* FRU locator: `number` is a FRU device behind the controller at `owner` */
	uint8_t capabilities;         /* MC locator: as the "additional device support" of Get Device ID */
	char name[IDSTRING_SIZE];     /* "" when it has none */
};

/* Octets of the whole record that begins with these SDR_HEADER_OCTETS. */
size_t sdr_length(const uint8_t header[SDR_HEADER_OCTETS]);

/* Reads one record from its id on. A record of a type that is of no use is SDR_OTHER, with id and type alone.
 * HWATT_EPROTO: too short for its type. A string that claims to be longer than the record is cut. */
int sdr_read(const void *bytes, size_t length, struct sdr_record *out, struct hwatt_error *err);

/* Reads the answer to Get Sensor Reading Factors, after its completion code, for the raw value that was asked for. */
int sdr_read_factors(const void *bytes, size_t length, struct sdr_factors *out, struct hwatt_error *err);

static inline bool sdr_needs_factors(const struct sdr_analog *a)
{
	return a->linearisation >= SDR_NON_LINEAR;
}

struct sdr_line { /* from the record's unit to another: (y num + offset) / den */
	int64_t num, offset, den; /* magnitudes up to 10^9 x 10^7; den > 0 */
};

/* The value of `raw` in the unit that `line` leads to, rounded half away from zero. HWATT_ERANGE: outside -max..max (at most
 * 2^62), or no number (the logarithm of nothing). HWATT_EPROTO: no analog value, or a linearisation that does not exist.
 * Where sdr_needs_factors(), those in `a` are taken to be the ones of this raw value. */
int sdr_value(const struct sdr_analog *a, uint8_t raw, const struct sdr_line *line, int64_t max, int64_t *out,
	      struct hwatt_error *err);

#endif
