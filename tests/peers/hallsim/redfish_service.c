/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "redfish_service.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "redfish_model.h"

#define SESSIONS "/redfish/v1/SessionService/Sessions"

int redfish_rule(struct redfish_rules *rules, const char *text, struct sim_fault *fault)
{
	const struct { const char *name; int64_t *value; } names[] = {
		{"busy", &rules->busy}, {"full", &rules->full}, {"forget", &rules->forget}, {"no-sessions", &rules->no_sessions},
		{"slow", &rules->slow}, {"expand-slow", &rules->expand_slow}, {"no-expand", &rules->no_expand},
		{"broken", &rules->broken}, {"truncated", &rules->truncated}, {"redirect", &rules->redirect}, {"huge", &rules->huge},
		{"supply", &rules->supply}, {"pulled", &rules->pulled}, {"shy", &rules->shy},
		{"report-stale", &rules->reports.stale}, {"report-gone", &rules->reports.gone}, {"report-disabled", &rules->reports.disabled},
		{"report-wrong", &rules->reports.wrong}, {"report-twice", &rules->reports.twice}, {"report-kilo", &rules->reports.kilo},
		{"report-mean", &rules->reports.mean}, {"report-ahead", &rules->reports.ahead}, {"report-repeat", &rules->reports.repeat},
		{"report-lacks", &rules->reports.lacks},
	};
	size_t length = strcspn(text, ":");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strlen(names[i].name) == length && strncmp(names[i].name, text, length) == 0) {
			*names[i].value = text[length] == ':' ? strtoll(text + length + 1, NULL, 10) : 1;
			return 0;
		}
	return sim_fail(fault, "\"%.80s\" is no fault of a Redfish service", text);
}

static bool due(int64_t every, int64_t count)
{
	return every > 0 && count % every == 0;
}

static void end_session(struct redfish_session *session)
{
	*session = (struct redfish_session){.token = ""};
}

static void expire(struct redfish_service *s, int64_t now_ms)
{
	for (int i = 0; i < REDFISH_SLOTS; i++)
		if (s->sessions[i].token[0] != '\0' && now_ms - s->sessions[i].used_ms > s->idle_ms) {
			end_session(&s->sessions[i]);
			s->counts.expired++;
		}
}

int64_t redfish_live(const struct redfish_service *s, int64_t now_ms)
{
	int64_t live = 0;
	for (int i = 0; i < REDFISH_SLOTS; i++)
		live += s->sessions[i].token[0] != '\0' && now_ms - s->sessions[i].used_ms <= s->idle_ms;
	return live;
}

void redfish_forget(struct redfish_service *s)
{
	for (int i = 0; i < REDFISH_SLOTS; i++)
		end_session(&s->sessions[i]);
}

static struct redfish_session *session_of(struct redfish_service *s, const struct redfish_rules *rules, const char *token, int64_t now_ms)
{
	for (int i = 0; i < REDFISH_SLOTS; i++) {
		struct redfish_session *session = &s->sessions[i];
		if (token[0] == '\0' || strcmp(session->token, token) != 0)
			continue;
		if (rules->forget > 0 && ++session->requests > rules->forget) {
			end_session(session);
			return NULL;
		}
		session->used_ms = now_ms;
		return session;
	}
	return NULL;
}

static bool basic_right(const char *authorization)
{
	unsigned char text[128] = "";
	const char want[] = REDFISH_USER ":" REDFISH_PASSWORD;
	size_t length = strlen(authorization);
	if (strncmp(authorization, "Basic ", 6) != 0 || length < 10 || length > 150)
		return false;
	int n = EVP_DecodeBlock(text, (const unsigned char *)authorization + 6, (int)(length - 6));
	return n >= (int)sizeof(want) - 1 && strncmp((char *)text, want, sizeof(want) - 1) == 0;
}

/* The value of a JSON string member; enough for what clients post here. */
static bool member_is(const char *body, const char *name, const char *value)
{
	char want[128];
	const char *at = strstr(body, name);
	if (at == NULL)
		return false;
	at += strlen(name);
	while (*at == '"' || *at == ' ' || *at == ':')
		at++;
	snprintf(want, sizeof(want), "%s\"", value);
	return strncmp(at, want, strlen(want)) == 0;
}

static void say(struct redfish_reply *reply, int status, const char *body)
{
	reply->status = status;
	reply->body = strdup(body);
	reply->length = strlen(body);
}

static void say_error(struct redfish_reply *reply, int status, const char *id, const char *text)
{
	char body[400];
	snprintf(body, sizeof(body), "{\"error\":{\"code\":\"%s\",\"message\":\"%s\",\"@Message.ExtendedInfo\":[{\"MessageId\":\"%s\",\"Message\":\"%s\"}]}}",
	         id, text, id, text);
	say(reply, status, body);
}

static void say_full(struct redfish_reply *reply)
{
	say_error(reply, 503, "IDRAC.1.6.RAC0218", "The maximum number of user sessions is reached.");
}

static void log_in(struct redfish_service *s, const struct redfish_rules *rules, int64_t now_ms, const struct redfish_request *request,
                   struct redfish_reply *reply)
{
	unsigned char random[16];
	if (rules->no_sessions > 0) {
		say_error(reply, 405, "Base.1.8.ActionNotSupported", "There are no sessions here.");
		return;
	}
	if (!member_is(request->body, "\"UserName\"", REDFISH_USER) || !member_is(request->body, "\"Password\"", REDFISH_PASSWORD)) {
		s->counts.refused++;
		say_error(reply, 401, "Base.1.8.NoValidSession", "The user or the password is wrong.");
		return;
	}
	for (int i = 0; i < s->slots && rules->full == 0; i++) {
		struct redfish_session *session = &s->sessions[i];
		if (session->token[0] != '\0' || getrandom(random, sizeof(random), 0) != sizeof(random))
			continue;
		for (size_t k = 0; k < sizeof(random); k++)
			snprintf(session->token + 2 * k, 3, "%02x", random[k]);
		session->id = ++s->next_id;
		session->used_ms = now_ms;
		s->counts.logins++;
		memcpy(reply->token, session->token, sizeof(reply->token));
		snprintf(reply->location, sizeof(reply->location), SESSIONS "/%u", session->id);
		say(reply, 201, "{\"Name\":\"Session\",\"UserName\":\"" REDFISH_USER "\"}");
		return;
	}
	say_full(reply);
}

/* GET or DELETE of one session. */
static void one_session(struct redfish_service *s, const struct redfish_request *request, struct redfish_reply *reply)
{
	uint32_t id = (uint32_t)strtoul(request->path + strlen(SESSIONS) + 1, NULL, 10);
	for (int i = 0; i < REDFISH_SLOTS; i++) {
		if (s->sessions[i].token[0] == '\0' || s->sessions[i].id != id)
			continue;
		if (strcmp(request->method, "DELETE") == 0) {
			end_session(&s->sessions[i]);
			s->counts.logouts++;
			say(reply, 204, "");
		} else {
			say(reply, 200, "{\"@odata.type\":\"#Session.v1_5_0.Session\",\"UserName\":\"" REDFISH_USER "\"}");
		}
		return;
	}
	s->counts.missing++;
	say_error(reply, 404, "Base.1.8.ResourceMissingAtURI", "There is no such session.");
}

static void resource(struct redfish_service *s, const struct redfish_rules *rules, int64_t now_ms, const struct redfish_request *request,
                     const char *path, struct redfish_reply *reply)
{
	bool expand = strstr(request->query, "$expand") != NULL;
	if (expand && rules->no_expand > 0) {
		say_error(reply, 501, "Base.1.8.QueryNotSupported", "There is no such query.");
		return;
	}
	if (expand)
		reply->delay_ms += rules->expand_slow;
	s->exchanged = rules->supply;
	s->pulled = rules->pulled;
	s->reports = rules->reports;
	char *body = redfish_model(s, path, request->query, now_ms);
	if (body == NULL) {
		s->counts.missing++;
		say_error(reply, 404, "Base.1.8.ResourceMissingAtURI", "There is no such resource.");
		return;
	}
	if (rules->huge > 0 && strstr(path, "/Power") != NULL) {
		free(body);
		body = malloc(REDFISH_BODY);
		if (body != NULL) {
			memset(body, ' ', REDFISH_BODY - 1);
			body[0] = '{';
			body[REDFISH_BODY - 2] = '}';
			body[REDFISH_BODY - 1] = '\0';
		}
	}
	reply->status = 200;
	reply->body = body;
	reply->length = body != NULL ? strlen(body) : 0;
	uint64_t hash = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < reply->length; i++)
		hash = (hash ^ (unsigned char)reply->body[i]) * UINT64_C(1099511628211);
	snprintf(reply->etag, sizeof(reply->etag), "\"%016" PRIx64 "\"", hash);
	if (strcmp(request->known, reply->etag) == 0) {
		s->counts.unchanged++;
		reply->status = 304;
		reply->length = 0;
		return;
	}
	if (due(rules->broken, s->counts.requests) && reply->length > 2)
		reply->body[reply->length / 2] = '\x01';
	reply->truncated = due(rules->truncated, s->counts.requests);
}

void redfish_answer(struct redfish_service *s, const struct redfish_rules *rules, int64_t now_ms, const struct redfish_request *request,
                    struct redfish_reply *reply)
{
	char path[512];
	*reply = (struct redfish_reply){.delay_ms = rules->slow};
	s->counts.requests++;
	expire(s, now_ms);
	snprintf(path, sizeof(path), "%s", request->path);
	while (strlen(path) > 1 && path[strlen(path) - 1] == '/')
		path[strlen(path) - 1] = '\0';
	bool open = strcmp(path, "/redfish/v1") == 0 && !(rules->shy > 0), get = strcmp(request->method, "GET") == 0;
	if (open && rules->redirect > 0) {
		snprintf(reply->location, sizeof(reply->location), "https://192.0.2.1/redfish/v1/");
		say(reply, 301, "{}");
		return;
	}
	if (due(rules->busy, s->counts.requests)) {
		reply->retry_after_s = 1;
		say_error(reply, 503, "Base.1.8.ServiceTemporarilyUnavailable", "Come again later.");
		return;
	}
	if (strcmp(request->method, "POST") == 0 && strcmp(path, SESSIONS) == 0) {
		log_in(s, rules, now_ms, request, reply);
		return;
	}
	if (!open) {
		bool basic = request->token[0] == '\0' && basic_right(request->authorization);
		s->counts.basic += basic;
		if (basic && rules->full > 0) {
			say_full(reply);
			return;
		}
		if (!basic && session_of(s, rules, request->token, now_ms) == NULL) {
			s->counts.unauthorized++;
			s->counts.refused += request->authorization[0] != '\0';
			say_error(reply, 401, "Base.1.8.NoValidSession", "Who are you?");
			return;
		}
	}
	if (strncmp(path, SESSIONS "/", strlen(SESSIONS) + 1) == 0)
		one_session(s, request, reply);
	else if (get)
		resource(s, rules, now_ms, request, path, reply);
	else
		say_error(reply, 405, "Base.1.8.ActionNotSupported", "Not here.");
}
