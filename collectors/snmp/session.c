/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* session.c - one device, from its name to its values.
 *
 * A poll looks up the name if that is still to do, surveys the device when it is new, restarted or changed, and then runs
 * the plan: request by request, each answer read in place.  What a request could not bring at once is asked for
 * in smaller pieces. */
#include "session.h"
#include "finder.h"
#include "line.h"
#include "plan.h"
#include "recorder.h"
#include "source.h"
#include "stocktaking.h"
#include "survey.h"
#include "turns.h"
#include <assert.h>
#include <hallwatt/prefetch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define MAX_COMMUNITY 256u
#define RESURVEY_MS 60000       /* at least so long between two surveys that were not asked for by time */
#define TICKS_PER_WRAP (INT64_C(1) << 32)
#define REFRESH_PARTS 10        /* the first survey by time comes after one to ten tenths of the interval, so that they spread over it */
#define LEAST_MS 100            /* of a poll: in less nothing is asked in another way */
#define CUTS_TOLD 2u             /* polls that a slow device made too short, before it is said */
#define YOUNG_TICKS 30000       /* hundredths of seconds: an agent that has just started may not have all its tables ready */
#define WRAP_SLACK 30000        /* hundredths of seconds: sysUpTime was about to wrap */

struct module { /* shared by all sessions of a loop */
	struct engine *engine;
	struct roster *roster;     /* NULL while nobody speaks SNMPv3 */
	struct book **books;
	size_t book_count;
	struct plan_shelf shelf;
	int64_t doubted_stamps;    /* moves of registers' stamps that were not believed */
	struct hwatt_log *log;
	struct turns turns;        /* to be surveyed */
	int64_t apart;             /* devices that did not bear a GET with tables in it */
};

struct lookup { /* a running name look-up; outlives a session that closes */
	uv_getaddrinfo_t request;
	struct session *session; /* NULL: nobody waits any more */
};

enum stage { STAGE_IDLE, STAGE_LOOKUP, STAGE_GREETING, STAGE_SURVEY, STAGE_PLAN, STAGE_PIECES, STAGE_RECORD };

struct tape { /* a recording that is made */
	struct hwatt_recording *order;
	struct recorder *recorder; /* NULL: the device is surveyed first */
};

struct aside { /* what no common poll needs; each NULL while it is not */
	struct lookup *lookup;     /* one that runs */
	struct greeting *greeting; /* one that runs, or what it brought, until the survey begins */
	struct survey *survey;
	struct turn turn;          /* to be surveyed: held by who has a survey, or is about to */
	struct pieces *pieces;
	struct tape *tape;         /* something is recorded */
};

struct session { /* of each device, all the time */
	struct line line;
	struct aside *aside;       /* NULL: nothing is in it */
	struct book *book;
	struct plan *plan;
	struct plan_hold *hold;    /* NULL: it is empty, as of most */
	struct plan_poll *poll;    /* what answers have said; NULL: nothing that is needed any more */
	int64_t refresh_ms;        /* loop time when the next survey is due */
	uint64_t parts_told;       /* their hash */
	uint32_t ticks;            /* sysUpTime as last read */
	uint32_t ticks_at_ms;      /* loop time of that, as many bits as fit: 49 days */
	uint32_t request;          /* of the plan, the one that is out */
	uint8_t wraps;             /* how often sysUpTime wrapped: each time takes 497 days */
	bool has_ticks : 1;        /* they were read */
	uint8_t stage : 3;         /* enum stage */
	uint8_t turn : 4;          /* which of the name's addresses is asked */
	bool answered : 1;         /* in this poll */
	bool resolved : 1, closing : 1;
	bool heard : 1;            /* the address has answered since the last silence */
	bool own_community : 1;    /* read from where the settings say, and wiped when it goes */
	bool resurvey : 1;         /* as soon as it may be */
	bool replan : 1;           /* with the next poll: the plan asks what the agent does not bear */
	bool early : 1;            /* that is less than a whole interval after the last */
	bool bears_riders : 1;     /* it has answered a GET with tables in it since the last survey */
};

_Static_assert(sizeof(struct session) <= 136, "there are ten thousand of them");

#define MOST_PIECES 32u

struct pieces { /* what a request did not bring, asked for again by GET */
	uint32_t next, size, count;
	uint32_t of[MOST_PIECES];  /* the places in the request of those that are out */
	unsigned silences;
	uint8_t packet[LINE_PACKET];
};

static struct module *module_of(const struct session *s)
{
	return hwatt_target_engine(s->line.target);
}

static const struct aside *aside_of(const struct session *s)
{
	static const struct aside nothing;
	return s->aside != NULL ? s->aside : &nothing;
}

/* To write to. */
static struct aside *aside(struct session *s)
{
	if (s->aside == NULL)
		s->aside = hwatt_alloc(sizeof(*s->aside));
	return s->aside;
}

/* Something was taken out of it: it goes with the last. */
static void tidy(struct session *s)
{
	const struct aside *a = s->aside;
	if (a == NULL || a->lookup != NULL || a->greeting != NULL || a->survey != NULL || a->turn.state != TURN_NONE ||
	    a->pieces != NULL || a->tape != NULL)
		return;
	free(s->aside);
	s->aside = NULL;
}

static void go_on(struct session *s);
static void start_plan(struct session *s);
static engine_done plan_answered, pieces_answered;
static engine_taste plan_tasted;

/* A turn that was waited for is held. */
static void on_turn(void *arg)
{
	const struct session *s = arg;
	hwatt_target_ready(s->line.target);
}

int session_start(uv_loop_t *loop, struct hwatt_log *log, void **out, struct hwatt_error *err)
{
	struct module *m = hwatt_alloc(sizeof(*m));
	m->log = log;
	m->turns.call = on_turn;
	if (engine_open(loop, log, &m->engine, err) < 0) {
		free(m);
		return -1;
	}
	*out = m;
	return 0;
}

void session_stop(void *engine)
{
	struct module *m = engine;
	for (size_t i = 0; i < m->book_count; i++)
		book_release(m->books[i]);
	engine_close(m->engine);
	plan_shelf_free(&m->shelf);
	if (m->roster != NULL)
		roster_close(m->roster);
	free(m->books);
	free(m);
}

/* The book of a profile set: made once, shared by all sessions; books that only the module still holds go. */
static struct book *module_book(struct module *m, const struct hwatt_profile_set *set)
{
	struct book *found = NULL;
	size_t kept = 0;
	for (size_t i = 0; i < m->book_count; i++) {
		if (m->books[i]->hash == set->hash)
			found = m->books[i];
		if (m->books[i]->hash == set->hash || m->books[i]->users > 1)
			m->books[kept++] = m->books[i];
		else
			book_release(m->books[i]);
	}
	m->book_count = kept;
	if (found == NULL) {
		found = book_new(set);
		m->books = hwatt_realloc(m->books, (kept + 1) * sizeof(*m->books));
		m->books[m->book_count++] = found;
	}
	return book_take(found);
}

/* What the device has added to its plan is kept while there is any. */
static void keep_hold(struct session *s, const struct plan_hold *hold)
{
	bool empty = plan_hold_is_empty(hold);
	if (!empty && s->hold == NULL)
		s->hold = hwatt_alloc(sizeof(*s->hold));
	if (!empty) {
		*s->hold = *hold;
		return;
	}
	free(s->hold);
	s->hold = NULL;
}

static struct plan_hold hold_of(const struct session *s)
{
	return s->hold != NULL ? *s->hold : (struct plan_hold){ 0 };
}

static void drop_plan(struct session *s)
{
	plan_poll_give(&module_of(s)->shelf, s->poll);
	plan_release(&module_of(s)->shelf, s->plan);
	struct plan_hold hold = hold_of(s);
	plan_hold_clear(&hold);
	keep_hold(s, &hold);
	s->poll = NULL;
	s->plan = NULL;
	s->line.cut = 0;
}

/* The plan that the survey makes. Most often it is the one that was; then nothing moves. */
static void renew_plan(struct session *s, const struct hwatt_identity *who)
{
	struct module *m = module_of(s);
	struct plan_hold was = hold_of(s), hold = { .lives = was.lives, .doubted = was.doubted };
	struct plan *plan = plan_new(&m->shelf, s->aside->survey, who, s->book, &s->line, &hold);
	plan_poll_give(&m->shelf, s->poll);
	s->poll = NULL;
	plan_release(&m->shelf, s->plan);
	plan_hold_change(&was, &hold, s->plan == plan ? plan : NULL);
	keep_hold(s, &was);
	s->plan = plan;
	s->line.cut = 0;
	s->line.cuts = 0;
}

/* What a recording was made with goes; what has come so far is written. */
static void drop_tape(struct session *s)
{
	struct tape *tape = aside_of(s)->tape;
	if (tape == NULL)
		return;
	recorder_end(tape->recorder);
	recorder_free(tape->recorder);
	free(tape);
	s->aside->tape = NULL;
	tidy(s);
}

static void drop_greeting(struct session *s)
{
	if (aside_of(s)->greeting == NULL)
		return;
	greeting_free(s->aside->greeting);
	s->aside->greeting = NULL;
	tidy(s);
}

/* `octets`: see turns_give(). */
static void give_turn(struct session *s, size_t octets)
{
	if (aside_of(s)->turn.state == TURN_NONE)
		return;
	turns_give(&module_of(s)->turns, &s->aside->turn, octets);
	tidy(s);
}

/* And what belongs to it. */
static void drop_survey(struct session *s)
{
	drop_greeting(s);
	give_turn(s, 0);
	if (aside_of(s)->survey == NULL)
		return;
	survey_free(s->aside->survey);
	s->aside->survey = NULL;
	tidy(s);
}

static void drop_pieces(struct session *s)
{
	struct pieces *pieces = aside_of(s)->pieces;
	if (pieces == NULL)
		return;
	explicit_bzero(pieces, sizeof(*pieces));
	free(pieces);
	s->aside->pieces = NULL;
	tidy(s);
}

static void free_session(struct session *s)
{
	drop_survey(s);
	drop_tape(s);
	drop_pieces(s);
	drop_plan(s);
	if (s->hold != NULL)
		plan_hold_free(s->hold);
	free(s->hold);
	book_release(s->book);
	peer_free(s->line.peer);
	line_clear(&s->line);
	if (s->own_community) {
		char *community = (char *)(uintptr_t)s->line.community;
		explicit_bzero(community, strlen(community));
		free(community);
	}
	free(s->aside);
	free(s);
}

static const struct snmp_settings *settings_of(const struct session *s)
{
	return hwatt_target_settings(s->line.target);
}

static int read_community(struct session *s, struct hwatt_error *err)
{
	const struct snmp_settings *set = settings_of(s);
	char secret[MAX_COMMUNITY];
	s->line.community = set->community; /* as long as the target */
	if (set->community_secret.kind != HWATT_SECRET_NONE) {
		if (hwatt_secret_read(&set->community_secret, secret, sizeof(secret), err) < 0)
			return -1;
		s->line.community = hwatt_strdup(secret);
		s->own_community = true;
		explicit_bzero(secret, sizeof(secret));
	}
	if (strlen(s->line.community) >= MAX_COMMUNITY)
		return hwatt_fail(err, HWATT_EINVAL, "the community is longer than %u octets", MAX_COMMUNITY - 1);
	return 0;
}

/* How long to wait for one answer: as the settings say, but never so long that the last try would come after the poll's deadline. */
static int64_t request_timeout_ms(const struct hwatt_target *t, const struct snmp_settings *settings)
{
	int64_t whole = hwatt_target_device(t)->timeout_ms, least = 50;
	if (whole <= 0) /* no deadline is known */
		return settings->timeout_ms;
	int64_t share = whole / (settings->retries + 1);
	share = share > least ? share : least;
	return settings->timeout_ms < share ? settings->timeout_ms : share;
}

/* The library behind SNMPv3 is not even readied where nobody speaks it. */
static int open_peer(struct session *s, struct hwatt_error *err)
{
	struct module *m = module_of(s);
	if (m->roster == NULL && roster_open(&m->roster, err) < 0)
		return -1;
	int64_t now_ms = (int64_t)uv_now(hwatt_target_loop(s->line.target));
	return peer_new(m->roster, s->line.target, line_fix_address(&s->line), settings_of(s), now_ms, &s->line.peer, err);
}

int session_open(struct hwatt_target *t, struct hwatt_error *err)
{
	struct session *s = hwatt_alloc(sizeof(*s));
	s->line.target = t;
	const struct snmp_settings *settings = settings_of(s);
	bool sealed = settings->version == SNMP_V3;
	s->line = (struct line){
		.engine = module_of(s)->engine, .target = t, .community = "", .version = settings->version == SNMP_V1 ? BER_V1 : BER_V2C,
		.timeout_ms = (int32_t)request_timeout_ms(t, settings), .retries = (uint8_t)settings->retries & 31u,
		.max_repetitions = (uint16_t)settings->max_repetitions, .octets = LINE_OCTETS - (sealed ? LINE_SEALED : 0),
	};
	if (!sealed && read_community(s, err) < 0) {
		free_session(s);
		return -1;
	}
	if (sealed && open_peer(s, err) < 0) {
		free_session(s);
		return -1;
	}
	hwatt_target_attach(t, s);
	return 0;
}

/* Where the plan's answers go. Borrowed when the first one comes, so that few are in use at a time, and those are in the cache. */
static struct plan_poll *poll_of(struct session *s)
{
	if (s->poll == NULL)
		s->poll = plan_poll_take(&module_of(s)->shelf, s->plan);
	return s->poll;
}

/* What a poll borrowed. */
static void give_back(struct session *s)
{
	plan_poll_give(&module_of(s)->shelf, s->poll);
	s->poll = NULL;
}

static void finish(struct session *s, const struct hwatt_error *err)
{
	s->stage = STAGE_IDLE;
	give_back(s);
	hwatt_target_done(s->line.target, err);
}

/* The poll ends before the device was asked anything. */
static void give_up(struct session *s, const struct hwatt_error *err)
{
	drop_survey(s);
	finish(s, err);
}

/* The name. */
static bool set_address(struct session *s, const struct sockaddr *address)
{
	uint16_t port = hwatt_target_device(s->line.target)->port;
	if (!line_set_address(&s->line, address, htons(port != 0 ? port : 161)))
		return false;
	s->resolved = true;
	return true;
}

/* A name may have addresses that its agent does not listen on, such as those of IPv6. */
static void take_turn(struct session *s, const struct addrinfo *found)
{
	unsigned count = 0, at = 0;
	for (const struct addrinfo *a = found; a != NULL; a = a->ai_next)
		count += a->ai_family == AF_INET || a->ai_family == AF_INET6;
	for (const struct addrinfo *a = found; count > 0 && at <= s->turn % count; a = a->ai_next)
		at += set_address(s, a->ai_addr);
}

static void on_lookup(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
	struct lookup *lookup = request->data;
	struct session *s = lookup->session;
	struct hwatt_error err;
	free(lookup);
	if (s != NULL) {
		s->aside->lookup = NULL;
		tidy(s);
		if (status == 0)
			take_turn(s, found);
	}
	uv_freeaddrinfo(found);
	if (s == NULL)
		return;
	if (s->closing) {
		struct hwatt_target *t = s->line.target;
		free_session(s);
		hwatt_target_closed(t);
	} else if (s->stage == STAGE_LOOKUP && s->resolved) {
		go_on(s);
	} else if (s->stage == STAGE_LOOKUP) {
		hwatt_fail(&err, HWATT_ETIMEOUT, "cannot find the address of %s: %s", hwatt_target_device(s->line.target)->host,
			   status != 0 ? uv_strerror(status) : "it has none");
		give_up(s, &err);
	}
}

static void look_up(struct session *s)
{
	const struct hwatt_device *device = hwatt_target_device(s->line.target);
	union hwatt_udp_address address = { 0 };
	struct hwatt_error err;
	if (uv_ip4_addr(device->host, 0, &address.v4) == 0 || uv_ip6_addr(device->host, 0, &address.v6) == 0) {
		if (address.any.sa_family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&address.v6.sin6_addr) && address.v6.sin6_scope_id == 0) {
			hwatt_fail(&err, HWATT_EIO, "%s is of one link: write the network interface behind it, like fe80::7%%eth0%s",
				   device->host, strchr(device->host, '%') != NULL ? "; there is none of this name" : "");
			give_up(s, &err);
			return;
		}
		set_address(s, &address.any);
		go_on(s);
		return;
	}
	s->stage = STAGE_LOOKUP;
	if (aside_of(s)->lookup != NULL)
		return; /* one that an earlier poll began */
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM };
	struct lookup *lookup = hwatt_alloc(sizeof(*lookup));
	lookup->session = s;
	lookup->request.data = lookup;
	aside(s)->lookup = lookup;
	int rc = uv_getaddrinfo(hwatt_target_loop(s->line.target), &lookup->request, on_lookup, device->host, NULL, &hints);
	if (rc != 0) {
		free(lookup);
		s->aside->lookup = NULL;
		tidy(s);
		hwatt_fail(&err, HWATT_EIO, "cannot look up %s: %s", device->host, uv_strerror(rc));
		give_up(s, &err);
	}
}

/* The survey. */
static const char *identity_text(const struct survey *survey, const struct family_source *from, char *out, size_t size)
{
	const struct column *column = from->object != NO_OBJECT ? survey_column(survey, from->object) : NULL;
	for (size_t i = 0; column != NULL && i < column->count; i++) {
		const struct cell *cell = &column->cells[i];
		bool fits = true;
		for (size_t w = 0; w < from->where_count && fits; w++)
			fits = cell_holds(&from->where[w], survey_cell(survey, &from->where[w].at, cell->row));
		cell_text(cell, out, size);
		if (fits && out[0] != '\0')
			return out;
	}
	return NULL;
}

struct identity_texts { char of[4][SURVEY_TEXT + 1]; };

/* Who the device is; strings in `texts` or the families'. */
static struct hwatt_identity identify(struct session *s, struct identity_texts *texts)
{
	const struct family *const *families;
	const struct survey *survey = s->aside->survey;
	size_t count = survey_families(survey, &families);
	const char *parts[4] = { NULL };
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < families[i]->identity_count; j++) {
			const struct family_identity *id = &families[i]->identity[j];
			if (parts[id->part] == NULL)
				parts[id->part] = identity_text(survey, &id->source, texts->of[id->part], sizeof(texts->of[0]));
		}
		if (parts[HWATT_ID_VENDOR] == NULL && families[i]->vendor[0] != '\0')
			parts[HWATT_ID_VENDOR] = families[i]->vendor;
	}
	struct hwatt_identity id = {
		.vendor = parts[HWATT_ID_VENDOR], .model = parts[HWATT_ID_MODEL], .serial = parts[HWATT_ID_SERIAL],
		.firmware = parts[HWATT_ID_FIRMWARE], .profile = count > 0 ? families[0]->name : NULL,
		.profile_reason = survey_reason(survey),
	};
	hwatt_target_identify(s->line.target, &id);
	return id;
}

static void on_recorded(void *arg, const struct hwatt_error *err)
{
	struct session *s = arg;
	drop_tape(s);
	finish(s, err);
}

/* The poll ends. A survey that it cuts off goes on from there with the next one, which comes at once, as others may wait for its
 * turn; that of a device that said nothing in this poll begins anew. Who waits for a turn keeps its place. */
static void keep_survey(struct session *s)
{
	const struct aside *a = aside_of(s);
	if (a->survey != NULL && survey_moved(a->survey) && !s->closing)
		hwatt_target_ready(s->line.target);
	else if (s->closing || a->survey != NULL || a->turn.state == TURN_HELD || (a->greeting != NULL && !greeting_over(a->greeting)))
		drop_survey(s);
}

/* The device is looked up again before it is asked again: perhaps the name has another address by now. Its next one is tried when
 * nothing was ever heard from this one, or not even the second time. */
static void lose_address(struct session *s)
{
	s->resolved = false;
	if (!s->heard)
		s->turn = (s->turn + 1u) & 15u;
	s->heard = false;
}

/* Of a device that was never heard of: what else can be wrong. */
static void explain_silence(const struct session *s, struct hwatt_error *err)
{
	struct hwatt_error was = *err;
	const char *also = s->line.peer != NULL ? "and that its agent speaks SNMPv3 and lets this host ask" :
			   "that its agent lets this host ask, and the community: a wrong one is silence, too";
	hwatt_fail(err, was.code, "%s; check the address, %s", was.text, also);
}

static void survey_failed(struct session *s, const struct hwatt_error *why)
{
	struct hwatt_error err = *why;
	s->heard = true;
	lose_address(s);
	keep_survey(s);
	drop_tape(s);
	finish(s, &err);
}

static void greeting_failed(struct session *s, const struct hwatt_error *why)
{
	struct hwatt_error err = *why;
	if (err.code == HWATT_ETIMEOUT && s->plan == NULL)
		explain_silence(s, &err);
	lose_address(s);
	drop_survey(s);
	drop_tape(s);
	finish(s, &err);
}

static void count_doubts(struct session *s)
{
	if (s->hold == NULL)
		return;
	module_of(s)->doubted_stamps += s->hold->doubted;
	s->hold->doubted = 0;
}

/* How much less than a whole interval it is to a device's next survey after one that came when it came: else those of a whole hall,
 * begun together, would be repeated together for ever. */
static int64_t early_ms(const struct session *s)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	for (const char *id = hwatt_target_device(s->line.target)->id; *id != '\0'; id++)
		hash = (hash ^ (uint8_t)*id) * UINT64_C(1099511628211);
	uint64_t most = (uint64_t)(settings_of(s)->refresh_ms / REFRESH_PARTS * (REFRESH_PARTS - 1));
	return (int64_t)((hash ^ hash >> 29) % (most + 1));
}

/* Loop time of the last survey, or, of one that came by time and late, when it was due. */
static int64_t surveyed_ms(const struct session *s)
{
	return s->refresh_ms - settings_of(s)->refresh_ms + (s->early ? early_ms(s) : 0);
}

/* The survey is over: when the next is due. Devices keep the distance that they have once. */
static void set_refresh(struct session *s)
{
	int64_t now_ms = (int64_t)uv_now(hwatt_target_loop(s->line.target));
	int64_t every_ms = settings_of(s)->refresh_ms;
	s->early = s->refresh_ms == 0 || now_ms < s->refresh_ms;
	if (s->early)
		s->refresh_ms = now_ms + every_ms - early_ms(s);
	else /* late, perhaps, as a whole hall was away */
		s->refresh_ms += ((now_ms - s->refresh_ms) / every_ms + 1) * every_ms;
}

static void on_surveyed(void *arg, const struct hwatt_error *err)
{
	struct session *s = arg;
	if (err != NULL) {
		survey_failed(s, err);
		return;
	}
	s->heard = true;
	struct identity_texts texts;
	struct hwatt_identity who = identify(s, &texts);
	struct tape *tape = s->aside->tape;
	if (tape != NULL) {
		s->stage = STAGE_RECORD;
		tape->recorder = recorder_new(s->book, s->aside->survey, &s->line, tape->order, on_recorded, s);
		drop_survey(s);
		recorder_run(tape->recorder);
		return;
	}
	stocktaking_tell(s->aside->survey, s->line.target, &s->parts_told);
	renew_plan(s, &who);
	count_doubts(s);
	give_turn(s, survey_octets(s->aside->survey));
	drop_survey(s);
	set_refresh(s);
	s->resurvey = s->replan = s->bears_riders = false;
	go_on(s);
}

/* Makes the survey of a device that has its turn. `greeted`: in this poll. */
static void start_survey(struct session *s, bool greeted)
{
	const struct hwatt_device *device = hwatt_target_device(s->line.target);
	struct hwatt_error err;
	struct aside *a = aside(s);
	book_release(s->book);
	s->book = module_book(module_of(s), hwatt_target_profiles(s->line.target));
	if (device->profile != NULL && device->profile[0] != '\0' && book_family(s->book, device->profile) == NULL) {
		hwatt_fail(&err, HWATT_EINVAL, "there is no profile \"%s\"", device->profile);
		give_up(s, &err);
		return;
	}
	s->stage = STAGE_SURVEY;
	a->survey = survey_new(s->book, &s->line, device->profile != NULL ? device->profile : "", a->greeting, on_surveyed, s);
	drop_greeting(s);
	survey_run(a->survey, greeted);
}

/* The device is there, and is to be surveyed: now, or when its turn has come. Until then it is polled by its plan, if it has one. */
static void take_turn_of_survey(struct session *s, bool greeted)
{
	struct turns *turns = &module_of(s)->turns;
	struct turn *turn = &s->aside->turn;
	if (s->plan != NULL && turn->state == TURN_NONE && !turns_free(turns)) {
		drop_survey(s);
		start_plan(s);
		return;
	}
	if (s->aside->tape == NULL && !turns_ask(turns, turn, s)) {
		s->stage = STAGE_IDLE;
		if (hwatt_target_put_off(s->line.target))
			return;
	}
	turns_force(turns, turn);
	start_survey(s, greeted);
}

static void on_greeted(void *arg, const struct hwatt_error *err)
{
	struct session *s = arg;
	if (err != NULL) {
		greeting_failed(s, err);
		return;
	}
	s->heard = true;
	take_turn_of_survey(s, true);
}

static void begin_survey(struct session *s)
{
	const struct aside *a = aside_of(s);
	if (a->survey != NULL) {
		s->stage = STAGE_SURVEY;
		survey_run(a->survey, false);
	} else if (a->greeting != NULL) {
		take_turn_of_survey(s, false);
	} else if (s->plan != NULL && a->tape == NULL && !turns_free(&module_of(s)->turns)) {
		start_plan(s);
	} else {
		s->stage = STAGE_GREETING;
		aside(s)->greeting = greeting_new(&s->line, on_greeted, s);
	}
}

/* Whether the device should be asked who it is: new, changed, or so long ago. */
static bool survey_due(const struct session *s)
{
	const struct aside *a = s->aside;
	int64_t now_ms = (int64_t)uv_now(hwatt_target_loop(s->line.target));
	if ((a != NULL && (a->tape != NULL || a->survey != NULL || a->greeting != NULL)) || s->plan == NULL || s->replan || now_ms >= s->refresh_ms)
		return true;
	return s->resurvey && now_ms - surveyed_ms(s) >= RESURVEY_MS;
}

/* The session, then its target. */
static void fetch(const void *arg, unsigned step)
{
	const struct session *s = arg;
	if (step > 0)
		hwatt_target_fetch(s->line.target, step - 1);
	else
		hwatt_prefetch(s, sizeof(*s));
}

/* The plan. */
static void ask(struct session *s)
{
	const struct plan_request *r = &s->plan->requests[s->request];
	static const struct line_eager eager = { plan_tasted, fetch };
	line_send(&s->line, s->plan->octets + r->packet, r->length, r->id_at, &eager, plan_answered, s);
}

/* Takes the device's clock; true when it has started anew since the poll before. */
static bool restarted(struct session *s)
{
	struct plan_value uptime = plan_value(s->poll, PLAN_UPTIME);
	uint32_t now_ms = (uint32_t)uv_now(hwatt_target_loop(s->line.target)), before = s->ticks, since = s->ticks_at_ms;
	if (!uptime.number || uptime.raw.e10 != 0 || uptime.raw.mantissa < 0 || uptime.raw.mantissa >= TICKS_PER_WRAP)
		return false;
	bool back = s->has_ticks && uptime.raw.mantissa < before;
	s->ticks = (uint32_t)uptime.raw.mantissa;
	s->ticks_at_ms = now_ms;
	s->has_ticks = true;
	int64_t should = (int64_t)before + (uint32_t)(now_ms - since) / 10;
	if (back && should >= TICKS_PER_WRAP - WRAP_SLACK && s->ticks <= should - TICKS_PER_WRAP + WRAP_SLACK) {
		s->wraps++; /* 497 days */
		back = false;
	} else if (back) {
		s->wraps = 0;
	}
	if (s->wraps == 0 && s->ticks < YOUNG_TICKS)
		s->resurvey = true;
	hwatt_target_uptime(s->line.target, (s->wraps * TICKS_PER_WRAP + s->ticks) * 10);
	return back;
}

static void start_plan(struct session *s)
{
	s->stage = STAGE_PLAN;
	if (!s->line.cut)
		s->request = 0;
	s->line.cut = 0;
	ask(s);
}

/* The poll is over before all was asked, but not silent: what came counts. The rest is asked for first with the next poll, but where
 * values need what several requests bring, as those would be of different times. */
static void cut(struct session *s)
{
	const struct hwatt_device *device = hwatt_target_device(s->line.target);
	if (s->line.answer_ms > 0) {
		s->line.cut = !s->plan->spans;
		if (s->line.cuts < CUTS_TOLD)
			s->line.cuts++;
	}
	if (s->line.cuts == CUTS_TOLD)
		hwatt_target_warn(s->line.target, "it answers too slowly to be read within %g s: %s; raise \"timeout\", and \"interval\" if it "
				  "is not longer", (double)device->timeout_ms / 1000,
				  s->line.cut ? "each poll reads a part of it, in turn" : "the rest is not read");
	finish(s, NULL);
}

static void next_request(struct session *s)
{
	if (++s->request < s->plan->request_count) {
		if (s->line.answer_ms > 0 && line_late(&s->line)) {
			cut(s);
			return;
		}
		s->stage = STAGE_PLAN;
		ask(s);
		return;
	}
	finish(s, NULL);
}

/* An answer is complete: what it completes goes to the target. */
static void settle(struct session *s)
{
	poll_of(s);
	if (s->request == 0 && restarted(s)) {
		hwatt_log(hwatt_target_log(s->line.target), HWATT_INFO, "the device has restarted");
		drop_plan(s);
		begin_survey(s);
		return;
	}
	struct plan_hold hold = hold_of(s);
	if (s->request == 0)
		plan_give_fixed(&hold, s->line.target);
	plan_give(s->plan, &hold, s->request, s->poll, s->line.target);
	if (!plan_hold_is_empty(&hold))
		keep_hold(s, &hold); /* a register's first life may have been told */
	count_doubts(s);
	s->resurvey = s->resurvey || s->poll->changed;
	if (!s->plan->spans)
		give_back(s);
	next_request(s);
}

static void ask_pieces(struct session *s);

/* Whether the poll has no time for one more answer. */
static bool spent(const struct session *s)
{
	return line_late(&s->line) || hwatt_target_time_left_ms(s->line.target) < LEAST_MS;
}

/* Asks for what request `s->request` has not brought, one GET after the other. */
static void begin_pieces(struct session *s, uint32_t size)
{
	s->stage = STAGE_PIECES;
	poll_of(s);
	struct aside *a = aside(s);
	if (a->pieces == NULL)
		a->pieces = hwatt_alloc(sizeof(*a->pieces));
	a->pieces->next = 0;
	a->pieces->size = size < 1 ? 1 : size > MOST_PIECES ? MOST_PIECES : size;
	a->pieces->silences = 0;
	ask_pieces(s);
}

static void ask_pieces(struct session *s)
{
	const struct plan_request *r = &s->plan->requests[s->request];
	struct pieces *p = s->aside->pieces;
	struct ber_oid oids[MOST_PIECES];
	size_t id_at, length;
	p->count = 0;
	for (uint32_t i = p->next; i < r->expect_count && p->count < p->size; i++) {
		const struct plan_expect *e = &s->plan->expects[r->first_expect + i];
		if (e->input < 0 || plan_value(s->poll, e->input).answered)
			continue;
		oids[p->count] = (struct ber_oid){ s->plan->octets + e->oid, e->oid_length };
		p->of[p->count++] = i;
	}
	if (p->count == 0) {
		settle(s);
		return;
	}
	struct ber_request request = { (enum ber_version)s->line.version, s->line.community, BER_GET, 0, oids, p->count };
	while ((length = ber_encode(&request, p->packet, LINE_PACKET, &id_at)) == 0) {
		assert(request.count > 1);
		request.count /= 2;
	}
	p->count = (uint32_t)request.count;
	line_send(&s->line, p->packet, length, id_at, NULL, pieces_answered, s);
}

static void pieces_answered(void *arg, const struct ber_message *message, const struct hwatt_error *error)
{
	struct session *s = arg;
	struct hwatt_error why;
	const struct hwatt_error *err = line_over(&s->line, error, &why);
	struct pieces *p = s->aside->pieces;
	const struct plan_request *r = &s->plan->requests[s->request];
	s->resurvey = true;
	s->answered = s->answered || message != NULL;
	if (message == NULL && s->answered && err->code == HWATT_ETIMEOUT && (p->silences > 0 || spent(s))) {
		cut(s);
		return;
	}
	if (message == NULL && (err->code != HWATT_ETIMEOUT || ++p->silences > 1)) {
		finish(s, err);
		return;
	}
	if (message == NULL || message->error_status != 0 || message->count == 0) {
		int64_t index = message != NULL ? message->error_index : 0;
		if (message != NULL && message->error_status == BER_NO_SUCH_NAME && index == 1)
			p->next = p->of[0] + 1; /* v1: this one is gone */
		else if (p->count > 1)
			p->size = p->count / 2;
		else
			p->next = p->of[0] + 1;
		ask_pieces(s);
		return;
	}
	p->silences = 0;
	for (size_t i = 0; i < message->count && i < p->count; i++)
		plan_take_one(s->plan, &s->plan->expects[r->first_expect + p->of[i]], &message->varbinds[i], s->poll);
	p->next = p->of[message->count < p->count ? message->count - 1 : p->count - 1] + 1;
	ask_pieces(s);
}

/* A request was left unanswered by a device that answered another in this poll, and there is no time to find out more. */
static void run_out(struct session *s)
{
	if (s->line.answer_ms == 0)
		s->replan = line_shrink(&s->line);
	cut(s);
}

static bool plan_tasted(void *arg, const uint8_t *variables, size_t length)
{
	struct session *s = arg;
	return plan_read(s->plan, s->request, variables, length, poll_of(s));
}

/* A GET that tables ride along in did not bring what it asked for: scalars and tables are asked for apart from now on, and this
 * time by pieces. false when the request had no riders. */
static bool ask_apart(struct session *s, const struct plan_request *r)
{
	if (r->riders == 0 || s->line.apart)
		return false;
	s->line.apart = s->replan = true;
	module_of(s)->apart++;
	hwatt_log(hwatt_target_log(s->line.target), HWATT_INFO, "the agent does not bear %u cells of tables beside scalars: asked for apart",
		  r->riders);
	begin_pieces(s, r->expect_count / 2);
	return true;
}

static void plan_answered(void *arg, const struct ber_message *message, const struct hwatt_error *error)
{
	struct session *s = arg;
	struct hwatt_error why;
	const struct hwatt_error *err = line_over(&s->line, error, &why);
	const struct plan_request *r = &s->plan->requests[s->request];
	bool silent = message == NULL && err != NULL && err->code == HWATT_ETIMEOUT;
	if (message == NULL && err == NULL) { /* it was taken as it came */
		s->answered = s->heard = true;
		s->bears_riders = s->bears_riders || r->riders > 0;
		settle(s);
		return;
	}
	if (silent && s->answered && spent(s)) {
		run_out(s);
		return;
	}
	if (silent && !s->bears_riders && ask_apart(s, r))
		return; /* the survey was answered just now: it may be this request only */
	if (silent && !s->answered && s->request > 0) { /* it had the whole poll to itself */
		line_shrink(&s->line);
		s->replan = true;
	}
	if (message == NULL && (!s->answered || !silent)) {
		lose_address(s);
		finish(s, err);
		return;
	}
	s->answered = s->heard = true;
	if (message == NULL || message->error_status != 0) {
		/* Too much at once, or one object that spoils it: by pieces now, smaller by the next plan. */
		if (ask_apart(s, r))
			return;
		if (message == NULL || message->error_status != BER_NO_SUCH_NAME)
			line_shrink(&s->line);
		begin_pieces(s, r->expect_count / 2);
		return;
	}
	bool in_place = plan_take(s->plan, s->request, message, poll_of(s));
	if ((!in_place || message->count < r->expect_count) && ask_apart(s, r))
		return;
	s->bears_riders = s->bears_riders || r->riders > 0;
	if (message->count < r->expect_count && !s->poll->changed) {
		line_shrink(&s->line);
		begin_pieces(s, r->expect_count - (uint32_t)message->count);
		return;
	}
	settle(s);
}

static void go_on(struct session *s)
{
	if (!s->resolved) {
		look_up(s);
	} else if (survey_due(s)) {
		begin_survey(s);
	} else {
		start_plan(s);
	}
}

void session_poll(struct hwatt_target *t)
{
	struct session *s = hwatt_target_session(t);
	struct hwatt_error err;
	s->answered = false;
	if (s->line.peer != NULL && peer_held(s->line.peer, (int64_t)uv_now(hwatt_target_loop(t)), &err) < 0) {
		give_up(s, &err);
	} else {
		go_on(s);
	}
}

void session_abort(struct hwatt_target *t)
{
	struct session *s = hwatt_target_session(t);
	bool alone = !s->closing && aside_of(s)->tape == NULL;
	bool read = alone && s->answered && (s->stage == STAGE_PLAN || s->stage == STAGE_PIECES);
	bool surveyed = alone && s->stage == STAGE_SURVEY && survey_moved(aside_of(s)->survey);
	s->stage = STAGE_IDLE;
	give_back(s);
	if (aside_of(s)->survey != NULL)
		survey_pause(s->aside->survey);
	keep_survey(s);
	struct hwatt_error ignored;
	if (s->line.peer != NULL && s->line.ticket != ENGINE_NO_TICKET)
		peer_silent(s->line.peer, &ignored);
	line_cancel(&s->line);
	drop_tape(s);
	if (read)
		cut(s);
	else if (surveyed)
		hwatt_target_put_off(t);
}

void session_record(struct hwatt_target *t, struct hwatt_recording *order)
{
	struct session *s = hwatt_target_session(t);
	s->answered = false;
	aside(s)->tape = hwatt_alloc(sizeof(*s->aside->tape));
	s->aside->tape->order = order;
	go_on(s);
}

int session_find(void *engine, const void *settings, const struct sockaddr *to, int64_t timeout_ms, hwatt_find_done *done,
		 void *arg, struct hwatt_error *err)
{
	struct module *m = engine;
	const struct snmp_settings *asks = settings;
	if (asks->version == SNMP_V3 && m->roster == NULL && roster_open(&m->roster, err) < 0)
		return -1; /* without it the library is not ready */
	return finder_ask(m->engine, settings, to, timeout_ms, done, arg, err);
}

void session_close(struct hwatt_target *t)
{
	struct session *s = hwatt_target_session(t);
	s->closing = true;
	session_abort(t);
	struct lookup *lookup = aside_of(s)->lookup;
	if (lookup != NULL) { /* its callback comes in any case */
		uv_cancel((uv_req_t *)&lookup->request);
		return;
	}
	free_session(s);
	hwatt_target_closed(t);
}

void session_counters(void *engine, void (*put)(void *arg, const char *name, const char *help, int64_t value), void *arg)
{
	const struct module *m = engine;
	const struct engine_counters *c = engine_counters(m->engine);
	put(arg, "snmp_requests_total", "SNMP requests sent, repeated ones too.", c->sent);
	put(arg, "snmp_answers_total", "Packets received on the SNMP sockets.", c->received);
	put(arg, "snmp_retries_total", "SNMP requests sent again.", c->retries);
	put(arg, "snmp_timeouts_total", "SNMP requests given up.", c->timeouts);
	put(arg, "snmp_malformed_total", "Packets that were no sound SNMP answer, dropped.", c->malformed);
	put(arg, "snmp_unknown_id_total", "Answers that came late, twice or unasked, dropped.", c->unknown_id);
	put(arg, "snmp_wrong_source_total", "Answers from another address than was asked, dropped.", c->wrong_source);
	put(arg, "snmp_kernel_drops_total", "Answers lost because the receive buffer was full.", c->kernel_drops);
	put(arg, "snmp_send_errors_total", "SNMP requests that could not be sent.", c->send_errors);
	put(arg, "snmp_surveys_running", "Devices that are surveyed just now: looked at for what they have to tell.", (int64_t)m->turns.held);
	put(arg, "snmp_surveys_waiting", "Devices that wait to be surveyed.", (int64_t)m->turns.waiting);
	put(arg, "snmp_surveys_waited_total", "Surveys that had to wait, as others ran.", m->turns.waited);
	put(arg, "snmp_apart_total", "Devices that did not bear a GET with cells of tables in it.", m->apart);
	put(arg, "snmp_stamps_doubted_total", "Times of discontinuity that were not believed, as they move with every read.",
	    m->doubted_stamps);
	put(arg, "snmp_v3_refusals_total", "SNMPv3 requests that a device refused: wrong user, secret or context.", c->refusals);
	put(arg, "snmp_v3_resyncs_total", "SNMPv3 requests sent again after a device told its engine id or clock.", c->rounds);
}
