/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* bmc_storage.c - reading sensor data records and FRU inventory, in pieces. */
#include "bmc.h"

#include "bmc_command.h"
#include "bmc_fru.h"

#define READ_MAX 200
#define WHOLE 0xff
#define REPOSITORY_BORN UINT32_C(1700000000)

/* The most octets that a read may ask for. */
static size_t read_limit(const struct bmc_call *call)
{
	const struct bmc_rule *rule = bmc_rule(call->world, call->bmc, BMC_FAULT_READ_LIMIT);
	return rule == NULL ? READ_MAX : (size_t)rule->value;
}

/* Whether this supply is the one that the fault is about. */
static bool concerns(const struct bmc_call *call, enum bmc_fault_kind kind, uint8_t device)
{
	const struct bmc_rule *rule = bmc_rule(call->world, call->bmc, kind);
	return rule != NULL && rule->value == device;
}

/* The FRU device with this number, as it is now; false when there is none. */
static bool find_fru(const struct bmc_call *call, uint8_t device, struct bmc_fru_subject *out)
{
	*out = (struct bmc_fru_subject){
		.profile = call->bmc->profile,
		.number = call->bmc->number,
		.device = device,
		.replaced = bmc_rule(call->world, call->bmc, BMC_FAULT_REPLACED) != NULL || concerns(call, BMC_FAULT_SUPPLY_REPLACED, device),
	};
	return device < BMC_FRU_DEVICES && !concerns(call, BMC_FAULT_SUPPLY_MUTE, device);
}

uint8_t bmc_storage_fru_info(struct bmc_call *call)
{
	uint8_t area[BMC_FRU_MAX];
	struct bmc_fru_subject subject;
	if (!find_fru(call, octets_u8(&call->in), &subject))
		return CODE_NOT_THERE;
	octets_put_u16(call->out, (unsigned)bmc_fru_write(&subject, area));
	octets_put_u8(call->out, 0); /* by octets */
	return CODE_DONE;
}

uint8_t bmc_storage_fru_read(struct bmc_call *call)
{
	uint8_t area[BMC_FRU_MAX];
	struct bmc_fru_subject subject;
	uint8_t device = octets_u8(&call->in);
	size_t offset = octets_u16(&call->in), count = octets_u8(&call->in);
	if (!find_fru(call, device, &subject))
		return CODE_NOT_THERE;
	size_t length = bmc_fru_write(&subject, area);
	if (count > read_limit(call))
		return CODE_TOO_MUCH;
	if (count == 0 || offset + count > length)
		return CODE_OUT_OF_RANGE;
	octets_put_u8(call->out, (unsigned)count);
	octets_put(call->out, area + offset, count);
	return CODE_DONE;
}

uint8_t bmc_storage_sdr_info(struct bmc_call *call)
{
	octets_put_u8(call->out, 0x51);
	octets_put_u16(call->out, (unsigned)bmc_sdr_count(call->bmc->profile->sensors));
	octets_put_u16(call->out, 0);
	octets_put_u32(call->out, REPOSITORY_BORN + call->bmc->profile->product);
	octets_put_u32(call->out, REPOSITORY_BORN);
	octets_put_u8(call->out, 0x02); /* reservations */
	return CODE_DONE;
}

uint8_t bmc_storage_sdr_reserve(struct bmc_call *call)
{
	if (++call->bmc->reservation == 0)
		call->bmc->reservation = 1;
	octets_put_u16(call->out, call->bmc->reservation);
	return CODE_DONE;
}

/* The id behind the record at `index`. */
static uint16_t next_id(const struct bmc_call *call, int index)
{
	if ((size_t)index + 1 < bmc_sdr_count(call->bmc->profile->sensors))
		return bmc_sdr_id((size_t)index + 1);
	if (bmc_rule(call->world, call->bmc, BMC_FAULT_SDR_LOOP) != NULL)
		return bmc_sdr_id(0);
	return BMC_SDR_END;
}

uint8_t bmc_storage_sdr_read(struct bmc_call *call)
{
	uint8_t record[BMC_SDR_MAX];
	uint16_t reservation = octets_u16(&call->in), id = octets_u16(&call->in);
	size_t offset = octets_u8(&call->in), count = octets_u8(&call->in);
	bool lost = bmc_rule(call->world, call->bmc, BMC_FAULT_LOST_RESERVATION) != NULL;
	if (lost && call->bmc->record_reads++ % 2 == 1) {
		if (++call->bmc->reservation == 0)
			call->bmc->reservation = 1;
		return CODE_NO_RESERVATION;
	}
	bool partial = offset != 0;
	if ((partial || reservation != 0) && reservation != call->bmc->reservation)
		return CODE_NO_RESERVATION;
	if (partial && reservation == 0)
		return CODE_NO_RESERVATION;
	int index = bmc_sdr_find(call->bmc->profile->sensors, id);
	if (index < 0)
		return CODE_NOT_THERE;
	size_t length = bmc_sdr_write(call->bmc->profile->sensors, (size_t)index, record);
	if (offset >= length || (count != WHOLE && offset + count > length))
		return CODE_OUT_OF_RANGE;
	if (count == WHOLE)
		count = length - offset;
	if (count > read_limit(call))
		return CODE_TOO_MUCH;
	octets_put_u16(call->out, next_id(call, index));
	octets_put(call->out, record + offset, count);
	return CODE_DONE;
}
