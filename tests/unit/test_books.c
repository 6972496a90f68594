/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "loading.h"

#include "books.h"
#include "sheet.h"
#include <stdio.h>
#include <stdlib.h>

struct desk {
	struct loading l;
	struct books *books;
};

static struct desk begin(void)
{
	struct desk d = { .l = loading_begin() };
	d.books = books_new(d.l.arena);
	return d;
}

static void take(struct desk *d, enum books_kind kind, const char *file, const char *text)
{
	books_take(d->books, kind, file, text, strlen(text), d->l.arena, &d->l.report);
}

static void finish(struct desk *d, const char *expected)
{
	books_finish(d->books, d->l.arena, &d->l.report);
	const char *mistakes = loading_mistakes(&d->l);
	if (strcmp(mistakes, expected) != 0)
		fprintf(stderr, "%s", mistakes); /* cmocka cuts long texts */
	assert_string_equal(mistakes, expected);
}

/* Reads one file and expects exactly these mistakes. */
static void expect(enum books_kind kind, const char *file, const char *text, const char *expected)
{
	struct desk d = begin();
	take(&d, kind, file, text);
	finish(&d, expected);
	loading_end(&d.l);
}

#define HEAD "site,quantity,meter,from,to,at,value,unit,author\n"

static void readings_become_tracks_in_the_order_of_their_days(void **state)
{
	(void)state;
	struct desk d = begin();
	take(&d, BOOKS_READINGS, "r.csv", HEAD "s,water,b,,,2026-03-01,150,m3,k\ns,water,b,,,2026-01-01,100.5,m3,k\n"
	     "s,fuel_oil,,2026-02-01,2026-02-28,,2,MWh,k\n");
	take(&d, BOOKS_READINGS, "r.yaml", "- {site: s, quantity: water, meter: a, from: 2026-01-01, to: 2026-01-31, value: 2500, unit: L, author: k, accuracy: 2 %}\n"
	     "- {site: s, quantity: intake_temperature, at: 2026-01-01, value: -1.5, unit: Cel, author: k}\n"
	     "- {site: s, quantity: intake_temperature, at: 2026-02-01, value: 24, unit: Cel, author: k}\n"
	     "- {site: s, quantity: heat_reused, from: 2026-01-01, to: 2026-01-02, value: 3.6, unit: GJ, author: k}\n"
	     "- {site: s, quantity: other_fuel, from: 2026-01-01, to: 2026-01-02, value: 200, unit: L, heating_value: 9.96, author: k}\n");
	finish(&d, "");
	const struct logbook *book = &d.books->logbook;
	assert_int_equal(book->track_count, 6);
	assert_int_equal(book->tracks[0].quantity, LOGBOOK_WATER);
	assert_string_equal(book->tracks[0].meter, "a");
	assert_true(book->tracks[0].spells[0].value == 2500000);
	assert_int_equal(book->tracks[0].accuracy_ppm, 20000);
	assert_int_equal(book->tracks[1].count, 1);
	assert_true(book->tracks[1].spells[0].value == 49500000); /* between two stands of the register */
	assert_int_equal(book->tracks[1].spells[0].to_day - book->tracks[1].spells[0].from_day, 59);
	assert_true(book->tracks[2].spells[0].value == 1000000000); /* 3.6 GJ are 1,000 kWh */
	assert_true(book->tracks[3].spells[0].value == 2000000000);
	assert_true(book->tracks[4].spells[0].value == 1992000000);
	assert_int_equal(book->tracks[5].count, 2);
	assert_true(book->tracks[5].spells[0].value == -1500000);
	assert_int_equal(book->tracks[5].spells[0].to_day - book->tracks[5].spells[0].from_day, 31);
	assert_true(book->tracks[5].spells[1].to_day == INT64_MAX);
	loading_end(&d.l);
}

static void nonsense_in_readings_is_told_with_its_place(void **state)
{
	(void)state;
	expect(BOOKS_READINGS, "r.csv", HEAD "s,watr,,2026-01-01,2026-01-31,,5,m3,k\n", "r.csv:2:3: \"watr\" is not known here; did you mean \"water\"?\n");
	expect(BOOKS_READINGS, "r.csv", HEAD "s,water,,2026-01-31,2026-01-01,,5,m3,k\n", "r.csv:2:21: \"to\" is before \"from\"; it is the last day\n");
	expect(BOOKS_READINGS, "r.csv", HEAD "s,water,,2026-01-01,2026-01-31,,-5,m3,k\n", "r.csv:2:33: water cannot be negative\n");
	expect(BOOKS_READINGS, "r.csv", HEAD "s,water,,2026-01-01,2026-01-31,,5,kWh,k\n", "r.csv:2:35: \"kWh\" is no unit of water; write one of: m3, L\n");
	expect(BOOKS_READINGS, "r.csv", HEAD "s,fuel_oil,,2026-01-01,2026-01-31,,5,L,k\n",
	       "r.csv:2:38: how much energy a fuel holds is not the same everywhere; state \"heating_value\" (kWh per L) from the delivery "
	       "note, or the amount in kWh\n");
	expect(BOOKS_READINGS, "r.csv", HEAD "s,water,,,,,5,m3,k\n",
	       "r.csv:2:1: the row has no time; state \"from\" and \"to\" (first and last day), or \"at\" (a register value as that day began)\n");
	expect(BOOKS_READINGS, "r.csv", HEAD "s,water,,2026-01-01,2026-01-31,,5,m3,k\ns,water,,2026-01-31,2026-02-28,,5,m3,k\n",
	       "r.csv:3:1: these days are there already, at r.csv:2; a day counts once\n");
	expect(BOOKS_READINGS, "r.csv", HEAD "s,water,,,,2026-01-01,5,m3,k\ns,water,,,,2026-02-01,4,m3,k\n",
	       "r.csv:3:1: the register went backwards since r.csv:2; if it was exchanged or set back, say so with \"reset\": true\n");
	expect(BOOKS_READINGS, "r.csv", HEAD "s,water,,,,2026-01-01,5,m3,k\ns,water,,2026-02-01,2026-02-02,,4,m3,k\n",
	       "r.csv:3:1: the same meter is written with \"at\" and with \"from\" and \"to\" (r.csv:2); keep to one of them, or give them "
	       "different names under \"meter\"\n");
	expect(BOOKS_READINGS, "r.csv", HEAD "s,fuel_oil,,2026-01-01,2026-01-31,,5000000,GWh,k\n",
	       "r.csv:2:36: that is more than any data centre has; is the unit right?\n");
	expect(BOOKS_READINGS, "r.yaml", "site: s\n", "r.yaml:1:1: the file holds a list: a row begins with \"- \"\n");
}

static void a_register_that_was_exchanged_counts_anew(void **state)
{
	(void)state;
	struct desk d = begin();
	take(&d, BOOKS_READINGS, "r.yaml", "- {site: s, quantity: water, at: 2026-01-01, value: 900, unit: m3, author: k}\n"
	     "- {site: s, quantity: water, at: 2026-02-01, value: 950, unit: m3, author: k}\n"
	     "- {site: s, quantity: water, at: 2026-02-10, value: 3, unit: m3, reset: true, author: k}\n"
	     "- {site: s, quantity: water, at: 2026-03-01, value: 23, unit: m3, author: k}\n");
	finish(&d, "");
	const struct logbook_track *track = &d.books->logbook.tracks[0];
	assert_int_equal(track->count, 2); /* nothing is made up for the nine days between */
	assert_true(track->spells[0].value == 50000000 && track->spells[1].value == 20000000);
	assert_int_equal(track->spells[1].from_day - track->spells[0].to_day, 9);
	loading_end(&d.l);
}

/* --- rules and factors ------------------------------------------------------------------------------------------- */

static void rulesets_have_hashes_and_files_take_the_place_of_shipped_ones(void **state)
{
	(void)state;
	struct desk d = begin();
	char old[65];
	strcpy(old, books_ruleset(d.books, "EED-2026")->hash);
	assert_int_equal(strlen(old), 64);
	assert_string_not_equal(old, books_ruleset(d.books, "EED-2024")->hash);
	assert_true(ruleset_omits(books_ruleset(d.books, "EED-2024"), "w_in_fre_m3"));
	assert_null(books_ruleset(d.books, "EED-2030"));
	take(&d, BOOKS_RULESETS, "x.yaml", "{id: EED-2026, title: t, source: s, published: 2027-01-01, classes: {pue: [{class: A, max: 1.1}, {class: B}]}}\n");
	finish(&d, "");
	const struct ruleset *mine = books_ruleset(d.books, "EED-2026");
	assert_string_not_equal(mine->hash, old);
	assert_string_equal(ruleset_class(&mine->classes.pue, (struct hwatt_ratio){ 12, 10 }), "B");
	struct ruleset_weighting weights = ruleset_weighting(books_ruleset(d.books, "ISO-30134-2016"));
	assert_int_equal(weights.ppm[LOGBOOK_NATURAL_GAS - LOGBOOK_FIRST_CARRIER], 350000);
	assert_int_equal(weights.ppm[LOGBOOK_CONDENSER_WATER - LOGBOOK_FIRST_CARRIER], 30000);
	assert_false(weights.verified[0]);
	loading_end(&d.l);
	expect(BOOKS_RULESETS, "x.yaml", "{id: x, title: t, source: s, published: 2027-01-01, classes: {wue: [{class: A, max: 2}, {class: B, max: 1}]}}\n",
	       "x.yaml:1:89: the classes do not rise; write the best one first, and only the last without \"max\"\n");
}

static void a_factor_of_an_earlier_year_is_provisional(void **state)
{
	(void)state;
	struct desk d = begin();
	const char *const zones[] = { "SE1", "SE" };
	struct factor_answer answer = books_factor(d.books, FACTOR_RESIDUAL_MIX, zones, 2, 2023);
	assert_int_equal(answer.factor->value, 524100000);
	assert_false(answer.provisional);
	answer = books_factor(d.books, FACTOR_RESIDUAL_MIX, zones, 2, 2022);
	assert_int_equal(answer.factor->value, 371990000);
	assert_true(answer.provisional);
	assert_true(books_factor(d.books, FACTOR_RESIDUAL_MIX, zones, 2, 2026).provisional);
	assert_null(books_factor(d.books, FACTOR_RESIDUAL_MIX, zones, 2, 2020).factor); /* never a later year's */
	assert_null(books_factor(d.books, FACTOR_GRID, zones, 2, 2026).factor);
	take(&d, BOOKS_FACTORS, "f.yaml", "- {kind: residual_mix, zone: SE1, year: 2023, value: 1, unit: g/kWh, published: 2024-01-01, source: s}\n"
	     "- {kind: residual_mix, zone: SE1, year: 2023, value: 2, unit: g/kWh, published: 2024-02-01, source: s}\n");
	finish(&d, "");
	assert_int_equal(books_factor(d.books, FACTOR_RESIDUAL_MIX, zones, 2, 2023).factor->value, 2000000); /* nearer, and newer */
	const struct factor *rows = d.books->rows[BOOKS_FACTORS].items;
	answer = factor_find(rows, d.books->rows[BOOKS_FACTORS].count, FACTOR_RESIDUAL_MIX, zones, 2, 2023, 19750); /* as known on 2024-01-28 */
	assert_int_equal(answer.factor->value, 1000000);
	loading_end(&d.l);
	expect(BOOKS_FACTORS, "f.yaml", "- {kind: grid, zone: SE, year: 2025, value: 0.3, unit: share, published: 2026-01-01, source: s}\n",
	       "f.yaml:1:56: grid is stated in g/kWh\n");
}

/* --- certificates ------------------------------------------------------------------------------------------------ */

#define CERTIFICATES "statement_id,kind,site,contract,volume,technology,guarantees,production_start,production_end,transaction_time," \
		     "cert_id_from,cert_id_to,domain_country,country,beneficiary_name,transaction_id,document_sha256\n"

static void nonsense_in_certificates_is_told_with_its_place(void **state)
{
	(void)state;
	expect(BOOKS_CERTIFICATES, "g.csv", CERTIFICATES "a,,s,c,1 MWh,wind,,2026-01-01,2026-01-31,,,,,,,,\n",
	       "g.csv:2:1: state whom it was cancelled for: a site, or a contract\n");
	expect(BOOKS_CERTIFICATES, "g.csv", CERTIFICATES "a,ppa,s,,1 MWh,wind,,2026-01-01,2026-01-31,,,,,,,,\n",
	       "g.csv:2:1: state what became of the guarantees of this energy: \"guarantees\": cancelled, not_issued or sold\n");
	expect(BOOKS_CERTIFICATES, "g.csv", CERTIFICATES "a,,s,,1 MWh,wind,,2026-02-01,2026-01-31,,,,,,,,\n",
	       "g.csv:2:1: the production ends before it begins\n");
	expect(BOOKS_CERTIFICATES, "g.csv", CERTIFICATES "a,,s,,1 MWh,wind,,2026-02-30,2026-03-31,,,,,,,,\n",
	       "g.csv:2:19: 2026-02-30: that month has the days 1 to 28\n");
	expect(BOOKS_CERTIFICATES, "g.csv", CERTIFICATES "a,,s,,1 MWh,wind,,2026-02-01,2026-02-28,2026-01-31,,,,,,,\n",
	       "g.csv:2:41: it was cancelled before any of it was produced\n");
	expect(BOOKS_CERTIFICATES, "g.yaml", "- {statement_id: a, site: s, volume: 1 MWh, technology: wind, production_start: 2026-01-01, production_end: 2026-01-01, "
	       "production_from: \"13:00\"}\n", "g.yaml:1:3: state both \"production_from\" and \"production_until\", or neither\n");
	expect(BOOKS_CERTIFICATES, "g.csv", CERTIFICATES "a,,s,,1 MWh,wind,,2026-01-01,2026-01-31,,X1,X9,,,,,\na,,s,,1 MWh,wind,,2026-01-01,2026-01-31,,X9,X12,,,,,\n",
	       "g.csv:3:1: statement a stands here a second time (g.csv:2) with the same certificates\n");
}

/* Two rows of one statement without ids, imported twice: sorted by statement alone, no row stands beside its twin. */
static void regress_5_a_statement_of_several_rows_counts_once(void **state)
{
	(void)state;
	expect(BOOKS_CERTIFICATES, "g.csv", CERTIFICATES "a,,s,,10 MWh,hydro,,2026-01-01,2026-01-31,2026-02-01,,,SE,SE,,,\n"
	       "a,,s,,20 MWh,wind,,2026-01-01,2026-01-31,2026-02-01,,,SE,SE,,,\n"
	       "a,,s,,10 MWh,hydro,,2026-01-01,2026-01-31,2026-02-01,,,SE,SE,,,\n"
	       "a,,s,,20 MWh,wind,,2026-01-01,2026-01-31,2026-02-01,,,SE,SE,,,\n",
	       "g.csv:4:1: statement a stands here a second time (g.csv:2) with the same certificates\n"
	       "g.csv:5:1: statement a stands here a second time (g.csv:3) with the same certificates\n");
	struct desk d = begin();
	size_t count;
#define ROW "- {statement_id: a, site: s, volume: 1 MWh, technology: wind, production_start: 2026-01-01, production_end: 2026-01-01, "
	take(&d, BOOKS_CERTIFICATES, "g.yaml", ROW "device_gsrn: \"1\"}\n" ROW "device_gsrn: \"2\"}\n"
	     ROW "production_from: \"13:00\", production_until: \"14:00\"}\n" ROW "production_from: \"14:00\", production_until: \"15:00\"}\n");
	finish(&d, "");
	const struct certificate *rows = books_certificates(d.books, &count);
	assert_int_equal(count, 4);
	for (size_t i = 0; i < count; i++)
		assert_false(rows[i].twice); /* as much from another plant, or in another hour */
	loading_end(&d.l);
}

static void ranges_of_ids_overlap_by_number(void **state)
{
	(void)state;
	struct certificate a = { .id = "a", .cert_id_from = "SE0009", .cert_id_to = "SE0100" };
	struct certificate b = { .id = "b", .cert_id_from = "SE0101", .cert_id_to = "SE0200" };
	assert_false(certificate_overlap(&a, &b));
	b.cert_id_from = "SE0100";
	assert_true(certificate_overlap(&a, &b));
	b.cert_id_from = "NO0100";
	b.cert_id_to = "NO0200";
	assert_false(certificate_overlap(&a, &b));
	a = (struct certificate){ .id = "a", .cert_id_from = "99999999999999999999998", .cert_id_to = "99999999999999999999999" };
	b = (struct certificate){ .id = "b", .cert_id_from = "100000000000000000000000", .cert_id_to = "100000000000000000000001" };
	assert_false(certificate_overlap(&a, &b));
}

/* --- the hours of certificates ----------------------------------------------------------------------------------- */

#define OWNERS "statement_id,kind,site,volume,technology,guarantees,production_start,production_end,device_gsrn,cert_id_from,cert_id_to\n"
#define HOURS "statement_id,device_gsrn,start,minutes,volume\n"

static void expect_hours(const char *certificates, const char *hours, const char *expected)
{
	struct desk d = begin();
	take(&d, BOOKS_CERTIFICATES, "g.csv", certificates);
	take(&d, BOOKS_PRODUCTION, "p.csv", hours);
	finish(&d, expected);
	loading_end(&d.l);
}

static void nonsense_in_hours_is_told_with_its_place(void **state)
{
	(void)state;
	static const char wind[] = OWNERS "W,go,s,10 kWh,wind,,2026-10-25,2026-10-25,7,,\n";
	expect_hours(wind, HOURS "W,,2026-10-25T02:00,,1 kWh\n",
		     "p.csv:2:4: \"2026-10-25T02:00\" is not a time that is told once; write it in UTC, like 2026-10-25T00:00Z, or with its offset, "
		     "like 2026-10-25T02:00+02:00\n");
	expect_hours(wind, HOURS "W,,2026-02-30T02:00Z,,1 kWh\n",
		     "p.csv:2:4: \"2026-02-30T02:00Z\" is not a time that is told once; write it in UTC, like 2026-10-25T00:00Z, or with its offset, "
		     "like 2026-10-25T02:00+02:00\n");
	expect_hours(wind, HOURS "W,,2026-10-25T02:15Z,,1 kWh\n", "p.csv:2:4: 2026-10-25T02:15Z is not where 60 minutes of the clock begin\n");
	expect_hours(wind, HOURS "W,,2026-10-25T02:00Z,20,1 kWh\n", "p.csv:2:22: 20 minutes: a row is of 15, 30 or 60\n");
	expect_hours(wind, HOURS "V,,2026-10-25T02:00Z,,1 kWh\n", "p.csv:2:1: no certificate has the statement_id \"V\"\n");
	expect_hours(wind, HOURS "W,8,2026-10-25T02:00Z,,1 kWh\n", "p.csv:2:1: statement W has no row of the plant \"8\"\n");
	expect_hours(wind, HOURS "W,7,2026-10-27T02:00Z,,1 kWh\n", "p.csv:2:1: 2026-10-27T02:00Z lies outside the production of W (g.csv:2)\n");
	/* half past and the whole hour, written in two zones */
	expect_hours(wind, HOURS "W,,2026-10-25T02:30+02:00,30,1 kWh\nW,,2026-10-25T00:00:00Z,,1 kWh\n",
		     "p.csv:2:1: 2026-10-25T02:30+02:00 stands here a second time (p.csv:3)\n");
	expect_hours(wind, HOURS "W,,2026-10-25T02:00Z,,6 kWh\nW,,2026-10-25T03:00Z,,5 kWh\n",
		     "p.csv:3:1: the production of W adds up to 11 kWh, more than its 10 kWh (g.csv:2)\n");
	expect_hours(OWNERS "W,go,s,10 kWh,wind,,2026-10-25,2026-10-25,7,,\nW,go,s,10 kWh,wind,,2026-10-25,2026-10-25,8,,\n",
		     HOURS "W,8,2026-10-25T02:00Z,,1 kWh\nW,,2026-10-25T02:00Z,,1 kWh\n",
		     "p.csv:3:1: statement W has several rows; name the plant: device_gsrn\n");
	expect_hours(OWNERS "W,onsite,s,10 kWh,solar,cancelled,2026-10-25,2026-10-25,7,,\n", HOURS "W,,2026-10-25T02:00Z,,1 kWh\n",
		     "p.csv:2:1: W is of the own plant, whose energy is metered\n");
	expect_hours("statement_id,site,volume,technology,production_start,production_end,production_from,production_until\n"
		     "W,s,10 kWh,wind,2026-10-25,2026-10-25,01:00,02:00\n", HOURS "W,,2026-10-25T01:00Z,,1 kWh\n",
		     "p.csv:2:1: W states its hours itself (production_from)\n");
}

static void hours_join_their_certificate_in_the_order_of_time(void **state)
{
	(void)state;
	struct desk d = begin();
	size_t count;
	take(&d, BOOKS_CERTIFICATES, "g.csv", OWNERS "V,go,s,10 kWh,wind,,2026-10-25,2026-10-25,7,,\nW,go,s,10 kWh,wind,,2026-10-25,2026-10-25,7,,\n");
	take(&d, BOOKS_PRODUCTION, "p.csv", HOURS "W,,2026-10-25T02:00+01:00,,3 kWh\nW,,2026-10-25T02:00+02:00,,2.5 kWh\nW,,2026-10-24 22:45Z,15,0 kWh\n");
	finish(&d, "");
	const struct certificate *row = books_certificates(d.books, &count) + 1;
	int64_t day_s = civil_day(2026, 10, 25) * 86400;
	assert_int_equal(count, 2);
	assert_int_equal(row[-1].hour_count, 0);
	assert_int_equal(row->hour_count, 3);
	assert_int_equal(row->hours[0].start_s, day_s - 4500);
	assert_int_equal(row->hours[0].seconds, 900);
	assert_int_equal(row->hours[1].start_s, day_s); /* the hour that is called 02:00 twice */
	assert_int_equal(row->hours[2].start_s, day_s + 3600);
	assert_int_equal(row->hours_mj, 5500000 * HWATT_MJ_PER_WH / 1000);
	assert_int_equal(certificate_hours_mj(row, day_s, day_s + 3600), 2500000 * HWATT_MJ_PER_WH / 1000);
	assert_int_equal(certificate_hours_mj(row, day_s + 1, day_s + 7199), 0); /* no hour lies wholly in it */
	loading_end(&d.l);
}

/* --- the same energy in two rows --------------------------------------------------------------------------------- */

static const struct certificate *link_rows(struct desk *d, const char *rows, const char *hours)
{
	size_t count;
	*d = begin();
	take(d, BOOKS_CERTIFICATES, "g.csv", rows);
	if (hours != NULL)
		take(d, BOOKS_PRODUCTION, "p.csv", hours);
	finish(d, "");
	return books_certificates(d->books, &count);
}

static void guarantees_of_a_delivery_are_linked_with_it(void **state)
{
	(void)state;
	struct desk d;
	const struct certificate *rows = link_rows(&d, OWNERS "P,ppa,s,100 MWh,wind,cancelled,2026-01-01,2026-12-31,7,,\n"
		"A,go,s,60 MWh,wind,,2026-01-01,2026-06-30,7,,\n"   /* all of it stems from P */
		"B,go,s,60 MWh,wind,,2026-07-01,2026-12-31,7,,\n"   /* and 40 of these */
		"C,go,s,60 MWh,wind,,2027-01-01,2027-01-31,7,,\n"   /* of another time */
		"D,go,s,60 MWh,wind,,2026-01-01,2026-06-30,8,,\n"   /* another plant */
		"E,go,t,60 MWh,wind,,2026-01-01,2026-06-30,7,,\n", NULL); /* another's */
	static const int64_t mwh[] = { 0, 60, 40, 0, 0, 0 };
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(rows[i].link_count, mwh[i] > 0);
		if (mwh[i] > 0)
			assert_true(rows[i].links[0].delivery == &rows[0] && rows[i].links[0].volume_mj == mwh[i] * 1000000 * HWATT_MJ_PER_WH);
	}
	loading_end(&d.l);
	/* numbers tell for certain: X2 to X3 are in both, and not used twice by that; Y1 is another certificate of the same plant */
	rows = link_rows(&d, OWNERS "P,ppa,s,3 MWh,wind,cancelled,2026-01-01,2026-12-31,7,X1,X3\nA,go,s,2 MWh,wind,,2026-01-01,2026-12-31,7,X2,X3\n"
			 "B,go,s,1 MWh,wind,,2026-01-01,2026-12-31,7,Y1,Y1\n", NULL);
	assert_int_equal(rows[1].link_count, 1);
	assert_int_equal(rows[2].link_count, 0);
	assert_false(rows[0].twice || rows[1].twice || rows[2].twice);
	loading_end(&d.l);
	rows = link_rows(&d, OWNERS "P,ppa,s,3 MWh,wind,cancelled,2026-01-01,2026-12-31,7,X1,X3\nA,go,t,2 MWh,wind,,2026-01-01,2026-12-31,7,X2,X3\n", NULL);
	assert_true(rows[0].twice && rows[1].twice); /* somebody else claims them */
	assert_int_equal(rows[1].link_count, 0);
	loading_end(&d.l);
	/* hours tell what is the same: one of three */
	rows = link_rows(&d, OWNERS "P,ppa,s,2 kWh,wind,cancelled,2026-01-01,2026-01-01,7,,\nA,go,s,2 kWh,wind,,2026-01-01,2026-01-01,7,,\n",
			 HOURS "P,,2026-01-01T10:00Z,,1 kWh\nP,,2026-01-01T11:00Z,,1 kWh\nA,,2026-01-01T11:00Z,,1 kWh\nA,,2026-01-01T12:00Z,,1 kWh\n");
	assert_int_equal(rows[1].link_count, 1);
	assert_int_equal(rows[1].links[0].volume_mj, 1000 * HWATT_MJ_PER_WH);
	loading_end(&d.l);
	/* a delivery whose range holds theirs does not hide guarantees that share one */
	rows = link_rows(&d, OWNERS "P,ppa,s,9 MWh,wind,cancelled,2026-01-01,2026-12-31,7,X1,X9\nA,go,s,2 MWh,wind,,2026-01-01,2026-12-31,7,X2,X3\n"
			 "B,go,s,2 MWh,wind,,2026-01-01,2026-12-31,7,X3,X4\n", NULL);
	assert_true(rows[1].twice && rows[2].twice);
	assert_false(rows[0].twice);
	loading_end(&d.l);
	rows = link_rows(&d, OWNERS "P,ppa,s,2 kWh,wind,sold,2026-01-01,2026-01-01,7,,\nA,go,s,2 kWh,wind,,2026-01-01,2026-01-01,7,,\n", NULL);
	assert_int_equal(rows[1].link_count, 0); /* that delivery counts for nothing */
	loading_end(&d.l);
}

static void a_range_has_so_many_certificates(void **state)
{
	(void)state;
	static const struct { const char *from, *to; int64_t count; } cases[] = {
		{ "X1", "X1", 1 }, { "SE0009", "SE0100", 92 }, { "643002406801000000000000000001", "643002406801000000000000000250", 250 }, { "X", "X", 0 },
		{ "X9", "Y10", 0 }, { "X1", "X0", 0 }, { "A1000000000000000000001", "A2000000000000000000001", 0 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct certificate row = { .cert_id_from = cases[i].from, .cert_id_to = cases[i].to };
		assert_int_equal(certificate_range(&row), cases[i].count);
	}
}

static const struct certificate_check *audit(struct desk *d, const char *site, int64_t used_mwh, struct certificate_check out[CERTIFICATE_CHECKS])
{
	static const char *const names[] = { "Hall AB" };
	size_t count;
	const struct certificate *rows = books_certificates(d->books, &count);
	struct certificate_audit audit = { .site = site, .beneficiaries = names, .beneficiary_count = 1,
					   .from_day = civil_day(2026, 1, 1), .to_day = civil_day(2027, 1, 1),
					   .used_mj = (hwatt_i128)used_mwh * 1000000 * HWATT_MJ_PER_WH };
	certificate_audit(rows, count, &audit, d->l.arena, out);
	return out;
}

static void an_audit_finds_what_counts_twice(void **state)
{
	(void)state;
	struct desk d = begin();
	struct certificate_check out[CERTIFICATE_CHECKS];
	take(&d, BOOKS_CERTIFICATES, "g.csv", CERTIFICATES
	     "good,,s,,10 MWh,wind,,2026-01-01,2026-01-31,2026-02-20,X1,X10,NO,SE,Hall AB,,\n"      /* 13, 14: not to be found */
	     "twice,,s,,5 MWh,wind,,2026-02-01,2026-02-28,2026-03-20,X8,X12,SE,SE,Other AB,t,\n"   /* 1, 2, 13 */
	     "late,,s,,1 MWh,wind,,2025-06-01,2025-06-30,2026-08-20,,,SE,SE,,t,\n"                  /* 4, 15 */
	     "nuke,,s,,1.5 MWh,nuclear,,2026-03-01,2026-03-31,2026-04-01,Y1,Y2,SE,SE,,t,\n"         /* 6, 16 */
	     "sold,ppa,s,,1 MWh,wind,sold,2026-03-01,2026-03-31,,,,,,,,\n"                          /* 5 */
	     "roof,onsite,s,,1 MWh,solar,sold,2026-03-01,2026-03-31,,,,,,,,\n"                      /* 8 */
	     "over,,s,,1 MWh,wind,,2025-12-01,2026-01-31,2026-02-01,,,,,,,\n"                       /* 3: half of it is last year's */
	     "theirs,,,c,3 MWh,wind,,2026-02-01,2026-02-28,2026-03-20,X5,X5,SE,SE,,t,\n");          /* 12, with good */
	finish(&d, "");
	audit(&d, "s", 12, out);
	static const char *const failing[CERTIFICATE_CHECKS] = { "good, twice", "twice", "over", NULL, "sold", "nuke", "", "roof", NULL,
								 "", NULL, "good, twice", NULL, "good", NULL, "nuke" };
	for (int i = 0; i < CERTIFICATE_CHECKS; i++) {
		assert_int_equal(out[i].number, i + 1);
		if (failing[i] != NULL && failing[i][0] != '\0') {
			assert_int_equal(out[i].outcome, CERTIFICATE_FAIL);
			assert_string_equal(out[i].text, i == 11 ? "good" : failing[i]);
		}
	}
	assert_int_equal(out[6].outcome, CERTIFICATE_PASS);
	assert_int_equal(out[9].outcome, CERTIFICATE_FAIL);
	assert_string_equal(out[9].text, ""); /* of all rows together */
	assert_int_equal(out[8].outcome, CERTIFICATE_NOT_CHECKED);
	assert_int_equal(out[10].outcome, CERTIFICATE_NOT_CHECKED);
	audit(&d, "s", 100, out);
	assert_int_equal(out[9].outcome, CERTIFICATE_PASS);
	audit(&d, "elsewhere", 100, out);
	assert_int_equal(out[0].outcome, CERTIFICATE_NOT_CHECKED);
	loading_end(&d.l);
}

static void an_audit_counts_what_was_cancelled_and_where_it_stands(void **state)
{
	(void)state;
	struct desk d = begin();
	struct certificate_check out[CERTIFICATE_CHECKS];
	take(&d, BOOKS_CERTIFICATES, "g.csv", CERTIFICATES
	     "short,,s,,3 MWh,wind,,2026-02-01,2026-02-28,2026-03-20,Z1,Z2,SE,SE,,t,\n"    /* two certificates */
	     "supply,ppa,s,,3 MWh,wind,cancelled,2026-05-01,2026-05-31,,K1,K3,,,,,\n"
	     "own,,s,,3 MWh,wind,,2026-05-01,2026-05-31,2026-06-20,K1,K3,SE,SE,,t,\n"      /* of that delivery */
	     "early,,s,,1 MWh,wind,,2026-05-01,2026-05-31,2026-05-20,,,SE,SE,,t,\n");      /* half of it did not exist yet */
	finish(&d, "");
	audit(&d, "s", 7, out); /* 3 and 3 and 1: what stands in two rows is claimed once */
	static const char *const text[CERTIFICATE_CHECKS] = { [3] = "early", [4] = "short", [6] = "own", [12] = "short, own, early", [14] = "early" };
	for (int i = 0; i < CERTIFICATE_CHECKS; i++)
		assert_string_equal(out[i].outcome == CERTIFICATE_FAIL ? out[i].text : "", text[i] != NULL ? text[i] : "");
	assert_int_equal(out[9].outcome, CERTIFICATE_PASS);
	audit(&d, "s", 6, out);
	assert_int_equal(out[9].outcome, CERTIFICATE_FAIL);
	loading_end(&d.l);
}

static void an_audit_counts_what_it_has_no_room_to_name(void **state)
{
	(void)state;
	struct desk d = begin();
	struct certificate_check out[CERTIFICATE_CHECKS];
	struct hwatt_text csv;
	hwatt_text_init(&csv, 10000);
	hwatt_text_puts(&csv, CERTIFICATES);
	for (int i = 0; i < 60; i++)
		hwatt_text_printf(&csv, "NUCLEAR-%02d,,s,,1 MWh,nuclear,,2026-03-01,2026-03-31,2026-04-01,,,SE,SE,,t,\n", i);
	take(&d, BOOKS_CERTIFICATES, "g.csv", hwatt_text_string(&csv));
	hwatt_text_free(&csv);
	finish(&d, "");
	audit(&d, "s", 100, out);
	assert_int_equal(out[5].outcome, CERTIFICATE_FAIL);
	size_t length = strlen(out[5].text);
	assert_true(length > 300 && length <= 400);
	assert_string_equal(out[5].text + length - strlen(", NUCLEAR-30, +29"), ", NUCLEAR-30, +29");
	loading_end(&d.l);
}

static void what_is_eligible(void **state)
{
	(void)state;
	struct desk d = begin();
	size_t count;
	take(&d, BOOKS_CERTIFICATES, "g.yaml", "- {statement_id: a, site: s, volume: 1 MWh, technology: wind, production_start: 2026-01-01, production_end: 2026-01-31, "
	     "transaction_time: 2026-02-01, country: SE, zone: SE1, labels: [bra-miljoval], support_code: none}\n");
	finish(&d, "");
	const struct certificate *row = books_certificates(d.books, &count);
	const char *se1 = "SE1", *no = "NO", *label = "bra-miljoval";
	struct certificate_filter f = {0};
	assert_true(certificate_eligible(row, &f));
	f.zones = (struct hwatt_list){ &se1, 1 };
	f.labels = (struct hwatt_list){ &label, 1 };
	f.unsupported = true;
	assert_true(certificate_eligible(row, &f));
	f.labels = (struct hwatt_list){ &no, 1 };
	assert_false(certificate_eligible(row, &f));
	f.labels.count = 0;
	f.countries = (struct hwatt_list){ &no, 1 };
	assert_false(certificate_eligible(row, &f));
	f.countries.count = 0;
	f.technologies = 1u << CERTIFICATE_HYDRO;
	assert_false(certificate_eligible(row, &f));
	loading_end(&d.l);
}

static void take_example(struct desk *d, enum books_kind kind, const char *path)
{
	struct hwatt_text bytes;
	struct hwatt_error err;
	hwatt_text_init(&bytes, 1u << 20);
	if (document_read(path, &bytes, &err) < 0)
		fail_msg("%s: %s", path, err.text);
	books_take(d->books, kind, path, hwatt_text_string(&bytes), bytes.length, d->l.arena, &d->l.report);
	hwatt_text_free(&bytes);
}

static void the_shipped_examples_have_no_mistake(void **state)
{
	(void)state;
	struct desk d = begin();
	size_t count;
	take_example(&d, BOOKS_READINGS, TEST_SOURCE_DIR "/../../packaging/readings.example.csv");
	take_example(&d, BOOKS_CERTIFICATES, TEST_SOURCE_DIR "/../../packaging/certificates.example.yaml");
	take_example(&d, BOOKS_PRODUCTION, TEST_SOURCE_DIR "/../../packaging/production.example.csv");
	finish(&d, "");
	assert_int_equal(d.books->logbook.track_count, 5);
	const struct certificate *rows = books_certificates(d.books, &count);
	assert_int_equal(count, 3);
	assert_int_equal(rows[0].hour_count, 3);
	assert_int_equal(rows[2].hour_count, 1);
	loading_end(&d.l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readings_become_tracks_in_the_order_of_their_days),
		cmocka_unit_test(nonsense_in_readings_is_told_with_its_place),
		cmocka_unit_test(a_register_that_was_exchanged_counts_anew),
		cmocka_unit_test(rulesets_have_hashes_and_files_take_the_place_of_shipped_ones),
		cmocka_unit_test(a_factor_of_an_earlier_year_is_provisional),
		cmocka_unit_test(nonsense_in_certificates_is_told_with_its_place),
		cmocka_unit_test(ranges_of_ids_overlap_by_number),
		cmocka_unit_test(nonsense_in_hours_is_told_with_its_place),
		cmocka_unit_test(hours_join_their_certificate_in_the_order_of_time),
		cmocka_unit_test(guarantees_of_a_delivery_are_linked_with_it),
		cmocka_unit_test(a_range_has_so_many_certificates),
		cmocka_unit_test(regress_5_a_statement_of_several_rows_counts_once),
		cmocka_unit_test(an_audit_finds_what_counts_twice),
		cmocka_unit_test(an_audit_counts_what_was_cancelled_and_where_it_stands),
		cmocka_unit_test(an_audit_counts_what_it_has_no_room_to_name),
		cmocka_unit_test(what_is_eligible),
		cmocka_unit_test(the_shipped_examples_have_no_mistake),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
