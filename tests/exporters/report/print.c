/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* report_print html|json|csv LANGUAGE [empty|eu|eu-empty]: a made-up report with at least one of everything, some of it hostile. */
#include <hallwatt/eu_report.h>
#include <hallwatt/exporter.h>
#include <hallwatt/followup.h>
#include <stdio.h>
#include <string.h>

extern const struct hwatt_exporter report_exporter;

#define BOTH(text) { .sv = (text), .nb = (text), .en = (text) }
#define Q3 1782856800 /* 2026-07-01T00:00+02:00 */
#define Q3_END 1790805600
#define DAY 86400
#define HOSTILE "</script><script>alert('x')</script>&\"quoted\""

static const struct hwatt_view_kpi pue_months[] = {
	{ "contract", "hosting", "pue2", "month", Q3, Q3 + 31 * DAY, true, { 127, 100 }, "1", 999999, 'P', { 3, 100 }, 2, 0, .notes = "" },
	{ "contract", "hosting", "pue2", "month", Q3 + 31 * DAY, Q3 + 62 * DAY, false, { 0, 0 }, "1", 0, 'X', { 0, 0 }, 2, 0, .notes = "NO_DATA" },
	{ "contract", "hosting", "pue2", "month", Q3 + 62 * DAY, Q3_END, true, { 1300400, 1000000 }, "1", 1000000, 'M', { 3, 100 }, 2, 0,
	  .notes = "WARN_BELOW_ONE CATEGORY_MIXED" },
};
static const struct hwatt_view_kpi energy_months[] = {
	{ "site", "lulea-1", "energy_dc", "month", Q3, Q3 + 31 * DAY, true, { (hwatt_i128)90000000000000, 1 }, "J", 1000000, 'M', { 0, 0 }, 0, 0, .notes = "" },
	{ "site", "lulea-1", "energy_dc", "month", Q3 + 31 * DAY, Q3 + 62 * DAY, true, { (hwatt_i128)45000000000000, 1 }, "J", 500000, 'L', { 0, 0 }, 0,
	  2, .notes = "" },
};
static const struct hwatt_followup_series series[] = {
	{ "contract", "hosting", "pue2", "1",
	  { "contract", "hosting", "pue2", "", Q3, Q3_END, true, { 1285, 1000 }, "1", 660000, 'L', { 3, 100 }, 2, 0, .notes = "" }, 3, pue_months, .part = "" },
	{ "site", "lulea-1", "energy_dc", "J",
	  { "site", "lulea-1", "energy_dc", "", Q3, Q3_END, true, { (hwatt_i128)135000000000000, 1 }, "J", 750000, 'L', { 0, 0 }, 0, 0, .notes = "" }, 2,
	  energy_months, .part = "" },
};

static const struct hwatt_followup_change changes[] = {
	{ Q3 + 40 * DAY, HWATT_MET, "OK", Q3, Q3 + 31 * DAY }, { Q3_END + 900, HWATT_NOT_MET, "LIMIT", Q3 + 62 * DAY, Q3_END },
};

static const struct hwatt_followup_requirement requirements[] = {
	{ .verdict = { .contract = "hosting", .requirement = "pue", .type = "pue", .status = HWATT_NOT_MET, .known = true,
		       .value = { 1300400, 1000000 }, .limit = { 1300000, 1000000 }, .limited = true, .maximum = true, .unit = "1",
		       .coverage_ppm = 1000000, .min_coverage_ppm = 950000, .from_s = Q3 + 62 * DAY, .to_s = Q3_END, .reasons = "LIMIT",
		       .sentence = { .sv = "Utlovat: PUE högst 1,30.", .nb = "Lovet: PUE høyst 1,30.", .en = "Promised: PUE at most 1.30." },
		       .title = { .sv = "PUE", .en = HOSTILE }, .window = "month", .quality = 'M', .category = 2, .uncertainty = { 3, 100 } },
	  .package = "eu-gpp-data-centres@2020", .template_id = "pue", .source = BOTH("SWD(2020) 55"), .stage = "use", .risk = "environment", .area = "data_hall",
	  .verification = BOTH("Meters"), .deliver = BOTH("A plan, with \"dates\""), .since_s = Q3_END + 900, .change_count = 2,
	  .changes = changes, .ask = BOTH("Why?") },
	{ .verdict = { .contract = "hosting", .requirement = "energy", .type = "energy", .status = HWATT_NOT_ENOUGH_DATA, .known = true,
		       .value = { (hwatt_i128)135000000000001, 2 }, .limit = { 360000000000000, 1 }, .limited = true, .maximum = true, .unit = "J",
		       .coverage_ppm = 750000, .min_coverage_ppm = 980000, .from_s = Q3, .to_s = Q3 + 365 * DAY, .reasons = "COVERAGE PERIOD_OPEN",
		       .sentence = BOTH("So far."), .title = BOTH("=cmd|' /C calc'!A0"), .window = "year", .open = true, .quality = 'L' },
	  .package = "", .template_id = "", .stage = "", .risk = "", .area = "",
	  .forecast = { true, { (hwatt_i128)500000000000000, 1 }, HWATT_NOT_MET, Q3_END + 20 * DAY, BOTH("Will exceed in October."), Q3, Q3 + 365 * DAY } },
	{ .verdict = { .contract = "hosting", .requirement = "minerals", .type = "minerals", .status = HWATT_EXPIRED, .unit = "", .reasons = "DOC_EXPIRED",
		       .from_s = Q3, .to_s = Q3_END, .sentence = BOTH("Expired."), .title = BOTH("Minerals"), .window = "contract", .quality = 'X' },
	  .package = "regions-it-platform@2023", .template_id = "minerals", .source = { .en = "-" }, .stage = "raw_material", .risk = "human_rights", .area = "server" },
	{ .verdict = { .contract = "hosting", .requirement = "util", .type = "cpu_utilisation", .status = HWATT_MET, .known = true, .value = { 42, 100 },
		       .limit = { 40, 100 }, .limited = true, .unit = "1", .coverage_ppm = 990000, .min_coverage_ppm = 950000, .from_s = Q3 + 62 * DAY,
		       .to_s = Q3_END, .reasons = "OK", .sentence = BOTH("Good."), .title = BOTH("Utilisation"), .window = "month", .exclusive = true,
		       .quality = 'M' }, .package = "", .template_id = "", .stage = "", .risk = "", .area = "" },
	{ .verdict = { .contract = "hosting", .requirement = "racks", .type = "rack_utilisation", .status = HWATT_NOT_APPLICABLE, .limit = { 80, 100 },
		       .limited = true, .maximum = true, .unit = "1", .reasons = "NO_SUBJECT", .sentence = BOTH("No racks."), .title = BOTH(""),
		       .window = "month", .quality = 'X' }, .package = "", .template_id = "", .stage = "", .risk = "", .area = "" },
};

static const struct hwatt_followup_event events[] = {
	{ Q3 + 5 * DAY, "device_replaced", "pdu-a1", "chassis", "-1+SUM(A1)", "SN,\"2\"" },
};
static const struct hwatt_followup_document documents[] = {
	{ "min-1", "minerals", "Policy on minerals", "Brand <AB>", "accepted", "minerals", 20089, 20634, -92, "abc" },
	{ "iso", "environmental_management", "ISO 14001", "", "accepted", "", 20000, 20800, 74, "" },
	{ "ever", "policy", "", "", "submitted", "", 20000, INT64_MAX, 0, "" },
};
static const struct hwatt_followup_comparison comparisons[] = {
	{ "pue2", "1", "Supplier AB", "report.pdf", Q3, Q3_END, { 120, 100 }, { 1285, 1000 }, { -85, 1000 }, { 3, 100 }, 660000, HWATT_DIFFERS, { "s", "n", "e" } },
	{ "energy_dc", "J", "Supplier AB", "", Q3, Q3_END, { (hwatt_i128)135000000000000, 1 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, 0, HWATT_IMPOSSIBLE, { "", "", "" } },
};
static const char *const sites[] = { "lulea-1", "boden" };
static const struct hwatt_followup_ruleset rulesets[] = { { "EED-2024", "0123abcd" } };
static const struct hwatt_followup_note notes[] = { { "PROPORTIONAL_ALLOCATION", BOTH("The PUE is that of the site.") } };

static const struct hwatt_followup_use wind_uses[] = {
	{ "", { (hwatt_i128)7 * 3600000000000, 1000 }, "STEMS_FROM_DELIVERY OTHER_PERIOD" }, { "minerals", { 0, 1000 }, "LABEL" },
};
static const struct hwatt_followup_use hour_uses[] = { { "", { 1800000, 1 }, "" } };
static const struct hwatt_followup_certificate certificates[] = {
	{ .id = "=WIND-1", .last_id = "=WIND-1", .count = 1, .subject_kind = "site", .subject = "lulea-1", .kind = "go", .technology = "wind",
	  .guarantees = "not_stated", .country = "SE", .zone = "SE1", .device = "735999", .beneficiary = "Region <Norr>", .transaction = "T-1",
	  .cert_id_from = "A1", .cert_id_to = "A9", .sha256 = "abc", .from_day = 20635, .to_day = 20665, .consumption_from_day = 20635,
	  .consumption_to_day = 20726, .cancelled_day = 20700, .volume = { (hwatt_i128)9 * 3600000000000, 1000 }, .hours = { 0, 1 }, .use_count = 2,
	  .uses = wind_uses },
	{ .id = "H-1", .last_id = "H-24", .count = 24, .subject_kind = "contract", .subject = "hosting", .kind = "ppa", .technology = "solar",
	  .guarantees = "cancelled", .country = "SE", .zone = "", .device = "", .beneficiary = "", .transaction = "", .cert_id_from = "",
	  .cert_id_to = "", .sha256 = "", .from_day = 20635, .to_day = 20635, .consumption_from_day = INT64_MAX, .consumption_to_day = INT64_MAX,
	  .cancelled_day = INT64_MAX, .volume = { 1800000, 1 }, .hours = { 1800000, 1 }, .use_count = 1, .uses = hour_uses },
};
static const struct hwatt_followup_check checks[] = {
	{ "site", "lulea-1", 1, BOTH("ids are used once"), HWATT_FAILED, "=WIND-1, H-1" },
	{ "site", "lulea-1", 2, BOTH("the beneficiary is known"), HWATT_PASSED, "" },
	{ "site", "lulea-1", 9, BOTH("exports are no use"), HWATT_NOT_CHECKED, "" },
};
static struct hwatt_followup_hour hours[24];
static struct hwatt_followup report;

static void fill_hours(void)
{
	for (int i = 0; i < 24; i++)
		hours[i] = (struct hwatt_followup_hour){ i, { i == 3 ? 0 : 3600000, 1 }, { i * 300000, 1 }, { i == 3 ? 0 : i * 150000, 1 } };
	report.hours = hours;
	report.hour_count = 24;
}

static struct hwatt_followup report = {
	.contract = { .id = "hosting", .buyer = "Region <Norr>", .supplier = "Exempelhall AB & co", .title = { .sv = "Drift", .en = "Hosting" },
		      .from_day = 19539, .to_day = 20999 },
	.period = "2026-Q3", .from_s = Q3, .to_s = Q3_END, .generated_s = Q3_END + 3 * DAY, .version = "0.1.0", .timezone = "Europe/Stockholm",
	.config_hash = "feed", .site_count = 2, .sites = sites, .ruleset_count = 1, .rulesets = rulesets, .requirement_count = 5,
	.requirements = requirements, .series_count = 2, .series = series, .event_count = 1, .events = events, .document_count = 3,
	.documents = documents, .comparison_count = 2, .comparisons = comparisons, .note_count = 1, .notes = notes,
	.certificate_count = 2, .certificates = certificates, .check_count = 3, .checks = checks,
};

static const struct hwatt_eu_carrier carriers[] = { { "electricity", { (hwatt_i128)1000000000001, 1000 }, 900000 } };
static const struct hwatt_eu_point points[] = { { "ups-1", "ups_output", 1 }, { "=1+1", "chassis", 2 } };
static const struct hwatt_eu_refrigerant refrigerants[] = { { "R-1234ze", { 18, 1 }, { 7, 1 } } };
static const struct hwatt_eu_statement statements[] = { { "WIND-1", "go", "", { 7000, 1 } }, { HOSTILE, "ppa", "", { 1, 3 } } };
static const struct hwatt_eu_invariant invariants[] = {
	{ "e_it_kwh <= e_dc_kwh", true, true, "a" },
	{ "w_in_pot_m3 <= w_in_m3", true, false,
	  "There cannot be more potable water than water: the meter of all water does not see the potable water." },
	{ "w_in_fre_m3 <= w_in_m3", false, false, "b" },
};
static const char *const grid_functions[] = { "frequency response" };
static const char *const eu_notes[] = { "The year is not over: the figures are those so far." };

static struct hwatt_eu_report eu = {
	.schema = HWATT_EU_REPORT_SCHEMA, .ruleset_id = "EED-2024", .ruleset_hash = "0123abcd", .site = "lulea-1", .year = 2026,
	.from_s = Q3, .to_s = Q3_END, .open = true, .timezone = "Europe/Stockholm", .generated_s = Q3_END, .generator_version = "0.1.0",
	.config_hash = "feed", .carrier_count = 1, .point_count = 2, .grid_function_count = 1, .refrigerant_count = 1, .statement_count = 2,
	.invariant_count = 3, .note_count = 1, .carriers = carriers, .points = points, .grid_functions = grid_functions,
	.refrigerants = refrigerants, .statements = statements, .invariants = invariants, .notes = eu_notes, .merkle_root = "",
	.timestamp_token_ref = "", .tree_size = 0,
};

/* Every field in every state that there is, one after the other; a field without a value says why. */
static void fill_eu(bool empty)
{
	for (int f = 0; f < HWATT_EU_FIELDS; f++) {
		const struct hwatt_eu_field_info *info = hwatt_eu_field_info((enum hwatt_eu_field)f);
		enum hwatt_eu_status status = empty ? HWATT_EU_NOT_AVAILABLE : (enum hwatt_eu_status)(f % HWATT_EU_STATUSES);
		bool there = status != HWATT_EU_NOT_AVAILABLE && status != HWATT_EU_NOT_REPORTED;
		const char *text = f == HWATT_EU_DC_TYPE ? "colocation" : f == HWATT_EU_PUE_CLASS || f == HWATT_EU_WUE_CLASS ? "B" : HOSTILE;
		eu.values[f] = (struct hwatt_eu_value){ .status = status, .number = { there ? f * 1000 + 1 : 0, there ? 3 : 0 },
							.text = !there || info->kind == HWATT_EU_NUMBER ? "" : info->kind == HWATT_EU_FLAG ? "yes" : text,
							.coverage_ppm = there ? 999999 : 0, .u_known = there, .u_rel = { 1, 100 },
							.quality = there ? 'M' : 'X', .method = there ? "meters" : "",
							.note = there ? "" : "nobody read the water meters" };
	}
	if (empty)
		eu.carrier_count = eu.point_count = eu.refrigerant_count = eu.statement_count = eu.invariant_count = eu.note_count =
			eu.grid_function_count = 0;
}

static char **arguments;

static const char *query(const struct hwatt_request *request, const char *key)
{
	(void)request;
	return strcmp(key, "format") == 0 ? arguments[1] : strcmp(key, "lang") == 0 ? arguments[2] : NULL;
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	arguments = argv;
	bool european = argc > 3 && strncmp(argv[3], "eu", 2) == 0;
	if (european)
		fill_eu(strcmp(argv[3], "eu-empty") == 0);
	fill_hours();
	if (argc > 3 && !european) {
		report.certificate_count = report.check_count = report.hour_count = 0;
		report.requirement_count = report.series_count = report.event_count = report.document_count = 0;
		report.comparison_count = report.note_count = report.ruleset_count = report.site_count = 0;
		report.open = true;
	}
	struct hwatt_text body;
	struct hwatt_error err = {0};
	struct hwatt_view view = { .followup = european ? NULL : &report, .eu_report = european ? &eu : NULL };
	struct hwatt_request request = { .accept = "", .query = query };
	struct hwatt_answer answer = { .body = &body };
	hwatt_text_init(&body, 1u << 24);
	if (report_exporter.render(&view, &request, &answer, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	fwrite(hwatt_text_string(&body), 1, body.length, stdout);
	hwatt_text_free(&body);
	return 0;
}
