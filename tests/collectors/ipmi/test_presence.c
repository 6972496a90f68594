/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "presence.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* An answer with the extended capabilities, as the specification's tables lay it out. */
static const uint8_t answer[] = {
	0x06, 0x00, 0xff, 0x07, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
	0x81, 0x1c, 0x63, 0x20, 0x00, 0x38, 0x00, 0x01, 0x80, 0x04, 0x02, 0x00, 0x00, 0x00, 0x00, 0x21,
};
#define CODE 20
#define TYPES 22
#define VERSIONS 24

static int read_changed(size_t at, uint8_t value, struct presence *out)
{
	uint8_t copy[sizeof(answer)];
	memcpy(copy, answer, sizeof(copy));
	copy[at] = value;
	return presence_read(copy, sizeof(copy), out, NULL);
}

static void the_question_is_what_the_specification_says(void **state)
{
	(void)state;
	static const uint8_t wanted[PRESENCE_ASK_OCTETS] = {
		0x06, 0x00, 0xff, 0x07, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0x09,
		0x20, 0x18, 0xc8, 0x81, 0x00, 0x38, 0x8e, 0x02, 0xb7,
	};
	uint8_t got[PRESENCE_ASK_OCTETS];
	presence_ask(got);
	assert_memory_equal(got, wanted, sizeof(wanted));
}

static void an_answer_tells_the_versions(void **state)
{
	(void)state;
	struct presence p;
	assert_int_equal(presence_read(answer, sizeof(answer), &p, NULL), 0);
	assert_true(p.ipmi_2_0);
	assert_false(p.ipmi_1_5);
	assert_int_equal(read_changed(VERSIONS, 0x03, &p), 0);
	assert_true(p.ipmi_2_0 && p.ipmi_1_5);
	assert_int_equal(read_changed(TYPES, 0x04, &p), 0); /* no extended capabilities: what stands there is not theirs */
	assert_true(p.ipmi_1_5);
	assert_false(p.ipmi_2_0);
}

static void a_refusal_is_an_answer_too(void **state)
{
	(void)state;
	struct presence p;
	uint8_t refusal[22];
	memcpy(refusal, answer, sizeof(refusal));
	refusal[13] = 8;
	refusal[CODE] = 0xcc;
	assert_int_equal(presence_read(refusal, sizeof(refusal), &p, NULL), 0);
	assert_true(p.ipmi_1_5);
	refusal[CODE] = 0; /* "done", and nothing behind it */
	assert_int_equal(presence_read(refusal, sizeof(refusal), &p, NULL), -1);
}

static void anything_else_is_none(void **state)
{
	(void)state;
	struct presence p;
	for (size_t n = 0; n < sizeof(answer); n++)
		assert_int_equal(presence_read(answer, n, &p, NULL), -1);
	assert_int_equal(read_changed(0, 0x05, &p), -1);
	assert_int_equal(read_changed(3, 0x06, &p), -1); /* ASF */
	assert_int_equal(read_changed(4, 0x06, &p), -1); /* in a session */
	assert_int_equal(read_changed(15, 0x18, &p), -1); /* a question: somebody echoes */
	assert_int_equal(read_changed(19, 0x01, &p), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_question_is_what_the_specification_says),
		cmocka_unit_test(an_answer_tells_the_versions),
		cmocka_unit_test(a_refusal_is_an_answer_too),
		cmocka_unit_test(anything_else_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
