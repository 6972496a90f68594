/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A controller that answers anything to each command of an interview: octets of the input are completion code, length, data. */
#include "interview.h"
#include "target.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST_COMMANDS 20000u

struct liar { /* a transport */
	struct transport transport;
	transport_done *done;
	void *arg;
};

static void liar_send(struct transport *t, const struct transport_command *c, transport_done *done, void *arg)
{
	struct liar *l = (struct liar *)t;
	assert(l->done == NULL && c->length <= TRANSPORT_MAX_REQUEST && c->netfn % 2 == 0);
	l->done = done;
	l->arg = arg;
}

static bool liar_raise(struct transport *t)
{
	(void)t;
	return false;
}

static const struct transport_kind liar_kind = { .send = liar_send, .raise = liar_raise };

static int no_open(struct hwatt_target *t, struct hwatt_error *err)
{
	(void)t;
	(void)err;
	return 0;
}

static void no_close(struct hwatt_target *t)
{
	hwatt_target_closed(t);
}

static void on_closed(void *arg, struct hwatt_target *t)
{
	(void)arg;
	(void)t;
}

static void on_interviewed(void *arg, const struct hwatt_error *err)
{
	bool *over = arg;
	(void)err;
	*over = true;
}

static void hold_interview(struct hwatt_target *target, const uint8_t *data, size_t size)
{
	struct liar liar = { .transport.kind = &liar_kind };
	bool over = false;
	struct interview_order order = { .known_key = "", .fru = true, .dcmi = true, .sensors = true };
	struct interview *v = interview_new(&liar.transport, target, &order, on_interviewed, &over);
	size_t at = 0;
	interview_run(v);
	for (unsigned n = 0; n < MOST_COMMANDS && !over && liar.done != NULL && at + 2 <= size; n++) {
		size_t length = data[at + 1] < size - at - 2 ? data[at + 1] : size - at - 2;
		uint8_t *exact = malloc(length + 1);
		memcpy(exact, data + at + 2, length);
		struct transport_answer answer = { .code = data[at], .data = exact, .length = length };
		transport_done *done = liar.done;
		liar.done = NULL;
		at += 2 + length;
		done(liar.arg, &answer, NULL);
		free(exact);
	}
	struct census_shelf shelf = { NULL };
	const struct interview_findings *f = interview_findings(v);
	struct census *census = census_take(&shelf, f->records, f->octets, f->dcmi);
	assert(census->watts <= census->count && census->count <= CENSUS_MAX_SENSORS);
	census_release(&shelf, census);
	assert(shelf.first == NULL);
	interview_free(v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hwatt_collector collector = { .name = "ipmi", .open = no_open, .close = no_close };
	struct hwatt_device device = { .id = "bmc", .scheme = "ipmi", .host = "192.0.2.1" };
	struct target_parts parts = { .collector = &collector, .device = &device, .owner = { .closed = on_closed } };
	struct hwatt_target *target;
	struct hwatt_error err;
	if (target_open(&parts, &target, &err) < 0)
		return 0;
	hold_interview(target, data, size);
	target_close(target);
	return 0;
}
