/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* walk.h - the resources of one BMC: found by following links, then the plan of what is read how often. */
#ifndef REDFISH_WALK_H
#define REDFISH_WALK_H

#include "decode.h"
#include "tree.h"

#define WALK_MAX_RESOURCES 3000
#define WALK_NONE SIZE_MAX

enum tier { /* how often a resource is read */
	TIER_NEVER,   /* it gives nothing: only when all is walked anew */
	TIER_FIXED,   /* inventory */
	TIER_DETAIL,  /* temperatures, fans, use; other readings of a watt that counts elsewhere */
	TIER_POWER,   /* at every poll */
};

struct resource {
	char *path;
	enum kind kind;
	enum tier tier;
	bool collection;  /* of resources of `kind` */
	bool wanted;      /* to be read in this poll */
	bool missing;     /* 404, or not to be read */
	bool expanded;    /* a collection that is read with $expand */
	bool inline_;     /* a collection whose members stand in it unasked */
	bool contained;   /* a chassis inside another one */
	uint32_t reads;   /* successful ones */
	size_t place;     /* the chassis, system or PDU it belongs to; WALK_NONE */
	char *prefix;     /* a place's: before every index below it */
	char *label;
	char *etag;       /* of what was read last, NULL: none, or not kept */
	int64_t due_ms;
	size_t deputy;    /* 1 + the metric report that stands in for it, 0: none; deputy.c */
	bool partly;      /* that report lacks some of its readings */
	unsigned misses;  /* polls in a row in which it could not stand in */
	json_t *stencil;  /* as it was read last, for the report to be filled in; NULL: not yet */
};

struct walk {
	struct resource *items;
	size_t count, capacity;
	bool full;
	const char *expand; /* the query that the service understands, NULL: none */
};

void walk_start(struct walk *walk); /* wants the service root */
void walk_free(struct walk *walk);
/* The next resource to read, power first; WALK_NONE: all read. */
size_t walk_next(const struct walk *walk);
/* Wants every resource anew, to see what is new and what is gone. */
void walk_again(struct walk *walk);
/* Wants those that are due at `now_ms`; those for which a report stands in are only due in their own time. */
void walk_due(struct walk *walk, int64_t now_ms);

/* Follows the links of what was read from resource `at`; returns how many members of a collection are only links. */
size_t walk_follow(struct walk *walk, size_t at, const json_t *json);
/* Adds a collection's members, where they are to be read one by one, and its next page. */
void walk_members(struct walk *walk, size_t at, const json_t *json, bool single);
/* Takes a chassis', system's or PDU's Id and whether others contain it, before its links are followed. */
void walk_place(struct walk *walk, size_t at, const json_t *json);
/* Where findings of resource `at` belong. */
struct place walk_where(const struct walk *walk, size_t at);

#endif
