/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "peer.h"
#include <hallwatt/arena.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BUCKETS 1024u
#define HOLD_MS 60000        /* after a first refusal; doubled by each further one */
#define HOLD_MAX_MS 480000
#define UNHEARD 3u           /* silences behind an answered discovery, of a user who was answered before, until we say so */
#define MEMORY "engine"      /* what the target keeps of us over restarts: "ENGINE BOOTS SECOND-OF-BOOT" */
#define HEX_ENGINE (2 * HEAD_MAX_ENGINE + 1)

struct roster {
	struct seal *seal;
	struct peer *buckets[BUCKETS];
};

struct peer {
	struct roster *roster;
	struct hwatt_target *target;
	const union hwatt_udp_address *to;
	struct seal_user user;
	bool fixed;           /* the engine id is configured */
	bool known;           /* we have its engine id: user.engine; the keys are bound */
	bool listed;          /* in the roster */
	bool heard;           /* it answered a discovery, and nothing of the user's since */
	bool proven;          /* the user was answered, by this engine */
	bool kept;            /* the target remembers engine and clock, of these boots */
	uint32_t kept_boots;
	unsigned unheard;
	struct seal_clock clock;  /* as it was at clock_at_ms */
	int64_t clock_at_ms;
	int64_t held_until_ms;
	unsigned refusals;
	struct hwatt_error refusal;
	struct peer *next;    /* in its bucket */
};

int roster_open(struct roster **out, struct hwatt_error *err)
{
	struct roster *roster = hwatt_alloc(sizeof(*roster));
	if (seal_open(&roster->seal, err) < 0) {
		free(roster);
		return -1;
	}
	*out = roster;
	return 0;
}

void roster_close(struct roster *roster)
{
	seal_close(roster->seal);
	free(roster);
}

/* Engine ids. */
static void hex(const uint8_t *bytes, size_t length, char out[HEX_ENGINE])
{
	for (size_t i = 0; i < length; i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	out[2 * length] = '\0';
}

static bool unhex(const char *text, size_t digits, uint8_t out[HEAD_MAX_ENGINE], size_t *length)
{
	static const char letters[] = "0123456789abcdefABCDEF";
	if (digits % 2 != 0 || digits < 2 || digits > 2 * HEAD_MAX_ENGINE || strspn(text, letters) < digits)
		return false;
	for (size_t i = 0; i < digits; i += 2)
		out[i / 2] = (uint8_t)strtoul((char[]){ text[i], text[i + 1], '\0' }, NULL, 16);
	*length = digits / 2;
	return true;
}

static bool same_engine(const struct peer *p, const uint8_t *engine, size_t length)
{
	return p->user.engine_length == length && memcmp(p->user.engine, engine, length) == 0;
}

static struct peer **bucket(struct roster *roster, const struct seal_user *user)
{
	uint32_t hash = 2166136261u;
	for (size_t i = 0; i < user->engine_length; i++)
		hash = (hash ^ user->engine[i]) * 16777619u;
	return &roster->buckets[hash % BUCKETS];
}

static void unlist(struct peer *p)
{
	for (struct peer **at = bucket(p->roster, &p->user); p->listed && *at != NULL; at = &(*at)->next) {
		if (*at == p) {
			*at = p->next;
			break;
		}
	}
	p->listed = false;
}

static bool same_place(const struct peer *a, const struct peer *b)
{
	return memcmp(a->to, b->to, sizeof(*a->to)) == 0;
}

/* Two devices with one engine id, cloned or badly made, work here; but other managers mix them up. */
static void name_twins(struct peer *p)
{
	char engine[HEX_ENGINE];
	hex(p->user.engine, p->user.engine_length, engine);
	for (struct peer *q = *bucket(p->roster, &p->user); q != NULL; q = q->next) {
		if (q == p || !same_engine(p, q->user.engine, q->user.engine_length) || same_place(p, q))
			continue;
		hwatt_target_warn(p->target, "%s has the same SNMPv3 engine id (%s): give each device its own, as other managers "
				  "mix them up", hwatt_target_device(q->target)->id, engine);
		hwatt_target_warn(q->target, "%s has the same SNMPv3 engine id (%s): give each device its own, as other managers "
				  "mix them up", hwatt_target_device(p->target)->id, engine);
		return;
	}
}

static void list(struct peer *p)
{
	struct peer **head = bucket(p->roster, &p->user);
	p->next = *head;
	*head = p;
	p->listed = true;
	name_twins(p);
}

/* The clock. */
static struct seal_clock clock_at(const struct peer *p, int64_t now_ms)
{
	struct seal_clock clock = p->clock;
	int64_t time = (int64_t)clock.time + (now_ms - p->clock_at_ms) / 1000;
	clock.time = time < INT32_MAX ? (uint32_t)time : INT32_MAX;
	return clock;
}

static void set_clock(struct peer *p, const struct head *h, int64_t now_ms, bool authentic)
{
	p->clock = (struct seal_clock){ .boots = (uint32_t)h->boots, .time = (uint32_t)h->time, .authentic = authentic };
	p->clock_at_ms = now_ms;
}

/* Keeps engine and clock for the next start of the program; the second of the boot does not change while the device runs. */
static void remember(struct peer *p)
{
	char text[HEX_ENGINE + 48], engine[HEX_ENGINE];
	if (p->kept && p->kept_boots == p->clock.boots)
		return;
	p->kept = true;
	p->kept_boots = p->clock.boots;
	hex(p->user.engine, p->user.engine_length, engine);
	snprintf(text, sizeof(text), "%s %" PRIu32 " %" PRId64, engine, p->clock.boots,
		 (int64_t)time(NULL) - (int64_t)p->clock.time);
	hwatt_target_remember(p->target, MEMORY, text);
}

static void recall(struct peer *p, int64_t now_ms)
{
	char *text = hwatt_target_recall(p->target, MEMORY), *end = NULL;
	int64_t now_s = (int64_t)time(NULL);
	if (text == NULL)
		return;
	size_t digits = strcspn(text, " ");
	if (text[digits] == ' ' && unhex(text, digits, p->user.engine, &p->user.engine_length) &&
	    seal_bind(p->roster->seal, &p->user, NULL) == 0) {
		long long boots = strtoll(text + digits, &end, 10), began_s = strtoll(end, NULL, 10);
		bool sound = boots >= 0 && boots <= INT32_MAX && began_s <= now_s && now_s - began_s <= INT32_MAX;
		if (sound)
			p->clock = (struct seal_clock){ .boots = (uint32_t)boots, .time = (uint32_t)(now_s - began_s) };
		p->clock_at_ms = now_ms;
		p->known = true;
		list(p);
	}
	free(text);
}

/* The settings. */
static int take_key(struct peer *p, const struct hwatt_secret *from, const char *what, struct seal_key **out,
		    struct hwatt_error *err)
{
	char secret[SEAL_MAX_SECRET];
	if (hwatt_secret_read(from, secret, sizeof(secret), err) < 0)
		return hwatt_within(err, "%s", what);
	int rc = seal_key_take(p->roster->seal, p->user.auth, secret, out, err);
	explicit_bzero(secret, sizeof(secret));
	if (rc < 0) { /* the sentence is about the secret */
		struct hwatt_error why = *err;
		hwatt_fail(err, why.code, "the secret of %s %s", what, why.text);
	}
	return rc;
}

static int read_settings(struct peer *p, const struct snmp_settings *settings, struct hwatt_error *err)
{
	p->user.name = settings->user;
	p->user.context = settings->context;
	p->user.auth = (enum seal_auth)settings->auth;
	p->user.priv = (enum seal_priv)settings->priv;
	if (p->user.auth != SEAL_NO_AUTH && take_key(p, &settings->auth_secret, "auth_secret", &p->user.auth_key, err) < 0)
		return -1;
	if (p->user.priv != SEAL_NO_PRIV && take_key(p, &settings->priv_secret, "priv_secret", &p->user.priv_key, err) < 0)
		return -1;
	if (settings->engine_id[0] == '\0') { /* bound to any engine, to see that the library has all it takes */
		p->user.engine_length = 5;
		return seal_bind(p->roster->seal, &p->user, err);
	}
	const char *digits = settings->engine_id + (strncmp(settings->engine_id, "0x", 2) == 0 ? 2 : 0);
	if (!unhex(digits, strlen(digits), p->user.engine, &p->user.engine_length))
		return hwatt_fail(err, HWATT_EINVAL, "engine_id is written in hexadecimal digits");
	p->fixed = p->known = true;
	return seal_bind(p->roster->seal, &p->user, err);
}

int peer_new(struct roster *roster, struct hwatt_target *target, const union hwatt_udp_address *to,
	     const struct snmp_settings *settings, int64_t now_ms, struct peer **out, struct hwatt_error *err)
{
	struct peer *p = hwatt_alloc(sizeof(*p));
	p->roster = roster;
	p->target = target;
	p->to = to;
	if (read_settings(p, settings, err) < 0) {
		peer_free(p);
		return -1;
	}
	if (p->fixed)
		list(p);
	else
		recall(p, now_ms);
	*out = p;
	return 0;
}

void peer_free(struct peer *p)
{
	if (p == NULL)
		return;
	unlist(p);
	seal_key_release(p->roster->seal, p->user.auth_key);
	seal_key_release(p->roster->seal, p->user.priv_key);
	explicit_bzero(p, sizeof(*p));
	free(p);
}

/* What comes in. */
static enum engine_verdict learn(struct peer *p, const struct head *h, int64_t now_ms, struct hwatt_error *err)
{
	char before[HEX_ENGINE], after[HEX_ENGINE];
	bool replaced = p->listed && !same_engine(p, h->engine, h->engine_length);
	hex(p->user.engine, p->user.engine_length, before);
	hex(h->engine, h->engine_length, after);
	unlist(p);
	memcpy(p->user.engine, h->engine, h->engine_length);
	p->user.engine_length = h->engine_length;
	if (seal_bind(p->roster->seal, &p->user, err) < 0)
		return ENGINE_REFUSED;
	set_clock(p, h, now_ms, false);
	p->known = p->heard = true;
	list(p);
	if (replaced) {
		p->proven = p->kept = false;
		p->unheard = 0;
		hwatt_target_warn(p->target, "the SNMPv3 engine id was %s and is %s now: another device, or its agent was set up anew",
				  before, after);
	}
	return ENGINE_AGAIN;
}

static const char *level_words(const struct peer *p)
{
	return p->user.priv != SEAL_NO_PRIV ? "authentication and encryption" :
	       p->user.auth != SEAL_NO_AUTH ? "authentication but no encryption" : "no authentication";
}

static enum engine_verdict refuse(struct peer *p, int64_t now_ms, struct hwatt_error *err)
{
	int64_t hold_ms = HOLD_MS;
	for (unsigned i = 0; i < p->refusals && hold_ms < HOLD_MAX_MS; i++)
		hold_ms *= 2;
	p->refusals++;
	p->held_until_ms = now_ms + hold_ms;
	p->refusal = *err;
	return ENGINE_REFUSED;
}

enum report { REPORT_LEVEL, REPORT_WINDOW, REPORT_USER, REPORT_ENGINE, REPORT_DIGEST, REPORT_DECRYPTION, REPORT_CONTEXT,
	      REPORT_OTHER };

/* Which counter a Report names.  Source: RFC 3414 5, RFC 3413 4.1.2. */
static enum report report_of(const struct ber_message *m)
{
	static const uint8_t usm[] = { 0x2b, 6, 1, 6, 3, 15, 1, 1 };     /* usmStats */
	static const uint8_t contexts[] = { 0x2b, 6, 1, 6, 3, 12, 1 };   /* snmpUnavailableContexts .4, snmpUnknownContexts .5 */
	if (m->count < 1)
		return REPORT_OTHER;
	struct ber_oid oid = m->varbinds[0].oid;
	if (ber_oid_below(oid, (struct ber_oid){ contexts, sizeof(contexts) }) && oid.length > sizeof(contexts) &&
	    (oid.bytes[sizeof(contexts)] == 4 || oid.bytes[sizeof(contexts)] == 5))
		return REPORT_CONTEXT;
	if (!ber_oid_below(oid, (struct ber_oid){ usm, sizeof(usm) }) || oid.length == sizeof(usm))
		return REPORT_OTHER;
	uint8_t which = oid.bytes[sizeof(usm)];
	return which >= 1 && which <= 6 ? (enum report)(which - 1) : REPORT_OTHER;
}

/* The sentence for what the agent reports against the user. */
static void explain(const struct peer *p, enum report what, struct hwatt_error *err)
{
	const char *user = p->user.name;
	switch (what) {
	case REPORT_USER:
		hwatt_fail(err, HWATT_EAUTH, "the agent has no SNMPv3 user \"%s\": check \"user\", and that the device has it", user);
		break;
	case REPORT_DIGEST:
		hwatt_fail(err, HWATT_EAUTH, "the agent finds a wrong digest from SNMPv3 user \"%s\": check \"auth\" and \"auth_secret\"", user);
		break;
	case REPORT_DECRYPTION:
		hwatt_fail(err, HWATT_EAUTH, "the agent cannot decrypt what SNMPv3 user \"%s\" sends: check \"priv\" and \"priv_secret\"", user);
		break;
	case REPORT_LEVEL:
		hwatt_fail(err, HWATT_EAUTH, "the agent does not let SNMPv3 user \"%s\" ask with %s: check \"auth\" and \"priv\"", user,
			   level_words(p));
		break;
	case REPORT_CONTEXT:
		hwatt_fail(err, HWATT_EAUTH, "the agent has no SNMPv3 context \"%.80s\": check \"context\"", p->user.context);
		break;
	default:
		hwatt_fail(err, HWATT_EPROTO, "the agent answers with an SNMPv3 report that is not known here");
	}
}

static enum engine_verdict take_window(struct peer *p, const struct head *h, bool authentic, int64_t now_ms)
{
	if (!same_engine(p, h->engine, h->engine_length))
		return ENGINE_DROP;
	set_clock(p, h, now_ms, authentic);
	return ENGINE_AGAIN;
}

/* `authentic`: the Report was signed with the user's key. One that is not may be a lie, but can do no more than a lost packet. */
static enum engine_verdict take_report(struct peer *p, const struct head *h, const struct ber_message *m, bool authentic,
				       int64_t now_ms, struct hwatt_error *err)
{
	enum report what = report_of(m);
	if (h->engine_length == 0)
		return ENGINE_DROP;
	if (!p->known && !p->fixed) /* whatever it says against an empty question, it says who it is */
		return learn(p, h, now_ms, err);
	if (what == REPORT_ENGINE && same_engine(p, h->engine, h->engine_length))
		return ENGINE_DROP;
	if (what == REPORT_ENGINE && p->fixed) {
		char engine[HEX_ENGINE];
		hex(h->engine, h->engine_length, engine);
		hwatt_fail(err, HWATT_EAUTH, "the agent's SNMPv3 engine id is %s: correct \"engine_id\", or leave it out", engine);
		return refuse(p, now_ms, err);
	}
	if (what == REPORT_ENGINE)
		return learn(p, h, now_ms, err);
	if (what == REPORT_WINDOW)
		return take_window(p, h, authentic, now_ms);
	explain(p, what, err);
	return what == REPORT_OTHER ? ENGINE_REFUSED : refuse(p, now_ms, err);
}

static uint8_t flags_of(const struct peer *p)
{
	return (uint8_t)((p->user.auth != SEAL_NO_AUTH ? HEAD_AUTH : 0) | (p->user.priv != SEAL_NO_PRIV ? HEAD_PRIV : 0));
}

static bool ours(const struct peer *p, const struct head *h)
{
	return p->known && same_engine(p, h->engine, h->engine_length) && h->user_length == strlen(p->user.name) &&
	       memcmp(h->user, p->user.name, h->user_length) == 0;
}

/* An answer to the user. */
static enum engine_verdict take_answer(struct peer *p, const struct head *h, int64_t now_ms)
{
	struct seal_clock clock = clock_at(p, now_ms);
	bool newer = (uint32_t)h->boots > clock.boots || ((uint32_t)h->boots == clock.boots && h->time > (int64_t)clock.time);
	if (newer || !p->clock.authentic)
		set_clock(p, h, now_ms, (h->flags & HEAD_AUTH) != 0);
	if (!p->proven) /* what was recalled was not held against others yet: their places were not known */
		name_twins(p);
	p->proven = true;
	p->heard = false;
	p->unheard = p->refusals = 0;
	remember(p);
	return ENGINE_ANSWER;
}

static enum engine_verdict peer_unseal(void *arg, uint32_t id, const uint8_t *packet, size_t length, int64_t now_ms,
				       struct ber_message *out, struct hwatt_error *err)
{
	struct peer *p = arg;
	struct head h;
	if (head_read(packet, length, &h, NULL) < 0)
		return ENGINE_DROP;
	bool report = h.pdu != NULL && ber_decode_pdu(h.pdu, h.pdu_length, out, NULL) == 0 && out->pdu == BER_REPORT;
	if (report && (h.flags & HEAD_AUTH) == 0)
		return take_report(p, &h, out, false, now_ms, err);
	/* Less than was asked for is no answer: else whoever can send packets could answer for the device. */
	if (!ours(p, &h) || (h.flags != flags_of(p) && !report))
		return ENGINE_DROP;
	switch (seal_read(p->roster->seal, &p->user, clock_at(p, now_ms), packet, length, out)) {
	case SEAL_OPENED:
		if (out->pdu == BER_REPORT)
			return take_report(p, &h, out, true, now_ms, err);
		return out->pdu == BER_RESPONSE && out->request_id == (int64_t)id ? take_answer(p, &h, now_ms) : ENGINE_DROP;
	case SEAL_STALE:
		if (!report)
			return ENGINE_DROP;
		hwatt_target_warn(p->target, "the agent's SNMPv3 engineBoots went back from %" PRIu32 " to %" PRId64 ": its memory was "
				  "reset", p->clock.boots, h.boots);
		return take_window(p, &h, false, now_ms);
	default:
		return ENGINE_DROP;
	}
}

static size_t peer_seal(void *arg, uint32_t id, const uint8_t *packet, size_t length, int64_t now_ms, uint8_t *out, size_t size)
{
	struct peer *p = arg;
	if (!p->known)
		return seal_write_discovery(p->roster->seal, id, out, size);
	return seal_write(p->roster->seal, &p->user, clock_at(p, now_ms), id, packet, length, out, size);
}

const struct engine_security peer_security = { .seal = peer_seal, .unseal = peer_unseal };

void peer_silent(struct peer *p, struct hwatt_error *err)
{
	if (p->heard && ++p->unheard >= (p->proven ? UNHEARD : 1))
		hwatt_fail(err, HWATT_EAUTH, "the agent says who it is but does not answer SNMPv3 user \"%s\": check %s, and what the "
			   "user may read", p->user.name,
			   p->user.context[0] != '\0' ? "\"context\", \"priv\" and \"priv_secret\"" :
			   p->user.priv != SEAL_NO_PRIV ? "\"priv\" and \"priv_secret\"" : "\"user\"");
	if (!p->fixed)
		p->known = false; /* there may be another device by now: ask anew */
}

int peer_held(const struct peer *p, int64_t now_ms, struct hwatt_error *err)
{
	if (now_ms >= p->held_until_ms)
		return 0;
	*err = p->refusal;
	return -1;
}
