/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* exposition.h - writes families and their samples in one of the formats.
 *
 *	exposition_family(&x, &power);
 *	exposition_sample(&x);
 *	exposition_label(&x, "device", id);
 *	exposition_fixed(&x, mw, 3);
 *
 * A family's HELP, TYPE and UNIT come with its first sample: a family without samples leaves no trace. All samples
 * of a family are to follow each other. */
#ifndef PROMETHEUS_EXPOSITION_H
#define PROMETHEUS_EXPOSITION_H

#include "format.h"
#include <hallwatt/number.h>
#include <hallwatt/text.h>
#include <stdint.h>

enum family_type { FAMILY_GAUGE, FAMILY_COUNTER, FAMILY_INFO };

struct family {
	const char *name; /* as of its samples: counters end in _total, infos in _info */
	enum family_type type;
	const char *help;
	bool foreign;     /* bears a name of the ecosystem ("process_threads"), not ours with the prefix */
};

struct exposition {
	struct hwatt_text *out;
	const struct format *format;
	const struct family *family;
	char name[96];       /* of the family's samples, with prefix */
	size_t name_length;
	bool described;      /* HELP and TYPE are out */
	bool labelled;       /* the present sample has a label */
	size_t series;       /* samples written */
};

void exposition_init(struct exposition *x, struct hwatt_text *out, const struct format *format);
/* `family` is borrowed until the next one begins. */
void exposition_family(struct exposition *x, const struct family *family);
/* Begins a sample; labels follow, then exactly one value. */
void exposition_sample(struct exposition *x);
/* Octets of `value` that are not UTF-8 become U+FFFD. */
void exposition_label(struct exposition *x, const char *name, const char *value);
/* A whole number. */
void exposition_int(struct exposition *x, int64_t value);
/* value x 10^-decimals, exact. */
void exposition_fixed(struct exposition *x, int64_t value, int decimals);
/* The shortest decimal that reads back as the same double. */
void exposition_double(struct exposition *x, double value);
/* Exact when it is a whole number, else the nearest double. Known. */
void exposition_ratio(struct exposition *x, struct hwatt_ratio value);
/* Whole joules and millionths, exact: a double would lose them beyond some GWh. */
void exposition_energy(struct exposition *x, int64_t j, int64_t uj);
/* What the format wants at the end. */
void exposition_end(struct exposition *x);

/* The unit that `name` (of a family, without _total) ends in: "joules"; NULL when it has none. */
const char *exposition_unit(const char *name, size_t length);

#endif
