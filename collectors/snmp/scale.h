/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* scale.h - from what the wire said to the fixed unit of a quantity, exactly.
 *
 * A raw value is mantissa x 10^e10 x 2^e2 (integers, decimal texts, binary floats); a scale is the rational line
 * (raw x a + b) / c.  No floating point anywhere; what does not fit is left out. */
#ifndef SNMP_SCALE_H
#define SNMP_SCALE_H

#include "ber.h"
#include <hallwatt/number.h>
#include <hallwatt/profile.h>

struct scale_raw {
	int64_t mantissa;
	int16_t e10, e2;
};

struct scale {
	int64_t a, b, c; /* magnitudes below 2^62, c > 0 */
};

/* The number in a varbind: integers of any type, floats in Opaque, the number at the start of a text ("33.00 Centigrade",
 * "+4.92 Volts"). false when there is none. A Counter64 of 2^63 and above is cut to 2^63-1. */
bool scale_read(enum ber_type type, int64_t number, const uint8_t *bytes, size_t length, struct scale_raw *out);
/* The line from a reading's scale, divide, offset and unit to the fixed unit of its quantity; `unit` and `factor_micro` are
 * what the row's unit column adds. false when it does not fit. */
bool scale_make(const struct hwatt_profile_reading *reading, enum hwatt_profile_unit unit, int64_t factor_micro,
		struct scale *out);
/* Multiplies the raw side with 10^exponent, or with numerator / denominator. false when it does not fit. */
bool scale_exponent(struct scale *s, int64_t exponent);
bool scale_times(struct scale *s, int64_t numerator, int64_t denominator);
/* The value, rounded half away from zero; false when it does not fit. */
bool scale_apply(const struct scale *s, struct scale_raw raw, int64_t *out);
/* Fixed units per count of a register, when that is a whole number and there is no offset; else 0. */
int64_t scale_step(const struct scale *s);

#endif
