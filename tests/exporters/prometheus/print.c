/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* print.c - writes the synthetic snapshot to stdout as a client with that Accept header gets it, for lint and promtool;
 * with a number of devices, measures how long a hall of that size takes. */
#include "synthetic.h"
#include <hallwatt/exporter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

extern const struct hwatt_exporter prometheus_exporter;

static int render(const struct hwatt_snapshot *snap, const char *accept, struct hwatt_text *body)
{
	struct hwatt_answer answer = { .body = body };
	struct hwatt_error err;
	if (synthetic_render(snap, accept, &answer, &err) == 0)
		return 0;
	fprintf(stderr, "%s\n", err.text);
	return 1;
}

/* All pieces, one after the other as the HTTP server takes them; how many octets they make. */
static size_t write_pieces(const struct hwatt_snapshot *snap)
{
	struct hwatt_view view = { .snapshot = snap };
	struct hwatt_request request = { .path = "/metrics", .accept = "" };
	struct hwatt_answer answer = { .status = 200 };
	struct hwatt_text piece;
	struct hwatt_error err;
	void *pieces;
	size_t length = 0;
	hwatt_text_init(&piece, 1u << 20);
	if (prometheus_exporter.begin(&view, &request, &answer, &pieces, &err) < 0)
		return 0;
	for (int rc = 1; rc > 0; length += piece.length) {
		hwatt_text_reset(&piece);
		rc = prometheus_exporter.more(pieces, &piece, &err);
	}
	prometheus_exporter.end(pieces);
	hwatt_text_free(&piece);
	return length;
}

/* Best of five, which says what the code costs and not what else the machine did. */
static int measure(size_t devices, size_t points, double limit_ms)
{
	struct hwatt_snapshot *snap = synthetic_hall(devices, points);
	double best = 1e9;
	size_t length = 0;
	for (int i = 0; i < 5; i++) {
		uint64_t start = uv_hrtime();
		length = write_pieces(snap);
		double took = (double)(uv_hrtime() - start) / 1e6;
		best = took < best ? took : best;
	}
	snapshot_release(snap);
	printf("%zu devices x %zu points: %.0f ms, %.1f MB\n", devices, points, best, (double)length / 1e6);
	return length > 0 && best <= limit_ms ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "measure") == 0)
		return measure(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10), strtod(argv[4], NULL));
	struct hwatt_snapshot *snap = synthetic_snapshot();
	struct hwatt_text body;
	hwatt_text_init(&body, 1u << 20);
	int rc = render(snap, argc > 1 ? argv[1] : "", &body);
	fputs(hwatt_text_string(&body), stdout);
	hwatt_text_free(&body);
	snapshot_release(snap);
	return rc;
}
