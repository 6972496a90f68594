/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "errand.h"
#include <assert.h>
#include <string.h>

static void on_answer(void *arg, const struct transport_answer *answer, const struct hwatt_error *err)
{
	struct errand *e = arg;
	struct transport *t = e->transport;
	bool again = answer != NULL &&
		     ((answer->code == ERRAND_PRIVILEGE && t->kind->raise != NULL && t->kind->raise(t)) ||
		      (errand_busy(answer->code) && ++e->busy < ERRAND_BUSY_TRIES));
	if (again) {
		bool wait = answer->code == ERRAND_BUSY || answer->code == ERRAND_TIMEOUT;
		e->command.after_ms = !wait ? 0 : e->command.after_ms == 0 ? ERRAND_BUSY_MS : e->command.after_ms * 3;
		t->kind->send(t, &e->command, on_answer, e);
	} else {
		e->done(e->arg, answer, err);
	}
}

void errand_run(struct errand *e, struct transport *transport, uint8_t netfn, uint8_t lun, uint8_t command, const void *data,
		size_t length, transport_done *done, void *arg)
{
	assert(length <= sizeof(e->data));
	e->transport = transport;
	if (length > 0)
		memcpy(e->data, data, length);
	e->command = (struct transport_command){ .netfn = netfn, .lun = lun, .command = command, .data = e->data, .length = length };
	e->done = done;
	e->arg = arg;
	e->busy = 0;
	transport->kind->send(transport, &e->command, on_answer, e);
}
