/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "http.h"
#include <errno.h>
#include <hallwatt/arena.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#define HEADER_MAX 4096u

struct visit { /* one request; made at its first callback, freed when it completed */
	struct MHD_Connection *connection;
	struct visit *next;    /* in the queue of those that wait for the main loop */
	uint64_t body_octets;
	bool suspended;        /* in that queue: the visit belongs to the main loop */
	bool fresh;            /* a snapshot need not be waited for (any more) */
	bool made;             /* `reply` was initialised; of a reload it holds the answer when it is no more `suspended` */
	struct reply reply;
	struct http *http;
	const struct hwatt_snapshot *snapshot; /* held while the reply has more pieces */
	size_t taken;          /* of the reply's body, by the library */
	int64_t until_ms;      /* monotonic: the client must have taken all by then */
};

struct http {
	struct http_settings settings;
	struct snapshot_hub *hub;
	struct hwatt_log *log;
	struct MHD_Daemon *daemon;
	uv_async_t wake;       /* HTTP thread -> main loop */
	uint16_t port;
	atomic_bool enable_lifecycle;
	atomic_int_least64_t beat_ms;
	atomic_uint_least64_t requests;
	atomic_uint answering; /* visits that hold a snapshot */
	char failing[sizeof(((struct hwatt_error *)NULL)->text)]; /* HTTP thread: the failure logged last */
	uv_mutex_t lock;       /* guards what follows */
	struct visit *waiting;
	bool stopping;
};

static int64_t monotonic_ms(void)
{
	return (int64_t)(uv_hrtime() / 1000000u);
}

/* Joins all headers called `name`, as RFC 9110 5.3 has it; what is beyond the room is left off at a comma. */
struct joined {
	const char *name;
	char text[HEADER_MAX];
	size_t length;
};

static enum MHD_Result join(void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct joined *joined = arg;
	(void)kind;
	if (value == NULL || strcasecmp(name, joined->name) != 0)
		return MHD_YES;
	size_t length = strlen(value);
	if (joined->length + length + 2 > sizeof(joined->text))
		return MHD_NO;
	if (joined->length > 0)
		joined->text[joined->length++] = ',';
	memcpy(joined->text + joined->length, value, length + 1);
	joined->length += length;
	return MHD_YES;
}

static void read_header(struct MHD_Connection *connection, const char *name, struct joined *out)
{
	out->name = name;
	out->length = 0;
	out->text[0] = '\0';
	MHD_get_connection_values(connection, MHD_HEADER_KIND, join, out);
}

static const char *query_argument(const struct hwatt_request *request, const char *key)
{
	return MHD_lookup_connection_value(request->server, MHD_GET_ARGUMENT_KIND, key);
}

/* Writes a line when an exporter begins to fail, fails otherwise, or works again. */
static void log_change(struct http *http, const char *path, const struct reply *reply)
{
	bool fails = reply->failure.code != HWATT_OK;
	if (fails && strcmp(http->failing, reply->failure.text) != 0) {
		hwatt_log(http->log, HWATT_ERROR, "%s cannot be answered: %s", path, reply->failure.text);
		memcpy(http->failing, reply->failure.text, sizeof(http->failing));
	} else if (!fails && reply->exporter != NULL && http->failing[0] != '\0') {
		hwatt_log(http->log, HWATT_INFO, "%s is answered again", path);
		http->failing[0] = '\0';
	}
}

/* Keeps the snapshot for the pieces to come. */
static void hold_snapshot(struct visit *visit, const struct hwatt_snapshot *snapshot)
{
	visit->snapshot = snapshot;
	visit->until_ms = monotonic_ms() + (int64_t)visit->http->settings.answer_s * 1000;
	atomic_fetch_add(&visit->http->answering, 1);
}

static void drop_snapshot(struct visit *visit)
{
	if (visit->snapshot == NULL)
		return;
	snapshot_release(visit->snapshot);
	visit->snapshot = NULL;
	atomic_fetch_sub(&visit->http->answering, 1);
}

static void make_reply(struct http *http, struct visit *visit, const char *method, const char *path, const char *version)
{
	struct joined accept, accept_encoding;
	read_header(visit->connection, MHD_HTTP_HEADER_ACCEPT, &accept);
	read_header(visit->connection, MHD_HTTP_HEADER_ACCEPT_ENCODING, &accept_encoding);
	const struct hwatt_snapshot *snapshot = snapshot_hub_take(http->hub);
	struct reply_view view = {
		.exporters = http->settings.exporters,
		.snapshot = snapshot,
		.enable_lifecycle = atomic_load(&http->enable_lifecycle),
		.silent_ms = monotonic_ms() - atomic_load(&http->beat_ms),
		.max_octets = REPLY_MAX_OCTETS,
	};
	struct reply_request request = {
		.method = method, .path = path, .accept = accept.text, .accept_encoding = accept_encoding.text,
		.query = query_argument, .server = visit->connection,
		/* After the head alone the library (0.9.75) would send the last chunk, which is the next answer's beginning then. */
		.length_wanted = strcmp(version, MHD_HTTP_VERSION_1_1) != 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0,
	};
	reply_make(&view, &request, &visit->reply);
	visit->made = true;
	if (visit->reply.more) { /* whether it can be answered is not known yet */
		hold_snapshot(visit, snapshot);
		return;
	}
	snapshot_release(snapshot);
	log_change(http, path, &visit->reply);
}

static void add_headers(struct MHD_Response *response, const struct reply *reply)
{
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, "Accept, Accept-Encoding");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	if (reply->encoding == ENCODING_GZIP)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
	if (reply->allow != NULL)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, reply->allow);
	if (reply->html) {
		MHD_add_response_header(response, "Content-Security-Policy",
					"default-src 'none'; base-uri 'none'; form-action 'none'; "
					"frame-ancestors 'none'");
		MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
	}
}

/* Gives the library what of the present pieces it has room for, and has the next ones made. */
static ssize_t read_pieces(void *arg, uint64_t position, char *out, size_t room)
{
	struct visit *visit = arg;
	struct reply *reply = &visit->reply;
	(void)position;
	if (visit->taken == reply->body.length) {
		if (!reply->more)
			return MHD_CONTENT_READER_END_OF_STREAM;
		if (monotonic_ms() > visit->until_ms)
			return MHD_CONTENT_READER_END_WITH_ERROR;
		visit->taken = 0;
		int rc = reply_more(reply);
		if (!reply->more) {
			drop_snapshot(visit);
			log_change(visit->http, reply->exporter->path, reply);
		}
		if (rc < 0)
			return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	size_t left = reply->body.length - visit->taken, n = left < room ? left : room;
	memcpy(out, hwatt_text_string(&reply->body) + visit->taken, n);
	visit->taken += n;
	return (ssize_t)n;
}

/* A whole body moves to the library without a copy. */
static struct MHD_Response *response_of(struct visit *visit)
{
	struct reply *reply = &visit->reply;
	if (reply->more)
		return MHD_create_response_from_callback(reply->length > 0 ? reply->length : MHD_SIZE_UNKNOWN, HWATT_PIECE_OCTETS,
							 read_pieces, visit, NULL);
	struct MHD_Response *response =
		MHD_create_response_from_buffer(reply->body.length, reply->body.bytes, MHD_RESPMEM_MUST_FREE);
	if (response != NULL)
		reply->body = (struct hwatt_text){ .limit = 0 };
	return response;
}

/* Queues the answer. */
static enum MHD_Result send_reply(struct http *http, struct visit *visit)
{
	struct MHD_Response *response = response_of(visit);
	if (response == NULL)
		return MHD_NO;
	add_headers(response, &visit->reply);
	enum MHD_Result queued = MHD_queue_response(visit->connection, visit->reply.status, response);
	MHD_destroy_response(response);
	atomic_fetch_add_explicit(&http->requests, 1, memory_order_relaxed);
	return queued;
}

/* Posts the request to the main loop; its connection sleeps until that has done its part. False: the loop is ending. */
static bool wait_for_loop(struct http *http, struct visit *visit)
{
	uv_mutex_lock(&http->lock);
	bool stopping = http->stopping;
	if (!stopping) {
		/* Under the lock, so that nobody resumes before it is suspended. */
		MHD_suspend_connection(visit->connection);
		visit->suspended = true;
		visit->next = http->waiting;
		http->waiting = visit;
		uv_async_send(&http->wake);
	}
	uv_mutex_unlock(&http->lock);
	return !stopping;
}

static enum MHD_Result wait_for_reload(struct http *http, struct visit *visit)
{
	if (wait_for_loop(http, visit))
		return MHD_YES;
	reply_say(&visit->reply, 503, "hallwatt is stopping.");
	return send_reply(http, visit);
}

/* Whether the main loop should publish before this is answered. */
static bool wants_snapshot(struct http *http, const char *path)
{
	return http->settings.refresh != NULL && reply_is_measured(http->settings.exporters, path) &&
	       monotonic_ms() - atomic_load(&http->beat_ms) < HTTP_LATE_MS;
}

/* Wakes every waiting request: a reload's answer is of one that began after it was asked, or that none will come. */
static void answer_waiting(struct visit *waiting, bool stopping, int rc, const char *message)
{
	while (waiting != NULL) {
		struct visit *visit = waiting;
		waiting = visit->next;
		if (visit->made)
			reply_reloaded(&visit->reply, rc, message);
		if (visit->made && stopping)
			reply_say(&visit->reply, 503, "hallwatt is stopping.");
		visit->fresh = true;
		visit->suspended = false;
		MHD_resume_connection(visit->connection); /* the visit belongs to the HTTP thread again */
	}
}

static struct visit *take_waiting(struct http *http, bool stopping)
{
	uv_mutex_lock(&http->lock);
	struct visit *waiting = http->waiting;
	http->waiting = NULL;
	http->stopping |= stopping;
	uv_mutex_unlock(&http->lock);
	return waiting;
}

/* Main loop. One reload serves all who wait for one, and one snapshot all the others. */
static void on_wake(uv_async_t *wake)
{
	struct http *http = wake->data;
	struct visit *waiting = take_waiting(http, false);
	struct hwatt_text message;
	bool reload = false, refresh = false;
	int rc = 0;
	for (const struct visit *v = waiting; v != NULL; v = v->next) {
		reload |= v->made;
		refresh |= !v->made;
	}
	hwatt_text_init(&message, 1u << 20);
	if (reload)
		rc = http->settings.reload(http->settings.arg, &message);
	if (refresh)
		http->settings.refresh(http->settings.arg);
	answer_waiting(waiting, false, rc, hwatt_text_string(&message));
	hwatt_text_free(&message);
}

static bool body_too_large(struct MHD_Connection *connection)
{
	const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
	return length != NULL && strtoull(length, NULL, 10) > HTTP_MAX_BODY_OCTETS;
}

/* The library calls once when the head is there, then for each part of a body, then at the end; and again after a
 * resume. Answers wait for the end, so that a connection can be used again. */
static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *path, const char *method,
				  const char *version, const char *upload, size_t *upload_size, void **con_cls)
{
	struct http *http = arg;
	struct visit *visit = *con_cls;
	(void)upload;
	if (visit == NULL) {
		visit = hwatt_alloc(sizeof(*visit));
		visit->http = http;
		visit->connection = connection;
		*con_cls = visit;
		if (!body_too_large(connection))
			return MHD_YES;
		visit->made = true;
		hwatt_text_init(&visit->reply.body, HEADER_MAX);
		reply_say(&visit->reply, 413, "No request here needs a body of that size.");
		return send_reply(http, visit);
	}
	if (*upload_size > 0) {
		visit->body_octets += *upload_size;
		*upload_size = 0;
		return visit->body_octets <= HTTP_MAX_BODY_OCTETS ? MHD_YES : MHD_NO;
	}
	if (visit->suspended)
		return MHD_YES;
	if (!visit->made && !visit->fresh && wants_snapshot(http, path) && wait_for_loop(http, visit))
		return MHD_YES;
	if (!visit->made)
		make_reply(http, visit, method, path, version);
	if (visit->reply.reload)
		return wait_for_reload(http, visit);
	return send_reply(http, visit);
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **con_cls,
			 enum MHD_RequestTerminationCode why)
{
	struct visit *visit = *con_cls;
	(void)arg;
	(void)connection;
	(void)why;
	if (visit == NULL)
		return;
	if (visit->made)
		reply_free(&visit->reply);
	drop_snapshot(visit);
	free(visit);
	*con_cls = NULL;
}

/* What the library has to say (a client that speaks no HTTP, ...) is for debugging. */
__attribute__((format(printf, 2, 0)))
static void on_log(void *arg, const char *fmt, va_list args)
{
	char line[512];
	vsnprintf(line, sizeof(line), fmt, args);
	line[strcspn(line, "\r\n")] = '\0';
	hwatt_log(arg, HWATT_DEBUG, "%s", line);
}

int http_split(const char *listen, char host[256], char port[6], struct hwatt_error *err)
{
	static const char advice[] = "write 127.0.0.1:9890, [::1]:9890 or :9890";
	const char *colon = strrchr(listen, ':');
	const char *first = listen;
	size_t length = colon != NULL ? (size_t)(colon - listen) : 0;
	bool bracketed = length >= 2 && listen[0] == '[' && listen[length - 1] == ']';
	if (bracketed) {
		first++;
		length -= 2;
	}
	if (colon == NULL || length >= 256 || (bracketed && length == 0) ||
	    (!bracketed && memchr(first, ':', length) != NULL) || memchr(first, '[', length) != NULL ||
	    memchr(first, ']', length) != NULL)
		return hwatt_fail(err, HWATT_EINVAL, "\"%s\" is not an address to listen on; %s", listen, advice);
	size_t digits = strspn(colon + 1, "0123456789");
	if (digits == 0 || digits > 5 || colon[1 + digits] != '\0' || atoi(colon + 1) > 65535)
		return hwatt_fail(err, HWATT_EINVAL, "\"%s\" has no port from 0 to 65535; %s", listen, advice);
	memcpy(host, first, length);
	host[length] = '\0';
	memcpy(port, colon + 1, digits + 1);
	return 0;
}

static int explain_bind(const char *listen, int cause, struct hwatt_error *err)
{
	switch (cause) {
	case EADDRINUSE:
		return hwatt_fail(err, HWATT_EIO, "cannot listen on %s: the port is taken by another program",
				  listen);
	case EACCES:
		return hwatt_fail(err, HWATT_EIO, "cannot listen on %s: ports below 1024 are for the system; take a "
						  "higher one, such as 9890", listen);
	case EADDRNOTAVAIL:
		return hwatt_fail(err, HWATT_EIO, "cannot listen on %s: this machine has no such address", listen);
	default:
		return hwatt_fail(err, HWATT_EIO, "cannot listen on %s: %s", listen, strerror(cause));
	}
}

/* A listening socket on one resolved address; -1 with errno. */
static int bind_one(const struct addrinfo *at)
{
	int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	int on = 1, off = 0;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	/* ":9890" means all addresses of both families; a named IPv6 address never takes IPv4. */
	bool any = at->ai_family == AF_INET6 &&
		   IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)(const void *)at->ai_addr)->sin6_addr);
	if (at->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, any ? &off : &on, sizeof(on));
	if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, 128) == 0)
		return fd;
	int cause = errno;
	close(fd);
	errno = cause;
	return -1;
}

static int bind_all(const char *listen, int *fd, struct hwatt_error *err)
{
	char host[256], port[6];
	if (http_split(listen, host, port, err) < 0)
		return -1;
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *found = NULL;
	if (host[0] == '\0')
		hints.ai_family = AF_INET6; /* takes both families */
	int rc = getaddrinfo(host[0] != '\0' ? host : NULL, port, &hints, &found);
	if (rc != 0)
		return hwatt_fail(err, HWATT_EINVAL, "cannot listen on %s: %s", listen, gai_strerror(rc));
	*fd = bind_one(found);
	int cause = errno;
	freeaddrinfo(found);
	if (*fd < 0 && cause == EAFNOSUPPORT && host[0] == '\0') { /* a kernel without IPv6 */
		char any[32];
		snprintf(any, sizeof(any), "0.0.0.0:%s", port);
		return bind_all(any, fd, err);
	}
	return *fd >= 0 ? 0 : explain_bind(listen, cause, err);
}

static uint16_t port_of(int fd)
{
	struct sockaddr_storage at = { .ss_family = AF_UNSPEC };
	socklen_t size = sizeof(at);
	getsockname(fd, (struct sockaddr *)&at, &size);
	return ntohs(at.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&at)->sin6_port
					      : ((struct sockaddr_in *)&at)->sin_port);
}

/* Starts the library's thread on `fd`, which it then owns. */
static struct MHD_Daemon *start_daemon(struct http *http, int fd)
{
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
	return MHD_start_daemon(flags, 0, NULL, NULL, on_request, http,
				MHD_OPTION_EXTERNAL_LOGGER, on_log, (void *)http->log,
				MHD_OPTION_LISTEN_SOCKET, (MHD_socket)fd,
				MHD_OPTION_NOTIFY_COMPLETED, on_completed, (void *)http,
				MHD_OPTION_CONNECTION_LIMIT, HTTP_MAX_CONNECTIONS,
				MHD_OPTION_PER_IP_CONNECTION_LIMIT, HTTP_MAX_PER_ADDRESS,
				MHD_OPTION_CONNECTION_TIMEOUT, http->settings.timeout_s,
				MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_MAX_HEAD_OCTETS,
				MHD_OPTION_STRICT_FOR_CLIENT, 1,
				MHD_OPTION_END);
}

static void on_closed(uv_handle_t *wake)
{
	struct http *http = wake->data;
	uv_mutex_destroy(&http->lock);
	hwatt_log_free(http->log);
	free(http);
}

int http_start(const struct http_settings *settings, struct snapshot_hub *hub, struct uv_loop_s *loop,
	       struct hwatt_log *log, struct http **out, struct hwatt_error *err)
{
	if (settings->web_config != NULL && settings->web_config[0] != '\0')
		return hwatt_fail(err, HWATT_EINVAL, "web_config is set (%s), but this version offers no TLS and no "
						     "users; take it out and put a proxy in front",
				  settings->web_config);
	int fd = -1;
	if (bind_all(settings->listen, &fd, err) < 0)
		return -1;
	struct http *http = hwatt_alloc(sizeof(*http));
	http->settings = *settings;
	http->settings.listen = http->settings.web_config = NULL; /* not ours to keep */
	http->settings.timeout_s = settings->timeout_s > 0 ? settings->timeout_s : HTTP_TIMEOUT_S;
	http->settings.answer_s = settings->answer_s > 0 ? settings->answer_s : HTTP_ANSWER_S;
	http->hub = hub;
	http->log = hwatt_log_child(log, "http");
	http->port = port_of(fd);
	atomic_init(&http->enable_lifecycle, settings->enable_lifecycle);
	atomic_init(&http->beat_ms, monotonic_ms());
	http->wake.data = http;
	if (uv_mutex_init(&http->lock) != 0 || uv_async_init(loop, &http->wake, on_wake) != 0)
		abort(); /* out of memory or descriptors at the start */
	uv_unref((uv_handle_t *)&http->wake); /* does not keep the loop alive by itself */
	http->daemon = start_daemon(http, fd);
	if (http->daemon == NULL) {
		close(fd);
		uv_close((uv_handle_t *)&http->wake, on_closed);
		return hwatt_fail(err, HWATT_EIO, "the HTTP server cannot start its thread on %s", settings->listen);
	}
	*out = http;
	return 0;
}

void http_beat(struct http *http, int64_t now_ms)
{
	atomic_store_explicit(&http->beat_ms, now_ms, memory_order_relaxed);
}

void http_set_lifecycle(struct http *http, bool enabled)
{
	atomic_store(&http->enable_lifecycle, enabled);
}

uint16_t http_port(const struct http *http)
{
	return http->port;
}

uint64_t http_requests(const struct http *http)
{
	return atomic_load_explicit(&http->requests, memory_order_relaxed);
}

bool http_is_answering(const struct http *http)
{
	return atomic_load(&http->answering) > 0;
}

void http_stop(struct http *http)
{
	if (http == NULL)
		return;
	answer_waiting(take_waiting(http, true), true, -1, "");
	MHD_stop_daemon(http->daemon);
	uv_close((uv_handle_t *)&http->wake, on_closed);
}
