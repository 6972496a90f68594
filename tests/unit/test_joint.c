/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hallwatt/joint.h>

#define MOST 8

static char folder[] = "/tmp/hallwatt-joint-XXXXXX";
static char names[MOST][64];
static const char *files[MOST];
static size_t written;

static void begin(void)
{
	for (size_t i = 0; i < written; i++)
		unlink(files[i]);
	written = 0;
}

static void write_text(const char *text)
{
	snprintf(names[written], sizeof(names[written]), "%s/%zu.json", folder, written);
	FILE *file = fopen(names[written], "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	files[written] = names[written];
	written++;
}

/* A report of a contract whose requirements are `requirements`. */
static void write_report(const char *contract, const char *requirements)
{
	char text[4096];
	snprintf(text, sizeof(text), "{\"schema\": \"hallwatt.followup/1\", \"contract\": {\"id\": \"%s\", \"buyer\": \"B\", \"supplier\": \"S\", "
		 "\"title\": {\"sv\": \"T\"}}, \"period\": {\"asked\": \"2026\", \"open\": false}, \"requirements\": [%s]}", contract, requirements);
	write_text(text);
}

/* A report of contract c over a month of 2026. */
static void write_month(const char *month, const char *requirements)
{
	char text[4096];
	snprintf(text, sizeof(text), "{\"schema\": \"hallwatt.followup/1\", \"contract\": {\"id\": \"c\", \"buyer\": \"B\", \"supplier\": \"S\", \"title\": {}}, "
		 "\"period\": {\"asked\": \"2026-%s\", \"to\": \"2026-%s-28T23:00:00Z\", \"open\": false}, \"requirements\": [%s]}", month, month,
		 requirements);
	write_text(text);
}

#define R(package, template, type, status, reasons) \
	"{\"id\": \"x\", \"type\": \"" type "\", \"status\": \"" status "\", \"reasons\": [" reasons "], \"package\": \"" package "\", " \
	"\"template\": \"" template "\", \"title\": {\"en\": \"t\"}, \"value\": \"1.5\", \"limit\": null, \"unit\": \"1\"}"
/* A requirement of the contract's own. */
#define OWN(title, status) \
	"{\"id\": \"x\", \"type\": \"pue\", \"status\": \"" status "\", \"reasons\": [], \"package\": \"\", \"template\": \"\", \"title\": {" title "}, " \
	"\"value\": \"1.5\", \"limit\": null, \"unit\": \"1\"}"
#define P(status, reasons) R("p@1", "a", "pue", status, reasons)

static enum hwatt_lesson lesson(const char *const *reports, size_t count)
{
	struct hwatt_joint joint;
	struct hwatt_error err = {0};
	begin();
	for (size_t i = 0; i < count; i++)
		write_report((const char[]){ (char)('a' + i), '\0' }, reports[i]);
	if (hwatt_joint_read(files, count, &joint, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(joint.row_count, 1);
	enum hwatt_lesson l = joint.rows[0].lesson;
	hwatt_joint_free(&joint);
	return l;
}

#define LESSON(...) lesson((const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static void what_to_change_follows_from_what_the_contracts_say(void **state)
{
	(void)state;
	const char *met = P("met", "\"OK\""), *gaps = P("not_enough_data", "\"COVERAGE\""), *broken = P("not_met", "\"LIMIT\"");
	const char *paper = P("not_enough_data", "\"NO_DOC\""), *old = P("expired", "\"DOC_EXPIRED\"");
	const char *open = P("not_enough_data", "\"PERIOD_OPEN\""), *nothing = P("not_applicable", "\"NO_SUBJECT\"");
	assert_int_equal(LESSON(met, met, met), HWATT_LESSON_NONE);
	assert_int_equal(LESSON(met, met, gaps), HWATT_LESSON_MEASURE);
	assert_int_equal(LESSON(met, met, met, gaps), HWATT_LESSON_NONE);
	assert_int_equal(LESSON(met, met, paper), HWATT_LESSON_DOCUMENTS);
	assert_int_equal(LESSON(met, met, old), HWATT_LESSON_RENEW);
	assert_int_equal(LESSON(met, broken), HWATT_LESSON_BREACHES);
	assert_int_equal(LESSON(met, met, broken), HWATT_LESSON_NONE);
	assert_int_equal(LESSON(nothing, nothing), HWATT_LESSON_SUBJECT);
	assert_int_equal(LESSON(open, open, nothing), HWATT_LESSON_WAIT);
	assert_int_equal(LESSON(open, open, gaps), HWATT_LESSON_MEASURE); /* of the one that could have been judged */
	assert_int_equal(LESSON(broken, gaps, gaps), HWATT_LESSON_MEASURE); /* what cannot be judged goes first */
	assert_int_equal(LESSON(P("not_enough_data", "\"PERIOD_OPEN\", \"COVERAGE\"")), HWATT_LESSON_MEASURE);
}

static void what_registers_do_not_tell_is_no_lack_of_meters(void **state)
{
	(void)state;
	const char *unknown = R("p@1", "a", "reuse_rate", "not_enough_data", "\"NO_DATA\""), *unread = P("not_enough_data", "\"NO_DATA\"");
	assert_int_equal(LESSON(unknown), HWATT_LESSON_REGISTERS);
	assert_int_equal(LESSON(unread), HWATT_LESSON_MEASURE);
	const char *later = P("not_applicable", "\"OUTSIDE_PERIOD\"");
	assert_int_equal(LESSON(later), HWATT_LESSON_WAIT); /* a step of a later year: nothing to leave out */
}

static void lessons_are_drawn_from_the_latest_report_of_a_contract(void **state)
{
	(void)state;
	struct hwatt_joint joint;
	struct hwatt_error err = {0};
	begin();
	write_month("10", P("met", "\"OK\""));
	write_month("08", P("not_met", "\"LIMIT\""));
	write_month("09", P("not_met", "\"LIMIT\""));
	assert_int_equal(hwatt_joint_read(files, 3, &joint, &err), 0);
	assert_int_equal(joint.report_count, 3);
	assert_int_equal(joint.contract_count, 1);
	assert_true(joint.reports[0].latest && !joint.reports[1].latest && !joint.reports[2].latest);
	assert_int_equal(joint.rows[0].contracts, 1);
	assert_int_equal(joint.rows[0].counts[HWATT_MET], 1);
	assert_int_equal(joint.rows[0].counts[HWATT_NOT_MET], 0);
	assert_int_equal(joint.rows[0].lesson, HWATT_LESSON_NONE);
	assert_int_equal(joint.rows[0].cells[1].status, HWATT_NOT_MET); /* the table shows all */
	hwatt_joint_free(&joint);
}

static void rows_are_templates_and_types_and_fold_to_the_worst(void **state)
{
	(void)state;
	struct hwatt_joint joint;
	struct hwatt_error err = {0};
	begin();
	write_report("a", R("", "", "pue", "met", "") "," R("", "", "pue", "not_met", "\"LIMIT\"") "," R("p@1", "b", "pue", "met", ""));
	write_report("b", R("p@1", "a", "energy", "met", "") "," R("", "", "pue", "expired", ""));
	assert_int_equal(hwatt_joint_read(files, 2, &joint, &err), 0);
	assert_int_equal(joint.row_count, 3);
	assert_string_equal(joint.rows[0].template_id, "a");
	assert_string_equal(joint.rows[1].template_id, "b");
	assert_string_equal(joint.rows[2].package, "");
	const struct hwatt_joint_row *own = &joint.rows[2];
	assert_int_equal(own->contracts, 2);
	assert_int_equal(own->cells[0].status, HWATT_NOT_MET);
	assert_string_equal(own->cells[0].reasons, "LIMIT");
	assert_int_equal(own->cells[1].status, HWATT_EXPIRED);
	assert_false(joint.rows[1].cells[1].present);
	assert_int_equal(joint.reports[0].counts[HWATT_MET], 2); /* each requirement counts in its report */
	assert_string_equal(own->cells[0].value, "1.5");
	assert_string_equal(own->cells[0].limit, "");
	hwatt_joint_free(&joint);
}

static void own_promises_of_one_type_do_not_answer_for_each_other(void **state)
{
	(void)state;
	struct hwatt_joint joint;
	struct hwatt_error err = {0};
	begin();
	write_report("a", OWN("\"sv\": \"by month\"", "met") "," OWN("\"sv\": \"by hour\"", "not_met") "," OWN("\"sv\": \"by month\", \"en\": \"m\"", "met"));
	write_report("b", OWN("\"sv\": \"by month\"", "expired"));
	assert_int_equal(hwatt_joint_read(files, 2, &joint, &err), 0);
	assert_int_equal(joint.row_count, 3);
	for (size_t i = 0; i < joint.row_count; i++) {
		const struct hwatt_joint_row *row = &joint.rows[i];
		bool hour = strcmp(row->title.sv, "by hour") == 0, both = !hour && row->title.en == NULL;
		assert_int_equal(row->cells[0].status, hour ? HWATT_NOT_MET : HWATT_MET);
		assert_int_equal(row->contracts, both ? 2 : 1);
	}
	hwatt_joint_free(&joint);
}

static void refused(const char *with)
{
	struct hwatt_joint joint;
	struct hwatt_error err = {0};
	assert_int_equal(hwatt_joint_read(files, written, &joint, &err), -1);
	assert_int_equal(err.code, HWATT_EINVAL);
	if (strstr(err.text, with) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", err.text, with);
}

static void what_is_no_report_is_named(void **state)
{
	(void)state;
	begin();
	refused("between 1 and 1000 reports");
	write_text("{\"a\": ");
	refused("0.json:1:6: no JSON");
	begin();
	write_text("[1]");
	refused("no follow-up report of a version known here");
	begin();
	write_text("{\"schema\": \"hallwatt.followup/9\"}");
	refused("but hallwatt.followup/9");
	begin();
	write_text("{\"schema\": \"hallwatt.followup/1\", \"contract\": {\"id\": \"a\"}}");
	refused("lacks its contract or its requirements");
	begin();
	write_report("a", P("splendid", ""));
	refused("a known status");
	begin();
	write_report("a", "7");
	refused("a known status");
	begin();
	write_report("a", P("met", ""));
	write_report("a", P("met", ""));
	refused("stand in");
	begin();
	files[0] = "/nowhere/x.json";
	written = 1;
	refused("/nowhere/x.json");
	written = 0;
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	begin();
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_to_change_follows_from_what_the_contracts_say),
		cmocka_unit_test(what_registers_do_not_tell_is_no_lack_of_meters),
		cmocka_unit_test(lessons_are_drawn_from_the_latest_report_of_a_contract),
		cmocka_unit_test(rows_are_templates_and_types_and_fold_to_the_worst),
		cmocka_unit_test(own_promises_of_one_type_do_not_answer_for_each_other),
		cmocka_unit_test(what_is_no_report_is_named),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
