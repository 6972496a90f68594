/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The examples are those of domain.md 9, by number; the rules those of 7.4. */
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "verdict.h"

static struct requirement promise(const char *type, bool maximum, int64_t limit)
{
	struct requirement r = { .id = "r", .type = requirement_type_by_name(type), .maximum = maximum, .limited = true,
				 .min_coverage_ppm = 950000 };
	*(maximum ? &r.max : &r.min) = limit;
	r.window = r.type->window;
	return r;
}

static struct requirement pue_promise(int64_t limit)
{
	struct requirement r = promise("pue", true, limit);
	r.window = WINDOW_MONTH;
	r.pue.category = 2;
	return r;
}

/* A closed month with the value (1e-6) on the coverage (ppm). */
static struct verdict_question question(const struct requirement *r, int64_t micro, int64_t coverage_ppm)
{
	return (struct verdict_question){
		.requirement = r, .in_force = true, .has_subject = true, .closed = true,
		.kpi = { .known = true, .value = { micro, 1000000 }, .coverage = { coverage_ppm, 1000000 }, .category = 2,
			 .quality = 'M' },
	};
}

static void expect(const struct verdict_question *q, enum hwatt_status status, const char *reasons, int line)
{
	char got[VERDICT_REASONS_SIZE];
	struct verdict v = verdict_judge(q);
	verdict_reasons(v.reasons, got);
	if (v.status != status || strcmp(got, reasons) != 0)
		fail_msg("line %d: %s / %s, not %s / %s", line, hwatt_status_name(v.status), got, hwatt_status_name(status), reasons);
}
#define EXPECT(q, status, reasons) expect((q), (status), (reasons), __LINE__)

static void example_70_met(void **state)
{
	(void)state;
	struct requirement r = pue_promise(1300000);
	struct verdict_question q = question(&r, 1295100, 970000);
	EXPECT(&q, HWATT_MET, "OK");
}

static void example_71_coverage(void **state)
{
	(void)state;
	struct requirement r = pue_promise(1300000);
	struct verdict_question q = question(&r, 1295100, 900000);
	EXPECT(&q, HWATT_NOT_ENOUGH_DATA, "COVERAGE");
	q.kpi.coverage = (struct hwatt_ratio){ 950000, 1000000 }; /* exactly enough */
	EXPECT(&q, HWATT_MET, "OK");
}

static void example_72_no_rounding(void **state)
{
	(void)state;
	struct requirement r = pue_promise(1300000);
	struct verdict_question q = question(&r, 1300400, 970000);
	EXPECT(&q, HWATT_NOT_MET, "LIMIT");
	q.kpi.value = (struct hwatt_ratio){ 13, 10 }; /* as written: <= */
	EXPECT(&q, HWATT_MET, "OK");
	r.exclusive = true;
	EXPECT(&q, HWATT_NOT_MET, "LIMIT");
}

static void example_73_guard(void **state)
{
	(void)state;
	struct requirement r = pue_promise(1300000);
	struct verdict_question q = question(&r, 1290000, 1000000);
	q.kpi.certain = true;
	q.kpi.u_nano = 17500000; /* U = 0.035 */
	EXPECT(&q, HWATT_MET, "OK");
	r.guard = GUARD_GUARDED_ACCEPT;
	EXPECT(&q, HWATT_NOT_MET, "LIMIT");
	q.kpi.value = (struct hwatt_ratio){ 1265, 1000 }; /* value + U is the limit */
	EXPECT(&q, HWATT_MET, "OK");
	r.guard = GUARD_GUARDED_REJECT;
	q.kpi.value = (struct hwatt_ratio){ 1335, 1000 };
	EXPECT(&q, HWATT_MET, "OK");
	q.kpi.value = (struct hwatt_ratio){ 1335001, 1000000 };
	EXPECT(&q, HWATT_NOT_MET, "LIMIT");
	q.kpi.certain = false;
	EXPECT(&q, HWATT_NOT_ENOUGH_DATA, "NO_UNCERTAINTY");
}

static void example_74_certain(void **state)
{
	(void)state; /* cap 100 MWh a year, 101 by August */
	struct requirement r = promise("energy", true, INT64_C(100000000) * HWATT_MJ_PER_WH);
	struct verdict_question q = question(&r, 0, 800000);
	q.closed = false;
	q.kpi.value = (struct hwatt_ratio){ INT64_C(101000000) * 3600, 1 };
	q.kpi.bounded = true;
	q.kpi.low = q.kpi.value;
	EXPECT(&q, HWATT_NOT_MET, "LIMIT_CERTAIN");
	q.kpi.low = (struct hwatt_ratio){ INT64_C(100000000) * 3600, 1 }; /* at the limit nothing is certain */
	EXPECT(&q, HWATT_NOT_ENOUGH_DATA, "COVERAGE PERIOD_OPEN");
}

static void minima_compare_the_other_way(void **state)
{
	(void)state;
	struct requirement r = promise("cpu_utilisation", false, 400000);
	struct verdict_question q = question(&r, 400000, 1000000);
	EXPECT(&q, HWATT_MET, "OK");
	q.kpi.value.num = 399999;
	EXPECT(&q, HWATT_NOT_MET, "LIMIT");
	q.kpi.value.num = 400001;
	r.guard = GUARD_GUARDED_ACCEPT;
	q.kpi.certain = true;
	q.kpi.u_nano = 1000; /* U = 2e-6 */
	EXPECT(&q, HWATT_NOT_MET, "LIMIT");
	r.guard = GUARD_GUARDED_REJECT;
	q.kpi.value.num = 399998;
	EXPECT(&q, HWATT_MET, "OK");
	q.closed = false; /* a low bound says nothing against a minimum */
	q.kpi.bounded = true;
	q.kpi.low = (struct hwatt_ratio){ 0, 1 };
	EXPECT(&q, HWATT_NOT_ENOUGH_DATA, "PERIOD_OPEN");
}

/* The order of the rules: each question breaks every rule from some rule on; the first one decides. */
static void rules_are_asked_in_order(void **state)
{
	(void)state;
	struct requirement r = pue_promise(1300000);
	struct verdict_question q = question(&r, 1400000, 100000);
	q.in_force = q.has_subject = q.closed = false;
	q.calibration_expired = true;
	q.kpi.bounded = true;
	q.kpi.low = (struct hwatt_ratio){ 135, 100 };
	q.kpi.flags = KPI_CATEGORY_MISMATCH | KPI_PHYS_IMPOSSIBLE;
	EXPECT(&q, HWATT_NOT_APPLICABLE, "NO_SUBJECT"); /* 1 */
	q.has_subject = true;
	EXPECT(&q, HWATT_NOT_APPLICABLE, "OUTSIDE_PERIOD");
	q.in_force = true;
	EXPECT(&q, HWATT_NOT_ENOUGH_DATA, "CATEGORY_MISMATCH");
	q.kpi.flags = KPI_PHYS_IMPOSSIBLE;
	EXPECT(&q, HWATT_NOT_ENOUGH_DATA, "PERIOD_OPEN PHYS_IMPOSSIBLE");
	q.kpi.flags = 0;
	EXPECT(&q, HWATT_NOT_MET, "LIMIT_CERTAIN"); /* 5 before 3 and 4 */
	q.kpi.bounded = false;
	EXPECT(&q, HWATT_NOT_ENOUGH_DATA, "COVERAGE PERIOD_OPEN"); /* 3 */
	q.kpi.coverage.num = 1000000;
	EXPECT(&q, HWATT_NOT_ENOUGH_DATA, "PERIOD_OPEN");
	q.kpi.coverage.num = 100000;
	q.closed = true;
	EXPECT(&q, HWATT_NOT_ENOUGH_DATA, "COVERAGE"); /* 4 */
	q.kpi.bounded = true;
	EXPECT(&q, HWATT_NOT_MET, "LIMIT_CERTAIN"); /* 5 with gaps */
	q.kpi.coverage.num = 1000000;
	EXPECT(&q, HWATT_EXPIRED, "LIMIT DOC_EXPIRED"); /* 7 */
	q.calibration_expired = false;
	EXPECT(&q, HWATT_NOT_MET, "LIMIT"); /* 6: enough data, so no need for bounds */
	q.kpi.value.num = 1200000;
	EXPECT(&q, HWATT_MET, "OK");
	q.calibration_expired = true;
	EXPECT(&q, HWATT_EXPIRED, "DOC_EXPIRED");
}

static void even_the_worst_case_complying_is_not_met_with_gaps(void **state)
{
	(void)state; /* rule 5: do not reward gaps */
	struct requirement r = promise("energy", true, INT64_C(100000000) * HWATT_MJ_PER_WH);
	struct verdict_question q = question(&r, 1000000, 900000);
	q.kpi.bounded = true;
	q.kpi.low = (struct hwatt_ratio){ 1, 1 };
	EXPECT(&q, HWATT_NOT_ENOUGH_DATA, "COVERAGE");
}

static void guard_bands_and_certainty(void **state)
{
	(void)state;
	struct requirement r = pue_promise(1300000);
	struct verdict_question q = question(&r, 1310000, 500000);
	q.kpi.bounded = q.kpi.certain = true;
	q.kpi.low = (struct hwatt_ratio){ 131, 100 };
	q.kpi.u_nano = 10000000; /* U = 0.02 */
	r.guard = GUARD_GUARDED_REJECT;
	EXPECT(&q, HWATT_NOT_ENOUGH_DATA, "COVERAGE");
	q.kpi.u_nano = 1000000;
	EXPECT(&q, HWATT_NOT_MET, "LIMIT_CERTAIN");
	q.kpi.certain = false;
	EXPECT(&q, HWATT_NOT_ENOUGH_DATA, "COVERAGE");
	r.guard = GUARD_GUARDED_ACCEPT;
	EXPECT(&q, HWATT_NOT_MET, "LIMIT_CERTAIN");
}

static void missing_data_is_a_breach_only_where_the_contract_says_so_and_the_period_is_over(void **state)
{
	(void)state;
	struct requirement r = pue_promise(1300000);
	struct verdict_question q = question(&r, 1200000, 500000);
	r.missing_is_breach = true;
	EXPECT(&q, HWATT_NOT_MET, "COVERAGE");
	q.closed = false;
	EXPECT(&q, HWATT_NOT_ENOUGH_DATA, "COVERAGE PERIOD_OPEN");
	q.closed = true;
	q.kpi = (struct kpi){ .coverage = { 0, 1 }, .flags = KPI_NO_DATA };
	EXPECT(&q, HWATT_NOT_MET, "COVERAGE NO_DATA");
	r.missing_is_breach = false;
	EXPECT(&q, HWATT_NOT_ENOUGH_DATA, "COVERAGE NO_DATA");
	q.kpi = (struct kpi){ .coverage = { 1, 1 }, .flags = KPI_DIV_ZERO };
	EXPECT(&q, HWATT_NOT_ENOUGH_DATA, "DIV_ZERO");
}

static void folding_takes_the_worst(void **state)
{
	(void)state;
	static const enum hwatt_status order[] = { HWATT_NOT_APPLICABLE, HWATT_MET, HWATT_NOT_ENOUGH_DATA, HWATT_EXPIRED,
						   HWATT_NOT_MET };
	for (size_t i = 0; i < 5; i++)
		for (size_t j = 0; j < 5; j++)
			assert_int_equal(verdict_worse(order[i], order[j]), order[i > j ? i : j]);
}

/* --- sentences --------------------------------------------------------------------------------------------------- */

static void said(const struct verdict_question *q, enum hwatt_language language, const char *expected, int line)
{
	struct verdict v = verdict_judge(q);
	struct verdict_period period = { "2026-10-01", "2026-10-31" };
	struct hwatt_text text;
	hwatt_text_init(&text, 4096);
	verdict_sentence(q, &v, &period, language, &text);
	if (strcmp(hwatt_text_string(&text), expected) != 0)
		fail_msg("line %d: \"%s\"", line, hwatt_text_string(&text));
	hwatt_text_free(&text);
}
#define SAID(q, language, expected) said((q), (language), (expected), __LINE__)

static void a_room_is_not_the_hall(void **state)
{
	(void)state;
	struct requirement r = promise("ppue", true, 1300000);
	r.window = WINDOW_MONTH;
	r.part.category = 0;
	r.part.room = "hall-1";
	struct verdict_question q = question(&r, 1200000, 970000);
	struct verdict v = verdict_judge(&q);
	const struct verdict_period period = { "2026-10-01", "2026-10-31" };
	struct hwatt_text text;
	hwatt_text_init(&text, 4096);
	verdict_sentence(&q, &v, &period, HWATT_EN, &text);
	assert_non_null(strstr(hwatt_text_string(&text), "The value is that of the room hall-1 alone, the same for all its customers; it cannot be "
							 "compared with the PUE of a data hall."));
	assert_null(strstr(hwatt_text_string(&text), "whole data hall, the same"));
	hwatt_text_free(&text);
}

static void sentences_tell_the_value_from_the_limit(void **state)
{
	(void)state;
	struct requirement r = pue_promise(1300000);
	struct verdict_question q = question(&r, 1300400, 970000);
	SAID(&q, HWATT_EN,
	     "Promised: PUE (the energy of the whole data hall divided by that of its IT equipment), measured at the power strips "
	     "of the racks (PDU), at most 1.30 per month. Measured from 2026-10-01 to 2026-10-31: 1.3004. The metering covers 97.0% "
	     "of the period. The value is that of the whole data hall, the same for all its customers. The requirement is not met. "
	     "Ask the supplier to explain the cause and to present a plan of action with dates.");
	q.kpi.value.num = 1295100;
	SAID(&q, HWATT_SV,
	     "Utlovat: PUE (hela datahallens energi delad med it-utrustningens), mätt vid rackens eluttag (PDU), högst 1,30 per "
	     "månad. Uppmätt från och med 2026-10-01 till och med 2026-10-31: 1,295. Mätningen täcker 97,0\u00a0% av perioden. Värdet "
	     "gäller hela datahallen och är detsamma för alla dess kunder. Kravet är uppfyllt.");
	q.kpi.coverage.num = 949999;
	SAID(&q, HWATT_NB,
	     "Lovet: PUE (hele datahallens energi delt på IT-utstyrets), målt ved rackenes strømuttak (PDU), høyst 1,30 per måned. "
	     "Målt fra og med 2026-10-01 til og med 2026-10-31: 1,295. Målingen dekker 94,9999\u00a0% av perioden. Verdien gjelder hele "
	     "datahallen og er den samme for alle kundene der. Det er ikke nok til en vurdering: minst 95,0\u00a0% må være målt. Be "
	     "leverandøren rette målingen og gjøre rede for det som mangler.");
}

static void sentences_use_the_unit_of_the_promise(void **state)
{
	(void)state;
	struct requirement r = promise("energy", true, INT64_C(100000000) * HWATT_MJ_PER_WH);
	struct verdict_question q = question(&r, 0, 800000);
	q.closed = false;
	q.kpi.value = (struct hwatt_ratio){ INT64_C(101020000) * 3600, 1 };
	q.kpi.bounded = true;
	q.kpi.low = q.kpi.value;
	SAID(&q, HWATT_SV,
	     "Utlovat: energianvändning i avtalets it-utrustning, högst 100,0\u00a0MWh per kalenderår. Hittills uppmätt från och med "
	     "2026-10-01: 101,0\u00a0MWh. Mätningen täcker 80,0\u00a0% av tiden hittills. Gränsen är redan passerad, oavsett vad saknade "
	     "och kommande mätvärden visar. Kravet är inte uppfyllt. Begär att leverantören förklarar orsaken och lämnar en "
	     "åtgärdsplan med datum.");
	r = promise("cpu_utilisation", false, 400000);
	q = question(&r, 399990, 1000000);
	q.kpi.excluded = 2;
	SAID(&q, HWATT_EN,
	     "Promised: average processor utilisation of the servers, at least 40.0% per month. Measured from 2026-10-01 to "
	     "2026-10-31: 39.999%. The metering covers 100.0% of the period. Number of devices left out because less than half of "
	     "the period was measured: 2. The requirement is not met. Ask the supplier to explain the cause and to present a plan "
	     "of action with dates.");
	r = promise("coverage", false, 990000);
	r.min_coverage_ppm = 0;
	q = question(&r, 992000, 1000000);
	SAID(&q, HWATT_NB,
	     "Lovet: andel av tiden der strømmålingen er fullstendig, minst 99,0\u00a0% per måned. Målt fra og med 2026-10-01 til og med "
	     "2026-10-31: 99,2\u00a0%. Kravet er oppfylt.");
}

/* Every type, status and combination of reasons says something in each language, with no placeholder left. */
static void every_combination_has_a_sentence(void **state)
{
	(void)state;
	static const char *const names[] = { "pue", "energy", "cpu_utilisation", "storage_utilisation", "rack_utilisation",
					     "network_utilisation", "coverage" };
	struct verdict_period periods[] = { { "2026-10-01", "2026-10-31" }, { "2026-10-01", "2026-10-01" }, { "", "" } };
	struct hwatt_text text;
	hwatt_text_init(&text, 8192);
	for (unsigned bits = 0; bits < 7 * 2 * 2 * 2 * 3 * 3 * 2; bits++) {
		unsigned left = bits;
		const struct requirement_type *type = requirement_type_by_name(names[left % 7]);
		left /= 7;
		struct requirement r = promise(type->name, type->may_max, type->unit == UNIT_ENERGY ? 5 * HWATT_MJ_PER_WH : 500000);
		struct verdict_question q = question(&r, 500001, 960000);
		q.closed = left % 2;
		left /= 2;
		q.kpi.known = left % 2;
		left /= 2;
		r.exclusive = left % 2;
		left /= 2;
		r.guard = (int)(left % 3);
		r.energy.boundary = type->unit == UNIT_ENERGY && left % 3 == 1;
		left /= 3;
		r.pue.category = left % 3;
		q.kpi.category = (int)(left % 3);
		left /= 3;
		r.missing_is_breach = left % 2;
		for (unsigned reasons = 1; reasons <= REASON_WARN_BELOW_ONE; reasons *= 2) {
			for (int status = 0; status < HWATT_STATUSES; status++) {
				struct verdict v = { (enum hwatt_status)status, reasons };
				for (int language = 0; language < HWATT_LANGUAGES; language++) {
					hwatt_text_reset(&text);
					verdict_sentence(&q, &v, &periods[bits % 3], (enum hwatt_language)language, &text);
					assert_true(text.length > 40 && hwatt_text_ok(&text));
					assert_null(strpbrk(text.bytes, "{}"));
					assert_null(strstr(text.bytes, "  "));
					assert_int_equal(text.bytes[text.length - 1], '.');
				}
			}
		}
	}
	hwatt_text_free(&text);
}

/* The three languages differ, and Swedish and Norwegian never show a decimal point. */
static void languages_are_kept_apart(void **state)
{
	(void)state;
	struct requirement r = pue_promise(1305000);
	struct verdict_question q = question(&r, 1305001, 970000);
	struct verdict v = verdict_judge(&q);
	struct verdict_period period = { "2026-10-01", "2026-10-31" };
	struct hwatt_text text[HWATT_LANGUAGES];
	for (int l = 0; l < HWATT_LANGUAGES; l++) {
		hwatt_text_init(&text[l], 4096);
		verdict_sentence(&q, &v, &period, (enum hwatt_language)l, &text[l]);
	}
	assert_non_null(strstr(text[HWATT_SV].bytes, "1,305001"));
	assert_non_null(strstr(text[HWATT_SV].bytes, "högst 1,305 "));
	assert_non_null(strstr(text[HWATT_NB].bytes, "1,305001"));
	assert_non_null(strstr(text[HWATT_EN].bytes, "1.305001"));
	for (int l = 0; l < HWATT_LANGUAGES; l++)
		hwatt_text_free(&text[l]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(example_70_met),
		cmocka_unit_test(example_71_coverage),
		cmocka_unit_test(example_72_no_rounding),
		cmocka_unit_test(example_73_guard),
		cmocka_unit_test(example_74_certain),
		cmocka_unit_test(minima_compare_the_other_way),
		cmocka_unit_test(rules_are_asked_in_order),
		cmocka_unit_test(even_the_worst_case_complying_is_not_met_with_gaps),
		cmocka_unit_test(guard_bands_and_certainty),
		cmocka_unit_test(missing_data_is_a_breach_only_where_the_contract_says_so_and_the_period_is_over),
		cmocka_unit_test(folding_takes_the_worst),
		cmocka_unit_test(a_room_is_not_the_hall),
		cmocka_unit_test(sentences_tell_the_value_from_the_limit),
		cmocka_unit_test(sentences_use_the_unit_of_the_promise),
		cmocka_unit_test(every_combination_has_a_sentence),
		cmocka_unit_test(languages_are_kept_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
