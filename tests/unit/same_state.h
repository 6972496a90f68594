/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* same_state.h - two meter sets that must know the same, to the last octet that is kept of them. */
#ifndef HALLWATT_TEST_SAME_STATE_H
#define HALLWATT_TEST_SAME_STATE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "meterset.h"
#include <cmocka.h>

static inline void assert_same_state(struct meterset *a, struct meterset *b)
{
	struct hwatt_text x, y;
	hwatt_text_init(&x, 1u << 20);
	hwatt_text_init(&y, 1u << 20);
	meterset_encode(a, &x);
	meterset_encode(b, &y);
	assert_true(hwatt_text_ok(&x));
	assert_int_equal(x.length, y.length);
	assert_memory_equal(x.bytes, y.bytes, x.length);
	hwatt_text_free(&x);
	hwatt_text_free(&y);
}

#endif
