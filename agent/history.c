/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "history.h"
#include "packer.h"
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <uv.h>

struct entry { /* committed while a load ran */
	struct store_point point; /* strings in the load's arena */
	struct interval interval;
};

struct load {
	uv_work_t work;
	struct history *owner;         /* NULL: nobody waits for it */
	struct generation *generation; /* the inventory that it reads; a reference */
	struct hwatt_log *log;
	int64_t now_s;
	uint64_t began_ns;
	atomic_bool stop;
	uv_sem_t done;                 /* posted when the work has let go of the file */
	int rc;
	struct hwatt_error error;
	struct evaluation *evaluation; /* the result */
	struct hwatt_arena *arena;
	size_t count, capacity;
	struct entry *entries;
};

struct history {
	uv_loop_t *loop;
	struct store *store;
	struct hwatt_log *log;
	struct generation *generation; /* the present one; a reference */
	struct evaluation *evaluation;
	struct load *load;             /* the one that runs, maybe for an older generation */
	struct packer *packer;         /* NULL without a loop */
	bool wanted, ready;
	int64_t not_before_ms;         /* after a load that failed */
};

struct history *history_new(struct uv_loop_s *loop, struct store *store, struct hwatt_log *log)
{
	struct history *h = hwatt_alloc(sizeof(*h));
	*h = (struct history){ .loop = loop, .store = store, .log = log };
	return h;
}

static void load_free(struct load *load)
{
	evaluation_close(load->evaluation);
	generation_release(load->generation);
	hwatt_arena_free(load->arena);
	uv_sem_destroy(&load->done);
	free(load->entries);
	free(load);
}

/* --- on the other thread ----------------------------------------------------------------------------------------- */

static int sum_up(struct load *load, struct store *reader)
{
	if (store_begin(reader, &load->error) < 0)
		return -1;
	int rc = evaluation_load(load->generation->inventory, reader, load->log, load->now_s, &load->stop, &load->evaluation,
				 &load->error);
	store_rollback(reader);
	return rc;
}

static void on_work(uv_work_t *work)
{
	struct load *load = work->data;
	struct store *reader;
	load->rc = store_open_reader(load->generation->config->state, &reader, &load->error);
	if (load->rc == 0) {
		load->rc = sum_up(load, reader);
		store_close(reader);
	}
	uv_sem_post(&load->done);
}

/* --- on the loop ------------------------------------------------------------------------------------------------- */

/* Takes over what the load has made, and brings it up to date. */
static void take_over(struct history *h, struct load *load)
{
	h->evaluation = load->evaluation;
	load->evaluation = NULL;
	evaluation_store(h->evaluation, h->store);
	for (size_t i = 0; i < load->count; i++) {
		evaluation_point(h->evaluation, &load->entries[i].point);
		evaluation_interval(h->evaluation, load->entries[i].point.id, &load->entries[i].interval);
	}
	h->ready = true;
	hwatt_log(h->log, HWATT_INFO, "the stored past is summed, in %.1f s", (double)(uv_hrtime() - load->began_ns) / 1e9);
}

static void on_after_work(uv_work_t *work, int status)
{
	struct load *load = work->data;
	struct history *h = load->owner;
	if (h == NULL) {
		load_free(load);
		return;
	}
	h->load = NULL;
	if (atomic_load(&load->stop) || status < 0) {
		/* for a configuration that has gone */
	} else if (load->rc < 0) {
		hwatt_log(h->log, HWATT_ERROR, "no figures and verdicts, as the stored past cannot be summed; trying again in "
			  "%d s: %s", HISTORY_RETRY_MS / 1000, load->error.text);
		h->wanted = true;
		h->not_before_ms = INT64_MAX; /* the next turn knows the time */
	} else {
		take_over(h, load);
	}
	load_free(load);
}

static void begin(struct history *h, int64_t now_s)
{
	struct load *load = hwatt_alloc(sizeof(*load));
	*load = (struct load){ .owner = h, .generation = generation_take(h->generation), .log = h->log, .now_s = now_s,
			       .began_ns = uv_hrtime(), .arena = hwatt_arena_new() };
	load->work.data = load;
	uv_sem_init(&load->done, 0);
	h->load = load;
	h->wanted = false;
	uv_queue_work(h->loop, &load->work, on_work, on_after_work);
}

void history_turn(struct history *h, int64_t now_s, int64_t mono_ms)
{
	if (h->not_before_ms == INT64_MAX)
		h->not_before_ms = mono_ms + HISTORY_RETRY_MS;
	if (h->wanted && h->load == NULL && mono_ms >= h->not_before_ms)
		begin(h, now_s);
	if (h->packer != NULL && h->evaluation != NULL) /* figures go first */
		packer_turn(h->packer, now_s, mono_ms);
}

int history_change(struct history *h, struct generation *generation, int64_t now_s, struct hwatt_error *err)
{
	struct evaluation *evaluation = NULL;
	if (h->loop == NULL && evaluation_open(generation->inventory, h->store, h->log, now_s, &evaluation, err) < 0)
		return -1;
	if (h->load != NULL)
		atomic_store(&h->load->stop, true);
	evaluation_close(h->evaluation);
	h->evaluation = evaluation;
	h->ready |= evaluation != NULL;
	generation_release(h->generation);
	h->generation = generation_take(generation);
	h->wanted = h->loop != NULL;
	if (h->loop != NULL && h->packer == NULL) /* its folder never changes */
		h->packer = packer_new(h->loop, generation->config->state, h->store, h->log);
	h->not_before_ms = 0;
	return 0;
}

struct evaluation *history_evaluation(struct history *h)
{
	return h->evaluation;
}

bool history_ready(const struct history *h)
{
	return h->ready;
}

static void keep(struct load *load, const struct store_point *point, const struct interval *interval)
{
	if (load->count == load->capacity) {
		load->capacity = load->capacity == 0 ? 256 : load->capacity * 2;
		load->entries = hwatt_realloc(load->entries, load->capacity * sizeof(*load->entries));
	}
	struct entry *entry = &load->entries[load->count++];
	*entry = (struct entry){ *point, *interval };
	entry->point.device = hwatt_arena_strdup(load->arena, point->device);
	entry->point.index = hwatt_arena_strdup(load->arena, point->index);
}

void history_feed(struct history *h, const struct store_point *point, const struct interval *interval)
{
	if (h->evaluation != NULL) {
		evaluation_point(h->evaluation, point);
		evaluation_interval(h->evaluation, point->id, interval);
	} else if (h->load != NULL && !atomic_load(&h->load->stop)) {
		keep(h->load, point, interval);
	}
}

void history_close(struct history *h)
{
	if (h == NULL)
		return;
	if (h->load != NULL) {
		h->load->owner = NULL;
		atomic_store(&h->load->stop, true);
		if (uv_cancel((uv_req_t *)&h->load->work) < 0) /* it has begun */
			uv_sem_wait(&h->load->done);
	}
	packer_close(h->packer);
	evaluation_close(h->evaluation);
	generation_release(h->generation);
	free(h);
}
