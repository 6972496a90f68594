/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "shelf.h"
#include <hallwatt/arena.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

/* A plan of one point whose packet, an id and an octet, ends with `last`. */
static struct plan *plan_of(struct book *book, uint8_t last, int64_t handle)
{
	struct plan *p = hwatt_alloc(sizeof(*p));
	p->book = book_take(book);
	p->octets = hwatt_alloc(5);
	p->octets[4] = last;
	p->octet_count = 5;
	p->requests = hwatt_alloc(sizeof(*p->requests));
	p->request_count = 1;
	p->points = hwatt_alloc(sizeof(*p->points));
	p->points[0].handle = handle;
	p->point_count = p->input_count = 1;
	p->input_whens = hwatt_alloc(2 * sizeof(*p->input_whens));
	return p;
}

static void equal_plans_are_one(void **state)
{
	(void)state;
	static const struct hwatt_profile_set none = { .count = 0 };
	static struct shelf shelf;
	struct book *book = book_new(&none), *other = book_new(&none);
	struct plan *first = shelf_put(&shelf, plan_of(book, 1, 7));
	ber_put_id(first->octets, 0, 0x12345678); /* it is being asked */
	assert_ptr_equal(shelf_put(&shelf, plan_of(book, 1, 7)), first);
	struct plan *packet = shelf_put(&shelf, plan_of(book, 2, 7));
	struct plan *handle = shelf_put(&shelf, plan_of(book, 1, 8));
	struct plan *conditions = shelf_put(&shelf, plan_of(other, 1, 7));
	assert_ptr_not_equal(packet, first);
	assert_ptr_not_equal(handle, first);
	assert_ptr_not_equal(conditions, first);
	shelf_release(&shelf, first);
	assert_int_equal(first->octets[4], 1); /* the other user has it still */
	assert_ptr_equal(shelf_put(&shelf, plan_of(book, 1, 7)), first);
	shelf_release(&shelf, first);
	shelf_release(&shelf, conditions);
	shelf_release(&shelf, first);
	shelf_release(&shelf, packet);
	shelf_release(&shelf, handle);
	shelf_release(&shelf, NULL);
	for (size_t i = 0; i < SHELF_ROWS; i++)
		assert_null(shelf.rows[i]);
	book_release(book);
	book_release(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(equal_plans_are_one) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
