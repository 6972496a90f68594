/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "sdr.h"
#include <hallwatt/number.h>
#include <hallwatt/wire.h>
#include <math.h>

#define LENGTH_BITS 0x1f
#define INSTANCE_BITS 0x7f
#define LINEARISATION_BITS 0x7f

size_t sdr_length(const uint8_t header[SDR_HEADER_OCTETS])
{
	return SDR_HEADER_OCTETS + (size_t)header[4];
}

/* The low `bits` of `value` as two's complement. */
static int16_t signed_bits(unsigned value, unsigned bits)
{
	unsigned top = 1u << (bits - 1), mask = (top << 1) - 1;
	value &= mask;
	return (int16_t)((int)value - ((value & top) != 0 ? (int)mask + 1 : 0));
}

/* M, tolerance, B, accuracy, exponents: octets 25 to 30 of a full record and 2 to 7 of the factors' answer. */
static struct sdr_factors read_six(struct hwatt_wire *in)
{
	unsigned m = hwatt_wire_u8(in), m_high = hwatt_wire_u8(in);
	unsigned b = hwatt_wire_u8(in), b_high = hwatt_wire_u8(in);
	hwatt_wire_u8(in);
	unsigned exponents = hwatt_wire_u8(in);
	return (struct sdr_factors){
		.m = signed_bits(m | (m_high & 0xc0u) << 2, 10), .b = signed_bits(b | (b_high & 0xc0u) << 2, 10),
		.b_exp = (int8_t)signed_bits(exponents, 4), .r_exp = (int8_t)signed_bits(exponents >> 4, 4),
	};
}

/* Owner to event type: octets 6 to 14 of the sensors' records; masks follow. */
static void read_sensor_head(struct hwatt_wire *in, struct sdr_record *out)
{
	out->owner = hwatt_wire_u8(in);
	uint8_t lun = hwatt_wire_u8(in);
	out->lun = lun & 0x03;
	out->channel = lun >> 4;
	out->number = hwatt_wire_u8(in);
	out->entity = hwatt_wire_u8(in);
	out->instance = hwatt_wire_u8(in) & INSTANCE_BITS;
	if (out->kind != SDR_EVENT_ONLY)
		hwatt_wire_take(in, 2); /* initialisation, capabilities */
	out->sensor_type = hwatt_wire_u8(in);
	out->event_type = hwatt_wire_u8(in);
}

/* The three units octets; gives the first one's analog format. */
static uint8_t read_units(struct hwatt_wire *in, struct sdr_record *out)
{
	uint8_t units = hwatt_wire_u8(in);
	out->percentage = (units & 0x01u) != 0;
	out->modifier = units >> 1 & 0x03;
	out->rate = units >> 3 & 0x07;
	out->unit = hwatt_wire_u8(in);
	out->modifier_unit = hwatt_wire_u8(in);
	return units >> 6;
}

static void read_full(struct hwatt_wire *in, struct sdr_record *out)
{
	read_sensor_head(in, out);
	hwatt_wire_take(in, 6); /* masks */
	out->analog.format = read_units(in, out);
	out->analog.linearisation = hwatt_wire_u8(in) & LINEARISATION_BITS;
	out->analog.factors = read_six(in);
}

static void read_compact(struct hwatt_wire *in, struct sdr_record *out)
{
	read_sensor_head(in, out);
	hwatt_wire_take(in, 6); /* masks */
	read_units(in, out);
	uint8_t shared = hwatt_wire_u8(in) & 0x0f;
	out->share_count = shared > 0 ? shared : 1;
	hwatt_wire_take(in, 1);
}

static void read_fru_locator(struct hwatt_wire *in, struct sdr_record *out)
{
	out->owner = hwatt_wire_u8(in) & 0xfe;
	out->number = hwatt_wire_u8(in);
	uint8_t access = hwatt_wire_u8(in);
	out->logical_fru = (access & 0x80u) != 0;
	out->lun = access >> 3 & 0x03;
	out->channel = hwatt_wire_u8(in) >> 4;
	hwatt_wire_take(in, 3);
	out->entity = hwatt_wire_u8(in);
	out->instance = hwatt_wire_u8(in) & INSTANCE_BITS;
	hwatt_wire_take(in, 1);
}

static void read_mc_locator(struct hwatt_wire *in, struct sdr_record *out)
{
	out->owner = hwatt_wire_u8(in) & 0xfe;
	out->channel = hwatt_wire_u8(in) & 0x0f;
	hwatt_wire_take(in, 1);
	out->capabilities = hwatt_wire_u8(in);
	hwatt_wire_take(in, 3);
	out->entity = hwatt_wire_u8(in);
	out->instance = hwatt_wire_u8(in) & INSTANCE_BITS;
	hwatt_wire_take(in, 1);
}

/* Passes over what lies between the fields and the string, which begins at `at`; a record that ends before it has none. */
static void read_name(struct hwatt_wire *in, size_t at, struct sdr_record *out)
{
	if (!hwatt_wire_ok(in) || in->length <= at)
		return;
	in->at = at;
	uint8_t type_length = hwatt_wire_u8(in);
	size_t length = type_length & LENGTH_BITS, left = hwatt_wire_left(in);
	if (length > left)
		length = left;
	idstring_read(idstring_encoding(type_length), hwatt_wire_take(in, length), length, out->name);
}

int sdr_read(const void *bytes, size_t length, struct sdr_record *out, struct hwatt_error *err)
{
	struct hwatt_wire in = hwatt_wire_from(bytes, length);
	struct sdr_record r = { .analog = { .format = SDR_NOT_ANALOG }, .share_count = 1 };
	size_t name_at = 0;
	r.id = (uint16_t)hwatt_wire_le(&in, 2);
	hwatt_wire_u8(&in); /* version */
	r.type = hwatt_wire_u8(&in);
	size_t body = hwatt_wire_u8(&in);
	if (!hwatt_wire_ok(&in))
		return hwatt_fail(err, HWATT_EPROTO, "a record of %zu octets has no header", length);
	if (body < in.length - in.at)
		in.length = in.at + body; /* what follows belongs to nobody */
	switch (r.type) {
	case SDR_FULL: r.kind = SDR_FULL; read_full(&in, &r); name_at = 47; break;
	case SDR_COMPACT: r.kind = SDR_COMPACT; read_compact(&in, &r); name_at = 31; break;
	case SDR_EVENT_ONLY: r.kind = SDR_EVENT_ONLY; read_sensor_head(&in, &r); name_at = 16; break;
	case SDR_FRU_LOCATOR: r.kind = SDR_FRU_LOCATOR; read_fru_locator(&in, &r); name_at = 15; break;
	case SDR_MC_LOCATOR: r.kind = SDR_MC_LOCATOR; read_mc_locator(&in, &r); name_at = 15; break;
	default: break;
	}
	if (!hwatt_wire_ok(&in))
		return hwatt_fail(err, HWATT_EPROTO, "record %04xh of type %02xh ends at octet %zu, too early", r.id, r.type,
				  in.length);
	if (r.kind != SDR_OTHER)
		read_name(&in, name_at, &r);
	*out = r;
	return 0;
}

int sdr_read_factors(const void *bytes, size_t length, struct sdr_factors *out, struct hwatt_error *err)
{
	struct hwatt_wire in = hwatt_wire_from(bytes, length);
	hwatt_wire_u8(&in); /* the next raw value that has factors of its own */
	struct sdr_factors f = read_six(&in);
	if (!hwatt_wire_ok(&in))
		return hwatt_fail(err, HWATT_EPROTO, "reading factors of %zu octets, 7 are due", length);
	*out = f;
	return 0;
}

static int signed_raw(enum sdr_format format, uint8_t raw)
{
	if (raw < 0x80 || format == SDR_UNSIGNED)
		return raw;
	return format == SDR_ONES_COMPLEMENT ? -(int)(uint8_t)~raw : raw - 0x100;
}

static hwatt_i128 power_of_ten(int exponent)
{
	hwatt_i128 power = 1;
	for (; exponent > 0; exponent--)
		power *= 10;
	return power;
}

static int out_of_range(const struct sdr_analog *a, uint8_t raw, struct hwatt_error *err)
{
	return hwatt_fail(err, HWATT_ERANGE, "raw value %02xh (M %d, B %d, exponents %d and %d, linearisation %u) is no "
			  "possible reading", raw, a->factors.m, a->factors.b, a->factors.b_exp, a->factors.r_exp,
			  a->linearisation);
}

/* y as a fraction: magnitudes up to (512 x 255 x 10^8 + 512 x 10^7) x 10^7 over 10^16. */
static void fraction(const struct sdr_factors *f, int x, hwatt_i128 *num, hwatt_i128 *den)
{
	hwatt_i128 b = f->b * power_of_ten(f->b_exp > 0 ? f->b_exp : 0);
	hwatt_i128 below = power_of_ten(f->b_exp < 0 ? -f->b_exp : 0);
	*num = ((hwatt_i128)f->m * x * below + b) * power_of_ten(f->r_exp > 0 ? f->r_exp : 0);
	*den = below * power_of_ten(f->r_exp < 0 ? -f->r_exp : 0);
}

/* The function of linearisation `curve`, 1 to SDR_LAST_CURVE. Source: table 43-1, octet 24. */
static double curved(unsigned curve, double y)
{
	switch (curve) {
	case 1: return log(y);
	case 2: return log10(y);
	case 3: return log2(y);
	case 4: return exp(y);
	case 5: return pow(10, y);
	case 6: return exp2(y);
	case 7: return 1 / y;
	case 8: return y * y;
	case 9: return y * y * y;
	case 10: return sqrt(y);
	default: return cbrt(y);
	}
}

int sdr_value(const struct sdr_analog *a, uint8_t raw, const struct sdr_line *line, int64_t max, int64_t *out,
	      struct hwatt_error *err)
{
	if (a->format == SDR_NOT_ANALOG)
		return hwatt_fail(err, HWATT_EPROTO, "the sensor has no analog reading");
	if (a->linearisation > SDR_LAST_CURVE && !sdr_needs_factors(a))
		return hwatt_fail(err, HWATT_EPROTO, "linearisation %02xh does not exist", a->linearisation);
	hwatt_i128 num, den;
	fraction(&a->factors, signed_raw((enum sdr_format)a->format, raw), &num, &den);
	if (a->linearisation >= 1 && a->linearisation <= SDR_LAST_CURVE) {
		double y = curved(a->linearisation, (double)num / (double)den);
		double scaled = (y * (double)line->num + (double)line->offset) / (double)line->den;
		if (!isfinite(scaled) || fabs(scaled) > (double)max)
			return out_of_range(a, raw, err);
		*out = llround(scaled);
		return 0;
	}
	/* At most 1.4e20 x 1e16 + 1e16 x 1e16, inside 1.7e38. */
	num = num * line->num + den * line->offset;
	den *= line->den;
	hwatt_i128 half = num < 0 ? -(den / 2) : den / 2, rounded = (num + half) / den;
	if (rounded > max || rounded < -max)
		return out_of_range(a, raw, err);
	*out = (int64_t)rounded;
	return 0;
}
