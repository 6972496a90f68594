/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline_private.h"
#include <hallwatt/arena.h>
#include <inttypes.h>
#include <stdlib.h>

#define ROUND_COMMITS 300u     /* in so many commits every state is saved once, and the journal before them dropped */

static int context_of(struct pipeline *p, struct pipeline_device *d, int64_t *id, struct hwatt_error *err)
{
	*id = d->context_id;
	if (*id != 0)
		return 0;
	const struct ruleset *rules = config_ruleset(p->generation->config, d->config->device.site);
	struct store_context context = {
		.device = d->id, .serial = d->serial, .model = d->kind != NULL ? d->kind->model : "",
		.firmware = d->kind != NULL ? d->kind->firmware : "", .profile = d->kind != NULL ? d->kind->profile : "",
		.power_role = hwatt_power_role_name(d->config->device.power_role), .site = d->config->device.site,
		.config_hash = p->generation->config->hash, .ruleset_hash = rules != NULL ? rules->hash : "",
		.agent_version = HALLWATT_VERSION,
		.clock_source = "system", .accuracy_ppm = config_details(d->config)->accuracy_ppm, .ct_ratio_ppm = HWATT_PPM };
	if (context.serial == NULL)
		context.serial = "";
	if (store_context_id(p->parts.store, &context, id, err) < 0)
		return -1;
	d->context_id = *id <= UINT32_MAX ? (uint32_t)*id : 0;
	return 0;
}

void pipeline_forget_ids(struct pipeline_device *d)
{
	if (d->id_count > 1)
		free(d->ids.many);
	d->id_count = 0;
	d->context_id = 0;
}

static void add_id(struct pipeline_device *d, struct point_id id)
{
	if (d->id_count == UINT16_MAX) /* after years of changes: learnt anew */
		pipeline_forget_ids(d);
	if (d->id_count == 0) {
		d->ids.one = id;
	} else {
		struct point_id first = d->ids.one, *many = hwatt_realloc(d->id_count > 1 ? d->ids.many : NULL, (d->id_count + 1u) * sizeof(*many));
		if (d->id_count == 1)
			many[0] = first;
		many[d->id_count] = id;
		d->ids.many = many;
	}
	d->id_count++;
}

/* The store's number of a point. */
static int id_of(struct pipeline *p, struct pipeline_device *d, const struct store_point *point, int64_t *id,
		 struct hwatt_error *err)
{
	const struct point_id *ids = d->id_count > 1 ? d->ids.many : &d->ids.one;
	for (size_t i = 0; i < d->id_count; i++) {
		if (ids[i].index != point->index || ids[i].role != point->role || ids[i].quantity != point->quantity)
			continue;
		*id = ids[i].id;
		return 0;
	}
	if (store_point_id(p->parts.store, point, id, err) < 0)
		return -1;
	if (*id > 0 && *id <= UINT32_MAX)
		add_id(d, (struct point_id){ point->index, (uint32_t)*id, (uint8_t)point->role, (uint8_t)point->quantity });
	return 0;
}

static int append(struct pipeline *p, size_t n, struct hwatt_error *err)
{
	struct pipeline_device *d = p->waiting_of[n];
	int64_t id, context;
	if (context_of(p, d, &context, err) < 0 || id_of(p, d, &p->waiting[n].point, &id, err) < 0)
		return -1;
	p->waiting[n].point.id = id;
	return store_append(p->parts.store, id, context, &p->waiting[n].interval, err);
}

/* Appends all that waits. A row that can never be (its start is there already) is left out, or nothing would be saved again. */
static int append_all(struct pipeline *p, struct hwatt_error *err)
{
	p->refused = 0;
	for (size_t i = 0; i < p->waiting_count; i++) {
		p->waiting[i].refused = append(p, i, err) < 0;
		if (!p->waiting[i].refused)
			continue;
		if (err->code != HWATT_EINVAL)
			return -1;
		if (p->refused++ == 0)
			p->refusal = *err;
	}
	return 0;
}

static int save_state(struct pipeline *p, struct pipeline_device *d, struct hwatt_error *err)
{
	hwatt_text_reset(&p->state);
	meterset_encode(d->set, &p->state);
	if (!hwatt_text_ok(&p->state))
		return hwatt_fail(err, HWATT_EIO, "%s: open state over %u octets", d->id, STATE_MAX_OCTETS);
	return store_checkpoint(p->parts.store, d->id, p->state.bytes, p->state.length, err);
}

/* How many devices have their turn in each commit. */
static size_t turns(const struct pipeline *p)
{
	return p->count / ROUND_COMMITS + 1;
}

/* Everything since the last commit: quarters, the journal, and after it the states that it does not tell of. */
static int write_all(struct pipeline *p, struct hwatt_error *err)
{
	if (append_all(p, err) < 0 || pipeline_write_serials(p, err) < 0)
		return -1;
	if (p->journal.length > 0 &&
	    store_journal_add(p->parts.store, p->journal.bytes, p->journal.length, &p->journal_row, err) < 0)
		return -1;
	pipeline_unsettle_recorded(p, p->round_at, p->round_at + turns(p));
	for (size_t i = 0; i < p->unsaved_count; i++)
		if (meterset_unsettled(p->unsaved[i]->set) && save_state(p, p->unsaved[i], err) < 0)
			return -1;
	if (p->round_at + turns(p) < p->count || p->round_row == 0)
		return 0;
	return store_journal_drop(p->parts.store, p->round_row, err);
}

/* Numbers given out in a transaction that was rolled back mean nothing. */
static void forget_ids(struct pipeline *p)
{
	for (size_t i = 0; i < p->count; i++)
		pipeline_forget_ids(p->devices[i]);
}

static void after_commit(struct pipeline *p)
{
	for (size_t i = 0; i < p->count && p->new_serials; i++)
		pipeline_forget_serial(p->devices[i]);
	p->new_serials = false;
	for (size_t i = 0; i < p->waiting_count && p->history != NULL; i++)
		if (!p->waiting[i].refused)
			history_feed(p->history, &p->waiting[i].point, &p->waiting[i].interval);
	if (p->refused > 0)
		hwatt_log(p->parts.log, HWATT_ERROR, "%zu quarter%s left out, as the store refused the first: %s",
			  p->refused, p->refused == 1 ? "" : "s", p->refusal.text);
	p->lost_quarters += (int64_t)p->refused;
	p->quarters += (int64_t)(p->waiting_count - p->refused);
	p->refused = 0;
	p->judge_soon |= p->waiting_count > 0;
	p->waiting_count = 0;
	for (size_t i = 0; i < p->count && p->failing; i++)
		p->devices[i]->changed = true; /* their totals were held back */
	for (size_t i = 0; i < p->unsaved_count; i++) {
		struct pipeline_device *d = p->unsaved[i];
		d->changed = true;
		d->unsaved = false;
		d->recorded &= !meterset_unsettled(d->set);
		meterset_settle(d->set);
	}
	p->unsaved_count = 0;
	hwatt_text_reset(&p->journal);
	p->round_at += turns(p);
	if (p->round_at >= p->count) {
		p->round_at = 0;
		p->round_row = p->journal_row;
	}
	p->commits++;
}

int pipeline_commit(struct pipeline *p, struct hwatt_error *err)
{
	if (store_begin(p->parts.store, err) < 0)
		return -1;
	if (write_all(p, err) < 0) {
		store_rollback(p->parts.store);
		forget_ids(p);
		return -1;
	}
	if (store_commit(p->parts.store, err) < 0) {
		forget_ids(p);
		return -1;
	}
	after_commit(p);
	return 0;
}

/* Commits, and says so once when the store begins or ends to fail. */
bool pipeline_commit_or_log(struct pipeline *p)
{
	struct hwatt_error err = {0};
	bool ok = pipeline_commit(p, &err) == 0;
	if (!ok) {
		p->commit_failures++;
		if (!p->failing)
			hwatt_log(p->parts.log, HWATT_ERROR,
				  "not saved, will be tried again each second: %s", err.text);
	} else if (p->failing) {
		hwatt_log(p->parts.log, HWATT_INFO, p->lost_quarters == 0 ? "saved again; nothing was lost" : "saved again");
	}
	p->failing = !ok;
	return ok;
}
