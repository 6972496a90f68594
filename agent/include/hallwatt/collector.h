/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* collector.h - what a protocol provides so that its devices can be read, and what the core offers it.
 *
 * A target is one device in a collector's hands.  All calls are on the main loop.  Deadlines, retry, back-off, jitter
 * and reporting outages belong to the scheduler, once, for all protocols. */
#ifndef HALLWATT_COLLECTOR_H
#define HALLWATT_COLLECTOR_H

#include <hallwatt/device.h>
#include <hallwatt/error.h>
#include <hallwatt/log.h>
#include <hallwatt/option.h>
#include <hallwatt/part.h>
#include <hallwatt/profile.h>
#include <hallwatt/reading.h>

struct hwatt_target;
struct hwatt_engine;
struct hwatt_text;
struct sockaddr;
struct uv_loop_s;

/* Who answered a find. */
struct hwatt_found {
	const char *name;    /* what the device is called by its owner, cleaned; "" when it does not say */
	const char *version; /* of the protocol, where it says it; NULL or "" */
	const char *trouble; /* why it cannot be polled all the same, with the device as what it is said of; NULL: nothing */
};
/* NULL: silence. */
typedef void hwatt_find_done(void *arg, const struct hwatt_found *found);

struct hwatt_recording { /* what is to be recorded, and what came */
	bool all;                /* everything that the device has, not only what profiles are made of */
	bool scrub;              /* with made-up serials, names and addresses */
	struct hwatt_text *out;  /* the recording, in the protocol's usual format */
	size_t rows, replaced, left_out;
	bool cut;                /* incomplete: a bound was hit, or the device fell silent */
	void (*progress)(void *arg, size_t rows); /* NULL: none */
	void *arg;
};

struct hwatt_collector {
	const char *name;             /* the scheme in `address: snmp://...` */
	uint16_t default_port;
	struct hwatt_schema settings; /* option table: what a device's credentials may say */
	struct hwatt_schema match;    /* option table: what a profile's `match` may say */
	struct hwatt_schema source;   /* option table: what a profile says per reading, e.g. oid */
	struct hwatt_schema part;     /* option table: what a profile says per kind of part; without options: no profile has any */

	/* State shared by all targets of this protocol on one loop (a socket, a request table).
	 * `start` gives it in *out; `stop` frees it after the last target has closed. Both NULL: none. */
	int (*start)(struct uv_loop_s *loop, struct hwatt_log *log, void **out, struct hwatt_error *err);
	void (*stop)(void *engine);

	/* Prepares a session and attaches it to `t`.  No network traffic yet. */
	int (*open)(struct hwatt_target *t, struct hwatt_error *err);

	/* Starts one poll and returns at once.  Exactly one hwatt_target_done()
	 * follows, by the deadline.  NULL for a collector that only listens. */
	void (*poll)(struct hwatt_target *t);

	/* The scheduler's deadline passed: abandon the poll. The session stays. Where the device has answered something,
	 * hwatt_target_done() or hwatt_target_put_off() may be called from here; else no done follows, and the poll was missed. */
	void (*abort)(struct hwatt_target *t);

	/* Abandons any poll (no done follows), frees the session, and calls
	 * hwatt_target_closed() when its last libuv handle has gone. */
	void (*close)(struct hwatt_target *t);

	/* Puts the engine's own counters (drops, malformed answers ...) as name and value. NULL: none.
	 * Names are Prometheus families without prefix, ending in _total when they are counters. */
	void (*counters)(void *engine, void (*put)(void *arg, const char *name, const char *help, int64_t value),
			 void *arg);

	/* Asks `to` (AF_INET or AF_INET6, with its port) with one packet, never repeated, whether somebody there speaks this
	 * protocol; `done` follows once, within `timeout_ms` or a little later, never from here. Fails with HWATT_EINVAL when
	 * it cannot ask with these settings. NULL: cannot. */
	int (*find)(void *engine, const void *settings, const struct sockaddr *to, int64_t timeout_ms,
		    hwatt_find_done *done, void *arg, struct hwatt_error *err);

	/* As `poll`, but writes down what the device says, with one request out at a time. What came before an abort is
	 * written all the same. `order` lives until done or abort. NULL: cannot. */
	void (*record)(struct hwatt_target *t, struct hwatt_recording *order);
};

const struct hwatt_device *hwatt_target_device(const struct hwatt_target *t);
/* The credentials read through the collector's `settings` table; never NULL (defaults). */
const void *hwatt_target_settings(const struct hwatt_target *t);
/* What `start` gave. */
void *hwatt_target_engine(const struct hwatt_target *t);
struct uv_loop_s *hwatt_target_loop(struct hwatt_target *t);
/* To write to at once: another target's takes its place. */
struct hwatt_log *hwatt_target_log(struct hwatt_target *t);
/* All loaded profiles of this collector. */
const struct hwatt_profile_set *hwatt_target_profiles(const struct hwatt_target *t);
/* Milliseconds that the running poll may still take. */
int64_t hwatt_target_time_left_ms(const struct hwatt_target *t);

void hwatt_target_attach(struct hwatt_target *t, void *session); /* session stays yours */
void *hwatt_target_session(const struct hwatt_target *t);

/* Tells the core who answered: call it when the identity is known and whenever it changed. Copies. */
void hwatt_target_identify(struct hwatt_target *t, const struct hwatt_identity *id);
/* Tells a part as an inventory read found it (copied); over what was told of its place before. */
void hwatt_target_part(struct hwatt_target *t, const struct hwatt_part *part);
/* The parts told since the last call are one look at the device: they are held against those that were known, when the poll
 * ends. Not all need to be among them: what is not told is not gone. */
void hwatt_target_parts_told(struct hwatt_target *t);
/* Declares a point (copied); returns its handle (>= 0), the same for the same role, index, quantity and source.
 * -1 when the device has more points than HWATT_MAX_POINTS (counted, logged once). */
#define HWATT_MAX_POINTS 20000
int hwatt_target_point(struct hwatt_target *t, const struct hwatt_point *point);
/* One value of the running poll. Out of the quantity's range: dropped and counted. */
void hwatt_target_add(struct hwatt_target *t, int point, struct hwatt_value value);

/* Values will be added soon, when other targets had theirs: has the processor fetch what that touches. In three steps, 0 to 2, with
 * the same of other targets between them. */
void hwatt_target_fetch(const struct hwatt_target *t, unsigned step);
/* One value for each of the points `first`, `first` + 1 ..., which are of one quantity and step: as hwatt_target_add(), but much
 * quicker. Of counters the value is the raw register, which is not negative. */
void hwatt_target_add_run(struct hwatt_target *t, int first, const int64_t *values, size_t count);
/* The device's own clock since its start, ms: going back means that it restarted. */
void hwatt_target_uptime(struct hwatt_target *t, int64_t uptime_ms);
/* A value of `what` identifies the present life of the registers of `point` (APC's energy StartTime): a change is a reset. */
void hwatt_target_register_stamp(struct hwatt_target *t, int point, uint64_t stamp);
/* A sentence for a human about this device's answers ("outlet 3: ... left out"); once per text and target. */
void hwatt_target_warn(struct hwatt_target *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same of what is worth knowing and nothing to act on. */
void hwatt_target_note(struct hwatt_target *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Keeps a small text about this device over restarts; `value` NULL forgets it. Not for secrets. Where nothing is kept
 * (`hallwatt probe`) it does nothing. */
void hwatt_target_remember(struct hwatt_target *t, const char *key, const char *value);
/* What was kept, malloc'ed; NULL: nothing. */
char *hwatt_target_recall(struct hwatt_target *t, const char *key);
/* Counts one request sent, for probe's output and the self metrics. */
void hwatt_target_count_request(struct hwatt_target *t);
void hwatt_target_done(struct hwatt_target *t, const struct hwatt_error *err); /* NULL: all read */
/* The running poll ends with nothing read and nothing missed, as the collector has too much else in hand; no done follows. false: who
 * polls cannot wait, and the poll goes on. */
bool hwatt_target_put_off(struct hwatt_target *t);
/* The next poll should come at once, or right after the one that runs. */
void hwatt_target_ready(struct hwatt_target *t);
void hwatt_target_closed(struct hwatt_target *t);

/* Written by the build from the folders under collectors/; ends with NULL. */
extern const struct hwatt_collector *const hallwatt_collectors[];

#endif
