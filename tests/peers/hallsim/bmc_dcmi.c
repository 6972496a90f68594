/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* bmc_dcmi.c - the power reading of DCMI 1.5, and what DCMI the BMC has. */
#include "bmc.h"

#include "bmc_command.h"

#define MODE_STATISTICS 1
#define STATE_ACTIVE 0x40
#define WATTS_MAX 65535

uint8_t bmc_dcmi_capabilities(struct bmc_call *call)
{
	static const struct {
		uint8_t length;
		uint8_t data[5];
	} parameters[] = {
		{3, {0x00, 0x01, 0x04}},             /* power management; reached by LAN */
		{5, {0x00, 0x00, 0x00, 0x00, 0x01}}, /* no event log; temperature each second */
		{2, {0x20, 0x00}},                   /* the power meter is the BMC itself */
		{3, {0x01, 0xff, 0xff}},             /* LAN channel 1, no serial one */
	};
	uint8_t which = octets_u8(&call->in);
	if (which < 1 || which > sizeof(parameters) / sizeof(*parameters))
		return CODE_OUT_OF_RANGE;
	octets_put_u8(call->out, 1); /* DCMI 1.5 */
	octets_put_u8(call->out, 5);
	octets_put_u8(call->out, 2); /* revision of the parameters */
	octets_put(call->out, parameters[which - 1].data, parameters[which - 1].length);
	return CODE_DONE;
}

/* Watts in sixteen bits. */
static void put_watts(struct octets_writer *out, int64_t watts)
{
	octets_put_u16(out, (unsigned)(watts > WATTS_MAX ? WATTS_MAX : watts));
}

uint8_t bmc_dcmi_power(struct bmc_call *call)
{
	const struct bmc_profile *profile = call->bmc->profile;
	const struct bmc_power_source *source = &call->world->power;
	const struct bmc_rule *rule = bmc_rule(call->world, call->bmc, BMC_FAULT_CODE);
	struct bmc_power power = {0};
	if (call->session->privilege < profile->power_privilege)
		return CODE_PRIVILEGE;
	if (rule != NULL && rule->value != 0)
		return (uint8_t)rule->value;
	if (profile->dcmi == BMC_DCMI_CODE)
		return profile->dcmi_code;
	uint8_t mode = octets_u8(&call->in);
	uint16_t rest = octets_u16(&call->in);
	if (mode != MODE_STATISTICS || rest != 0)
		return CODE_BAD_FIELD;
	bool active = profile->dcmi == BMC_DCMI_YES;
	if (active)
		source->read(source->arg, call->bmc->number, call->world->at_ms, &power);
	put_watts(call->out, power.watts);
	put_watts(call->out, power.low);
	put_watts(call->out, power.high);
	put_watts(call->out, power.mean);
	octets_put_u32(call->out, (uint32_t)(call->world->at_ms / 1000));
	octets_put_u32(call->out, (uint32_t)power.period_ms);
	octets_put_u8(call->out, active ? STATE_ACTIVE : 0);
	return CODE_DONE;
}
