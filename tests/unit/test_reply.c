/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "reply.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define MAX_OCTETS 10000u

/* An exporter that shows what it was given, fails on request, or writes very much. */
static int render(const struct hwatt_view *view, const struct hwatt_request *request, struct hwatt_answer *answer,
		  struct hwatt_error *err)
{
	const char *what = request->query != NULL ? request->query(request, "what") : NULL;
	if (what != NULL && strcmp(what, "fail") == 0)
		return hwatt_fail(err, HWATT_EIO, "the ink is out");
	if (what != NULL && strcmp(what, "status") == 0)
		answer->status = 400;
	if (what != NULL && strcmp(what, "long") == 0)
		for (int i = 0; i < 500; i++)
			hwatt_text_puts(answer->body, "long ");
	if (what != NULL && strcmp(what, "page") == 0)
		answer->content_type = "text/html; charset=utf-8";
	if (what != NULL && strcmp(what, "flood") == 0) {
		for (unsigned i = 0; i <= MAX_OCTETS; i++)
			hwatt_text_putc(answer->body, 'x');
		return 0;
	}
	hwatt_text_printf(answer->body, "%s %d", request->accept, (int)view->snapshot->taken_ms);
	if (what == NULL) {
		snprintf(answer->scratch, sizeof(answer->scratch), "test/%s", request->accept);
		answer->content_type = answer->scratch;
	}
	return 0;
}

/* Pieces of 10,000 octets, numbered; the one of ?what=N fails, "few" are three, others twenty. */
struct pages { int next, count, fails, *open; };

static int open_pages;

static int begin(const struct hwatt_view *view, const struct hwatt_request *request, struct hwatt_answer *answer, void **pieces,
		 struct hwatt_error *err)
{
	static struct pages pages;
	const char *what = request->query(request, "what");
	(void)view;
	if (strcmp(what, "refused") == 0)
		return hwatt_fail(err, HWATT_EIO, "no paper");
	pages = (struct pages){ .count = strcmp(what, "few") == 0 ? 3 : 20, .fails = what[0] <= '9' ? atoi(what) : -1,
				.open = &open_pages };
	answer->content_type = "text/csv";
	*pieces = &pages;
	++*pages.open;
	return 0;
}

static int more(void *pieces, struct hwatt_text *body, struct hwatt_error *err)
{
	struct pages *pages = pieces;
	if (pages->next == pages->fails)
		return hwatt_fail(err, HWATT_EIO, "page %d is torn", pages->next);
	for (int i = 0; i < 1000; i++)
		hwatt_text_printf(body, "%9d\n", pages->next * 1000 + i);
	return ++pages->next < pages->count;
}

static void again(void *pieces)
{
	((struct pages *)pieces)->next = 0;
}

static void end(void *pieces)
{
	--*((struct pages *)pieces)->open;
}

static const struct hwatt_exporter paged = { .name = "paged", .path = "/paged", .begin = begin, .more = more, .again = again,
					     .end = end };
static const struct hwatt_exporter test_exporter = { .name = "test", .path = "/test", .title = "Ink & <paper>",
						     .render = render };
static const struct hwatt_exporter push_only = { .name = "push" };
static const struct hwatt_exporter *const exporters[] = { &push_only, &test_exporter, &paged, NULL };

static const char *query_what(const struct hwatt_request *request, const char *key)
{
	return strcmp(key, "what") == 0 ? request->server : NULL;
}

static const struct hwatt_snapshot ready_snapshot = { .taken_ms = 42, .ready = true };

static struct reply_view ready(void)
{
	return (struct reply_view){ .exporters = exporters, .snapshot = &ready_snapshot,
				     .max_octets = MAX_OCTETS };
}

static void ask(struct reply *out, struct reply_view view, const char *method, const char *path)
{
	struct reply_request request = { .method = method, .path = path, .accept = "any", .accept_encoding = "" };
	reply_make(&view, &request, out);
}

static void ask_test(struct reply *out, const char *what, const char *accept_encoding)
{
	struct reply_view view = ready();
	struct reply_request request = { .method = "GET", .path = "/test", .accept = "any",
					 .accept_encoding = accept_encoding, .query = query_what,
					 .server = (void *)(uintptr_t)what };
	reply_make(&view, &request, out);
}

static void assert_answer(struct reply_view view, const char *method, const char *path, unsigned status,
			  const char *part)
{
	struct reply reply;
	ask(&reply, view, method, path);
	if (reply.status != status || strstr(hwatt_text_string(&reply.body), part) == NULL)
		fail_msg("%s %s: %u %s", method, path, reply.status, hwatt_text_string(&reply.body));
	reply_free(&reply);
}

static void the_landing_page_links_what_there_is(void **state)
{
	(void)state;
	struct reply reply;
	ask(&reply, ready(), "GET", "/");
	const char *body = hwatt_text_string(&reply.body);
	assert_int_equal(reply.status, 200);
	assert_string_equal(reply.content_type, "text/html; charset=utf-8");
	assert_true(reply.html);
	assert_non_null(strstr(body, "<html lang=\"en\">"));
	assert_non_null(strstr(body, "<p>Version "));
	assert_non_null(strstr(body, "<a href=\"/test\">Ink &amp; &lt;paper&gt;</a>"));
	assert_null(strstr(body, "<script"));
	reply_free(&reply);
}

static void health_follows_the_main_loop(void **state)
{
	(void)state;
	struct reply_view view = ready();
	view.silent_ms = REPLY_STUCK_MS;
	assert_answer(view, "GET", "/-/healthy", 200, "healthy");
	view.silent_ms = REPLY_STUCK_MS + 1;
	assert_answer(view, "GET", "/-/healthy", 503, "has not turned for 10 s");
	view.snapshot = NULL; /* healthy needs no snapshot */
	view.silent_ms = 0;
	assert_answer(view, "GET", "/-/healthy", 200, "healthy");
}

static void readiness_follows_the_snapshot(void **state)
{
	(void)state;
	struct hwatt_snapshot starting = { .ready = false };
	struct reply_view view = ready();
	assert_answer(view, "GET", "/-/ready", 200, "ready");
	view.snapshot = &starting;
	assert_answer(view, "GET", "/-/ready", 503, "starting");
	view.snapshot = NULL;
	assert_answer(view, "GET", "/-/ready", 503, "starting");
	assert_answer(view, "GET", "/test", 503, "starting");
}

/* An empty page would say that there are no devices. */
static void what_was_let_go_is_no_empty_hall(void **state)
{
	(void)state;
	struct hwatt_snapshot resting = { .ready = true, .resting = true };
	struct reply_view view = ready();
	view.snapshot = &resting;
	assert_answer(view, "GET", "/test", 503, "late");
	assert_answer(view, "GET", "/-/ready", 200, "ready");
}

static void reloading_wants_post_or_put_and_permission(void **state)
{
	(void)state;
	struct reply_view view = ready();
	struct reply reply;
	assert_answer(view, "POST", "/-/reload", 403, "enable_lifecycle");
	view.enable_lifecycle = true;
	static const char *const methods[] = { "POST", "PUT" };
	for (int i = 0; i < 2; i++) {
		ask(&reply, view, methods[i], "/-/reload");
		assert_true(reply.reload);
		reply_free(&reply);
	}
	static const char *const refused[] = { "GET", "HEAD", "DELETE" };
	for (int i = 0; i < 3; i++) {
		ask(&reply, view, refused[i], "/-/reload");
		assert_int_equal(reply.status, 405);
		assert_string_equal(reply.allow, "POST, PUT");
		assert_false(reply.reload);
		reply_free(&reply);
	}
}

static void a_reload_is_answered_with_its_outcome(void **state)
{
	(void)state;
	struct reply_view view = ready();
	view.enable_lifecycle = true;
	struct reply reply;
	ask(&reply, view, "POST", "/-/reload");
	reply_reloaded(&reply, -1, "hallwatt.yaml:41:5: unknown key\nhallwatt.yaml:42:5: no duration");
	assert_int_equal(reply.status, 500);
	assert_false(reply.reload);
	assert_non_null(strstr(reply.body.bytes, "old one stays in force:\nhallwatt.yaml:41:5: unknown key\n"));
	assert_int_equal(reply.body.bytes[reply.body.length - 1], '\n');
	reply_reloaded(&reply, 0, "");
	assert_int_equal(reply.status, 200);
	reply_free(&reply);
}

static void other_methods_are_told_what_is_allowed(void **state)
{
	(void)state;
	static const char *const methods[] = { "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get" };
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		struct reply reply;
		ask(&reply, ready(), methods[i], "/test");
		assert_int_equal(reply.status, 405);
		assert_string_equal(reply.allow, "GET, HEAD");
		reply_free(&reply);
	}
	assert_answer(ready(), "HEAD", "/test", 200, "any 42");
}

static void unknown_paths_are_not_found(void **state)
{
	(void)state;
	assert_answer(ready(), "GET", "/nowhere", 404, "nothing at this path");
	assert_answer(ready(), "GET", "/test/", 404, "nothing");
	assert_answer(ready(), "GET", "", 404, "nothing");
	assert_answer(ready(), "POST", "/nowhere", 404, "nothing");
}

static void an_exporter_sees_the_request_and_sets_the_answer(void **state)
{
	(void)state;
	struct reply reply;
	ask(&reply, ready(), "GET", "/test");
	assert_string_equal(hwatt_text_string(&reply.body), "any 42");
	assert_string_equal(reply.content_type, "test/any");
	assert_false(reply.html);
	reply_free(&reply);
	ask_test(&reply, "status", "");
	assert_int_equal(reply.status, 400);
	reply_free(&reply);
	ask_test(&reply, "page", "");
	assert_true(reply.html);
	reply_free(&reply);
}

static void a_failing_exporter_is_a_sentence_for_client_and_log(void **state)
{
	(void)state;
	struct reply reply;
	ask_test(&reply, "fail", "gzip");
	assert_int_equal(reply.status, 500);
	assert_string_equal(hwatt_text_string(&reply.body), "The answer could not be written: test: the ink is out.\n");
	assert_int_equal(reply.failure.code, HWATT_EIO);
	reply_free(&reply);
}

static void an_answer_beyond_the_bound_is_an_error(void **state)
{
	(void)state;
	struct reply reply;
	ask_test(&reply, "flood", "");
	assert_int_equal(reply.status, 500);
	assert_non_null(strstr(hwatt_text_string(&reply.body), "larger than 10000 octets"));
	reply_free(&reply);
}

static void a_long_body_is_packed_when_the_client_takes_it(void **state)
{
	(void)state;
	struct reply reply;
	ask_test(&reply, "long", "gzip");
	assert_int_equal(reply.encoding, ENCODING_GZIP);
	assert_memory_equal(reply.body.bytes, "\x1f\x8b", 2);
	reply_free(&reply);
	ask_test(&reply, "long", "");
	assert_int_equal(reply.encoding, ENCODING_IDENTITY);
	reply_free(&reply);
	ask_test(&reply, "long", "*;q=0");
	assert_int_equal(reply.status, 406);
	reply_free(&reply);
}

static void ask_pages(struct reply *out, const char *what, const char *accept_encoding, bool length_wanted)
{
	struct reply_view view = ready();
	view.max_octets = REPLY_MAX_OCTETS;
	struct reply_request request = { .method = "GET", .path = "/paged", .accept = "", .accept_encoding = accept_encoding,
					 .query = query_what, .server = (void *)(uintptr_t)what, .length_wanted = length_wanted };
	reply_make(&view, &request, out);
}

/* All that is sent, unpacked; the caller frees it. */
static char *take_all(struct reply *reply, size_t *sent)
{
	struct hwatt_text all;
	size_t room = 20 * 10000 + 1, largest = 0;
	hwatt_text_init(&all, 1u << 20);
	hwatt_text_put(&all, hwatt_text_string(&reply->body), reply->body.length);
	while (reply->more) {
		assert_int_equal(reply_more(reply), 0);
		assert_true(reply->body.length > 0); /* also when the encoder kept a piece back */
		hwatt_text_put(&all, hwatt_text_string(&reply->body), reply->body.length);
		largest = reply->body.length > largest ? reply->body.length : largest;
	}
	assert_true(largest < 50000);
	*sent = all.length;
	char *out = calloc(1, room);
	if (reply->encoding == ENCODING_IDENTITY) {
		memcpy(out, all.bytes, all.length);
	} else {
		z_stream z = { .next_in = (unsigned char *)all.bytes, .avail_in = (unsigned)all.length, .next_out = (unsigned char *)out,
			       .avail_out = (unsigned)room };
		assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
		assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
		inflateEnd(&z);
	}
	hwatt_text_free(&all);
	return out;
}

static void assert_pages(const char *text, int count)
{
	assert_int_equal(strlen(text), count * 10000);
	for (int i = 0; i < 1000 * count; i++)
		assert_int_equal(atoi(text + 10 * i), i);
}

static void a_large_answer_comes_in_pieces(void **state)
{
	(void)state;
	static const char *const encodings[] = { "", "gzip" };
	for (int i = 0; i < 4; i++) { /* also with its length */
		struct reply reply;
		size_t sent;
		ask_pages(&reply, "many", encodings[i % 2], i >= 2);
		assert_int_equal(reply.status, 200);
		assert_true(reply.more);
		assert_int_equal(reply.encoding, i % 2 != 0 ? ENCODING_GZIP : ENCODING_IDENTITY);
		assert_string_equal(reply.content_type, "text/csv");
		assert_int_equal(open_pages, 1);
		uint64_t length = reply.length;
		char *text = take_all(&reply, &sent);
		assert_pages(text, 20);
		assert_int_equal(length, i >= 2 ? sent : 0);
		assert_int_equal(open_pages, 0); /* at the last piece */
		free(text);
		reply_free(&reply);
	}
}

static void a_small_answer_in_pieces_is_made_whole(void **state)
{
	(void)state;
	static const char *const encodings[] = { "", "gzip" };
	for (int i = 0; i < 4; i++) {
		struct reply reply;
		size_t sent;
		ask_pages(&reply, "few", encodings[i % 2], i >= 2);
		assert_false(reply.more);
		assert_int_equal(open_pages, 0);
		char *text = take_all(&reply, &sent);
		assert_pages(text, 3);
		free(text);
		reply_free(&reply);
	}
}

static void who_goes_before_the_end_leaves_nothing(void **state)
{
	(void)state;
	struct reply reply;
	ask_pages(&reply, "many", "gzip", false);
	assert_int_equal(open_pages, 1);
	reply_free(&reply);
	assert_int_equal(open_pages, 0);
	ask_pages(&reply, "many", "", false);
	assert_int_equal(reply_more(&reply), 0);
	assert_int_equal(open_pages, 1);
	reply_free(&reply);
	assert_int_equal(open_pages, 0);
	ask_pages(&reply, "many", "*;q=0", false);
	assert_int_equal(reply.status, 406);
	assert_int_equal(open_pages, 0);
	reply_free(&reply);
}

static void a_piece_that_fails_is_a_sentence_or_the_end(void **state)
{
	(void)state;
	struct reply reply;
	ask_pages(&reply, "refused", "", false);
	assert_int_equal(reply.status, 500);
	assert_string_equal(hwatt_text_string(&reply.body), "The answer could not be written: paged: no paper.\n");
	reply_free(&reply);
	ask_pages(&reply, "1", "gzip", false); /* while nothing was sent */
	assert_int_equal(reply.status, 500);
	assert_int_equal(reply.encoding, ENCODING_IDENTITY);
	assert_string_equal(hwatt_text_string(&reply.body), "The answer could not be written: paged: page 1 is torn.\n");
	assert_int_equal(open_pages, 0);
	reply_free(&reply);
	ask_pages(&reply, "18", "", true);
	assert_int_equal(reply.status, 500);
	assert_int_equal(reply.length, 0);
	reply_free(&reply);
	ask_pages(&reply, "18", "gzip", false);
	assert_int_equal(reply.status, 200);
	int rc = 0;
	while (rc == 0 && reply.more)
		rc = reply_more(&reply);
	assert_int_equal(rc, -1);
	assert_false(reply.more);
	assert_string_equal(reply.failure.text, "paged: page 18 is torn");
	assert_int_equal(open_pages, 0);
	reply_free(&reply);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_landing_page_links_what_there_is),
		cmocka_unit_test(health_follows_the_main_loop),
		cmocka_unit_test(readiness_follows_the_snapshot),
		cmocka_unit_test(what_was_let_go_is_no_empty_hall),
		cmocka_unit_test(reloading_wants_post_or_put_and_permission),
		cmocka_unit_test(a_reload_is_answered_with_its_outcome),
		cmocka_unit_test(other_methods_are_told_what_is_allowed),
		cmocka_unit_test(unknown_paths_are_not_found),
		cmocka_unit_test(an_exporter_sees_the_request_and_sets_the_answer),
		cmocka_unit_test(a_failing_exporter_is_a_sentence_for_client_and_log),
		cmocka_unit_test(an_answer_beyond_the_bound_is_an_error),
		cmocka_unit_test(a_long_body_is_packed_when_the_client_takes_it),
		cmocka_unit_test(a_large_answer_comes_in_pieces),
		cmocka_unit_test(a_small_answer_in_pieces_is_made_whole),
		cmocka_unit_test(who_goes_before_the_end_leaves_nothing),
		cmocka_unit_test(a_piece_that_fails_is_a_sentence_or_the_end),
	};
	return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
