/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Parts and what another look at them means. Looks are written "psu 1=SERIAL", an empty place "psu 1=-". */
#include "stock.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void on_change(void *arg, const struct stock_change *c)
{
	struct hwatt_text *said = arg;
	hwatt_text_printf(said, "%s %s %s>%s;", c->kind, c->subject, c->before, c->after);
}

static void put_one(struct stock *stock, char *text)
{
	char *serial = strchr(text, '=');
	char *index = strchr(text, ' ');
	*serial++ = '\0';
	if (index != NULL)
		*index++ = '\0';
	for (int kind = 0; kind < HWATT_PART_KINDS; kind++)
		if (strcmp(text, hwatt_part_word((enum hwatt_part_kind)kind)) == 0) {
			struct hwatt_part part = { .kind = (enum hwatt_part_kind)kind, .index = index, .serial = serial, .empty = strcmp(serial, "-") == 0 };
			stock_put(stock, &part);
			return;
		}
	fail_msg("no kind %s", text);
}

/* Looks, through a text as the store keeps it, and compares what was said. */
static void look(struct stock *kept, const char *parts, const char *expected)
{
	struct stock told = {0};
	struct hwatt_text said, stored;
	char copy[400], *rest = copy;
	snprintf(copy, sizeof(copy), "%s", parts);
	for (char *part; (part = strsep(&rest, ",")) != NULL;)
		if (part[0] != '\0')
			put_one(&told, part);
	hwatt_text_init(&said, 4000);
	hwatt_text_init(&stored, 40000);
	stock_update(kept, &told, on_change, &said);
	assert_string_equal(hwatt_text_string(&said), expected);
	stock_write(kept, &stored);
	stock_free(kept);
	stock_read(kept, hwatt_text_string(&stored));
	stock_free(&told);
	hwatt_text_free(&said);
	hwatt_text_free(&stored);
}

#define FIRST "psu 1=PS1,psu 2=PS2,board=BD1"

static void the_first_look_says_nothing(void **state)
{
	(void)state;
	struct stock kept = {0};
	look(&kept, FIRST, "");
	look(&kept, FIRST, "");
	look(&kept, "drive 1=DR1", ""); /* a kind that is read for the first time */
	look(&kept, "psu 3=PS3", "");   /* and a place */
	stock_free(&kept);
}

static void another_serial_number_at_a_place_is_an_exchange(void **state)
{
	(void)state;
	struct stock kept = {0};
	look(&kept, FIRST, "");
	look(&kept, "psu 1=PS9,psu 2=PS2,board=BD1", "device_replaced psu 1 PS1>PS9;");
	look(&kept, "psu 1=PS9,psu 2=PS2,board=BD1", "");
	look(&kept, "psu 1=PS9,psu 2=PS2,board=BD2", "device_replaced board BD1>BD2;");
	stock_free(&kept);
}

static void silence_removes_nothing(void **state)
{
	(void)state;
	struct stock kept = {0};
	look(&kept, FIRST, "");
	look(&kept, "", "");
	look(&kept, "psu 2=PS2", "");
	look(&kept, "psu 1=,psu 2=N/A,board=To be filled by O.E.M.", "");
	look(&kept, "psu 1=0000000,psu 2=0000000", "");
	look(&kept, FIRST, "");
	look(&kept, "psu 1=PS9", "device_replaced psu 1 PS1>PS9;"); /* all that time it was PS1 */
	stock_free(&kept);
}

static void a_part_that_is_pulled_is_no_exchange_until_another_comes(void **state)
{
	(void)state;
	struct stock kept = {0};
	look(&kept, FIRST, "");
	look(&kept, "psu 1=-,psu 2=PS2", "part_removed psu 1 PS1>;");
	look(&kept, "psu 1=-,psu 2=PS2", "");
	look(&kept, "psu 1=PS1,psu 2=PS2", "part_added psu 1 >PS1;");
	look(&kept, "psu 1=-,psu 2=PS2", "part_removed psu 1 PS1>;");
	look(&kept, "psu 1=PS9,psu 2=PS2", "device_replaced psu 1 PS1>PS9;");
	stock_free(&kept);
}

static void one_in_a_bay_that_was_empty_is_added(void **state)
{
	(void)state;
	struct stock kept = {0};
	look(&kept, "psu 1=PS1,psu 2=-", "");
	look(&kept, "psu 1=PS1,psu 2=PS2", "part_added psu 2 >PS2;");
	stock_free(&kept);
}

static void parts_that_change_places_are_moved(void **state)
{
	(void)state;
	struct stock kept = {0};
	look(&kept, FIRST, "");
	look(&kept, "psu 1=PS2,psu 2=PS1", "part_moved psu PS2 2>1;part_moved psu PS1 1>2;");
	look(&kept, "psu 1=PS2,psu 2=PS1", "");
	look(&kept, "psu 1=-,psu 2=PS2", "part_moved psu PS2 1>2;part_removed psu 2 PS1>;");
	look(&kept, "psu 1=PS1,psu 2=PS2", "part_added psu 1 >PS1;"); /* removed and forgotten: a bay that was empty is filled */
	stock_free(&kept);
}

/* One went from bay 2 to bay 1, and a new one came to bay 2: it follows the one that is gone. */
static void a_move_and_an_exchange_are_told_apart(void **state)
{
	(void)state;
	struct stock kept = {0};
	look(&kept, FIRST, "");
	look(&kept, "psu 1=PS2,psu 2=PS9", "part_moved psu PS2 2>1;device_replaced psu 2 PS1>PS9;");
	look(&kept, "psu 1=PS2,psu 2=PS9", "");
	stock_free(&kept);
}

/* Bay 2 was not read: the one that bay 1 had may be there. */
static void half_of_a_swap_removes_nothing(void **state)
{
	(void)state;
	struct stock kept = {0};
	look(&kept, FIRST, "");
	look(&kept, "psu 1=PS2", "part_moved psu PS2 2>1;");
	look(&kept, "psu 1=PS2,psu 2=PS1", "");
	stock_free(&kept);
	look(&kept, FIRST, "");
	look(&kept, "psu 1=PS2", "part_moved psu PS2 2>1;");
	look(&kept, "psu 1=PS2,psu 2=PS9", "device_replaced psu 2 PS1>PS9;");
	stock_free(&kept);
}

static void numbers_that_parts_share_tell_nothing(void **state)
{
	(void)state;
	struct stock kept = {0};
	look(&kept, "psu 1=SAME1,psu 2=SAME1", "");
	look(&kept, "psu 1=SAME2,psu 2=SAME2", "");
	look(&kept, "psu 1=SAME1,board=SAME1", "");
	look(&kept, "psu 1=SAME3,board=SAME1", "device_replaced psu 1 SAME1>SAME3;");
	stock_free(&kept);
}

static void damaged_and_hostile_texts_are_survived(void **state)
{
	(void)state;
	struct stock kept = {0};
	char index[16];
	stock_read(&kept, "psu\t1\tA1\tm\npsu\t2\nnonsense\t1\tB\tm\n-psu\t3\tC1\t\n\n\t\t\t");
	assert_int_equal(kept.count, 2);
	look(&kept, "psu 3=C1,psu 1=A1", "part_added psu 3 >C1;");
	struct hwatt_part part = { .kind = HWATT_PART_PSU, .index = index, .serial = "a\tb\nc" };
	for (int i = 0; i < 2 * STOCK_MAX_PARTS; i++) {
		snprintf(index, sizeof(index), "%d", i);
		stock_put(&kept, &part);
	}
	assert_int_equal(kept.count, STOCK_MAX_PARTS);
	assert_string_equal(kept.items[1].serial, "abc");
	stock_free(&kept);
}

static void a_subject_says_whether_it_is_a_part(void **state)
{
	(void)state;
	assert_true(hwatt_part_is_subject("psu 1"));
	assert_true(hwatt_part_is_subject("board"));
	assert_false(hwatt_part_is_subject("chassis"));
	assert_false(hwatt_part_is_subject("psux 1"));
	assert_false(hwatt_part_is_subject(""));
}

static void firmware_is_kept_and_older_stores_are_read(void **state)
{
	(void)state;
	struct stock kept = {0};
	struct hwatt_text stored;
	stock_read(&kept, "psu\t1\tPS1\tModel\n-fan\t2\t\t\nmodule\tSlot 1\tM1\tNM-8\t4.5\nbattery\tno serial\n");
	assert_int_equal(kept.count, 3);
	assert_string_equal(kept.items[0].firmware, "");
	assert_true(kept.items[1].gone);
	assert_string_equal(kept.items[2].model, "NM-8");
	assert_string_equal(kept.items[2].firmware, "4.5");
	struct stock told = {0};
	struct hwatt_part module = { .kind = HWATT_PART_MODULE, .index = "Slot 1", .serial = "M1", .model = "NM-8", .firmware = "4.6" };
	stock_put(&told, &module);
	hwatt_text_init(&stored, 4000);
	stock_update(&kept, &told, on_change, &stored);
	assert_string_equal(hwatt_text_string(&stored), ""); /* new firmware is no new part */
	stock_write(&kept, &stored);
	assert_non_null(strstr(hwatt_text_string(&stored), "module\tSlot 1\tM1\tNM-8\t4.6\n"));
	assert_non_null(strstr(hwatt_text_string(&stored), "psu\t1\tPS1\tModel\n"));
	hwatt_text_free(&stored);
	stock_free(&told);
	stock_free(&kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(firmware_is_kept_and_older_stores_are_read),
		cmocka_unit_test(the_first_look_says_nothing),
		cmocka_unit_test(another_serial_number_at_a_place_is_an_exchange),
		cmocka_unit_test(silence_removes_nothing),
		cmocka_unit_test(a_part_that_is_pulled_is_no_exchange_until_another_comes),
		cmocka_unit_test(one_in_a_bay_that_was_empty_is_added),
		cmocka_unit_test(parts_that_change_places_are_moved),
		cmocka_unit_test(a_move_and_an_exchange_are_told_apart),
		cmocka_unit_test(half_of_a_swap_removes_nothing),
		cmocka_unit_test(numbers_that_parts_share_tell_nothing),
		cmocka_unit_test(damaged_and_hostile_texts_are_survived),
		cmocka_unit_test(a_subject_says_whether_it_is_a_part),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
