/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "encoding.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static void the_header_decides(void **state)
{
	(void)state;
	static const struct { const char *header; enum encoding large, small; } cases[] = {
		{ "", ENCODING_IDENTITY, ENCODING_IDENTITY },
		{ "gzip", ENCODING_GZIP, ENCODING_IDENTITY },
		{ "GZip", ENCODING_GZIP, ENCODING_IDENTITY },
		{ "x-gzip", ENCODING_GZIP, ENCODING_IDENTITY },
		{ "gzip;q=0", ENCODING_IDENTITY, ENCODING_IDENTITY },
		{ "gzip;q=0.001", ENCODING_GZIP, ENCODING_IDENTITY },
		{ "deflate, br", ENCODING_IDENTITY, ENCODING_IDENTITY },
		{ "identity", ENCODING_IDENTITY, ENCODING_IDENTITY },
		{ "gzip, identity", ENCODING_GZIP, ENCODING_IDENTITY },
		{ "gzip;q=0.5, identity", ENCODING_IDENTITY, ENCODING_IDENTITY },
		{ "gzip;q=0.5, identity;q=0.4", ENCODING_GZIP, ENCODING_IDENTITY },
		{ "*", ENCODING_GZIP, ENCODING_IDENTITY },
		{ "*;q=0", ENCODING_NONE, ENCODING_NONE },
		{ "gzip;q=0, *", ENCODING_IDENTITY, ENCODING_IDENTITY },
		{ "gzip, *;q=0", ENCODING_GZIP, ENCODING_GZIP },
		{ "identity;q=0", ENCODING_NONE, ENCODING_NONE },
		{ "identity;q=0, gzip", ENCODING_GZIP, ENCODING_GZIP },
		{ "identity;q=0, *", ENCODING_GZIP, ENCODING_GZIP },
		{ "identity;q=0, gzip;q=0, br", ENCODING_NONE, ENCODING_NONE },
		{ "identity, *;q=0", ENCODING_IDENTITY, ENCODING_IDENTITY },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (encoding_choose(cases[i].header, 100000) != cases[i].large)
			fail_msg("\"%s\" for a large body", cases[i].header);
		if (encoding_choose(cases[i].header, 100) != cases[i].small)
			fail_msg("\"%s\" for a small body", cases[i].header);
	}
}

static void a_body_is_worth_it_from_its_size(void **state)
{
	(void)state;
	assert_int_equal(encoding_choose("gzip", ENCODING_MIN_OCTETS), ENCODING_IDENTITY);
	assert_int_equal(encoding_choose("gzip", ENCODING_MIN_OCTETS + 1), ENCODING_GZIP);
}

static void gzip_comes_back_the_same(void **state)
{
	(void)state;
	size_t length = 300000;
	unsigned char *plain = malloc(length), *back = malloc(length + 1);
	uint32_t x = 12345;
	for (size_t i = 0; i < length; i++) {
		x = x * 1664525u + 1013904223u;
		plain[i] = (unsigned char)(i % 3 == 0 ? x >> 24 : 'a'); /* more than one chunk of output */
	}
	struct hwatt_text out;
	struct hwatt_error err;
	hwatt_text_init(&out, 1u << 20);
	assert_int_equal(encoding_gzip((const char *)plain, length, &out, &err), 0);
	z_stream z = { .next_in = (unsigned char *)out.bytes, .avail_in = (unsigned)out.length, .next_out = back,
		       .avail_out = (unsigned)length + 1 };
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, length);
	assert_memory_equal(plain, back, length);
	inflateEnd(&z);
	hwatt_text_free(&out);
	free(plain);
	free(back);
}

static void a_full_output_is_an_error(void **state)
{
	(void)state;
	struct hwatt_text out;
	struct hwatt_error err;
	hwatt_text_init(&out, 10);
	assert_int_equal(encoding_gzip("hello, hello, hello", 19, &out, &err), -1);
	assert_int_equal(err.code, HWATT_EIO);
	hwatt_text_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_decides),
		cmocka_unit_test(a_body_is_worth_it_from_its_size),
		cmocka_unit_test(gzip_comes_back_the_same),
		cmocka_unit_test(a_full_output_is_an_error),
	};
	return cmocka_run_group_tests_name("encoding", tests, NULL, NULL);
}
