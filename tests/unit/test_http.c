/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* test_http.c - what http.c decides before there is a socket; what it does with one is in tests/exporters/prometheus. */
#include "http.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <uv.h>

static void addresses_are_split(void **state)
{
	(void)state;
	static const struct { const char *listen, *host, *port; } cases[] = {
		{ "127.0.0.1:9890", "127.0.0.1", "9890" }, { "[::1]:9890", "::1", "9890" }, { ":9890", "", "9890" },
		{ "localhost:0", "localhost", "0" }, { "[fe80::1%eth0]:65535", "fe80::1%eth0", "65535" },
		{ "0.0.0.0:80", "0.0.0.0", "80" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char host[256], port[6];
		struct hwatt_error err;
		if (http_split(cases[i].listen, host, port, &err) < 0)
			fail_msg("%s", err.text);
		assert_string_equal(host, cases[i].host);
		assert_string_equal(port, cases[i].port);
	}
}

static void what_is_no_address_is_refused_with_advice(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"", "9890", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1: 80",
		"::1:9890", "[::1]", "[]:9890", "[::1:9890", "::1]:9890", "[[::1]]:9890", "127.0.0.1:999999999999999999999",
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char host[256], port[6];
		struct hwatt_error err;
		if (http_split(cases[i], host, port, &err) == 0)
			fail_msg("\"%s\" was taken for host \"%s\", port \"%s\"", cases[i], host, port);
		assert_int_equal(err.code, HWATT_EINVAL);
		assert_non_null(strstr(err.text, "write 127.0.0.1:9890"));
	}
	char longer[400], host[256], port[6];
	memset(longer, 'a', sizeof(longer));
	strcpy(longer + 300, ":80");
	assert_int_equal(http_split(longer, host, port, NULL), -1);
}

static void a_web_configuration_is_refused_before_anything_is_opened(void **state)
{
	(void)state;
	uv_loop_t loop;
	uv_loop_init(&loop);
	struct http_settings settings = { .listen = "127.0.0.1:0", .web_config = "web.yml" };
	struct http *http = NULL;
	struct hwatt_error err;
	assert_int_equal(http_start(&settings, NULL, &loop, NULL, &http, &err), -1);
	assert_int_equal(err.code, HWATT_EINVAL);
	assert_non_null(strstr(err.text, "web_config is set (web.yml)"));
	assert_null(http);
	assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_split),
		cmocka_unit_test(what_is_no_address_is_refused_with_advice),
		cmocka_unit_test(a_web_configuration_is_refused_before_anything_is_opened),
	};
	return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
