/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "utilisation.h"

int64_t utilisation_storage_bytes(int32_t unit_size, int32_t units)
{
	return unit_size > 0 ? (int64_t)unit_size * (int64_t)(uint32_t)units : -1;
}

int64_t utilisation_storage_limit(int32_t unit_size)
{
	return (int64_t)unit_size * INT32_MAX;
}

struct hwatt_ratio utilisation_share(int64_t used, int64_t size)
{
	return size > 0 && used >= 0 ? (struct hwatt_ratio){ used, size } : (struct hwatt_ratio){ 0, 0 };
}

struct hwatt_ratio utilisation_rate(int64_t octets, int64_t ms)
{
	return (struct hwatt_ratio){ (hwatt_i128)octets * 8000, ms };
}

struct hwatt_ratio utilisation_link(int64_t octets, int64_t ms, int64_t speed_bit_s)
{
	return speed_bit_s > 0 ? (struct hwatt_ratio){ (hwatt_i128)octets * 8000, (hwatt_i128)ms * speed_bit_s }
			       : (struct hwatt_ratio){ 0, 0 };
}

struct hwatt_ratio utilisation_duplex(int64_t in_octets, int64_t out_octets, int64_t ms, int64_t speed_bit_s)
{
	return utilisation_link(in_octets > out_octets ? in_octets : out_octets, ms, speed_bit_s);
}

struct hwatt_ratio utilisation_wrap_s(int64_t modulus, int64_t speed_bit_s)
{
	return speed_bit_s > 0 ? (struct hwatt_ratio){ (hwatt_i128)modulus * 8, speed_bit_s }
			       : (struct hwatt_ratio){ 0, 0 };
}

bool utilisation_idles(const struct utilisation_server *s, const struct utilisation_rule *rule)
{
	return s->cpu_ppm < rule->cpu_ppm && s->busy_ppm <= UTILISATION_IDLE_BUSY && s->octets_per_s < rule->octets_per_s;
}

static bool idles(const struct utilisation_server *s)
{
	static const struct utilisation_rule usual = UTILISATION_RULE;
	return utilisation_idles(s, &usual);
}

bool utilisation_idle(const struct utilisation_server *s)
{
	return s->days >= UTILISATION_IDLE_DAYS && idles(s);
}

bool utilisation_comatose(const struct utilisation_server *s)
{
	return s->days >= UTILISATION_COMATOSE_DAYS && idles(s);
}
