/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* prometheus.c - /metrics, in the Prometheus text format or OpenMetrics, whichever the client likes better. */
#include "writing.h"
#include <hallwatt/exporter.h>

extern const struct hwatt_exporter prometheus_exporter;

static int begin(const struct hwatt_view *view, const struct hwatt_request *request, struct hwatt_answer *answer, void **pieces,
		 struct hwatt_error *err)
{
	struct format_choice choice = format_choose(request->accept);
	(void)err;
	format_content_type(choice, answer->scratch, sizeof(answer->scratch));
	answer->content_type = answer->scratch;
	*pieces = writing_new(view->snapshot, choice.format);
	return 0;
}

static int more(void *pieces, struct hwatt_text *body, struct hwatt_error *err)
{
	struct writing *w = pieces;
	bool others = writing_more(w, body, body->length + HWATT_PIECE_OCTETS);
	if (!hwatt_text_ok(body))
		return hwatt_fail(err, HWATT_EIO, "a piece with the series up to number %zu does not fit into %zu octets", w->x.series,
				  body->limit);
	return others;
}

static void again(void *pieces)
{
	writing_again(pieces);
}

static void end(void *pieces)
{
	writing_free(pieces);
}

const struct hwatt_exporter prometheus_exporter = {
	.name = "prometheus",
	.settings = { .name = "prometheus", .help = "Metrics for Prometheus." },
	.path = "/metrics",
	.title = "Metrics for Prometheus",
	.begin = begin,
	.more = more,
	.again = again,
	.end = end,
};
