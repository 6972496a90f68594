/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* prometheus.c - /metrics, in the Prometheus text format or OpenMetrics, whichever the client likes better. */
#include "writing.h"
#include <hallwatt/exporter.h>

extern const struct hwatt_exporter prometheus_exporter;

static int render(const struct hwatt_view *view, const struct hwatt_request *request, struct hwatt_answer *answer,
		  struct hwatt_error *err)
{
	struct format_choice choice = format_choose(request->accept);
	struct writing *w = writing_new(view->snapshot, choice.format);
	while (writing_more(w, answer->body, SIZE_MAX))
		if (!hwatt_text_ok(answer->body))
			break;
	size_t series = w->x.series;
	writing_free(w);
	if (!hwatt_text_ok(answer->body))
		return hwatt_fail(err, HWATT_EIO, "the %zu series do not fit into %zu octets", series,
				  answer->body->limit);
	format_content_type(choice, answer->scratch, sizeof(answer->scratch));
	answer->content_type = answer->scratch;
	return 0;
}

const struct hwatt_exporter prometheus_exporter = {
	.name = "prometheus",
	.settings = { .name = "prometheus", .help = "Metrics for Prometheus." },
	.path = "/metrics",
	.title = "Metrics for Prometheus",
	.render = render,
};
