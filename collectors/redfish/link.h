/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* link.h - one BMC over HTTPS: requests one at a time, who we are, whom we trust, and when to leave it alone. */
#ifndef REDFISH_LINK_H
#define REDFISH_LINK_H

#include "curl_loop.h"
#include "pin.h"
#include "source.h"
#include <hallwatt/error.h>
#include <hallwatt/text.h>
#include <stdbool.h>

#define LINK_ETAG_SIZE 80 /* longer ones are not used */

struct link;

struct link_parts { /* what a link is made of; copied */
	struct curl_loop *loop;
	uv_loop_t *uv;
	const struct redfish_settings *settings;
	const char *host;
	uint16_t port;
	const char *pin;     /* recorded at first use, NULL: none yet */
	const char *refused; /* what was told of refusals, NULL: nothing */
};

struct link_answer {
	int status;          /* HTTP; 0 when there was none */
	const char *body;    /* borrowed until the next request */
	size_t length;
	const char *etag;    /* of this state of the resource, "" when the service does not say; borrowed likewise */
	int64_t date_ms;     /* UTC by the service's clock, 0 when it does not say */
	bool unchanged;      /* 304: the resource is what the given etag is of; no body */
	bool busy;           /* 429, 503: the service asks to be left alone for a while */
	bool sessions_full;  /* no session to be had: the BMC is well, but has no place for us */
	struct hwatt_error err; /* why there is no good answer; code HWATT_OK for 2xx and 304 */
};
typedef void link_done(void *arg, const struct link_answer *answer);

struct link_watch { /* what the owner wants to know */
	void (*sent)(void *arg);                             /* a request went out */
	void (*pinned)(void *arg, const char *pin);          /* the key of the certificate, seen for the first time */
	void (*session)(void *arg, const char *location);    /* a session is ours now; NULL: it is no more */
	void (*ended)(void *arg, const char *location);      /* this session was ended well */
	void (*left)(void *arg, const char *location, const char *why); /* this one could not be ended */
	void (*refused)(void *arg, const char *text);        /* the account was refused, see lockout.h; NULL: it is taken again */
	void *arg;
};

/* Fails with HWATT_EINVAL when settings do not fit (a CA file that cannot be read). */
int link_open(const struct link_parts *parts, const struct link_watch *watch, struct link **out, struct hwatt_error *err);
/* Ends the session, if there is one, and frees the link; `closed` follows, maybe before this returns, within 3 s, or 11 s
 * while a login is under way. */
void link_close(struct link *link, void (*closed)(void *arg), void *arg);

/* The path of the session collection, as the service root says it; "" : there is none, use Basic. */
void link_sessions(struct link *link, const char *path);
/* A session that an earlier run of ours may have left behind: it is deleted once when the next one begins. */
void link_leftover(struct link *link, const char *location);

/* Gets `path` within `limit_ms`; `done` follows, never from here. One request at a time. `open` paths need no authentication.
 * `etag`: of the state that is known, NULL none. */
void link_get(struct link *link, const char *path, const char *etag, bool open, int64_t limit_ms, link_done *done, void *arg);
/* Abandons the request that is under way: no `done` follows. */
void link_abort(struct link *link);

/* Milliseconds that the link must rest, by the service's word or ours; 0: none. `why` says it. */
int64_t link_rest_ms(const struct link *link, const char **why);

#endif
