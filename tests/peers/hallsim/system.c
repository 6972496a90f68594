/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "families.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define SYSTEM "1.3.6.1.2.1.1"
#define SNMP "1.3.6.1.2.1.11"
/* 32473 is the enterprise number set aside for examples (RFC 5612). */
#define EXAMPLE "1.3.6.1.4.1.32473"

/* What a kind of device says it is: the description is words, firmware, words, model, words, serial, word. */
struct face {
	const char *object_id;
	const char *words[4];
	int services;
};

static const struct face faces[] = {
	[HALL_GRID] = {EXAMPLE ".1.1", {"Hall power meter, firmware ", ", model ", ", serial ", ""}, 72},
	[HALL_UPS] = {EXAMPLE ".2.1", {"UPS SNMP card, firmware ", ", model ", ", serial ", ""}, 72},
	[HALL_PDU] = {"1.3.6.1.4.1.318.1.3.4.6",
		      {"APC Web/SNMP Management Card (MB:v4.1.0 PF:v", " PN:apc_hw05_aos.bin MN:",
		       " HR:02 SN: ", ")"}, 72},
	[HALL_OLD_PDU] = {"1.3.6.1.4.1.318.1.3.4.5",
			  {"APC Web/SNMP Management Card (MB:v3.8.6 PF:", " PN:apc_hw02_aos.bin MN:",
			   " HR:B2 SN: ", ")"}, 72},
	[HALL_COOLER] = {EXAMPLE ".3.1", {"Room cooler, firmware ", ", model ", ", serial ", ""}, 72},
	[HALL_SWITCH] = {EXAMPLE ".4.1", {"Core switch, version ", ", model ", ", serial ", ""}, 6},
	[HALL_SERVER] = {"1.3.6.1.4.1.8072.3.2.10", {"Linux ", " #1 SMP x86_64 ", " ", ""}, 72},
	[HALL_METERS] = {"1.3.6.1.4.1.21796.4.6", {"HWg-PWR: M-Bus gateway, firmware ", ", model ", ", serial ", ""}, 72},
	[HALL_ROOM] = {EXAMPLE ".5.1", {"Room sensor, firmware ", ", model ", ", serial ", ""}, 64},
};

/* One of mib_counts, at offset `part`. */
static void get_count(const struct mib_row *row, const struct mib_moment *moment,
                      struct mib_value *value)
{
	uint32_t count;
	memcpy(&count, (const char *)moment->counts + row->part, sizeof(count));
	value->number = count;
}

/* Group snmp: what the agent counts of itself. */
static void add_snmp(struct mib *mib)
{
	static const struct {
		const char *object;
		size_t offset;
	} counters[] = {
		{SNMP ".1", offsetof(struct mib_counts, in_packets)},
		{SNMP ".2", offsetof(struct mib_counts, out_packets)},
		{SNMP ".3", offsetof(struct mib_counts, bad_versions)},
		{SNMP ".4", offsetof(struct mib_counts, bad_communities)},
		{SNMP ".6", offsetof(struct mib_counts, parse_errors)},
		{SNMP ".31", offsetof(struct mib_counts, dropped)},
	};
	for (size_t i = 0; i < sizeof(counters) / sizeof(*counters); i++)
		mib_live(mib, counters[i].object, 0, BER_COUNTER32, get_count, 0,
		         (int)counters[i].offset);
	mib_number(mib, SNMP ".30", 0, BER_INTEGER, 2);
}

void system_add(struct mib *mib, const struct hall_device *device)
{
	const struct face *face = &faces[device->kind];
	char text[MIB_TEXT_MAX];

	const char *const *words = face->words;
	snprintf(text, sizeof(text), "%s%s%s%s%s%s%s", words[0], device->firmware, words[1], device->model,
		 words[2], device->serial, words[3]);
	mib_text(mib, SYSTEM ".1", 0, text);
	mib_oid(mib, SYSTEM ".2", 0, face->object_id);
	mib_live(mib, SYSTEM ".3", 0, BER_TIME_TICKS, families_get_uptime, 0, 0);
	mib_text(mib, SYSTEM ".4", 0, "hall operations, noc@example.net");
	mib_text(mib, SYSTEM ".5", 0, device->id);
	snprintf(text, sizeof(text), "%s, %s%s", HALL_SITE, device->rack == NULL ? "room" : "rack ",
	         device->rack == NULL ? "" : device->rack);
	mib_text(mib, SYSTEM ".6", 0, text);
	mib_number(mib, SYSTEM ".7", 0, BER_INTEGER, face->services);
	mib_number(mib, SYSTEM ".8", 0, BER_TIME_TICKS, 0);
	mib_oid(mib, SYSTEM ".9.1.2", 1, "1.3.6.1.6.3.1");
	mib_text(mib, SYSTEM ".9.1.3", 1, "The MIB module for SNMPv2 entities");
	mib_number(mib, SYSTEM ".9.1.4", 1, BER_TIME_TICKS, 0);
	add_snmp(mib);
}
