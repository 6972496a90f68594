/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* format.h - the exposition formats offered, one row each, and which of them a client gets.
 *
 * A further format (OpenMetrics 2.0, whose TYPE lines carry the sample's name) is a further row.
 * Source: ecosystem.md a.3. */
#ifndef PROMETHEUS_FORMAT_H
#define PROMETHEUS_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

struct format {
	const char *media, *version; /* as in Accept */
	const char *content_type;    /* without the escaping scheme */
	bool echo_escaping;          /* the content type repeats the scheme that was asked for */
	bool base_names;             /* TYPE and HELP bear the name without _total and _info */
	bool units;                  /* has UNIT lines */
	bool quotes_in_help;         /* a quote is escaped in HELP, too */
	const char *info_type;       /* TYPE of an info family */
	const char *end;             /* what stands last */
};

#define FORMAT_COUNT 4
extern const struct format formats[FORMAT_COUNT]; /* the preferred one, 0.0.4, first */

struct format_choice {
	const struct format *format;
	const char *escaping; /* the scheme to repeat, NULL: none; static */
};

/* The format that `accept` likes best. Equal weights: what is named before what a wildcard covers, then the order of
 * the header, then that of the rows. Nothing acceptable, or no header: 0.0.4, which everybody reads. */
struct format_choice format_choose(const char *accept);

/* Writes the Content-Type into `out`. */
void format_content_type(struct format_choice choice, char *out, size_t size);

#endif
