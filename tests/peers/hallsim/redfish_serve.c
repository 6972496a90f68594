/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "redfish_serve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "redfish_certificate.h"
#include "redfish_service.h"

#define BODY_MAX 2048 /* of a request */
#define LINE_MAX_OCTETS 256
#define GZIP_FROM 1000

struct waiting { /* an answer whose time has not come */
	struct MHD_Connection *connection;
	int64_t at_ms;
	struct waiting *next;
};

struct redfish_server {
	const struct redfish_serve_options *options;
	struct redfish_service *services;
	struct redfish_rules rules;
	struct MHD_Daemon *daemon;
	struct waiting *waiting;
	int listener, control;
	int64_t start_wall_ms, start_mono_ms;
};

struct exchange { /* one request on its way */
	char body[BODY_MAX];
	size_t length;
	bool answered, delayed;
	struct redfish_reply reply;
	size_t sent_to;
};

static int64_t clock_ms(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Simulated time, UTC. */
static int64_t now_ms(const struct redfish_server *server)
{
	return server->start_wall_ms + (clock_ms(CLOCK_MONOTONIC) - server->start_mono_ms) * server->options->speed;
}

/* The service whose address the client connected to; NULL: none. */
static struct redfish_service *service_of(struct redfish_server *server, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct sockaddr_in to;
	socklen_t size = sizeof(to);
	if (info == NULL || getsockname(info->connect_fd, (struct sockaddr *)&to, &size) < 0)
		return NULL;
	uint32_t number = ntohl(to.sin_addr.s_addr) - server->options->base;
	return number < server->options->count ? &server->services[number] : NULL;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
	const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
	return value != NULL ? value : "";
}

/* Half of a body, then the end of the connection. */
static ssize_t read_half(void *arg, uint64_t at, char *out, size_t size)
{
	struct exchange *x = arg;
	size_t half = x->reply.length / 2;
	if (at >= half)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	size_t n = half - (size_t)at < size ? half - (size_t)at : size;
	memcpy(out, x->reply.body + at, n);
	return (ssize_t)n;
}

static bool compress_body(struct redfish_reply *reply)
{
	z_stream z = {0};
	size_t room = reply->length + 64;
	unsigned char *out = malloc(room);
	if (out == NULL || deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
		free(out);
		return false;
	}
	z.next_in = (unsigned char *)reply->body;
	z.avail_in = (uInt)reply->length;
	z.next_out = out;
	z.avail_out = (uInt)room;
	bool done = deflate(&z, Z_FINISH) == Z_STREAM_END;
	size_t length = z.total_out;
	deflateEnd(&z);
	if (!done) {
		free(out);
		return false;
	}
	free(reply->body);
	reply->body = (char *)out;
	reply->length = length;
	return true;
}

static enum MHD_Result send_reply(struct MHD_Connection *connection, struct exchange *x)
{
	struct redfish_reply *reply = &x->reply;
	char number[24];
	bool zipped = false;
	struct MHD_Response *response;
	if (!reply->truncated && reply->length >= GZIP_FROM && strstr(header(connection, "Accept-Encoding"), "gzip") != NULL)
		zipped = compress_body(reply);
	if (reply->truncated)
		response = MHD_create_response_from_callback(reply->length, 4096, read_half, x, NULL);
	else
		response = MHD_create_response_from_buffer(reply->length, reply->body, MHD_RESPMEM_MUST_COPY);
	if (response == NULL)
		return MHD_NO;
	MHD_add_response_header(response, "Content-Type", "application/json");
	MHD_add_response_header(response, "OData-Version", "4.0");
	if (zipped)
		MHD_add_response_header(response, "Content-Encoding", "gzip");
	if (reply->token[0] != '\0')
		MHD_add_response_header(response, "X-Auth-Token", reply->token);
	if (reply->etag[0] != '\0')
		MHD_add_response_header(response, "ETag", reply->etag);
	if (reply->location[0] != '\0')
		MHD_add_response_header(response, "Location", reply->location);
	if (reply->retry_after_s > 0) {
		snprintf(number, sizeof(number), "%d", reply->retry_after_s);
		MHD_add_response_header(response, "Retry-After", number);
	}
	enum MHD_Result result = MHD_queue_response(connection, (unsigned)reply->status, response);
	MHD_destroy_response(response);
	return result;
}

static void wait_until(struct redfish_server *server, struct MHD_Connection *connection, int64_t at_ms)
{
	struct waiting *w = malloc(sizeof(*w));
	if (w == NULL)
		return;
	*w = (struct waiting){connection, at_ms, server->waiting};
	server->waiting = w;
	MHD_suspend_connection(connection);
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
                                  const char *upload, size_t *upload_size, void **state)
{
	struct redfish_server *server = arg;
	struct exchange *x = *state;
	(void)version;
	if (x == NULL) {
		*state = calloc(1, sizeof(*x));
		return *state != NULL ? MHD_YES : MHD_NO;
	}
	if (*upload_size > 0) {
		size_t room = sizeof(x->body) - 1 - x->length, n = *upload_size < room ? *upload_size : room;
		memcpy(x->body + x->length, upload, n);
		x->length += n;
		*upload_size = 0;
		return MHD_YES;
	}
	if (!x->answered) {
		struct redfish_service *service = service_of(server, connection);
		const char *query = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "$expand");
		if (service == NULL)
			return MHD_NO;
		struct redfish_request request = {.method = method, .path = url, .query = query != NULL ? "$expand" : "",
		                                  .token = header(connection, "X-Auth-Token"),
		                                  .authorization = header(connection, "Authorization"),
		                                  .known = header(connection, "If-None-Match"), .body = x->body};
		redfish_answer(service, &server->rules, now_ms(server), &request, &x->reply);
		x->answered = true;
	}
	if (x->reply.delay_ms > 0 && !x->delayed) {
		x->delayed = true;
		wait_until(server, connection, clock_ms(CLOCK_MONOTONIC) + x->reply.delay_ms);
		return MHD_YES;
	}
	return send_reply(connection, x);
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode why)
{
	struct exchange *x = *state;
	(void)arg;
	(void)connection;
	(void)why;
	if (x != NULL)
		free(x->reply.body);
	free(x);
	*state = NULL;
}

/* One socket for all addresses of loopback, and for those alone. */
static int listen_at(uint16_t port, struct sim_fault *fault)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_ANY)};
	int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3) < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    listen(fd, 4096) < 0) {
		sim_fail(fault, "cannot listen at port %u of loopback: %s", port, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

static int open_control(const char *path, struct sim_fault *fault)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(at.sun_path))
		return sim_fail(fault, "%s is too long for a socket's name", path);
	strcpy(at.sun_path, path);
	unlink(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 8) < 0) {
		sim_fail(fault, "cannot listen at %s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

static void write_counts(const struct redfish_server *server, uint32_t first, uint32_t count, char *out, size_t size)
{
	struct redfish_counts sum = {0};
	int64_t live = 0, t = now_ms(server);
	for (uint32_t i = first; i < first + count && i < server->options->count; i++) {
		const struct redfish_counts *c = &server->services[i].counts;
		sum.requests += c->requests;
		sum.logins += c->logins;
		sum.logouts += c->logouts;
		sum.refused += c->refused;
		sum.basic += c->basic;
		sum.unauthorized += c->unauthorized;
		sum.expired += c->expired;
		sum.missing += c->missing;
		sum.unchanged += c->unchanged;
		live += redfish_live(&server->services[i], t);
	}
	snprintf(out, size,
	         "{\"now_ms\":%" PRId64 ",\"live_sessions\":%" PRId64 ",\"requests\":%" PRId64 ",\"logins\":%" PRId64 ",\"logouts\":%" PRId64
	         ",\"refused\":%" PRId64 ",\"basic\":%" PRId64 ",\"unauthorized\":%" PRId64 ",\"expired\":%" PRId64 ",\"missing\":%" PRId64 ",\"unchanged\":%" PRId64 "}\n",
	         t, live, sum.requests, sum.logins, sum.logouts, sum.refused, sum.basic, sum.unauthorized, sum.expired, sum.missing, sum.unchanged);
}

/* Takes these rules, with a blank between them, for all there were: at once, so that nobody is served by a half of them. */
static int replace_rules(struct redfish_rules *rules, char *texts, struct sim_fault *fault)
{
	struct redfish_rules next = {0};
	char *rest = NULL;
	for (const char *text = strtok_r(texts, " ", &rest); text != NULL; text = strtok_r(NULL, " ", &rest))
		if (redfish_rule(&next, text, fault) < 0)
			return -1;
	*rules = next;
	return 0;
}

/* One line in, one out: total | service N | forget | faults [RULE ...], in place of those there were. */
static void take_control(struct redfish_server *server)
{
	char line[LINE_MAX_OCTETS] = "", answer[512] = "{}\n";
	struct sim_fault fault = {{0}};
	int fd = accept4(server->control, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return;
	struct timeval patience = {.tv_sec = 5};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	ssize_t n = recv(fd, line, sizeof(line) - 1, 0);
	line[n > 0 ? strcspn(line, "\n") : 0] = '\0';
	if (strcmp(line, "total") == 0)
		write_counts(server, 0, server->options->count, answer, sizeof(answer));
	else if (strncmp(line, "service ", 8) == 0)
		write_counts(server, (uint32_t)strtoul(line + 8, NULL, 10), 1, answer, sizeof(answer));
	else if (strcmp(line, "forget") == 0)
		for (uint32_t i = 0; i < server->options->count; i++)
			redfish_forget(&server->services[i]);
	else if (strncmp(line, "faults", 6) != 0 || replace_rules(&server->rules, line + 6, &fault) < 0)
		snprintf(answer, sizeof(answer), "{\"error\":\"%s\"}\n", fault.text[0] != '\0' ? fault.text : "what?");
	if (send(fd, answer, strlen(answer), MSG_NOSIGNAL) < 0)
		perror("hallsim: control");
	close(fd);
}

static void resume_due(struct redfish_server *server)
{
	int64_t now = clock_ms(CLOCK_MONOTONIC);
	for (struct waiting **at = &server->waiting; *at != NULL;) {
		struct waiting *w = *at;
		if (w->at_ms > now) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		MHD_resume_connection(w->connection);
		free(w);
	}
}

static int patience_ms(const struct redfish_server *server, int64_t end_ms)
{
	int64_t now = clock_ms(CLOCK_MONOTONIC), wait = 1000;
	MHD_UNSIGNED_LONG_LONG theirs;
	if (MHD_get_timeout(server->daemon, &theirs) == MHD_YES && (int64_t)theirs < wait)
		wait = (int64_t)theirs;
	for (const struct waiting *w = server->waiting; w != NULL; w = w->next)
		if (w->at_ms - now < wait)
			wait = w->at_ms - now;
	if (end_ms > 0 && end_ms - now < wait)
		wait = end_ms - now;
	return wait > 0 ? (int)wait : 0;
}

static void serve(struct redfish_server *server, int signals)
{
	struct pollfd fds[] = {{redfish_fd(server), POLLIN, 0}, {signals, POLLIN, 0}, {server->control, POLLIN, 0}};
	int64_t end_ms = server->options->seconds > 0 ? clock_ms(CLOCK_MONOTONIC) + server->options->seconds * 1000 : 0;
	while (end_ms == 0 || clock_ms(CLOCK_MONOTONIC) < end_ms) {
		if (poll(fds, server->control >= 0 ? 3 : 2, patience_ms(server, end_ms)) < 0 && errno != EINTR)
			break;
		if (fds[1].revents != 0)
			break;
		if (server->control >= 0 && fds[2].revents != 0)
			take_control(server);
		redfish_turn(server);
	}
}

static int make_services(struct redfish_server *server, const struct bmc_power_source *power, struct sim_fault *fault)
{
	const struct redfish_serve_options *o = server->options;
	size_t trees = 0;
	server->services = calloc(o->count, sizeof(*server->services));
	if (server->services == NULL)
		return sim_fail(fault, "no memory for %u services", o->count);
	bool mixed = o->profile != NULL && strcmp(o->profile, "mixed") == 0;
	bool reporting = o->profile != NULL && strcmp(o->profile, "reporting") == 0;
	bool modern = reporting || (o->profile != NULL && strcmp(o->profile, "modern") == 0);
	if (o->profile != NULL && !mixed && !modern && strcmp(o->profile, "legacy") != 0)
		return sim_fail(fault, "--profile: \"%.40s\" is unknown; write legacy, modern, reporting or mixed", o->profile);
	while (o->trees != NULL && o->trees[trees] != NULL)
		trees++;
	for (uint32_t i = 0; i < o->count; i++) {
		struct redfish_service *s = &server->services[i];
		s->number = i;
		s->seed = o->seed;
		s->tree = i < trees ? o->trees[i] : NULL;
		s->power = power;
		s->modern = modern || (mixed && i % 2 == 1);
		s->reporting = reporting;
		s->slots = o->slots > 0 && o->slots < REDFISH_SLOTS ? o->slots : REDFISH_SLOTS / 2;
		s->idle_ms = (o->idle_s > 0 ? o->idle_s : 1800) * 1000;
	}
	for (size_t i = 0; o->faults != NULL && o->faults[i] != NULL; i++)
		if (redfish_rule(&server->rules, o->faults[i], fault) < 0)
			return -1;
	return 0;
}

static int save(const char *path, const char *text, struct sim_fault *fault)
{
	FILE *file = fopen(path, "we");
	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
		return sim_fail(fault, "%s cannot be written: %s", path, strerror(errno));
	return 0;
}

/* As many connections as the services may get. */
static void raise_files(void)
{
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

static int start_daemon(struct redfish_server *server, struct sim_fault *fault)
{
	const struct redfish_serve_options *o = server->options;
	char *key, *certificate;
	if (redfish_certificate(o->base, o->count, o->phrase, &key, &certificate, fault) < 0)
		return -1;
	int rc = o->certificate != NULL ? save(o->certificate, certificate, fault) : 0;
	if (rc == 0) {
		server->daemon = MHD_start_daemon(MHD_USE_TLS | MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, server,
		                                  MHD_OPTION_LISTEN_SOCKET, server->listener, MHD_OPTION_HTTPS_MEM_KEY, key,
		                                  MHD_OPTION_HTTPS_MEM_CERT, certificate, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
		                                  MHD_OPTION_CONNECTION_LIMIT, 20000u, MHD_OPTION_CONNECTION_TIMEOUT, 300u, MHD_OPTION_END);
		if (server->daemon == NULL)
			rc = sim_fail(fault, "the HTTPS server does not start");
	}
	free(key);
	free(certificate);
	return rc;
}

static uint16_t port_of(int fd)
{
	struct sockaddr_in at;
	socklen_t size = sizeof(at);
	return getsockname(fd, (struct sockaddr *)&at, &size) == 0 ? ntohs(at.sin_port) : 0;
}

int redfish_fd(const struct redfish_server *server)
{
	return MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

int redfish_patience_ms(const struct redfish_server *server)
{
	return patience_ms(server, 0);
}

void redfish_turn(struct redfish_server *server)
{
	resume_due(server);
	MHD_run(server->daemon);
}

struct redfish_server *redfish_open(const struct redfish_serve_options *options, const struct bmc_power_source *power,
                                    struct sim_fault *fault)
{
	struct redfish_server *server = calloc(1, sizeof(*server));
	if (server == NULL) {
		sim_fail(fault, "no memory");
		return NULL;
	}
	*server = (struct redfish_server){.options = options, .listener = -1, .control = -1};
	signal(SIGPIPE, SIG_IGN);
	raise_files();
	server->start_mono_ms = clock_ms(CLOCK_MONOTONIC);
	server->start_wall_ms = options->now_ms >= 0 ? options->now_ms : clock_ms(CLOCK_REALTIME);
	int rc = make_services(server, power, fault);
	if (rc == 0)
		rc = server->listener = listen_at(options->port, fault);
	if (rc >= 0 && options->control != NULL)
		rc = server->control = open_control(options->control, fault);
	if (rc >= 0)
		rc = start_daemon(server, fault);
	if (rc < 0) {
		redfish_close(server);
		return NULL;
	}
	return server;
}

void redfish_close(struct redfish_server *server)
{
	if (server == NULL)
		return;
	while (server->waiting != NULL) {
		struct waiting *w = server->waiting;
		server->waiting = w->next;
		MHD_resume_connection(w->connection);
		free(w);
	}
	if (server->daemon != NULL)
		MHD_stop_daemon(server->daemon); /* closes the listener */
	else if (server->listener >= 0)
		close(server->listener);
	if (server->control >= 0) {
		close(server->control);
		unlink(server->options->control);
	}
	free(server->services);
	free(server);
}

int redfish_serve(const struct redfish_serve_options *options, struct sim_fault *fault)
{
	uint32_t a = options->base;
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	struct redfish_server *server = redfish_open(options, NULL, fault);
	if (server == NULL)
		return -1;
	int fd = signalfd(-1, &signals, SFD_CLOEXEC);
	fprintf(stderr, "hallsim: ready: %u Redfish services at %u.%u.%u.%u..., port %u\n", options->count, a >> 24, a >> 16 & 255,
	        a >> 8 & 255, a & 255, port_of(server->listener));
	serve(server, fd);
	redfish_close(server);
	if (fd >= 0)
		close(fd);
	return 0;
}
