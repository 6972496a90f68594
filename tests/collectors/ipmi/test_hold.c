/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* When logins may be tried, with the time given. */
#include "hold.h"
#include "rakp.h"
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ONE 0x0123u /* credentials */
#define OTHER 0x10123u
#define MINUTE INT64_C(60000)
#define START INT64_C(5000) /* of the loop's clock, ms */
#define WALL INT64_C(1790000000)

static union hwatt_udp_address at(const char *host, uint16_t port)
{
	union hwatt_udp_address a = { 0 };
	a.v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port) };
	assert_int_equal(inet_pton(AF_INET, host, &a.v4.sin_addr), 1);
	return a;
}

static struct hold *take(struct hold_book *book)
{
	union hwatt_udp_address a = at("192.0.2.1", 623);
	return hold_take(book, &a, "monitor");
}

static struct hold *root_of(struct hold_book *book)
{
	union hwatt_udp_address a = at("192.0.2.1", 623);
	return hold_take(book, &a, "root");
}

static void put_back(struct hold_book *book, struct hold *h)
{
	hold_release(book, h);
	hold_book_free(book);
}

static void the_holds_double_up_to_a_day(void **state)
{
	(void)state;
	static const int64_t minutes[] = { 15, 30, 60, 120, 240, 480, 960, 1440, 1440 };
	struct hold_book book = { 0 };
	struct hold *h = take(&book);
	int64_t now = START;
	for (size_t i = 0; i < sizeof(minutes) / sizeof(minutes[0]); i++) {
		assert_int_equal(hold_ask(h, ONE, now), HOLD_GO);
		hold_refuse(h, ONE, RAKP_BAD_CODE, now);
		assert_int_equal(hold_ask(h, ONE, now), HOLD_GO);
		hold_refuse(h, ONE, RAKP_BAD_CODE, now);
		assert_int_equal(hold_left_ms(h, now), minutes[i] * MINUTE);
		assert_int_equal(hold_ask(h, ONE, now + minutes[i] * MINUTE - 1), HOLD_REFUSED);
		now += minutes[i] * MINUTE;
	}
	assert_int_equal(hold_ask(h, ONE, now), HOLD_GO);
	hold_accept(h, ONE); /* all is forgotten */
	hold_refuse(h, ONE, RAKP_BAD_CODE, now);
	hold_refuse(h, ONE, RAKP_BAD_CODE, now);
	assert_int_equal(hold_left_ms(h, now), 15 * MINUTE);
	put_back(&book, h);
}

static void devices_at_one_bmc_share_the_tries(void **state)
{
	(void)state;
	struct hold_book book = { 0 };
	struct hold *a = take(&book), *b = take(&book);
	assert_ptr_equal(a, b);
	union hwatt_udp_address port = at("192.0.2.1", 624), host = at("192.0.2.2", 623);
	struct hold *others[] = { hold_take(&book, &port, "monitor"), hold_take(&book, &host, "monitor"),
				  root_of(&book) };
	for (size_t i = 0; i < 3; i++)
		assert_ptr_not_equal(others[i], a);
	hold_recall(a, ONE, NULL, START, WALL);
	hold_recall(b, ONE, NULL, START, WALL);
	hold_refuse(a, ONE, RAKP_NO_USER, START);
	hold_refuse(b, ONE, RAKP_NO_USER, START);
	assert_int_equal(hold_ask(a, ONE, START + 1), HOLD_REFUSED);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(hold_ask(others[i], ONE, START + 1), HOLD_GO);
		hold_release(&book, others[i]);
	}
	hold_release(&book, a);
	assert_int_equal(hold_ask(b, ONE, START + 1), HOLD_REFUSED); /* as long as somebody is left */
	assert_int_equal(hold_status(b), RAKP_NO_USER);
	put_back(&book, b);
}

/* Logins under way may all be refused yet. */
static void no_more_logins_run_than_tries_are_left(void **state)
{
	(void)state;
	struct hold_book book = { 0 };
	struct hold *h = take(&book);
	hold_begin(h);
	assert_int_equal(hold_ask(h, ONE, START), HOLD_GO);
	hold_begin(h);
	assert_int_equal(hold_ask(h, ONE, START), HOLD_OTHERS);
	hold_refuse(h, ONE, RAKP_BAD_CODE, START);
	hold_end(h);
	assert_int_equal(hold_ask(h, ONE, START), HOLD_OTHERS); /* one try left, and one under way */
	hold_accept(h, ONE);
	hold_end(h);
	assert_int_equal(hold_ask(h, ONE, START), HOLD_GO);
	put_back(&book, h);
}

static void what_works_is_not_held_up_by_what_does_not(void **state)
{
	(void)state;
	struct hold_book book = { 0 };
	struct hold *h = take(&book);
	hold_accept(h, OTHER);
	hold_refuse(h, ONE, RAKP_BAD_CODE, START);
	hold_refuse(h, ONE, RAKP_BAD_CODE, START);
	assert_int_equal(hold_ask(h, ONE, START), HOLD_REFUSED);
	assert_int_equal(hold_ask(h, OTHER, START), HOLD_GO);
	hold_accept(h, OTHER); /* which lets the others off nothing */
	assert_int_equal(hold_ask(h, ONE, START), HOLD_REFUSED);
	assert_true(hold_is_of(h, ONE) && !hold_is_of(h, OTHER));
	hold_refuse(h, OTHER, RAKP_BAD_CODE, START + MINUTE); /* it was changed at the controller */
	assert_int_equal(hold_ask(h, OTHER, START + MINUTE), HOLD_REFUSED);
	put_back(&book, h);
}

/* As both are new when the daemon starts. */
static void the_right_one_is_tried_though_the_wrong_one_came_first(void **state)
{
	(void)state;
	struct hold_book book = { 0 };
	struct hold *h = take(&book);
	hold_recall(h, OTHER, NULL, START, WALL);
	hold_recall(h, ONE, NULL, START, WALL);
	hold_refuse(h, ONE, RAKP_BAD_CODE, START);
	hold_refuse(h, ONE, RAKP_BAD_CODE, START);
	assert_int_equal(hold_ask(h, ONE, START), HOLD_REFUSED);
	assert_int_equal(hold_ask(h, OTHER, START), HOLD_GO);
	put_back(&book, h);
}

static void new_credentials_get_one_try_at_once(void **state)
{
	(void)state;
	struct hold_book book = { 0 };
	struct hold *h = take(&book);
	char note[HOLD_TEXT];
	hold_recall(h, ONE, NULL, START, WALL);
	hold_refuse(h, ONE, RAKP_BAD_CODE, START);
	hold_refuse(h, ONE, RAKP_BAD_CODE, START);
	assert_true(hold_note(h, ONE, START, WALL, note));
	hold_recall(h, ONE, NULL, START, WALL); /* a new device with what was refused is nothing new */
	assert_int_equal(hold_ask(h, ONE, START), HOLD_REFUSED);
	hold_recall(h, OTHER, note, START, WALL);
	assert_int_equal(hold_ask(h, ONE, START), HOLD_REFUSED);
	assert_int_equal(hold_ask(h, OTHER, START), HOLD_GO);
	hold_begin(h);
	assert_int_equal(hold_ask(h, OTHER, START), HOLD_OTHERS); /* one, not one for each device */
	hold_refuse(h, OTHER, RAKP_BAD_CODE, START);
	hold_end(h);
	assert_int_equal(hold_ask(h, OTHER, START), HOLD_REFUSED);
	assert_int_equal(hold_left_ms(h, START), 15 * MINUTE);
	int64_t then = START + 15 * MINUTE;
	assert_int_equal(hold_ask(h, OTHER, then), HOLD_GO);
	hold_refuse(h, OTHER, RAKP_BAD_CODE, then); /* the fourth */
	assert_int_equal(hold_left_ms(h, then), 30 * MINUTE);
	put_back(&book, h);
}

static void a_restart_forgets_no_refusal(void **state)
{
	(void)state;
	struct hold_book book = { 0 };
	struct hold *h = take(&book);
	char note[HOLD_TEXT];
	assert_false(hold_note(h, ONE, START, WALL, note));
	for (int i = 0; i < 4; i++)
		hold_refuse(h, ONE, RAKP_BAD_CODE, START);
	assert_true(hold_note(h, ONE, START, WALL, note));
	assert_string_equal(note, "0123 4 1790001800");
	hold_release(&book, h);

	h = take(&book); /* 10 minutes later, and the clock of the loop has begun anew */
	hold_recall(h, OTHER, NULL, 100, WALL + 600); /* in whatever order they come */
	hold_recall(h, ONE, note, 100, WALL + 600);
	assert_int_equal(hold_left_ms(h, 100), 20 * MINUTE);
	assert_int_equal(hold_ask(h, ONE, 100), HOLD_REFUSED);
	hold_refuse(h, ONE, RAKP_BAD_CODE, 100 + 20 * MINUTE);
	hold_refuse(h, ONE, RAKP_BAD_CODE, 100 + 20 * MINUTE);
	assert_int_equal(hold_left_ms(h, 100 + 20 * MINUTE), 60 * MINUTE);
	hold_release(&book, h);

	h = take(&book); /* the wall's clock was wrong: never longer than the longest hold */
	hold_recall(h, ONE, "0123 2 99999999999", 100, WALL);
	assert_int_equal(hold_left_ms(h, 100), HOLD_MAX_MS);
	hold_release(&book, h);
	static const char *const nonsense[] = { "", "0123", "0123 2", "zz 2 99999999999", "0123 0 99999999999" };
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
		h = take(&book);
		hold_recall(h, ONE, nonsense[i], 100, WALL);
		assert_int_equal(hold_ask(h, ONE, 100), HOLD_GO);
		hold_release(&book, h);
	}
	hold_book_free(&book);
}

static void a_full_controller_is_left_alone_for_a_minute(void **state)
{
	(void)state;
	struct hold_book book = { 0 };
	struct hold *h = take(&book);
	hold_accept(h, ONE);
	hold_fill(h, 0, START);
	assert_int_equal(hold_ask(h, ONE, START + HOLD_FULL_MS - 1), HOLD_FULL);
	assert_int_equal(hold_ask(h, ONE, START + HOLD_FULL_MS), HOLD_GO);
	hold_fill(h, 65535, START);
	assert_int_equal(hold_ask(h, ONE, START + HOLD_FULL_MS), HOLD_FULL);
	assert_int_equal(hold_ask(h, ONE, START + HOLD_FULL_MS + (int64_t)HOLD_FULL_JITTER_MS), HOLD_GO);
	put_back(&book, h);
}

static void thousands_are_told_apart(void **state)
{
	(void)state;
	static struct hold *holds[5000];
	struct hold_book book = { 0 };
	for (unsigned i = 0; i < 5000; i++) {
		union hwatt_udp_address a = at("10.0.0.0", 623);
		a.v4.sin_addr.s_addr = htonl(0x0a000000u + i);
		holds[i] = hold_take(&book, &a, "monitor");
		hold_fill(holds[i], 0, (int64_t)i * 1000000);
	}
	for (unsigned i = 0; i < 5000; i++)
		assert_int_equal(hold_ask(holds[i], ONE, (int64_t)i * 1000000 + HOLD_FULL_MS), HOLD_GO);
	for (unsigned i = 0; i < 5000; i++) {
		assert_int_equal(hold_ask(holds[i], ONE, (int64_t)i * 1000000), HOLD_FULL);
		hold_release(&book, holds[i]);
	}
	hold_book_free(&book);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_holds_double_up_to_a_day),
		cmocka_unit_test(devices_at_one_bmc_share_the_tries),
		cmocka_unit_test(no_more_logins_run_than_tries_are_left),
		cmocka_unit_test(what_works_is_not_held_up_by_what_does_not),
		cmocka_unit_test(the_right_one_is_tried_though_the_wrong_one_came_first),
		cmocka_unit_test(new_credentials_get_one_try_at_once),
		cmocka_unit_test(a_restart_forgets_no_refusal),
		cmocka_unit_test(a_full_controller_is_left_alone_for_a_minute),
		cmocka_unit_test(thousands_are_told_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
