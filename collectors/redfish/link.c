/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "link.h"
#include "lockout.h"
#include "tree.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#define CLOSE_MS 6000
#define LOGIN_MS 8000           /* for a login that is under way when the link closes: nobody else knows its session */
#define KEPT_MS 3000            /* of that for an answer over a connection that was kept: it may be dead without a word */
#define AGAIN_MS 500            /* at least between two tries to end the session */
#define REST_MS 10000           /* first rest after 429 or 503 without Retry-After */
#define REST_MAX_MS (10 * 60 * 1000)
#define SECRET_SIZE 256
#define TOKEN_SIZE 512

enum errand { ERRAND_NONE, ERRAND_GET, ERRAND_LOGIN, ERRAND_LOOK, ERRAND_LEFTOVER, ERRAND_LOGOUT };

struct link {
	struct curl_loop *loop;
	uv_loop_t *uv;
	struct link_watch watch;
	struct curl_loop_job job;
	struct curl_slist *headers, *connect_to;
	char *base, *user, *authority;
	struct hwatt_secret password;
	int64_t timeout_ms;
	bool basic_wanted, by_ca;
	char pin[PIN_SIZE];         /* "" until it is known */
	/* who we are there */
	bool basic, connected;
	char token[TOKEN_SIZE];
	char *sessions, *location, *leftover;
	/* the request */
	enum errand errand;
	char *path, *etag;
	bool open, retried, redirected;
	int64_t limit_at_ms;
	link_done *done;
	void *arg;
	struct hwatt_text body, request;
	/* its answer */
	long status;
	char got_token[TOKEN_SIZE], got_location[TREE_PATH_MAX], got_etag[LINK_ETAG_SIZE];
	int64_t retry_after_ms, date_ms;
	/* rest */
	struct lockout lockout;
	unsigned rests;
	int64_t rest_until_ms;
	const char *rest_why;
	void (*closed)(void *arg);
	void *closed_arg;
	uv_async_t later;           /* brings answers that need no traffic */
	uv_timer_t *patience;       /* while a login goes on that nobody waits for, and the link closes */
	struct hwatt_error later_err;
	bool later_due;
	bool orphan;  /* what is under way goes on, but nobody waits for its answer */
	bool pending; /* a request that waits for the orphan */
	bool doubt;   /* right after a login a resource was refused, and nothing was read since */
	bool closing;
};

static void perform(struct link *link, enum errand errand);
static void logged_in(struct link *link, struct link_answer *answer);

static int64_t now_ms(const struct link *link)
{
	return (int64_t)uv_now(link->uv);
}

static size_t on_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct link *link = arg;
	hwatt_text_put(&link->body, bytes, size * n);
	return hwatt_text_ok(&link->body) ? size * n : 0;
}

/* Puts the value of "Name: value" into `out`; false when the header is another one or its value is too long. */
static bool header(const char *line, size_t length, const char *name, char *out, size_t size)
{
	size_t n = strlen(name);
	if (length <= n || strncasecmp(line, name, n) != 0 || line[n] != ':')
		return false;
	for (n++; n < length && (line[n] == ' ' || line[n] == '\t'); n++)
		;
	while (length > n && (unsigned char)line[length - 1] <= ' ')
		length--;
	if (length - n >= size)
		return false;
	memcpy(out, line + n, length - n);
	out[length - n] = '\0';
	return true;
}

static size_t on_header(char *bytes, size_t size, size_t n, void *arg)
{
	struct link *link = arg;
	char value[16], date[64];
	header(bytes, size * n, "X-Auth-Token", link->got_token, sizeof(link->got_token));
	header(bytes, size * n, "ETag", link->got_etag, sizeof(link->got_etag));
	header(bytes, size * n, "Location", link->got_location, sizeof(link->got_location));
	if (header(bytes, size * n, "Retry-After", value, sizeof(value))) /* seconds; a date is too rare to be worth a parser */
		link->retry_after_ms = strtoll(value, NULL, 10) * 1000;
	if (header(bytes, size * n, "Date", date, sizeof(date)))
		link->date_ms = (int64_t)curl_getdate(date, NULL) * 1000;
	return size * n;
}

static void on_later(uv_async_t *async)
{
	struct link *link = async->data;
	if (!link->later_due)
		return;
	link->later_due = false;
	struct link_answer answer = { .err = link->later_err };
	link->errand = ERRAND_NONE;
	link->done(link->arg, &answer);
}

static int set_trust(struct link *link, const struct redfish_settings *s, const char *pin, struct hwatt_error *err)
{
	CURL *easy = link->job.easy;
	link->by_ca = s->ca[0] != '\0';
	if (link->by_ca) {
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
		if (strcmp(s->ca, "system") != 0) {
			if (access(s->ca, R_OK) < 0)
				return hwatt_fail(err, HWATT_EINVAL, "the certificates in \"%s\" cannot be read", s->ca);
			curl_easy_setopt(easy, CURLOPT_CAINFO, s->ca);
			curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
		}
	} else { /* the key itself is held to the pin: who signed it does not matter, and no list of CAs is loaded */
		curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	const char *known = s->pin[0] != '\0' ? s->pin : link->by_ca ? NULL : pin;
	if (known != NULL) {
		snprintf(link->pin, sizeof(link->pin), "%s", known);
		curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, link->pin);
	} else if (!link->by_ca) {
		curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
	}
	return 0;
}

static void set_address(struct link *link, const struct link_parts *parts)
{
	char text[600];
	const char *name = parts->settings->server_name[0] != '\0' ? parts->settings->server_name : parts->host;
	bool six = strchr(parts->host, ':') != NULL, name_six = strchr(name, ':') != NULL;
	snprintf(text, sizeof(text), "https://%s%s%s:%u", name_six ? "[" : "", name, name_six ? "]" : "", parts->port);
	link->base = hwatt_strdup(text);
	link->authority = link->base + strlen("https://");
	if (name != parts->host) {
		snprintf(text, sizeof(text), "::%s%s%s:%u", six ? "[" : "", parts->host, six ? "]" : "", parts->port);
		link->connect_to = curl_slist_append(NULL, text);
		curl_easy_setopt(link->job.easy, CURLOPT_CONNECT_TO, link->connect_to);
	}
}

static void set_habits(struct link *link, bool old_tls)
{
	CURL *easy = link->job.easy;
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "hallwatt");
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_MAXFILESIZE, (long)TREE_MAX_OCTETS);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 4096L);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, link);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, link);
	if (old_tls) {
		curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_0);
		curl_easy_setopt(easy, CURLOPT_SSL_CIPHER_LIST, "DEFAULT@SECLEVEL=0");
	} else {
		curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	}
}

static void free_headers(struct link *link)
{
	for (struct curl_slist *h = link->headers; h != NULL; h = h->next)
		explicit_bzero(h->data, strlen(h->data)); /* the token */
	curl_slist_free_all(link->headers);
	link->headers = NULL;
}

static void free_link(struct link *link)
{
	if (link->job.easy != NULL)
		curl_easy_cleanup(link->job.easy);
	free_headers(link);
	curl_slist_free_all(link->connect_to);
	hwatt_text_free(&link->body);
	hwatt_text_free(&link->request);
	free((char *)(uintptr_t)link->password.where);
	free(link->base);
	free(link->user);
	free(link->sessions);
	free(link->location);
	free(link->leftover);
	free(link->path);
	free(link->etag);
	explicit_bzero(link->token, sizeof(link->token));
	explicit_bzero(link->got_token, sizeof(link->got_token));
	free(link);
}

static void on_done(void *arg, CURLcode code);
static void rest(struct link *link, int64_t ms, const char *why);

/* An account that was refused before the last restart, or reload, is left alone as long as it was to be. */
static void recall_lockout(struct link *link, const char *text)
{
	char secret[SECRET_SIZE];
	struct hwatt_error err;
	if (text == NULL || hwatt_secret_read(&link->password, secret, sizeof(secret), &err) < 0)
		return;
	link->lockout.mark = lockout_mark(link->user, secret);
	explicit_bzero(secret, sizeof(secret));
	lockout_recall(&link->lockout, text, now_ms(link), (int64_t)time(NULL));
	if (link->lockout.until_ms > now_ms(link))
		rest(link, link->lockout.until_ms - now_ms(link), "its user or password is refused");
}

int link_open(const struct link_parts *parts, const struct link_watch *watch, struct link **out, struct hwatt_error *err)
{
	struct link *link = hwatt_alloc(sizeof(*link));
	link->loop = parts->loop;
	link->uv = parts->uv;
	link->watch = *watch;
	link->job = (struct curl_loop_job){ .easy = curl_easy_init(), .done = on_done, .arg = link };
	hwatt_text_init(&link->body, TREE_MAX_OCTETS);
	hwatt_text_init(&link->request, 4096);
	link->user = hwatt_strdup(parts->settings->user);
	link->password = parts->settings->password;
	if (link->password.where != NULL)
		link->password.where = hwatt_strdup(link->password.where);
	link->basic_wanted = link->basic = parts->settings->basic;
	link->timeout_ms = parts->settings->timeout_ms;
	if (link->job.easy == NULL) {
		free_link(link);
		return hwatt_fail(err, HWATT_EIO, "libcurl gives no handle");
	}
	set_address(link, parts);
	set_habits(link, parts->settings->old_tls);
	if (set_trust(link, parts->settings, parts->pin, err) < 0) {
		free_link(link);
		return -1;
	}
	uv_async_init(link->uv, &link->later, on_later);
	uv_unref((uv_handle_t *)&link->later);
	link->later.data = link;
	recall_lockout(link, parts->refused);
	*out = link;
	return 0;
}

static void on_later_closed(uv_handle_t *handle)
{
	struct link *link = handle->data;
	void (*closed)(void *) = link->closed;
	void *arg = link->closed_arg;
	free_link(link);
	closed(arg);
}

static void on_patience_closed(uv_handle_t *handle)
{
	free(handle);
}

static void finish_close(struct link *link)
{
	if (link->patience != NULL)
		uv_close((uv_handle_t *)link->patience, on_patience_closed);
	uv_close((uv_handle_t *)&link->later, on_later_closed);
}

/* The session of before, if it is still there, then our own. */
static void log_out(struct link *link)
{
	if (link->token[0] == '\0' || link->location == NULL)
		finish_close(link);
	else
		perform(link, link->leftover != NULL ? ERRAND_LOOK : ERRAND_LOGOUT);
}

static void begin_log_out(struct link *link)
{
	link->limit_at_ms = now_ms(link) + CLOSE_MS;
	log_out(link);
}

/* Whether the headers of a login's answer say all of the session that it made, whatever became of the rest. */
static bool session_came(struct link *link)
{
	long status = 0;
	curl_easy_getinfo(link->job.easy, CURLINFO_RESPONSE_CODE, &status);
	if ((status != 200 && status != 201) || link->got_token[0] == '\0' || link->got_location[0] == '\0')
		return false;
	link->status = status;
	return true;
}

/* The login does not end: what it made of a session without telling us, if any, the service has to forget by itself. */
static void on_impatient(uv_timer_t *timer)
{
	struct link *link = timer->data;
	struct link_answer answer = {0};
	if (link->errand != ERRAND_LOGIN)
		return; /* that has its own bound */
	bool came = session_came(link);
	curl_loop_cancel(link->loop, &link->job);
	link->connected = false;
	if (came) {
		logged_in(link, &answer); /* and out again, as it is an orphan's */
		return;
	}
	link->orphan = false;
	finish_close(link);
}

static void be_patient(struct link *link, uv_timer_cb then, int64_t ms)
{
	if (link->patience == NULL) {
		link->patience = hwatt_alloc(sizeof(*link->patience));
		uv_timer_init(link->uv, link->patience);
		link->patience->data = link;
	}
	uv_timer_start(link->patience, then, (uint64_t)ms, 0);
}

void link_close(struct link *link, void (*closed)(void *arg), void *arg)
{
	link_abort(link);
	link->closed = closed;
	link->closed_arg = arg;
	link->closing = true;
	if (link->orphan && link->errand == ERRAND_LOGIN) {
		be_patient(link, on_impatient, LOGIN_MS); /* the session that it may make is closed, too */
		return;
	}
	curl_loop_cancel(link->loop, &link->job);
	link->orphan = false;
	begin_log_out(link);
}

static void replace(char **field, const char *text)
{
	free(*field);
	*field = text != NULL && text[0] != '\0' ? hwatt_strdup(text) : NULL;
}

void link_sessions(struct link *link, const char *path)
{
	replace(&link->sessions, path);
	link->basic = link->basic_wanted || link->sessions == NULL;
}

void link_leftover(struct link *link, const char *location)
{
	replace(&link->leftover, location);
}

void link_abort(struct link *link)
{
	bool begun = link->job.state == CURL_LOOP_RUNNING;
	link->later_due = link->pending = false;
	if (begun && (link->orphan || link->job.fresh || link->errand == ERRAND_LOGIN)) {
		/* A session that the service may have made already must not be lost, and half a handshake done is a
		 * handshake less for the next poll. */
		link->orphan = true;
		return;
	}
	if (begun)
		link->connected = false;
	curl_loop_cancel(link->loop, &link->job);
	link->errand = ERRAND_NONE;
}

int64_t link_rest_ms(const struct link *link, const char **why)
{
	int64_t left = link->rest_until_ms - now_ms(link);
	*why = link->rest_why != NULL ? link->rest_why : "";
	return left > 0 ? left : 0;
}

static void rest(struct link *link, int64_t ms, const char *why)
{
	link->rest_until_ms = now_ms(link) + ms;
	link->rest_why = why;
}

static bool add_header(struct link *link, const char *text)
{
	struct curl_slist *list = curl_slist_append(link->headers, text);
	if (list == NULL)
		return false;
	link->headers = list;
	return true;
}

/* Puts user and password where the request needs them. */
static int put_credentials(struct link *link, bool login, struct hwatt_error *err)
{
	char secret[SECRET_SIZE];
	if (link->password.kind == HWATT_SECRET_NONE)
		return hwatt_fail(err, HWATT_EINVAL, "this service wants a user and a password: \"user\" and \"password\" of its credentials");
	if (hwatt_secret_read(&link->password, secret, sizeof(secret), err) < 0)
		return -1;
	link->lockout.mark = lockout_mark(link->user, secret);
	if (login) {
		hwatt_text_reset(&link->request);
		hwatt_text_puts(&link->request, "{\"UserName\":");
		hwatt_text_json(&link->request, link->user);
		hwatt_text_puts(&link->request, ",\"Password\":");
		hwatt_text_json(&link->request, secret);
		hwatt_text_puts(&link->request, "}");
	} else {
		curl_easy_setopt(link->job.easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl_easy_setopt(link->job.easy, CURLOPT_USERNAME, link->user);
		curl_easy_setopt(link->job.easy, CURLOPT_PASSWORD, secret);
	}
	explicit_bzero(secret, sizeof(secret));
	return 0;
}

static void fail_later(struct link *link, const struct hwatt_error *err)
{
	link->later_err = *err;
	link->later_due = true;
	uv_async_send(&link->later);
}

static int prepare(struct link *link, enum errand errand, struct hwatt_error *err)
{
	CURL *easy = link->job.easy;
	char line[TOKEN_SIZE + 32];
	bool login = errand == ERRAND_LOGIN;
	const char *path = login ? link->sessions : errand == ERRAND_LOGOUT ? link->location :
			   errand == ERRAND_LOOK || errand == ERRAND_LEFTOVER ? link->leftover : link->path;
	free_headers(link);
	add_header(link, "Accept: application/json");
	add_header(link, "OData-Version: 4.0");
	if (errand == ERRAND_GET && link->etag != NULL) {
		snprintf(line, sizeof(line), "If-None-Match: %s", link->etag);
		add_header(link, line);
	}
	curl_easy_setopt(easy, CURLOPT_USERNAME, NULL);
	curl_easy_setopt(easy, CURLOPT_PASSWORD, NULL);
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, NULL);
	curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	if (login) {
		add_header(link, "Content-Type: application/json");
		add_header(link, "Expect:");
		if (put_credentials(link, true, err) < 0)
			return -1;
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)link->request.length);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, hwatt_text_string(&link->request));
	} else if (!(errand == ERRAND_GET && link->open)) {
		if (link->token[0] != '\0') {
			snprintf(line, sizeof(line), "X-Auth-Token: %s", link->token);
			add_header(link, line);
			explicit_bzero(line, sizeof(line));
		} else if (put_credentials(link, false, err) < 0) {
			return -1;
		}
	}
	if (errand == ERRAND_LOGOUT || errand == ERRAND_LEFTOVER)
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "DELETE");
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, link->headers);
	char *url = hwatt_alloc(strlen(link->base) + strlen(path) + 1);
	strcpy(stpcpy(url, link->base), path);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	free(url);
	return 0;
}

static void perform(struct link *link, enum errand errand)
{
	struct hwatt_error err = {0};
	link->errand = errand;
	link->status = 0;
	link->got_token[0] = link->got_location[0] = link->got_etag[0] = '\0';
	link->retry_after_ms = link->date_ms = 0;
	hwatt_text_reset(&link->body);
	if (prepare(link, errand, &err) < 0) {
		fail_later(link, &err);
		return;
	}
	int64_t left = link->limit_at_ms - now_ms(link), limit = link->timeout_ms;
	link->job.fresh = !link->connected;
	if (left < limit && (errand == ERRAND_LOGOUT || (errand != ERRAND_LOGIN && !link->job.fresh)))
		limit = left; /* others may outlive the poll: see link_abort() */
	if (errand == ERRAND_LOGOUT && !link->job.fresh && limit > KEPT_MS)
		limit = KEPT_MS;
	curl_easy_setopt(link->job.easy, CURLOPT_TIMEOUT_MS, (long)(limit > 100 ? limit : 100));
	curl_easy_setopt(link->job.easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(limit > 100 ? limit : 100));
	if (link->watch.sent != NULL && errand != ERRAND_LOGOUT)
		link->watch.sent(link->watch.arg);
	curl_loop_start(link->loop, &link->job);
}

static void begin(struct link *link)
{
	perform(link, !link->open && !link->basic && link->token[0] == '\0' ? ERRAND_LOGIN : ERRAND_GET);
}

void link_get(struct link *link, const char *path, const char *etag, bool open, int64_t limit_ms, link_done *done, void *arg)
{
	assert(link->errand == ERRAND_NONE || link->orphan);
	replace(&link->path, path);
	replace(&link->etag, etag);
	link->open = open;
	link->retried = link->redirected = false;
	link->limit_at_ms = now_ms(link) + limit_ms;
	link->done = done;
	link->arg = arg;
	if (link->orphan)
		link->pending = true;
	else
		begin(link);
}

/* Records the key of a service that is met for the first time. */
static void learn_pin(struct link *link)
{
	struct curl_certinfo *info = NULL;
	if (link->by_ca || link->pin[0] != '\0' || curl_easy_getinfo(link->job.easy, CURLINFO_CERTINFO, &info) != CURLE_OK ||
	    info == NULL || info->num_of_certs < 1)
		return;
	for (struct curl_slist *line = info->certinfo[0]; line != NULL; line = line->next)
		if (strncmp(line->data, "Cert:", 5) == 0 && pin_of_pem(line->data + 5, link->pin) == 0)
			break;
	if (link->pin[0] == '\0')
		return;
	curl_easy_setopt(link->job.easy, CURLOPT_CERTINFO, 0L);
	curl_easy_setopt(link->job.easy, CURLOPT_PINNEDPUBLICKEY, link->pin);
	link->connected = false; /* the next request shows that the pin holds */
	if (link->watch.pinned != NULL)
		link->watch.pinned(link->watch.arg, link->pin);
}

static int explain(struct link *link, CURLcode code, struct hwatt_error *err)
{
	switch (code) {
	case CURLE_OK: return 0;
	case CURLE_OPERATION_TIMEDOUT: return hwatt_fail(err, HWATT_ETIMEOUT, "no answer in time");
	case CURLE_COULDNT_CONNECT: return hwatt_fail(err, HWATT_ETIMEOUT, "nothing answers on its HTTPS port");
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
		return hwatt_fail(err, HWATT_EAUTH, "its certificate has another key than the recorded one (%.20s...): nothing was sent to it. If "
				  "the certificate was renewed, give the new key as \"pin\" in the credentials; `hallwatt probe` shows it", link->pin);
	case CURLE_PEER_FAILED_VERIFICATION:
		return hwatt_fail(err, HWATT_EAUTH, "its certificate is not signed by \"ca\", has expired, or is for another name: nothing was sent to it");
	case CURLE_SSL_CACERT_BADFILE: return hwatt_fail(err, HWATT_EINVAL, "the file of \"ca\" holds no certificate");
	case CURLE_SSL_CONNECT_ERROR:
		return hwatt_fail(err, HWATT_EPROTO, "no TLS connection: %.80s; `tls: old` allows the ciphers of old firmware", curl_easy_strerror(code));
	case CURLE_WRITE_ERROR: case CURLE_FILESIZE_EXCEEDED:
		return hwatt_fail(err, HWATT_EPROTO, "an answer of more than %u octets", TREE_MAX_OCTETS);
	case CURLE_PARTIAL_FILE: case CURLE_GOT_NOTHING: case CURLE_RECV_ERROR: case CURLE_BAD_CONTENT_ENCODING: case CURLE_WEIRD_SERVER_REPLY:
		return hwatt_fail(err, HWATT_EPROTO, "an incomplete answer: %.80s", curl_easy_strerror(code));
	default: return hwatt_fail(err, HWATT_EIO, "%.120s", curl_easy_strerror(code));
	}
}

static bool body_has(const struct link *link, const char *text)
{
	return strcasestr(hwatt_text_string(&link->body), text) != NULL;
}

/* Whether the answer says that the table of sessions is full. Vendors have their own words for it. */
static bool sessions_full(const struct link *link)
{
	return body_has(link, "RAC0218") || body_has(link, "SessionLimitExceeded") || body_has(link, "CreateLimitReached") ||
	       body_has(link, "maximum number of user sessions") || body_has(link, "maximum number of sessions");
}

/* What waited for the orphan begins, unless the orphan's answer was that we are to rest. */
static void begin_pending(struct link *link, const struct link_answer *answer)
{
	link->pending = false;
	if (link->rest_until_ms > now_ms(link))
		fail_later(link, &answer->err);
	else
		begin(link);
}

static void deliver(struct link *link, struct link_answer *answer)
{
	answer->status = (int)link->status;
	answer->body = hwatt_text_string(&link->body);
	answer->length = link->body.length;
	answer->etag = link->got_etag;
	answer->date_ms = link->date_ms > 0 ? link->date_ms : 0;
	link->errand = ERRAND_NONE;
	if (link->orphan) {
		link->orphan = false;
		if (link->closing)
			begin_log_out(link);
		else if (link->pending)
			begin_pending(link, answer);
		return;
	}
	link->done(link->arg, answer);
	if (link->errand == ERRAND_NONE)
		hwatt_text_free(&link->body); /* thousands of them would be much memory */
}

static void told(struct link *link)
{
	char text[LOCKOUT_TEXT];
	lockout_text(&link->lockout, now_ms(link), (int64_t)time(NULL), text);
	if (link->watch.refused != NULL)
		link->watch.refused(link->watch.arg, link->lockout.refusals > 0 ? text : NULL);
}

/* The account was refused: after the second time it is left alone, ever longer. */
static void refused(struct link *link, struct link_answer *answer)
{
	int64_t wait = lockout_refused(&link->lockout, now_ms(link));
	char next[60] = "";
	told(link);
	link->doubt = false;
	if (wait > 0) {
		rest(link, wait, "its user or password is refused");
		snprintf(next, sizeof(next), "; the next try is in %lld minutes", (long long)(wait / 60000));
	}
	hwatt_fail(&answer->err, HWATT_EAUTH, "user \"%.40s\" or the password is refused (HTTP %ld): check \"user\" and \"password\"%s", link->user,
		   link->status, next);
	deliver(link, answer);
}

static void busy(struct link *link, struct link_answer *answer)
{
	int64_t wait = REST_MS;
	for (unsigned i = 0; i < link->rests && wait < REST_MAX_MS; i++)
		wait *= 2;
	if (link->retry_after_ms > 0)
		wait = link->retry_after_ms;
	if (wait > REST_MAX_MS)
		wait = REST_MAX_MS;
	link->rests++;
	answer->busy = true;
	answer->sessions_full = sessions_full(link);
	rest(link, wait, answer->sessions_full ? "it has no free session" : "it asked to be left alone");
	hwatt_fail(&answer->err, HWATT_ENODATA, "HTTP %ld: %s; the next try is in %lld s", link->status,
		   answer->sessions_full ? "no free session" : "busy", (long long)((wait + 999) / 1000));
	deliver(link, answer);
}

static void logged_in(struct link *link, struct link_answer *answer)
{
	long status = link->status;
	explicit_bzero(link->request.bytes, link->request.length);
	if ((status == 200 || status == 201) && link->got_token[0] != '\0') {
		char path[TREE_PATH_MAX];
		const char *at = link->got_location;
		size_t n = strlen(link->base);
		if (strncmp(at, link->base, n) == 0)
			at += n;
		else if (strncmp(at, "https://", 8) == 0 && strchr(at + 8, '/') != NULL)
			at = strchr(at + 8, '/'); /* some write their own name */
		json_t *text = json_string(at);
		bool good = tree_link(text, path);
		json_decref(text);
		memcpy(link->token, link->got_token, sizeof(link->token));
		replace(&link->location, good ? path : NULL);
		link->rests = 0;
		if (link->leftover != NULL && link->location != NULL && strcmp(link->leftover, link->location) == 0)
			replace(&link->leftover, NULL);
		if (link->watch.session != NULL && link->leftover == NULL)
			link->watch.session(link->watch.arg, link->location);
		if (link->orphan)
			deliver(link, answer);
		else
			perform(link, link->leftover != NULL ? ERRAND_LOOK : ERRAND_GET);
	} else if (status == 401) {
		refused(link, answer);
	} else if (status == 404 || status == 405 || status == 501) {
		link->basic = true;
		if (link->orphan)
			deliver(link, answer);
		else
			perform(link, ERRAND_GET);
	} else if (!link->orphan && (status == 503 || status == 429 || status == 400 || status == 403 || status == 507) && sessions_full(link) && link->leftover != NULL &&
		   !link->retried) {
		link->retried = true; /* our own, from before: free it with Basic, then try again */
		perform(link, ERRAND_LOOK);
	} else if (status == 503 || status == 429 || sessions_full(link)) {
		busy(link, answer);
	} else if (status >= 400 && status < 500) {
		refused(link, answer); /* some say 400 of a wrong password: what is not understood is not tried for ever */
	} else {
		hwatt_fail(&answer->err, HWATT_EPROTO, "HTTP %ld when a session was asked for", status);
		deliver(link, answer);
	}
}

/* After a look at the session of before, or its end: on with what was to be done. */
static void go_on(struct link *link)
{
	if (link->closing)
		log_out(link);
	else
		perform(link, link->token[0] != '\0' ? ERRAND_GET : ERRAND_LOGIN);
}

/* A service that is busy did not say what becomes of the session: it is asked again when the next one begins, or at the end. */
static void drop_leftover(struct link *link)
{
	bool busy = link->status == 429 || link->status >= 500;
	if (!link->closing && busy)
		return;
	if (link->closing && !busy && link->watch.ended != NULL)
		link->watch.ended(link->watch.arg, link->leftover);
	replace(&link->leftover, NULL);
	if (link->watch.session != NULL && !link->closing)
		link->watch.session(link->watch.arg, link->location);
}

/* Is the session of the earlier run still ours? Numbers are given out again: only one of our user is deleted. */
static void looked(struct link *link)
{
	struct hwatt_error err;
	json_t *json = link->status == 200 ? tree_parse(hwatt_text_string(&link->body), link->body.length, &err) : NULL;
	bool ours = json != NULL && strcmp(tree_string(json, "/UserName"), link->user) == 0;
	json_decref(json);
	if (ours) {
		perform(link, ERRAND_LEFTOVER);
		return;
	}
	drop_leftover(link);
	go_on(link);
}

/* A redirect is followed once, and only on this host. */
static bool redirect(struct link *link)
{
	char path[TREE_PATH_MAX];
	const char *at = link->got_location;
	size_t n = strlen(link->base);
	if (link->redirected || link->status < 301 || link->status > 308 || link->status == 304)
		return false;
	if (strncmp(at, link->base, n) == 0 && at[n] == '/')
		at += n;
	json_t *text = json_string(at);
	bool good = tree_link(text, path);
	if (good && at[strlen(at) - 1] == '/' && strlen(path) + 1 < sizeof(path) && strlen(path) > 1)
		strcat(path, "/");
	json_decref(text);
	if (!good)
		return false;
	link->redirected = true;
	replace(&link->path, path);
	perform(link, ERRAND_GET);
	return true;
}

/* With the next one it is looked whether the service still has it: some say 401 of a resource that the user may not read. */
static void forget_session(struct link *link)
{
	explicit_bzero(link->token, sizeof(link->token));
	replace(&link->leftover, link->location);
	replace(&link->location, NULL);
	if (link->watch.session != NULL)
		link->watch.session(link->watch.arg, NULL);
}

/* 401 to a request with our session's token, or with user and password. */
static void unauthorised(struct link *link, struct link_answer *answer)
{
	bool session = link->token[0] != '\0';
	if (session && !link->retried && !link->doubt) {
		link->retried = true; /* the service forgot the session */
		forget_session(link);
		perform(link, ERRAND_LOGIN);
	} else if (session && !link->doubt) { /* the session is new: it may be this resource that we may not read */
		link->doubt = true;
		link->status = 403;
		hwatt_fail(&answer->err, HWATT_EAUTH, "HTTP 401 for %.100s", link->path);
		deliver(link, answer);
	} else { /* and the next one, too */
		if (session)
			forget_session(link);
		refused(link, answer);
	}
}

static void read_well(struct link *link)
{
	link->rests = 0;
	if (link->open)
		return;
	link->doubt = false;
	if (link->lockout.refusals > 0) {
		link->lockout.refusals = 0;
		told(link);
	}
}

static void got(struct link *link, struct link_answer *answer)
{
	long status = link->status;
	if (status == 401 && !link->open) {
		unauthorised(link, answer);
		return;
	}
	if (status == 401 && !link->retried) { /* some show not even the root to strangers */
		link->retried = true;
		link->open = false;
		perform(link, ERRAND_GET);
		return;
	}
	if (redirect(link))
		return;
	if (status == 429 || status == 503) {
		busy(link, answer);
		return;
	}
	answer->unchanged = status == 304 && link->etag != NULL;
	if ((status >= 200 && status < 300) || answer->unchanged)
		read_well(link);
	else
		hwatt_fail(&answer->err, status == 401 || status == 403 ? HWATT_EAUTH : HWATT_EPROTO, "HTTP %ld for %.100s", status, link->path);
	deliver(link, answer);
}

/* The session stays behind: its path is kept for the next link to look at. */
static void leave_behind(struct link *link, const char *why)
{
	if (link->watch.left != NULL)
		link->watch.left(link->watch.arg, link->location, why);
	finish_close(link);
}

/* A try to connect may have waited for its turn all the time. */
static void on_spent(uv_timer_t *timer)
{
	struct link *link = timer->data;
	curl_loop_cancel(link->loop, &link->job);
	leave_behind(link, "no answer in time");
}

static void on_again(uv_timer_t *timer)
{
	struct link *link = timer->data;
	int64_t left = link->limit_at_ms - now_ms(link);
	perform(link, ERRAND_LOGOUT);
	be_patient(link, on_spent, (left > 0 ? left : 0) + AGAIN_MS / 2); /* the transfer's own limit comes first */
}

/* A service that is busy, or whose answer did not come through, is asked again, while there is time. */
static bool try_again(struct link *link, CURLcode code)
{
	int64_t wait = link->retry_after_ms > AGAIN_MS ? link->retry_after_ms : AGAIN_MS;
	if (code == CURLE_SSL_PINNEDPUBKEYNOTMATCH || code == CURLE_PEER_FAILED_VERIFICATION)
		return false;
	if (code == CURLE_OK && link->status != 429 && link->status < 500)
		return false;
	if (code == CURLE_OPERATION_TIMEDOUT)
		wait = 0; /* it has waited */
	if (now_ms(link) + wait + AGAIN_MS > link->limit_at_ms)
		return false;
	be_patient(link, on_again, wait);
	return true;
}

/* The session's end: the service knows it no more. 401 is to the token: a try whose answer was lost may have ended it, which
 * the next link looks at. */
static void logged_out(struct link *link, CURLcode code)
{
	char why[120];
	struct hwatt_error err = {0};
	curl_easy_getinfo(link->job.easy, CURLINFO_RESPONSE_CODE, &link->status);
	if (code == CURLE_OK && ((link->status >= 200 && link->status < 300) || link->status == 404)) {
		if (link->watch.ended != NULL)
			link->watch.ended(link->watch.arg, link->location);
		finish_close(link);
	} else if (try_again(link, code)) {
		return;
	} else if (code == CURLE_OK && link->status == 401) {
		finish_close(link);
	} else {
		snprintf(why, sizeof(why), "HTTP %ld", link->status);
		leave_behind(link, explain(link, code, &err) < 0 ? err.text : why);
	}
}

static void on_done(void *arg, CURLcode code)
{
	struct link *link = arg;
	struct link_answer answer = {0};
	link->connected = code == CURLE_OK;
	if (link->errand == ERRAND_LOGOUT) {
		logged_out(link, code);
		return;
	}
	if (link->closing && link->errand != ERRAND_LOGIN && code != CURLE_OK) { /* no word about the session of before */
		replace(&link->leftover, NULL);
		log_out(link);
		return;
	}
	if (code != CURLE_OK && link->errand == ERRAND_LOGIN && session_came(link)) {
		logged_in(link, &answer); /* cut off after all that matters: the session is there, and ours */
		return;
	}
	if (explain(link, code, &answer.err) < 0) {
		if (link->errand == ERRAND_LOGIN)
			explicit_bzero(link->request.bytes, link->request.length);
		deliver(link, &answer);
		return;
	}
	learn_pin(link);
	curl_easy_getinfo(link->job.easy, CURLINFO_RESPONSE_CODE, &link->status);
	if (link->orphan && link->errand != ERRAND_LOGIN && !link->closing) {
		deliver(link, &answer);
		return;
	}
	switch (link->errand) {
	case ERRAND_LOGIN: logged_in(link, &answer); break;
	case ERRAND_LOOK: looked(link); break;
	case ERRAND_LEFTOVER:
		drop_leftover(link);
		go_on(link);
		break;
	default: got(link, &answer); break;
	}
}
