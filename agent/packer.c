/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "packer.h"
#include <hallwatt/arena.h>
#include <stdbool.h>
#include <stdlib.h>
#include <uv.h>

struct job { /* one day on the other thread */
	uv_work_t work;
	struct packer *owner;      /* NULL: nobody waits for it */
	char *dir;
	int64_t day;
	uv_sem_t done;             /* posted when the work has let go of the file */
	int rc;
	struct hwatt_error error;
	struct store_packs *packs; /* the result */
};

struct packer {
	uv_loop_t *loop;
	char *dir;
	struct store *store;
	struct hwatt_log *log;
	struct job *job;           /* the one that runs */
	struct store_packs *packs; /* made, not yet all written */
	int64_t not_before_ms;
	bool pause;                /* from the next turn on */
	bool failing;              /* said so */
};

struct packer *packer_new(struct uv_loop_s *loop, const char *dir, struct store *store, struct hwatt_log *log)
{
	struct packer *p = hwatt_alloc(sizeof(*p));
	*p = (struct packer){ .loop = loop, .dir = hwatt_strdup(dir), .store = store, .log = log };
	return p;
}

static void job_free(struct job *job)
{
	store_packs_free(job->packs);
	uv_sem_destroy(&job->done);
	free(job->dir);
	free(job);
}

static void on_work(uv_work_t *work)
{
	struct job *job = work->data;
	struct store *reader;
	job->rc = store_open_reader(job->dir, &reader, &job->error);
	if (job->rc == 0) {
		job->rc = store_begin(reader, &job->error);
		if (job->rc == 0)
			job->rc = store_pack_make(reader, job->day, &job->packs, &job->error);
		store_rollback(reader);
		store_close(reader);
	}
	uv_sem_post(&job->done);
}

/* Says once that it fails, and when it works again; waits before it is tried again. */
static void note(struct packer *p, bool ok, const struct hwatt_error *err)
{
	if (!ok && !p->failing)
		hwatt_log(p->log, HWATT_WARN, "days of the store are not packed, so that the next start takes longer: %s", err->text);
	else if (ok && p->failing)
		hwatt_log(p->log, HWATT_INFO, "days of the store are packed again");
	p->failing = !ok;
	p->pause |= !ok;
}

static void on_after_work(uv_work_t *work, int status)
{
	struct job *job = work->data;
	struct packer *p = job->owner;
	if (p != NULL) {
		p->job = NULL;
		if (status == 0 && job->rc == 0) {
			p->packs = job->packs;
			job->packs = NULL;
		} else if (status == 0) {
			note(p, false, &job->error);
		}
	}
	job_free(job);
}

static void begin(struct packer *p, int64_t day)
{
	struct job *job = hwatt_alloc(sizeof(*job));
	*job = (struct job){ .owner = p, .dir = hwatt_strdup(p->dir), .day = day };
	job->work.data = job;
	uv_sem_init(&job->done, 0);
	p->job = job;
	uv_queue_work(p->loop, &job->work, on_work, on_after_work);
}

static void write_slice(struct packer *p)
{
	struct hwatt_error err = {0};
	bool done, ok = store_pack_put(p->store, p->packs, PACKER_SLICE, &done, &err) == 0;
	if (!ok || done) {
		store_packs_free(p->packs);
		p->packs = NULL;
		note(p, ok, &err);
	}
}

void packer_turn(struct packer *p, int64_t now_s, int64_t mono_ms)
{
	struct hwatt_error err = {0};
	int64_t day;
	if (p->packs != NULL)
		write_slice(p);
	if (p->pause)
		p->not_before_ms = mono_ms + PACKER_PAUSE_MS;
	p->pause = false;
	if (p->packs != NULL || p->job != NULL || mono_ms < p->not_before_ms)
		return;
	if (store_pack_next(p->store, now_s - PACKER_SETTLED_S, &day, &err) < 0) {
		note(p, false, &err);
		return;
	}
	if (day != STORE_NO_DAY)
		begin(p, day);
	else
		p->pause = true;
}

void packer_close(struct packer *p)
{
	if (p == NULL)
		return;
	if (p->job != NULL) {
		p->job->owner = NULL;
		if (uv_cancel((uv_req_t *)&p->job->work) < 0) /* it has begun */
			uv_sem_wait(&p->job->done);
	}
	store_packs_free(p->packs);
	free(p->dir);
	free(p);
}
