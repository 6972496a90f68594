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

static int render(const struct hwatt_snapshot *snap, const char *accept, struct hwatt_text *body)
{
	struct hwatt_answer answer = { .body = body };
	struct hwatt_error err;
	if (synthetic_render(snap, accept, &answer, &err) == 0)
		return 0;
	fprintf(stderr, "%s\n", err.text);
	return 1;
}

/* Best of five, which says what the code costs and not what else the machine did. */
static int measure(size_t devices, size_t points, double limit_ms)
{
	struct hwatt_snapshot *snap = synthetic_hall(devices, points);
	double best = 1e9;
	size_t length = 0;
	for (int i = 0; i < 5; i++) {
		struct hwatt_text body;
		hwatt_text_init(&body, 256u << 20);
		uint64_t start = uv_hrtime();
		if (render(snap, "", &body) != 0)
			return 1;
		double took = (double)(uv_hrtime() - start) / 1e6;
		best = took < best ? took : best;
		length = body.length;
		hwatt_text_free(&body);
	}
	snapshot_release(snap);
	printf("%zu devices x %zu points: %.0f ms, %.1f MB\n", devices, points, best, (double)length / 1e6);
	return best <= limit_ms ? 0 : 1;
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
