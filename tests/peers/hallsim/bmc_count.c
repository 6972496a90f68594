/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "bmc_count.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

const char *const bmc_counter_names[BMC_COUNTERS] = {
	[BMC_COUNT_IN] = "packets_in",
	[BMC_COUNT_OUT] = "packets_out",
	[BMC_COUNT_LOST] = "packets_lost",
	[BMC_COUNT_PING] = "pings",
	[BMC_COUNT_MALFORMED] = "malformed",
	[BMC_COUNT_STRANGE] = "strange_session",
	[BMC_COUNT_BAD_CODE] = "bad_mac",
	[BMC_COUNT_BAD_TRAILER] = "bad_trailer",
	[BMC_COUNT_BAD_PADDING] = "bad_padding",
	[BMC_COUNT_UNPROTECTED] = "unprotected",
	[BMC_COUNT_REPLAYED] = "replayed",
	[BMC_COUNT_OUTSIDE] = "outside_window",
	[BMC_COUNT_BAD_CHECKSUM] = "bad_checksum",
	[BMC_COUNT_OPENS] = "opens",
	[BMC_COUNT_OPENS_REFUSED] = "opens_refused",
	[BMC_COUNT_NO_SLOT] = "no_slot",
	[BMC_COUNT_LOGINS_BEGUN] = "logins_begun",
	[BMC_COUNT_LOGINS] = "logins",
	[BMC_COUNT_LOGINS_FAILED] = "logins_failed",
	[BMC_COUNT_LOGINS_REFUSED] = "logins_refused",
	[BMC_COUNT_LOCKOUTS] = "lockouts",
	[BMC_COUNT_ABANDONED] = "logins_abandoned",
	[BMC_COUNT_CLOSED] = "sessions_closed",
	[BMC_COUNT_IDLE] = "sessions_idle",
	[BMC_COUNT_FORGOTTEN] = "sessions_forgotten",
	[BMC_COUNT_COMMANDS] = "commands",
	[BMC_COUNT_REFUSED] = "commands_refused",
};

void bmc_count_code(struct bmc_counts *counts, uint16_t code)
{
	for (size_t i = 0; i < counts->code_count; i++) {
		if (counts->codes[i].code == code) {
			counts->codes[i].times++;
			return;
		}
	}
	struct bmc_code_count *grown = NULL;
	if (counts->code_count < BMC_CODES_MAX)
		grown = realloc(counts->codes, (counts->code_count + 1) * sizeof(*grown));
	if (grown == NULL) {
		counts->other_codes++;
		return;
	}
	counts->codes = grown;
	counts->codes[counts->code_count++] = (struct bmc_code_count){.code = code, .times = 1};
}

size_t bmc_count_write(const struct bmc_counts *counts, char *out, size_t room)
{
	size_t length = 0;
	for (int i = 0; i < BMC_COUNTERS && length < room; i++)
		length += (size_t)snprintf(out + length, room - length, "\"%s\":%" PRIu64 ",",
		                           bmc_counter_names[i], counts->values[i]);
	if (length < room)
		length += (size_t)snprintf(out + length, room - length, "\"codes\":{");
	for (size_t i = 0; i < counts->code_count && length < room; i++)
		length += (size_t)snprintf(out + length, room - length, "\"%02x/%02x\":%" PRIu64 ",",
		                           counts->codes[i].code >> 8, counts->codes[i].code & 0xff,
		                           counts->codes[i].times);
	if (length < room)
		length += (size_t)snprintf(out + length, room - length, "\"other\":%" PRIu64 "}",
		                           counts->other_codes);
	return length < room ? length : room;
}

void bmc_count_free(struct bmc_counts *counts)
{
	free(counts->codes);
	*counts = (struct bmc_counts){0};
}
