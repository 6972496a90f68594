/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "format.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#define TEXT004 "text/plain; version=0.0.4; charset=utf-8"
#define TEXT100 "text/plain; version=1.0.0; charset=utf-8"
#define OM100 "application/openmetrics-text; version=1.0.0; charset=utf-8"
#define OM001 "application/openmetrics-text; version=0.0.1; charset=utf-8"

struct negotiation { const char *accept, *content_type; };

static void check(const struct negotiation *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char type[160];
		format_content_type(format_choose(cases[i].accept), type, sizeof(type));
		if (strcmp(type, cases[i].content_type) != 0)
			fail_msg("Accept: %s\n  gave %s\n  want %s", cases[i].accept, type, cases[i].content_type);
	}
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof(cases[0]))

static void real_clients_get_what_they_ask_for(void **state)
{
	(void)state;
	static const struct negotiation cases[] = {
		/* Prometheus 2.42 */
		{ "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
		  "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", OM100 },
		/* Prometheus 2.20 */
		{ "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", OM001 },
		/* Prometheus 3 */
		{ "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
		  "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
		  "text/plain;version=0.0.4;q=0.3,*/*;q=0.2", OM100 "; escaping=allow-utf-8" },
		/* Prometheus 3 with protocols turned round */
		{ "text/plain;version=1.0.0;escaping=underscores;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.2",
		  TEXT100 "; escaping=underscores" },
		/* with protobuf first, which is not offered */
		{ "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,"
		  "text/plain;version=0.0.4;q=0.3,*/*;q=0.2", TEXT004 },
		/* a browser */
		{ "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", TEXT004 },
		{ "*/*", TEXT004 }, /* curl */
		{ "", TEXT004 },
	};
	CHECK(cases);
}

static void what_is_not_offered_gives_the_oldest_text(void **state)
{
	(void)state;
	static const struct negotiation cases[] = {
		{ "application/json", TEXT004 },
		{ "application/openmetrics-text;version=2.0.0", TEXT004 },
		{ "text/plain;version=9.9", TEXT004 },
		{ "*/*;q=0", TEXT004 },
		{ ";;;,,,\"", TEXT004 },
		{ "application/openmetrics-text;version=1.0.0;q=nonsense", TEXT004 },
		{ "application/openmetrics-text;version=1.0.0;q=0", TEXT004 },
	};
	CHECK(cases);
}

static void weights_decide_and_then_the_order(void **state)
{
	(void)state;
	static const struct negotiation cases[] = {
		{ "text/plain;version=0.0.4;q=0.5,application/openmetrics-text;version=1.0.0;q=0.4", TEXT004 },
		{ "text/plain;version=0.0.4;q=0.4,application/openmetrics-text;version=1.0.0;q=0.5", OM100 },
		{ "text/plain;version=0.0.4,application/openmetrics-text;version=1.0.0", TEXT004 },
		{ "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4", OM100 },
		{ "application/openmetrics-text;version=0.0.1,application/openmetrics-text;version=1.0.0", OM001 },
		{ "*/*,application/openmetrics-text;version=1.0.0", OM100 },
		{ "*/*;q=0.9,application/openmetrics-text;version=1.0.0;q=0.1", TEXT004 },
		{ "text/plain;version=0.0.4;q=0,*/*", TEXT100 },
		{ "text/plain;q=0,*/*;q=0.1", OM100 },
		{ "text/*;q=0.2,application/*;q=0.3", OM100 },
		{ "text/*", TEXT004 },
	};
	CHECK(cases);
}

static void a_missing_version_means_the_usual_one(void **state)
{
	(void)state;
	static const struct negotiation cases[] = {
		{ "text/plain", TEXT004 },
		{ "application/openmetrics-text", OM100 },
		{ "Application/OpenMetrics-Text; Version=1.0.0", OM100 },
		{ "application/openmetrics-text; version=\"0.0.1\"; charset=utf-8", OM001 },
		{ "text/plain; version=1.0.0", TEXT100 },
	};
	CHECK(cases);
}

static void the_escaping_scheme_comes_back_where_the_format_knows_it(void **state)
{
	(void)state;
	static const struct negotiation cases[] = {
		{ "text/plain;version=1.0.0;escaping=dots", TEXT100 "; escaping=dots" },
		{ "text/plain;version=1.0.0;escaping=values", TEXT100 "; escaping=values" },
		{ "application/openmetrics-text;version=1.0.0;escaping=underscores", OM100 "; escaping=underscores" },
		{ "application/openmetrics-text;version=1.0.0;escaping=\"evil\r\n\"", OM100 },
		{ "application/openmetrics-text;version=0.0.1;escaping=dots", OM001 },
		{ "text/plain;version=0.0.4;escaping=dots", TEXT004 },
	};
	CHECK(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_clients_get_what_they_ask_for),
		cmocka_unit_test(what_is_not_offered_gives_the_oldest_text),
		cmocka_unit_test(weights_decide_and_then_the_order),
		cmocka_unit_test(a_missing_version_means_the_usual_one),
		cmocka_unit_test(the_escaping_scheme_comes_back_where_the_format_knows_it),
	};
	return cmocka_run_group_tests_name("prometheus format", tests, NULL, NULL);
}
