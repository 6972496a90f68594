/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* test_curl.c - libcurl is loaded when it is first needed, and what is called reaches it. */
#include <hallwatt/curl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OLD 0x075500u
#define TEXT "a list of targets, as a server gives it\n"

static bool is_mapped(const char *library)
{
	char line[4352];
	bool found = false;
	FILE *maps = fopen("/proc/self/maps", "r");
	assert_non_null(maps);
	while (!found && fgets(line, sizeof(line), maps) != NULL)
		found = strstr(line, library) != NULL;
	fclose(maps);
	return found;
}

/* In this order: what is loaded stays. */

static void what_cannot_be_loaded_is_said(void **state)
{
	(void)state;
	struct hwatt_error err = {0};
	assert_false(is_mapped("libcurl.so"));
	assert_int_equal(hwatt_curl_load("libnowhere.so.4", OLD, &err), -1);
	assert_int_equal(err.code, HWATT_EIO);
	assert_non_null(strstr(err.text, "install libcurl4: libnowhere.so.4: "));
	assert_int_equal(hwatt_curl_load("libm.so.6", OLD, &err), -1);
	assert_string_equal(err.text, "libm.so.6 has no curl_easy_cleanup; install libcurl4");
	assert_int_equal(hwatt_curl_load("libcurl.so.4", 0x7f0100u, &err), -1);
	assert_non_null(strstr(err.text, "libcurl.so.4 is libcurl "));
	assert_non_null(strstr(err.text, ", which is too old: 127.1 or later is needed"));
}

static void it_is_loaded_once_it_is_started(void **state)
{
	(void)state;
	struct hwatt_error err = {0};
	if (hwatt_curl_start(&err) < 0)
		fail_msg("%s", err.text);
	assert_true(is_mapped("libcurl.so.4"));
	assert_int_equal(hwatt_curl_start(&err), 0);
	hwatt_curl_end();
	assert_int_equal(hwatt_curl_load("libnowhere.so.4", OLD, &err), 0); /* what is loaded stays */
}

static size_t on_body(char *octets, size_t size, size_t n, void *arg)
{
	return fwrite(octets, size, n, arg);
}

/* Arguments of every type; libcurl looks at each, or the transfer comes out another. */
static void arguments_arrive_whole(void **state)
{
	(void)state;
	char path[] = "/tmp/hallwatt-curl-XXXXXX", url[64], *private = NULL, *got = NULL;
	int fd = mkstemp(path), mark;
	size_t octets = 0;
	curl_off_t took = -1;
	FILE *body = open_memstream(&got, &octets);
	assert_int_equal(write(fd, TEXT, strlen(TEXT)), (ssize_t)strlen(TEXT));
	close(fd);
	snprintf(url, sizeof(url), "file://%s", path);
	CURL *easy = curl_easy_init();
	assert_int_equal(curl_easy_setopt(easy, CURLOPT_URL, url), CURLE_OK);
	assert_int_equal(curl_easy_setopt(easy, CURLOPT_PRIVATE, &mark), CURLE_OK);
	assert_int_equal(curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body), CURLE_OK);
	assert_int_equal(curl_easy_setopt(easy, CURLOPT_WRITEDATA, body), CURLE_OK);
	assert_int_equal(curl_easy_setopt(easy, CURLOPT_MAXREDIRS, -2L), CURLE_BAD_FUNCTION_ARGUMENT);
	assert_int_equal(curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)-1), CURLE_BAD_FUNCTION_ARGUMENT);
	assert_int_equal(curl_easy_setopt(easy, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)2), CURLE_OK);
	assert_int_equal(curl_easy_perform(easy), CURLE_OK);
	assert_int_equal(curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private), CURLE_OK);
	assert_int_equal(curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &took), CURLE_OK);
	assert_ptr_equal(private, &mark);
	assert_int_equal(took, strlen(TEXT) - 2);
	fclose(body);
	assert_string_equal(got, &TEXT[2]);
	curl_easy_cleanup(easy);
	unlink(path);
	free(got);
}

static int on_timeout(CURLM *multi, long ms, void *arg)
{
	(void)multi;
	*(long *)arg = ms;
	return 0;
}

static void many_transfers_have_their_options(void **state)
{
	(void)state;
	long ms = -1;
	CURLM *multi = curl_multi_init();
	CURL *easy = curl_easy_init();
	assert_int_equal(curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timeout), CURLM_OK);
	assert_int_equal(curl_multi_setopt(multi, CURLMOPT_TIMERDATA, &ms), CURLM_OK);
	assert_int_equal(curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 4L), CURLM_OK);
	curl_easy_setopt(easy, CURLOPT_URL, "file:///");
	assert_int_equal(curl_multi_add_handle(multi, easy), CURLM_OK);
	assert_int_equal(ms, 0); /* at once */
	assert_int_equal(curl_multi_remove_handle(multi, easy), CURLM_OK);
	curl_easy_cleanup(easy);
	assert_int_equal(curl_multi_cleanup(multi), CURLM_OK);
	assert_int_equal(curl_getdate("Thu, 01 Jan 1970 00:01:00 GMT", NULL), 60);
	assert_string_equal(curl_easy_strerror(CURLE_OK), "No error");
	hwatt_curl_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_be_loaded_is_said),
		cmocka_unit_test(it_is_loaded_once_it_is_started),
		cmocka_unit_test(arguments_arrive_whole),
		cmocka_unit_test(many_transfers_have_their_options),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
