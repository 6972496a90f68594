/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* pipeline_private.h - the inside of the pipeline, for its files: pipeline.c takes polls and configurations in,
 * pipeline_parts.c looks at serial numbers, pipeline_commit.c writes to the store, pipeline_publish.c builds what is published. */
#ifndef HALLWATT_PIPELINE_PRIVATE_H
#define HALLWATT_PIPELINE_PRIVATE_H

#include "history.h"
#include "verdict_history.h"
#include "kept.h"
#include "kind.h"
#include "pipeline.h"
#include "verdict_history.h"
#include <hallwatt/text.h>

#define STATE_MAX_OCTETS (64u << 20)
#define SERIAL_SPACE "serial"

struct quarter { /* closed, not yet in the store */
	struct store_point point; /* `index` belongs to the shelf */
	struct interval interval;
	bool refused;             /* the store will never take it */
};

struct point_id {
	const char *index; /* as above: equal ones of the devices here have equal addresses */
	uint32_t id;
	uint8_t role, quantity;
};

_Static_assert(HWATT_ROLES <= UINT8_MAX + 1 && HWATT_QUANTITIES <= UINT8_MAX + 1, "they fit");

struct pipeline_news { /* what few devices have; made when there is any */
	uint32_t *errors;                   /* by enum hwatt_code; NULL: there were none */
	struct serial_news *serial;         /* not yet in the store */
	struct part_news *parts;            /* likewise of its parts */
};

struct pipeline_device { /* small: there are ten thousand of them */
	const struct config_device *config; /* in the present generation */
	struct meterset *set;
	const struct hwatt_target *target;  /* where its values are; NULL: no poll of the present one has ended */
	struct hwatt_view_device *block;    /* as published */
	union {                             /* the store's numbers of points, as far as they were asked for */
		struct point_id one;        /* of a single one */
		struct point_id *many;
	} ids;
	struct kind *kind;                  /* what the device says of itself; NULL when it has said nothing */
	const char *serial;                 /* likewise: a word of the pipeline */
	struct pipeline_news *news;         /* NULL: nothing new */
	int64_t heard_ms;                   /* monotonic: when it last gave something, or was first looked at; 0: neither */
	union {
		int64_t last_success_ms;
		int64_t journal;            /* while opening: the last row that its state holds */
	};
	uint32_t polls, dropped, poll_duration_us;
	uint32_t identity_version;
	uint32_t context_id;                /* 0: not known */
	uint16_t id_count;
	bool unsaved : 1;                   /* among those that the next commit looks at */
	bool recorded : 1;                  /* its saved state is older than its meters: records in the store tell the rest */
	bool changed : 1;                   /* since its block was built */
	bool stale_shown : 1;
	bool exchanged : 1;                 /* the next poll's registers are another device's */
	bool polled : 1, up : 1;            /* at least one poll has ended; the last one succeeded */
	char id[];
};

_Static_assert(sizeof(struct pipeline_device) <= 112, "there are ten thousand of them");
_Static_assert(HWATT_MAX_POINTS <= UINT16_MAX, "points are counted so");

struct pipeline {
	struct pipeline_parts parts;
	struct generation *generation;
	struct kept kept;                   /* of the generation's inventory */
	struct history *history;            /* NULL: nothing is judged */
	struct hwatt_view_hall *hall;
	struct verdict_history *verdicts;   /* what of them was written down */
	struct meterset_shelf shelf;
	struct pipeline_device **devices;            /* sorted by id */
	struct pipeline_device **unsaved;            /* those of whose meters no record tells all since the last commit */
	size_t count, unsaved_count;
	struct quarter *waiting;
	size_t waiting_count, waiting_capacity;
	struct pipeline_device **waiting_of;         /* whose each is */
	int64_t judged_s;                   /* the quarter that was judged last, or would have been */
	int64_t looked_minute;              /* when quarters were last looked through */
	bool judge_soon;                    /* something came that a verdict may rest on */
	bool new_serials;                   /* some device or part has one that is not in the store */
	bool failing;                       /* the store: one line when it begins, one when it ends */
	bool published;                     /* since the configuration changed */
	struct hwatt_view_point *points;    /* scratch for a draft's points */
	size_t point_count, point_capacity;
	struct kind_shelf kinds;            /* of the devices */
	size_t refused;                     /* quarters of the present transaction */
	struct hwatt_error refusal;         /* why, of the first */
	int64_t commits, commit_failures, quarters, lost_quarters;
	int64_t clock_offset_ms;            /* wall - mono */
	bool has_offset;
	struct hwatt_view_counter *counters;
	size_t counter_count, counter_capacity;
	struct hwatt_text state;            /* scratch for open states */
	struct hwatt_text journal;          /* what was fed since the last commit: device, record, device, record ... */
	size_t round_at;                    /* the next device whose state is saved because its turn has come */
	int64_t round_row, journal_row;     /* the journal's last row when the round began, and now */
};

/* pipeline.c */
struct pipeline_device *pipeline_find(const struct pipeline *pipeline, const char *id);
/* Has the next commit look at the device. */
void pipeline_mark_unsaved(struct pipeline *pipeline, struct pipeline_device *device);
/* Has the next commit save the states of those devices, from place `from` to before `to`, that only records tell of. */
void pipeline_unsettle_recorded(struct pipeline *pipeline, size_t from, size_t to);
/* A device that is polled rarely is not stale between its polls. */
int64_t pipeline_stale_after_ms(const struct pipeline *pipeline, const struct pipeline_device *device);

/* pipeline_parts.c: looks whether it is another device, or has other parts, than the last time. */
void pipeline_check_serial(struct pipeline *pipeline, struct pipeline_device *device, const char *serial, int64_t wall_ms);
void pipeline_check_parts(struct pipeline *pipeline, struct pipeline_device *device, struct hwatt_target *t, int64_t wall_ms);
/* Writes what is new into the running transaction. */
int pipeline_write_serials(struct pipeline *pipeline, struct hwatt_error *err);
/* The device's, made if need be. */
struct pipeline_news *pipeline_news(struct pipeline_device *device);
/* What was new is written, or of no use any more. */
void pipeline_forget_serial(struct pipeline_device *device);

/* pipeline_commit.c: the store's numbers of the device's points and context are asked for anew. */
void pipeline_forget_ids(struct pipeline_device *device);
/* Commits, and says so once when the store begins or ends to fail. */
bool pipeline_commit_or_log(struct pipeline *pipeline);

/* pipeline_publish.c: puts a snapshot of what is known in place of the one before. */
void pipeline_publish(struct pipeline *pipeline, int64_t wall_ms, int64_t mono_ms);

#endif
