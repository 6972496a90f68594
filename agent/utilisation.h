/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* utilisation.h - how much of a storage or a link is in use, exactly.
 *
 * Source: domain.md 6. */
#ifndef HALLWATT_UTILISATION_H
#define HALLWATT_UTILISATION_H

#include <hallwatt/number.h>

/* Bytes of `units` allocation units of `unit_size`, as hrStorage gives them: both Integer32, and an agent whose count went
 * past 2^31 shows it negative, which is read as unsigned. -1 when the unit size is not positive. */
int64_t utilisation_storage_bytes(int32_t unit_size, int32_t units);
/* The most bytes that an Integer32 of units can say without that overflow. */
int64_t utilisation_storage_limit(int32_t unit_size);
/* Used over size; unknown when the size is 0 or not known (negative). */
struct hwatt_ratio utilisation_share(int64_t used, int64_t size);

/* Mean bit/s of `octets` in `ms`. */
struct hwatt_ratio utilisation_rate(int64_t octets, int64_t ms);
/* That rate over the link's speed; unknown when the speed is (0). */
struct hwatt_ratio utilisation_link(int64_t octets, int64_t ms, int64_t speed_bit_s);
/* A full-duplex link: the busier direction, never the sum. */
struct hwatt_ratio utilisation_duplex(int64_t in_octets, int64_t out_octets, int64_t ms, int64_t speed_bit_s);
/* Seconds in which an octet counter of `modulus` wraps at full speed: a poll must come sooner. */
struct hwatt_ratio utilisation_wrap_s(int64_t modulus, int64_t speed_bit_s);

/* What the samples of a server say of 30 days or more. */
struct utilisation_server {
	int64_t cpu_ppm;          /* mean */
	int64_t busy_ppm;         /* share of the time in which it was above the floor: p95 is below it when this is at most 5 % */
	int64_t octets_per_s;     /* mean of the network, both directions; -1: not known */
	int64_t days;             /* looked at */
};

#define UTILISATION_IDLE_PPM 50000   /* mean */
#define UTILISATION_BUSY_PPM 100000  /* a quarter whose mean reaches it is a busy one */
#define UTILISATION_IDLE_BUSY 50000  /* share of busy quarters that an idle server may have */
#define UTILISATION_IDLE_OCTETS 1000 /* per second */
#define UTILISATION_IDLE_DAYS 30
#define UTILISATION_COMATOSE_DAYS 180

struct utilisation_rule { /* what counts as idle; a contract may agree on other limits */
	int64_t cpu_ppm;          /* the mean must be below it */
	int64_t busy_ppm;         /* a quarter whose mean reaches it is a busy one */
	int64_t octets_per_s;     /* the network must be below it */
};

#define UTILISATION_RULE { UTILISATION_IDLE_PPM, UTILISATION_BUSY_PPM, UTILISATION_IDLE_OCTETS }

/* Whether the server does no work by the rule, however long it was looked at. A network that is not known decides nothing. */
bool utilisation_idles(const struct utilisation_server *server, const struct utilisation_rule *rule);
/* Idle: mean below 5 %, 95 % of the time below 10 %, less than 1 kB/s, over 30 days; comatose: over 180. */
bool utilisation_idle(const struct utilisation_server *server);
bool utilisation_comatose(const struct utilisation_server *server);

#endif
