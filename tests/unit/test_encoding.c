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

static void pack(const unsigned char *plain, size_t length, size_t piece, struct hwatt_text *out)
{
	struct encoder *encoder;
	struct hwatt_error err;
	assert_int_equal(encoder_new(&encoder, &err), 0);
	for (size_t at = 0; at < length; at += piece) {
		size_t n = length - at < piece ? length - at : piece;
		assert_int_equal(encoder_put(encoder, (const char *)plain + at, n, false, out, &err), 0);
	}
	assert_int_equal(encoder_put(encoder, "", 0, true, out, &err), 0);
	encoder_free(encoder);
}

static void assert_packed(const struct hwatt_text *packed, const unsigned char *plain, size_t length)
{
	unsigned char *back = malloc(length + 1);
	z_stream z = { .next_in = (unsigned char *)packed->bytes, .avail_in = (unsigned)packed->length, .next_out = back,
		       .avail_out = (unsigned)length + 1 };
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, length);
	assert_memory_equal(plain, back, length);
	inflateEnd(&z);
	free(back);
}

static void gzip_comes_back_the_same_in_pieces_of_any_size(void **state)
{
	(void)state;
	size_t length = 300000;
	unsigned char *plain = malloc(length);
	uint32_t x = 12345;
	for (size_t i = 0; i < length; i++) {
		x = x * 1664525u + 1013904223u;
		plain[i] = (unsigned char)(i % 3 == 0 ? x >> 24 : 'a'); /* more than one chunk of output */
	}
	static const size_t pieces[] = { 300000, 32768, 1000, 7 };
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct hwatt_text out;
		hwatt_text_init(&out, 1u << 20);
		pack(plain, length, pieces[i], &out);
		assert_packed(&out, plain, length);
		hwatt_text_free(&out);
	}
	free(plain);
}

static void a_full_output_is_an_error(void **state)
{
	(void)state;
	struct hwatt_text out;
	struct hwatt_error err;
	hwatt_text_init(&out, 10);
	struct encoder *encoder;
	assert_int_equal(encoder_new(&encoder, &err), 0);
	assert_int_equal(encoder_put(encoder, "hello, hello, hello", 19, true, &out, &err), -1);
	assert_int_equal(err.code, HWATT_EIO);
	encoder_free(encoder);
	hwatt_text_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_decides),
		cmocka_unit_test(a_body_is_worth_it_from_its_size),
		cmocka_unit_test(gzip_comes_back_the_same_in_pieces_of_any_size),
		cmocka_unit_test(a_full_output_is_an_error),
	};
	return cmocka_run_group_tests_name("encoding", tests, NULL, NULL);
}
