/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "meterset.h"
#include "same_state.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define START_MS INT64_C(1800000000000) /* a quarter's start */
#define STEP_MS 30000

struct seen { /* quarters by point */
	struct { char key[64]; struct interval interval; } rows[400];
	size_t count;
};

static void on_quarter(void *arg, const struct store_point *point, const struct interval *interval)
{
	struct seen *seen = arg;
	assert_true(seen->count < sizeof(seen->rows) / sizeof(seen->rows[0]));
	assert_string_equal(point->device, "dev");
	snprintf(seen->rows[seen->count].key, sizeof(seen->rows[0].key), "%s/%s/%s", hwatt_role_name(point->role),
		 point->index, hwatt_quantity_info(point->quantity)->name);
	seen->rows[seen->count++].interval = *interval;
}

static const struct interval *find(const struct seen *seen, const char *key, int64_t start_s)
{
	const struct interval *found = NULL;
	for (size_t i = 0; i < seen->count; i++)
		if (strcmp(seen->rows[i].key, key) == 0 && seen->rows[i].interval.start_s == start_s)
			found = &seen->rows[i].interval;
	if (found == NULL)
		fail_msg("no quarter of %s", key);
	return found;
}

struct told { /* a point and what it said last */
	struct target_point as;
	int64_t value, mono_ms;
	uint64_t poll;
	bool has_stamp;
	uint64_t stamp;
};

static struct told point(enum hwatt_role role, enum hwatt_quantity quantity, const char *index)
{
	return (struct told){ .as = { .role = role, .quantity = quantity, .index = index, .name = "", .source = "",
				      .step = 1 } };
}

static void set(struct told *p, int64_t value, uint64_t poll, int64_t mono_ms)
{
	p->value = value;
	p->poll = poll;
	p->mono_ms = mono_ms;
}

/* Feeds what was told in poll number `number`, or before it, as a target would have it. */
static void tell(struct meterset *s, const struct told *told, size_t count, uint64_t number, struct meterset_poll poll,
		 struct hwatt_text *record, struct seen *seen)
{
	struct target_point *points = test_calloc(count, sizeof(*points));
	struct target_values values = { .from = UINT32_MAX, .epoch_ms = -1, .kept = test_calloc(count, sizeof(int64_t)),
					.at = test_calloc(count, sizeof(uint32_t)),
					.stamps = test_calloc(count, sizeof(struct target_stamp)) };
	for (size_t i = 0; i < count; i++) {
		points[i] = told[i].as;
		values.kept[i] = told[i].value;
		values.at[i] = told[i].poll == 0 ? 0 : (uint32_t)(told[i].mono_ms + 1);
		values.stamps[i] = (struct target_stamp){ told[i].has_stamp, told[i].stamp };
		if (told[i].poll == number && values.at[i] < values.from)
			values.from = values.at[i];
	}
	poll.points = points;
	poll.values = &values;
	poll.count = count;
	meterset_feed(s, &poll, record, on_quarter, seen);
	test_free(points);
	test_free(values.kept);
	test_free(values.at);
	test_free(values.stamps);
}

static struct meterset *new_set(void)
{
	return meterset_new("dev", (struct meterset_settings){ .interval_ms = STEP_MS }, NULL);
}

static void feed(struct meterset *set, const struct told *points, size_t count, uint64_t poll, struct seen *seen)
{
	int64_t now = START_MS + (int64_t)poll * STEP_MS;
	tell(set, points, count, poll, (struct meterset_poll){ .wall_ms = now, .mono_ms = now - START_MS }, NULL, seen);
}

static int64_t mono(uint64_t poll)
{
	return (int64_t)poll * STEP_MS;
}

static void power_and_register_of_one_place_are_one_meter(void **state)
{
	(void)state;
	struct seen seen = {0};
	struct meterset *s = new_set();
	struct told points[] = { point(HWATT_INLET, HWATT_ACTIVE_POWER, "1"),
					 point(HWATT_INLET, HWATT_ENERGY, "1") };
	points[1].as.step = 3600; /* mJ: 1 mWh */
	for (uint64_t poll = 0; poll <= 31; poll++) {
		set(&points[0], 1200000, poll + 1, mono(poll));
		set(&points[1], 1000 + (int64_t)poll * 10000, poll + 1, mono(poll)); /* 10 Wh in 30 s are 1200 W */
		tell(s, points, 2, poll + 1, (struct meterset_poll){ .wall_ms = START_MS + mono(poll), .mono_ms = mono(poll) },
		     NULL, &seen);
	}
	assert_int_equal(seen.count, 1);
	const struct interval *q = find(&seen, "inlet/1/energy", START_MS / 1000);
	assert_int_equal(q->amount, 1200 * 900 * INTERVAL_UJ2_PER_J);
	assert_true(q->has_register && q->has_integral);
	assert_int_equal(q->covered_ms, QUARTER_MS);
	struct meterset_total t;
	assert_int_equal(meterset_total(s, 0, &t), 1);
	assert_int_equal(t.total.j, 1200 * 930);
	assert_int_equal(meterset_total(s, 1, &t), 0);
	meterset_free(s);
}

static void an_alternative_is_not_metered(void **state)
{
	(void)state;
	struct seen seen = {0};
	struct meterset *s = new_set();
	struct told points[] = { point(HWATT_CHASSIS, HWATT_ACTIVE_POWER, "1"),
					 point(HWATT_PSU, HWATT_ACTIVE_POWER, "1") };
	points[1].as.alternative = true;
	for (uint64_t poll = 1; poll <= 3; poll++) {
		set(&points[0], 500000, poll, mono(poll));
		set(&points[1], 510000, poll, mono(poll));
		feed(s, points, 2, poll, &seen);
	}
	struct meterset_total t;
	assert_int_equal(meterset_total(s, 0, &t), 1);
	assert_int_equal(t.role, HWATT_CHASSIS);
	assert_int_equal(meterset_total(s, 1, &t), 0);
	meterset_free(s);
}

static void processors_are_averaged_and_the_own_total_left_out(void **state)
{
	(void)state;
	struct seen seen = {0};
	struct meterset *s = new_set();
	struct told points[] = { point(HWATT_CPU, HWATT_CPU_UTILISATION, "1"),
					 point(HWATT_CPU, HWATT_CPU_UTILISATION, "2"),
					 point(HWATT_CPU, HWATT_CPU_UTILISATION, "total") };
	for (uint64_t poll = 1; poll <= 31; poll++) {
		set(&points[0], 200000, poll, mono(poll));
		set(&points[1], 600000, poll, mono(poll));
		set(&points[2], 990000, poll, mono(poll));
		feed(s, points, 3, poll, &seen);
	}
	const struct interval *q = find(&seen, "cpu/total/cpu_utilisation", START_MS / 1000);
	assert_int_equal(q->covered_ms, QUARTER_MS - STEP_MS); /* the first sample came at 30 s */
	assert_int_equal(q->amount / 2 / q->covered_ms, 400000);
	meterset_free(s);
}

static void of_the_air_at_the_inlets_the_warmest_is_kept(void **state)
{
	(void)state;
	struct seen seen = {0};
	struct meterset *s = new_set();
	struct told points[] = { point(HWATT_SENSOR, HWATT_TEMPERATURE, "inlet.1"), point(HWATT_SENSOR, HWATT_TEMPERATURE, "Inlet.2"),
				 point(HWATT_SENSOR, HWATT_TEMPERATURE, "outlet"), point(HWATT_SENSOR, HWATT_TEMPERATURE, "PSU1 Inlet"),
				 point(HWATT_SENSOR, HWATT_HUMIDITY, "inlet") };
	const int64_t values[] = { -2000, -1000, 60000, 50000, 400000 };
	for (uint64_t poll = 1; poll <= 31; poll++) {
		for (size_t i = 0; i < 5; i++)
			set(&points[i], values[i], poll, mono(poll));
		feed(s, points, 5, poll, &seen);
	}
	const struct interval *q = find(&seen, "sensor/total/temperature", START_MS / 1000);
	assert_int_equal(q->covered_ms, QUARTER_MS - STEP_MS);
	assert_int_equal(q->amount / 2 / q->covered_ms, -1000);
	meterset_free(s);
}

static void fixed_disks_are_summed_in_mebibytes(void **state)
{
	(void)state;
	struct seen seen = {0};
	struct meterset *s = new_set();
	struct told points[] = { point(HWATT_STORAGE, HWATT_STORAGE_USED, "31"),
					 point(HWATT_STORAGE, HWATT_STORAGE_SIZE, "31"),
					 point(HWATT_STORAGE, HWATT_STORAGE_USED, "32"),
					 point(HWATT_STORAGE, HWATT_STORAGE_SIZE, "32") };
	for (uint64_t poll = 1; poll <= 31; poll++) {
		set(&points[0], INT64_C(10) << 40, poll, mono(poll));
		set(&points[1], INT64_C(40) << 40, poll, mono(poll));
		set(&points[2], INT64_C(5) << 40, poll, mono(poll));
		set(&points[3], INT64_C(20) << 40, poll, mono(poll));
		feed(s, points, 4, poll, &seen);
	}
	const struct interval *used = find(&seen, "storage/total/storage_used", START_MS / 1000);
	const struct interval *size = find(&seen, "storage/total/storage_size", START_MS / 1000);
	assert_int_equal(used->amount / 2 / used->covered_ms, INT64_C(15) << 20);
	assert_int_equal(size->amount / 2 / size->covered_ms, INT64_C(60) << 20);
	meterset_free(s);
}

static void links_are_summed_without_loopback_and_across_a_wrap(void **state)
{
	(void)state;
	struct seen seen = {0};
	struct meterset *s = new_set();
	struct told points[6];
	for (int link = 0; link < 2; link++) {
		const char *index = link == 0 ? "1" : "2";
		points[3 * link] = point(HWATT_INTERFACE, HWATT_IF_IN_OCTETS, index);
		points[3 * link + 1] = point(HWATT_INTERFACE, HWATT_IF_OUT_OCTETS, index);
		points[3 * link + 2] = point(HWATT_INTERFACE, HWATT_IF_SPEED, index);
		points[3 * link].as.name = link == 0 ? "eth0" : "lo";
		points[3 * link].as.modulus = points[3 * link + 1].as.modulus = UINT64_C(1) << 32;
	}
	uint64_t in = (UINT64_C(1) << 32) - 1000; /* wraps after the first poll */
	for (uint64_t poll = 1; poll <= 32; poll++, in += 1500) {
		for (int link = 0; link < 2; link++) {
			set(&points[3 * link], (int64_t)(in % (UINT64_C(1) << 32)), poll, mono(poll));
			set(&points[3 * link + 1], (int64_t)(in * 2 % (UINT64_C(1) << 32)), poll, mono(poll));
			set(&points[3 * link + 2], 1000 * METERSET_BITS_PER_LEVEL, poll, mono(poll));
		}
		feed(s, points, 6, poll, &seen);
	}
	const struct interval *octets = find(&seen, "interface/total/if_in_octets", START_MS / 1000);
	const struct interval *out = find(&seen, "interface/total/if_out_octets", START_MS / 1000);
	const struct interval *speed = find(&seen, "interface/total/if_speed", START_MS / 1000);
	assert_int_equal(octets->amount, 1500 * 29); /* polls at 30 s to 900 s */
	assert_int_equal(out->amount, 3000 * 29);
	assert_int_equal(speed->amount / 2 / speed->covered_ms, 1000);
	meterset_free(s);
}

/* A link at 1 Gbit/s: in and out run by 1500 and 3000 with each poll. */
static void link_new(struct told points[3], uint64_t modulus)
{
	points[0] = point(HWATT_INTERFACE, HWATT_IF_IN_OCTETS, "1");
	points[1] = point(HWATT_INTERFACE, HWATT_IF_OUT_OCTETS, "1");
	points[2] = point(HWATT_INTERFACE, HWATT_IF_SPEED, "1");
	points[0].as.modulus = points[1].as.modulus = modulus;
}

static void link_runs(struct told points[3], uint64_t base, uint64_t poll)
{
	set(&points[0], (int64_t)(base + poll * 1500), poll, mono(poll));
	set(&points[1], (int64_t)(base + poll * 3000), poll, mono(poll));
	set(&points[2], 1000 * METERSET_BITS_PER_LEVEL, poll, mono(poll));
}

static void what_moved_across_a_discontinuity_is_a_gap(void **state)
{
	(void)state;
	enum { UP, DOWN, STILL_UP, WIDE_DOWN, NOTHING, CASES };
	for (int kind = UP; kind < CASES; kind++) {
		struct seen seen = {0};
		struct meterset *s = new_set();
		struct told points[3];
		link_new(points, kind == DOWN ? UINT64_C(1) << 32 : 0);
		for (uint64_t poll = 1; poll <= 62; poll++) {
			bool after = poll >= 40 && kind != NOTHING;
			uint64_t base = !after ? 2000000000 : kind == UP ? 2500000000 : kind == STILL_UP ? 2000000000 : 5;
			link_runs(points, base, poll);
			points[0].has_stamp = points[1].has_stamp = kind != WIDE_DOWN; /* that is seen without */
			points[0].stamp = points[1].stamp = after ? 78 : 77;
			feed(s, points, 3, poll, &seen);
		}
		const struct interval *in = find(&seen, "interface/total/if_in_octets", START_MS / 1000 + 900);
		const struct interval *out = find(&seen, "interface/total/if_out_octets", START_MS / 1000 + 900);
		int gap = kind != NOTHING;
		assert_int_equal(in->amount, 1500 * (30 - gap));
		assert_int_equal(out->amount, 3000 * (30 - gap));
		assert_int_equal(in->covered_ms, 900000 - gap * STEP_MS);
		assert_int_equal(in->register_reset, gap);
		assert_int_equal(in->quality, gap ? 'R' : find(&seen, "interface/total/if_speed", START_MS / 1000 + 900)->quality);
		meterset_free(s);
	}
}

static void what_moved_on_other_links_then_is_counted(void **state)
{
	(void)state;
	struct seen seen = {0};
	struct meterset *s = new_set();
	struct told points[6];
	link_new(points, 0);
	link_new(points + 3, 0);
	for (int i = 3; i < 6; i++)
		points[i].as.index = "2";
	for (uint64_t poll = 1; poll <= 62; poll++) {
		link_runs(points, 7, poll);
		link_runs(points + 3, poll >= 40 ? 1000007 : 7, poll); /* more than all that was counted before */
		points[0].has_stamp = points[1].has_stamp = true;
		points[0].stamp = points[1].stamp = poll >= 40 ? 2 : 1;
		feed(s, points, 6, poll, &seen);
	}
	const struct interval *in = find(&seen, "interface/total/if_in_octets", START_MS / 1000 + 900);
	assert_int_equal(in->amount, 1500 * (30 + 29) + 1000000);
	assert_int_equal(in->covered_ms, 900000 - STEP_MS);
	meterset_free(s);
}

static void an_agent_that_restarts_leaves_a_gap_of_octets(void **state)
{
	(void)state;
	struct seen seen = {0};
	struct meterset *s = new_set();
	struct told points[3];
	link_new(points, UINT64_C(1) << 32);
	for (uint64_t poll = 1; poll <= 62; poll++) {
		link_runs(points, poll < 40 ? 4000000000 : 0, poll); /* as likely a wrap, were it not for the restart */
		int64_t now = START_MS + mono(poll);
		tell(s, points, 3, poll, (struct meterset_poll){ .wall_ms = now, .mono_ms = mono(poll), .restarted = poll == 40 }, NULL,
		     &seen);
	}
	const struct interval *in = find(&seen, "interface/total/if_in_octets", START_MS / 1000 + 900);
	assert_int_equal(in->amount, 1500 * 29);
	assert_int_equal(in->covered_ms, 900000 - STEP_MS);
	meterset_free(s);
}

/* What moved while nobody looked is not nothing. */
static void the_time_while_we_were_away_is_a_gap_of_octets(void **state)
{
	(void)state;
	struct seen seen = {0};
	struct hwatt_error err = {0};
	struct hwatt_text saved;
	struct meterset *s = new_set();
	struct told points[3];
	link_new(points, 0);
	for (uint64_t poll = 1; poll <= 62; poll++) {
		if (poll > 40 && poll < 44)
			continue;
		link_runs(points, 1000000, poll);
		feed(s, points, 3, poll, &seen);
		if (poll != 40)
			continue;
		hwatt_text_init(&saved, 1u << 20);
		meterset_encode(s, &saved);
		meterset_free(s);
		s = new_set();
		assert_int_equal(meterset_decode(s, saved.bytes, saved.length, &err), 0);
		meterset_resume(s);
		hwatt_text_free(&saved);
	}
	const struct interval *in = find(&seen, "interface/total/if_in_octets", START_MS / 1000 + 900);
	assert_int_equal(in->amount, 1500 * 26);
	assert_int_equal(in->covered_ms, 900000 - 4 * STEP_MS);
	meterset_free(s);
}

static void state_taken_up_again_goes_on(void **state)
{
	(void)state;
	struct seen whole = {0}, parts = {0};
	struct meterset *a = new_set(), *b = new_set();
	struct told points[] = { point(HWATT_INLET, HWATT_ACTIVE_POWER, "1"),
					 point(HWATT_CPU, HWATT_CPU_UTILISATION, "1") };
	for (uint64_t poll = 1; poll <= 64; poll++) {
		set(&points[0], 1000000 + (int64_t)poll * 777, poll, mono(poll));
		set(&points[1], 100000 + (int64_t)poll * 77, poll, mono(poll));
		feed(a, points, 2, poll, &whole);
		feed(b, points, 2, poll, &parts);
		if (poll % 10 != 5)
			continue;
		struct hwatt_text saved;
		struct hwatt_error err = {0};
		hwatt_text_init(&saved, 1u << 20);
		meterset_encode(b, &saved);
		meterset_free(b);
		b = new_set();
		assert_int_equal(meterset_decode(b, saved.bytes, saved.length, &err), 0);
		meterset_resume(b);
		hwatt_text_free(&saved);
	}
	assert_int_equal(whole.count, parts.count);
	assert_true(whole.count >= 4);
	for (size_t i = 0; i < whole.count; i++) {
		assert_string_equal(whole.rows[i].key, parts.rows[i].key);
		assert_int_equal(whole.rows[i].interval.amount, parts.rows[i].interval.amount);
		assert_int_equal(whole.rows[i].interval.covered_ms, parts.rows[i].interval.covered_ms);
	}
	meterset_free(a);
	meterset_free(b);
}

static void damaged_state_is_an_error(void **state)
{
	(void)state;
	struct seen seen = {0};
	struct meterset *s = new_set();
	struct told points[] = { point(HWATT_INLET, HWATT_ACTIVE_POWER, "1") };
	for (uint64_t poll = 1; poll <= 3; poll++) {
		set(&points[0], 1000, poll, mono(poll));
		feed(s, points, 1, poll, &seen);
	}
	struct hwatt_text saved;
	struct hwatt_error err = {0};
	hwatt_text_init(&saved, 1u << 20);
	meterset_encode(s, &saved);
	for (size_t cut = 0; cut < saved.length; cut++) {
		struct meterset *other = new_set();
		uint8_t *copy = malloc(cut > 0 ? cut : 1);
		memcpy(copy, saved.bytes, cut);
		assert_int_equal(meterset_decode(other, copy, cut, &err), -1);
		assert_int_equal(err.code, HWATT_EPROTO);
		free(copy);
		meterset_free(other);
	}
	for (size_t octet = 0; octet < 8; octet++) { /* no device is polled less often than every 49 days */
		const size_t interval_at = 1 + 8 + 8;
		struct meterset *other = new_set();
		uint8_t *copy = malloc(saved.length);
		memcpy(copy, saved.bytes, saved.length);
		memset(copy + interval_at, 0, 8);
		copy[interval_at + octet] = 0xfb; /* the fifth of them: 48.7 days */
		assert_int_equal(meterset_decode(other, copy, saved.length, &err), octet < 4 ? -1 : 0);
		free(copy);
		meterset_free(other);
	}
	hwatt_text_free(&saved);
	meterset_free(s);
}

/* A server: power with a register of a changing device, a processor, a link; its values run with `poll`. */
enum { MACHINE = 6 };

static void machine_new(struct told points[MACHINE])
{
	points[0] = point(HWATT_CHASSIS, HWATT_ACTIVE_POWER, "1");
	points[1] = point(HWATT_CHASSIS, HWATT_ENERGY, "1");
	points[1].as.step = 360000;
	points[2] = point(HWATT_CPU, HWATT_CPU_UTILISATION, "1");
	points[3] = point(HWATT_INTERFACE, HWATT_IF_IN_OCTETS, "1");
	points[4] = point(HWATT_INTERFACE, HWATT_IF_OUT_OCTETS, "1");
	points[5] = point(HWATT_INTERFACE, HWATT_IF_SPEED, "1");
	points[3].as.name = "eth0";
}

static void machine_feed(struct meterset *s, struct told points[MACHINE], uint64_t poll, struct hwatt_text *record,
			 struct seen *seen)
{
	for (int i = 0; i < MACHINE; i++)
		if ((poll + (uint64_t)i) % 7 != 0) /* not each point answers each time */
			set(&points[i], i == 5 ? 1000 * METERSET_BITS_PER_LEVEL : (int64_t)poll * 100 * (i + 1), poll,
			    mono(poll) - 40 * i);
	points[1].has_stamp = true;
	points[1].stamp = UINT64_C(0xfedcba9876543210) + poll / 50;
	if (poll == 40)
		points[0].value = -5; /* is refused */
	tell(s, points, MACHINE, poll,
	     (struct meterset_poll){ .mono_ms = mono(poll), .wall_ms = START_MS + mono(poll) + (poll > 20 ? 5000 : 0),
				     .restarted = poll == 33, .exchanged = poll == 70 }, record, seen);
}

/* Whenever a state is kept and whatever follows: it and the records after it are the state at the end. */
static void a_state_and_the_records_after_it_are_the_state(void **state)
{
	(void)state;
	for (uint64_t kept_at = 10; kept_at <= 90; kept_at += 8) {
		struct seen seen = {0};
		struct hwatt_error err = {0};
		struct told points[MACHINE];
		struct meterset *s = new_set(), *again = meterset_new("dev", (struct meterset_settings){ .interval_ms = 1 }, NULL);
		struct hwatt_text saved, record;
		hwatt_text_init(&saved, 1u << 20);
		hwatt_text_init(&record, 1u << 20);
		machine_new(points);
		for (uint64_t poll = 1; poll <= 100; poll++) {
			hwatt_text_reset(&record);
			machine_feed(s, points, poll, &record, &seen);
			assert_true(hwatt_text_ok(&record));
			if (poll == kept_at) {
				meterset_encode(s, &saved);
				meterset_settle(s);
				assert_int_equal(meterset_decode(again, saved.bytes, saved.length, &err), 0);
			} else if (poll > kept_at) {
				assert_false(meterset_unsettled(s));
				assert_int_equal(meterset_replay(again, record.bytes, record.length, &err), 0);
				assert_true(meterset_unsettled(again));
			}
		}
		assert_true(seen.count > 8);
		assert_same_state(s, again);
		hwatt_text_free(&saved);
		hwatt_text_free(&record);
		meterset_free(s);
		meterset_free(again);
	}
}

static void what_no_record_tells_unsettles(void **state)
{
	(void)state;
	struct seen seen = {0};
	struct hwatt_text record;
	struct told points[] = { point(HWATT_INLET, HWATT_ACTIVE_POWER, "1"), point(HWATT_INLET, HWATT_ENERGY, "1"),
					 point(HWATT_OUTLET, HWATT_ACTIVE_POWER, "1") };
	struct meterset *s = new_set();
	hwatt_text_init(&record, 1u << 20);
	for (uint64_t poll = 1; poll <= 4; poll++) {
		struct meterset_poll p = { .wall_ms = START_MS + mono(poll), .mono_ms = mono(poll) };
		set(&points[0], 1000, poll, mono(poll));
		set(&points[1], 1000, poll, mono(poll));
		points[1].as.modulus = poll < 3 ? 0 : 5000;
		tell(s, points, poll < 4 ? 2 : 3, poll, p, &record, &seen);
		/* a new meter; nothing; another register; a new meter */
		assert_int_equal(meterset_unsettled(s), poll != 2);
		meterset_settle(s);
	}
	meterset_configure(s, (struct meterset_settings){ .interval_ms = STEP_MS });
	assert_false(meterset_unsettled(s));
	meterset_configure(s, (struct meterset_settings){ .interval_ms = STEP_MS, .rated_mw = 1 });
	assert_true(meterset_unsettled(s));
	meterset_settle(s);
	meterset_close(s, START_MS + mono(5), on_quarter, &seen);
	assert_false(meterset_unsettled(s));
	meterset_close(s, START_MS + 3 * QUARTER_MS, on_quarter, &seen);
	assert_true(meterset_unsettled(s));
	meterset_settle(s);
	feed(s, points, 3, 200, &seen); /* without a record */
	assert_true(meterset_unsettled(s));
	hwatt_text_free(&record);
	meterset_free(s);
}

static void damaged_records_are_errors(void **state)
{
	(void)state;
	struct seen seen = {0};
	struct told points[MACHINE];
	struct hwatt_text record;
	struct hwatt_error err = {0};
	struct meterset *s = new_set();
	machine_new(points);
	hwatt_text_init(&record, 1u << 20);
	machine_feed(s, points, 1, &record, &seen);
	for (size_t cut = 0; cut < record.length; cut++) {
		uint8_t *copy = malloc(cut + 1);
		memcpy(copy, record.bytes, cut);
		for (int junk = 0; junk < 2; junk++) { /* too short, or with a number that does not end */
			if (junk != 0)
				copy[cut] = 0xff;
			int rc = meterset_replay(s, copy, cut + (size_t)junk, &err);
			assert_true(rc == 0 || err.code == HWATT_EPROTO);
			assert_true(rc == -1 || junk == 0);
		}
		free(copy);
	}
	struct meterset *empty = new_set(); /* has none of the meters */
	assert_int_equal(meterset_replay(empty, record.bytes, record.length, &err), -1);
	hwatt_text_free(&record);
	meterset_free(empty);
	meterset_free(s);
}

#define MANY 3000

/* Each of many places is found again, whatever the order they come in: after new points, a new target, a restart. */
static void many_places_are_found_again(void **state)
{
	(void)state;
	struct seen seen = {0};
	struct hwatt_error err = {0};
	struct meterset *s = new_set();
	static char names[MANY][8];
	static struct told points[MANY];
	for (size_t i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "%zu", i);
		points[i] = point(HWATT_OUTLET, HWATT_ACTIVE_POWER, names[i]);
	}
	for (uint64_t poll = 1; poll <= 4; poll++) {
		if (poll == 3) { /* another target has them backwards */
			meterset_rebind(s);
			for (size_t i = 0; i < MANY; i++)
				points[i] = point(HWATT_OUTLET, HWATT_ACTIVE_POWER, names[MANY - 1 - i]);
		}
		for (size_t i = 0; i < MANY; i++)
			set(&points[i], 1000 * (1 + atoi(points[i].as.index)), poll, mono(poll));
		feed(s, points, MANY, poll, &seen);
	}
	struct hwatt_text text;
	hwatt_text_init(&text, 16u << 20);
	meterset_encode(s, &text);
	meterset_free(s);
	s = new_set();
	assert_int_equal(meterset_decode(s, text.bytes, text.length, &err), 0);
	hwatt_text_free(&text);
	set(&points[0], 1000 * MANY, 5, mono(5)); /* of the last outlet, 30 s at MANY watts again */
	feed(s, points, 1, 5, &seen);
	struct meterset_total t;
	size_t count = 0;
	for (size_t at = 0; (at = meterset_total(s, at, &t)) != 0; count++) {
		int n = atoi(t.index);
		assert_int_equal(t.total.j, (n == MANY - 1 ? 4 : 3) * 30 * (1 + n));
	}
	assert_int_equal(count, MANY);
	meterset_free(s);
}

static void many_links_are_put_together(void **state)
{
	(void)state;
	static struct seen seen;
	struct meterset *s = new_set();
	static char names[MANY][8];
	static struct told points[3 * MANY];
	for (size_t i = 0; i < MANY; i++)
		snprintf(names[i], sizeof(names[i]), "%zu", i);
	for (size_t i = 0; i < MANY; i++) {
		points[i] = point(HWATT_INTERFACE, HWATT_IF_IN_OCTETS, names[i]);
		points[MANY + i] = point(HWATT_INTERFACE, HWATT_IF_OUT_OCTETS, names[MANY - 1 - i]);
		points[2 * MANY + i] = point(HWATT_INTERFACE, HWATT_IF_SPEED, names[(i + 7) % MANY]);
	}
	for (uint64_t poll = 1; poll <= 34; poll++) {
		for (size_t i = 0; i < MANY; i++) {
			set(&points[i], (int64_t)poll * 10, poll, mono(poll - 1));
			set(&points[MANY + i], (int64_t)poll * 20, poll, mono(poll - 1));
			set(&points[2 * MANY + i], 1000000000, poll, mono(poll - 1));
		}
		feed(s, points, 3 * MANY, poll, &seen);
	}
	const struct interval *in = find(&seen, "interface/total/if_in_octets", START_MS / 1000);
	const struct interval *out = find(&seen, "interface/total/if_out_octets", START_MS / 1000);
	assert_int_equal(out->amount, 2 * in->amount);
	assert_int_equal(in->amount % (MANY * 10), 0);
	assert_true(in->amount >= 29 * MANY * 10);
	meterset_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_places_are_found_again),
		cmocka_unit_test(many_links_are_put_together),
		cmocka_unit_test(power_and_register_of_one_place_are_one_meter),
		cmocka_unit_test(an_alternative_is_not_metered),
		cmocka_unit_test(processors_are_averaged_and_the_own_total_left_out),
		cmocka_unit_test(of_the_air_at_the_inlets_the_warmest_is_kept),
		cmocka_unit_test(fixed_disks_are_summed_in_mebibytes),
		cmocka_unit_test(links_are_summed_without_loopback_and_across_a_wrap),
		cmocka_unit_test(what_moved_across_a_discontinuity_is_a_gap),
		cmocka_unit_test(what_moved_on_other_links_then_is_counted),
		cmocka_unit_test(an_agent_that_restarts_leaves_a_gap_of_octets),
		cmocka_unit_test(the_time_while_we_were_away_is_a_gap_of_octets),
		cmocka_unit_test(state_taken_up_again_goes_on),
		cmocka_unit_test(damaged_state_is_an_error),
		cmocka_unit_test(a_state_and_the_records_after_it_are_the_state),
		cmocka_unit_test(what_no_record_tells_unsettles),
		cmocka_unit_test(damaged_records_are_errors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
