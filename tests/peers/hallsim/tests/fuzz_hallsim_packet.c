/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* fuzz_hallsim_packet.c - any octets at all, sent to one of three devices. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "families.h"
#include "message.h"

#define INSTANT_S INT64_C(1790000000)
#define TARGETS 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The devices under fire, built once: the only state there is between two inputs. */
struct target {
	struct course course;
	struct mib mibs[TARGETS];
};

/* A PDU, the switch (with Counter64 rows), a server. */
static const char *const targets[TARGETS] = {"pdu-a1", "switch-1", "srv-01"};

/* Builds the hall. */
static struct target *build(void)
{
	const struct event_plan plan = {.live = false};
	struct target *target = calloc(1, sizeof(*target));
	if (target == NULL)
		abort();
	course_open(&target->course, 1, &plan, INSTANT_S);
	for (int i = 0; i < TARGETS; i++)
		families_build(&target->mibs[i], hall_find(targets[i]));
	return target;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct target *target;
	uint8_t answer[MESSAGE_MAX];
	size_t length = 0;
	struct mib_counts counts = {0};

	if (target == NULL)
		target = build();
	for (int i = 0; i < TARGETS; i++) {
		struct mib_moment moment = {
			.course = &target->course,
			.started_s = INSTANT_S - 100,
			.counts = &counts,
		};
		enum message_fate fate = message_answer(&target->mibs[i], &moment, "public", data,
		                                        size, answer, &length);
		if ((fate == MESSAGE_ANSWERED) != (length > 0) || length > MESSAGE_MAX)
			abort();
		struct ber_reader in = ber_reader(answer, length);
		if (length > 0) { /* what we send can be read */
			ber_enter(&in, BER_SEQUENCE);
			if (in.bad || in.at != in.end)
				abort();
		}
	}
	return 0;
}
