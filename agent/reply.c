/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "reply.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Nothing more comes. */
static void end_pieces(struct reply *reply)
{
	if (reply->pieces != NULL)
		reply->exporter->end(reply->pieces);
	encoder_free(reply->encoder);
	hwatt_text_free(&reply->plain);
	reply->pieces = NULL;
	reply->encoder = NULL;
	reply->more = false;
}

void reply_say(struct reply *reply, unsigned status, const char *fmt, ...)
{
	char sentence[1024];
	va_list args;
	va_start(args, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, args);
	va_end(args);
	reply->status = status;
	reply->content_type = "text/plain; charset=utf-8";
	reply->html = false;
	reply->encoding = ENCODING_IDENTITY;
	end_pieces(reply);
	hwatt_text_reset(&reply->body);
	hwatt_text_puts(&reply->body, sentence);
	hwatt_text_putc(&reply->body, '\n');
}

void reply_free(struct reply *reply)
{
	end_pieces(reply);
	hwatt_text_free(&reply->body);
}

static void put_html(struct hwatt_text *out, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&': hwatt_text_puts(out, "&amp;"); break;
		case '<': hwatt_text_puts(out, "&lt;"); break;
		case '>': hwatt_text_puts(out, "&gt;"); break;
		case '"': hwatt_text_puts(out, "&quot;"); break;
		default: hwatt_text_putc(out, *text);
		}
	}
}

static void put_link(struct hwatt_text *out, const char *path, const char *title)
{
	hwatt_text_puts(out, "<li><a href=\"");
	put_html(out, path);
	hwatt_text_puts(out, "\">");
	put_html(out, title);
	hwatt_text_puts(out, "</a></li>\n");
}

static void answer_landing(const struct reply_view *view, struct reply *out)
{
	struct hwatt_text *body = &out->body;
	hwatt_text_puts(body, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
			      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
			      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>hallwatt</title>\n"
			      "</head>\n<body>\n<main>\n<h1>hallwatt</h1>\n"
			      "<p>What this data hall really uses, held against what the contract promised.</p>\n"
			      "<p>Version " HALLWATT_VERSION "</p>\n"
			      "<nav aria-label=\"What there is\">\n<ul>\n");
	for (size_t i = 0; view->exporters[i] != NULL; i++)
		if (view->exporters[i]->path != NULL)
			put_link(body, view->exporters[i]->path,
				 view->exporters[i]->title != NULL ? view->exporters[i]->title
								   : view->exporters[i]->name);
	put_link(body, "/-/healthy", "Is the daemon alive?");
	put_link(body, "/-/ready", "Is it ready to be scraped?");
	hwatt_text_puts(body, "</ul>\n</nav>\n</main>\n</body>\n</html>\n");
	out->content_type = "text/html; charset=utf-8";
	out->html = true;
}

static void answer_healthy(const struct reply_view *view, struct reply *out)
{
	if (view->silent_ms > REPLY_STUCK_MS)
		reply_say(out, 503, "The main loop has not turned for %" PRId64 " s.", view->silent_ms / 1000);
	else
		reply_say(out, 200, "hallwatt is healthy.");
}

static void answer_ready(const struct reply_view *view, struct reply *out)
{
	if (view->snapshot == NULL || !view->snapshot->ready)
		reply_say(out, 503, "hallwatt is starting: it meters, but what the store holds of the past is not summed yet.");
	else
		reply_say(out, 200, "hallwatt is ready.");
}

static void answer_reload(const struct reply_view *view, struct reply *out)
{
	if (!view->enable_lifecycle)
		reply_say(out, 403, "Reloading over HTTP is off; set enable_lifecycle: true, or send SIGHUP.");
	else
		out->reload = true;
}

void reply_reloaded(struct reply *reply, int rc, const char *message)
{
	reply->reload = false;
	if (rc == 0) {
		reply_say(reply, 200, "The configuration was read again.");
		return;
	}
	reply_say(reply, 500, "The configuration was not taken over; the old one stays in force:");
	hwatt_text_puts(&reply->body, message);
	if (message[0] != '\0' && message[strlen(message) - 1] != '\n')
		hwatt_text_putc(&reply->body, '\n');
}

/* Adds pieces to `body` until it is so large; what is left to come is told by `more`. */
static int add_pieces(struct reply *reply, struct hwatt_text *body, size_t octets)
{
	struct hwatt_error *err = &reply->failure;
	int rc = 1;
	while (rc > 0 && body->length < octets)
		rc = reply->exporter->more(reply->pieces, body, err);
	if (rc == 0 && !hwatt_text_ok(body))
		rc = hwatt_fail(err, HWATT_EIO, "a piece is larger than %zu octets", body->limit);
	reply->more = rc > 0;
	return rc < 0 ? -1 : 0;
}

static int render(const struct hwatt_view *seen, const struct hwatt_request *asked, struct hwatt_answer *answer, struct reply *out)
{
	const struct hwatt_exporter *exporter = out->exporter;
	if (exporter->begin == NULL)
		return exporter->render(seen, asked, answer, &out->failure);
	if (exporter->begin(seen, asked, answer, &out->pieces, &out->failure) < 0)
		return -1;
	return add_pieces(out, &out->body, REPLY_WHOLE_OCTETS);
}

static void answer_exporter(const struct hwatt_exporter *exporter, const struct reply_view *view,
			    const struct reply_request *request, struct reply *out)
{
	if (view->snapshot == NULL) {
		reply_say(out, 503, "Nothing has been measured yet; hallwatt is starting.");
		return;
	}
	if (view->snapshot->resting) { /* and the main loop did not make another */
		reply_say(out, 503, "The main loop is late, and what was known before has been let go; ask again.");
		return;
	}
	struct hwatt_view seen = { .snapshot = view->snapshot };
	struct hwatt_request asked = { .path = request->path, .accept = request->accept,
				       .query = request->query, .server = request->server };
	struct hwatt_answer answer = { .body = &out->body, .status = 200,
				       .content_type = "text/plain; charset=utf-8" };
	struct hwatt_error *err = &out->failure;
	out->exporter = exporter;
	int rc = render(&seen, &asked, &answer, out);
	if (rc == 0 && !hwatt_text_ok(&out->body))
		rc = hwatt_fail(err, HWATT_EIO, "the answer is larger than %zu octets", view->max_octets);
	if (rc < 0) {
		hwatt_within(err, "%s", exporter->name);
		reply_say(out, 500, "The answer could not be written: %s.", err->text);
		return;
	}
	out->status = answer.status;
	memcpy(out->scratch, answer.scratch, sizeof(out->scratch));
	out->content_type = answer.content_type == answer.scratch ? out->scratch : answer.content_type;
	out->html = strncmp(out->content_type, "text/html", 9) == 0;
}

static bool one_of(const char *method, const char *first, const char *second)
{
	return strcmp(method, first) == 0 || strcmp(method, second) == 0;
}

static const struct hwatt_exporter *exporter_at(const struct hwatt_exporter *const *exporters, const char *path)
{
	for (size_t i = 0; exporters[i] != NULL; i++)
		if (exporters[i]->path != NULL && strcmp(exporters[i]->path, path) == 0)
			return exporters[i];
	return NULL;
}

bool reply_is_measured(const struct hwatt_exporter *const *exporters, const char *path)
{
	return exporter_at(exporters, path) != NULL;
}

static void route(const struct reply_view *view, const struct reply_request *request, struct reply *out)
{
	static const struct {
		const char *path;
		void (*answer)(const struct reply_view *view, struct reply *out);
		bool acts; /* POST and PUT, not GET */
	} own[] = {
		{ "/", answer_landing, false },
		{ "/-/healthy", answer_healthy, false },
		{ "/-/ready", answer_ready, false },
		{ "/-/reload", answer_reload, true },
	};
	const struct hwatt_exporter *exporter = exporter_at(view->exporters, request->path);
	size_t at = 0;
	while (exporter == NULL && at < sizeof(own) / sizeof(own[0]) && strcmp(own[at].path, request->path) != 0)
		at++;
	if (exporter == NULL && at == sizeof(own) / sizeof(own[0])) {
		reply_say(out, 404, "There is nothing at this path; / shows what there is.");
		return;
	}
	bool acts = exporter == NULL && own[at].acts;
	if (!(acts ? one_of(request->method, "POST", "PUT") : one_of(request->method, "GET", "HEAD"))) {
		out->allow = acts ? "POST, PUT" : "GET, HEAD";
		reply_say(out, 405, "This path takes %s only.", acts ? "POST and PUT" : "GET and HEAD");
	} else if (exporter != NULL) {
		answer_exporter(exporter, view, request, out);
	} else {
		own[at].answer(view, out);
	}
}

static void say_failure(struct reply *out)
{
	reply_say(out, 500, "The answer could not be written: %s.", out->failure.text);
}

/* Has the encoder take `plain`, all there is unless `more` follows, and add what is ready to the body. */
static int encode_piece(struct reply *out, const struct hwatt_text *plain)
{
	return encoder_put(out->encoder, hwatt_text_string(plain), plain->length, !out->more, &out->body, &out->failure);
}

/* Makes the body what Accept-Encoding asks for. Sentences of errors are short and stay as they are. */
static void encode(const char *accept_encoding, struct reply *out)
{
	enum encoding encoding = encoding_choose(accept_encoding, out->body.length);
	if (encoding == ENCODING_NONE) {
		reply_say(out, 406, "Only gzip and identity are offered, and Accept-Encoding refuses both.");
		return;
	}
	if (encoding == ENCODING_IDENTITY)
		return;
	struct hwatt_text plain = out->body;
	hwatt_text_init(&out->body, plain.limit);
	out->encoding = ENCODING_GZIP;
	if (encoder_new(&out->encoder, &out->failure) < 0 || encode_piece(out, &plain) < 0)
		say_failure(out);
	hwatt_text_free(&plain);
}

/* One more look at the exporter: the pieces that follow, encoded. */
static int next_pieces(struct reply *out)
{
	hwatt_text_reset(&out->body);
	if (out->encoder == NULL)
		return add_pieces(out, &out->body, HWATT_PIECE_OCTETS);
	while (out->more && out->body.length == 0) { /* the encoder keeps small pieces back */
		hwatt_text_reset(&out->plain);
		if (add_pieces(out, &out->plain, HWATT_PIECE_OCTETS) < 0 || encode_piece(out, &out->plain) < 0)
			return -1;
	}
	return 0;
}

int reply_more(struct reply *reply)
{
	if (next_pieces(reply) < 0) {
		hwatt_within(&reply->failure, "%s", reply->exporter->name);
		end_pieces(reply);
		return -1;
	}
	if (!reply->more)
		end_pieces(reply);
	return 0;
}

/* Back to the beginning, with nothing of it in the body. */
static int go_back(struct reply *out)
{
	hwatt_text_reset(&out->body);
	out->exporter->again(out->pieces);
	out->more = true;
	if (out->encoder == NULL)
		return 0;
	encoder_free(out->encoder);
	out->encoder = NULL;
	return encoder_new(&out->encoder, &out->failure);
}

/* Goes through all pieces, as they will be sent, for how many octets they make. */
static int measure(struct reply *out)
{
	uint64_t length = 0;
	if (go_back(out) < 0)
		return -1;
	for (; out->more; length += out->body.length)
		if (next_pieces(out) < 0)
			return -1;
	out->length = length;
	return go_back(out);
}

void reply_make(const struct reply_view *view, const struct reply_request *request, struct reply *out)
{
	*out = (struct reply){ .status = 200, .content_type = "text/plain; charset=utf-8" };
	hwatt_text_init(&out->body, view->max_octets);
	hwatt_text_init(&out->plain, view->max_octets);
	route(view, request, out);
	if (out->status == 200 && !out->reload)
		encode(request->accept_encoding, out);
	if (out->more && request->length_wanted && measure(out) < 0) {
		hwatt_within(&out->failure, "%s", out->exporter->name);
		say_failure(out);
	}
	if (!out->more)
		end_pieces(out);
}
