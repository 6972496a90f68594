/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* redfish_service.h - what one simulated Redfish service answers: no sockets, no TLS, time is an argument.
 *
 * Faults, each with a number N (1 when it is not given); they hold for all services:
 *   busy:N       every N-th request is answered with 503 and Retry-After: 1
 *   full         no session to be had: 503 with RAC0218, also for Basic
 *   forget:N     sessions are forgotten after N requests: 401
 *   no-sessions  POST of a session is 405; Basic only
 *   slow:N       every answer takes N ms          expand-slow:N  only those to $expand
 *   no-expand    $expand is promised, and answered with 501
 *   broken:N     every N-th body is no JSON       truncated:N    every N-th ends in the middle
 *   redirect     the service root is at another host
 *   shy          the service root is only shown to users
 *   huge         the power resource is 4 MiB long
 *   report-stale, report-gone, report-disabled, report-wrong (other properties), report-twice (two values of one moment), report-kilo
 *                (other units), report-mean (averaged), report-ahead (times of an hour later), report-repeat:N (made every N s),
 *                report-lacks:N (without the first N values): metric reports, or what is said of them
 *   supply:N     supply N (1 or 2) has another serial number     pulled:N     its bay is empty */
#ifndef HALLSIM_REDFISH_SERVICE_H
#define HALLSIM_REDFISH_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bmc_power.h"
#include "fault.h"

#define REDFISH_USER "monitor"
#define REDFISH_PASSWORD "monitor-secret"
#define REDFISH_SLOTS 32 /* most sessions of a service */
#define REDFISH_BODY (5u << 20)

struct redfish_session {
	char token[33]; /* "": free */
	uint32_t id;
	int64_t used_ms;
	int64_t requests;
};

struct redfish_reports { /* what is wrong with them; 0: nothing */
	int64_t stale, gone, disabled, wrong, twice, kilo, mean, ahead, repeat, lacks;
};

struct redfish_rules { /* 0: not asked for */
	int64_t busy, full, forget, no_sessions, slow, expand_slow, no_expand, broken, truncated, redirect, huge, supply, pulled, shy;
	struct redfish_reports reports;
};

struct redfish_counts {
	int64_t requests, logins, logouts, refused, basic, unauthorized, expired, missing, unchanged;
};

struct redfish_service { /* {0} but for number and tree is fresh */
	uint32_t number;
	const char *tree;  /* folder that holds redfish/v1/index.json, NULL: made up */
	bool modern, reporting; /* reporting: with metric reports, redfish_telemetry.h */
	struct redfish_reports reports;
	int64_t slots, idle_ms;
	uint64_t seed;
	const struct bmc_power_source *power; /* NULL: bmc_power_at of seed and number */
	int64_t exchanged, pulled; /* supplies, from 1, by the faults of that name */
	uint32_t next_id;
	struct redfish_session sessions[REDFISH_SLOTS];
	struct redfish_counts counts;
};

struct redfish_request {
	const char *method, *path, *query; /* query "" when there is none */
	const char *token, *authorization, *known; /* "" when absent; known: If-None-Match */
	const char *body;
};

struct redfish_reply {
	int status;
	char token[33], location[96], etag[24];
	int retry_after_s;  /* 0: none */
	int64_t delay_ms;
	bool truncated;     /* the connection ends in the middle of the body */
	char *body;         /* malloc'ed */
	size_t length;
};

/* Adds a rule. */
int redfish_rule(struct redfish_rules *rules, const char *text, struct sim_fault *fault);
/* Answers; `now_ms` is UTC. */
void redfish_answer(struct redfish_service *service, const struct redfish_rules *rules, int64_t now_ms,
                    const struct redfish_request *request, struct redfish_reply *reply);
/* Sessions that are open now. */
int64_t redfish_live(const struct redfish_service *service, int64_t now_ms);
/* As after a restart of the BMC. */
void redfish_forget(struct redfish_service *service);

#endif
