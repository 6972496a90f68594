/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* bmc_command.c - which commands there are and who may use them; the ones about the BMC itself. */
#include "bmc.h"

#include "bmc_command.h"

#define CHANNEL 1
#define CHANNEL_THIS 0x0e
#define MEDIUM_LAN 4
#define MANUFACTURER UINT32_C(99999)
#define GROUP_DCMI 0xdc

enum netfn {
	CHASSIS = 0x00,
	SENSOR = 0x04,
	APP = 0x06,
	STORAGE = 0x0a,
	GROUP = 0x2c,
};

static uint8_t device_id(struct bmc_call *call)
{
	const struct bmc_profile *profile = call->bmc->profile;
	bool device_sdrs = profile->device_sdrs;
	octets_put_u8(call->out, 0x20);
	octets_put_u8(call->out, device_sdrs ? 0x81 : 0x01);
	octets_put_u8(call->out, profile->firmware_major);
	octets_put_u8(call->out, profile->firmware_minor);
	octets_put_u8(call->out, 0x02);                       /* IPMI 2.0 */
	octets_put_u8(call->out, device_sdrs ? 0x89 : 0x8b); /* chassis, FRU, SDRs, sensors */
	octets_put_u8(call->out, MANUFACTURER & 0xff);
	octets_put_u8(call->out, MANUFACTURER >> 8 & 0xff);
	octets_put_u8(call->out, MANUFACTURER >> 16);
	octets_put_u16(call->out, profile->product);
	octets_put_u32(call->out, 0);
	return CODE_DONE;
}

static uint8_t system_guid(struct bmc_call *call)
{
	uint8_t guid[BMC_NONCE];
	bmc_guid(call->world, call->bmc, guid);
	octets_put(call->out, guid, sizeof(guid));
	return CODE_DONE;
}

/* What a client must know before it logs in. */
static uint8_t authentication(struct bmc_call *call)
{
	uint8_t channel = octets_u8(&call->in) & 0x0f;
	uint8_t privilege = octets_u8(&call->in) & 0x0f;
	if (channel != CHANNEL && channel != CHANNEL_THIS)
		return CODE_BAD_FIELD;
	if (privilege < BMC_CALLBACK || privilege > BMC_ADMINISTRATOR)
		return CODE_BAD_FIELD;
	octets_put_u8(call->out, CHANNEL);
	octets_put_u8(call->out, 0x80); /* IPMI 2.0; nothing of IPMI 1.5 */
	octets_put_u8(call->out, 0x04 | (call->bmc->profile->kg != NULL ? 0x20 : 0));
	octets_put_u8(call->out, 0x02); /* sessions of IPMI 2.0 only */
	octets_put_u32(call->out, 0);   /* no manufacturer's own types */
	return CODE_DONE;
}

/* A record of the list of cipher suites. */
static void put_suite(struct octets_writer *out, unsigned id, unsigned hash, unsigned integrity)
{
	octets_put_u8(out, 0xc0);
	octets_put_u8(out, id);
	octets_put_u8(out, hash);
	octets_put_u8(out, 0x40 | integrity);
	octets_put_u8(out, 0x80 | 1);
}

static uint8_t cipher_suites(struct bmc_call *call)
{
	const struct bmc_profile *profile = call->bmc->profile;
	uint8_t channel = octets_u8(&call->in) & 0x0f;
	uint8_t payload = octets_u8(&call->in);
	uint8_t index = octets_u8(&call->in);
	if (channel != CHANNEL && channel != CHANNEL_THIS)
		return CODE_BAD_FIELD;
	if (payload != 0)
		return CODE_BAD_FIELD;
	octets_put_u8(call->out, CHANNEL);
	if ((index & 0x3f) != 0) /* there are less than the 16 octets of the first part */
		return CODE_DONE;
	if (profile->suite3)
		put_suite(call->out, 3, 1, 1);
	if (profile->suite17 && bmc_rule(call->world, call->bmc, BMC_FAULT_NO_SUITE_17) == NULL)
		put_suite(call->out, 17, 3, 4);
	return CODE_DONE;
}

static uint8_t channel_info(struct bmc_call *call)
{
	uint8_t channel = octets_u8(&call->in) & 0x0f;
	if (channel != CHANNEL && channel != CHANNEL_THIS)
		return CODE_BAD_FIELD;
	octets_put_u8(call->out, CHANNEL);
	octets_put_u8(call->out, MEDIUM_LAN);
	octets_put_u8(call->out, 1); /* IPMB */
	octets_put_u8(call->out, 0x80 | (unsigned)bmc_live_sessions(call->bmc));
	octets_put_u8(call->out, 0xf2);
	octets_put_u8(call->out, 0x1b);
	octets_put_u8(call->out, 0);
	octets_put_u16(call->out, 0);
	return CODE_DONE;
}

static uint8_t set_privilege(struct bmc_call *call)
{
	uint8_t asked = octets_u8(&call->in) & 0x0f;
	if (asked > BMC_ADMINISTRATOR || asked == BMC_CALLBACK)
		return CODE_BAD_FIELD;
	if (asked > call->session->limit)
		return CODE_ABOVE_LIMIT;
	if (asked != 0)
		call->session->privilege = asked;
	octets_put_u8(call->out, call->session->privilege);
	return CODE_DONE;
}

static uint8_t close_session(struct bmc_call *call)
{
	struct bmc_session *session = bmc_session_find(call->bmc, octets_u32(&call->in));
	if (session == NULL)
		return CODE_NO_SUCH_SESSION;
	if (session == call->session) {
		session->closing = true;
		return CODE_DONE;
	}
	if (call->session->privilege < BMC_ADMINISTRATOR)
		return CODE_PRIVILEGE;
	bmc_count(call->world, call->bmc, BMC_COUNT_CLOSED);
	bmc_session_end(call->bmc, session);
	return CODE_DONE;
}

static uint8_t chassis_capabilities(struct bmc_call *call)
{
	octets_put_u8(call->out, 0);
	octets_put_many(call->out, 0x20, 4); /* FRU, SDR, SEL and management: the BMC */
	return CODE_DONE;
}

static uint8_t chassis_status(struct bmc_call *call)
{
	octets_put_u8(call->out, call->bmc->profile->off ? 0x40 : 0x41); /* restores to on */
	octets_put_u8(call->out, 0);
	octets_put_u8(call->out, 0);
	return CODE_DONE;
}

static uint8_t hours_of_power(struct bmc_call *call)
{
	octets_put_u8(call->out, 60); /* minutes a count */
	octets_put_u32(call->out, (uint32_t)(call->world->at_ms / 3600000 % 100000));
	return CODE_DONE;
}

/* Who may use a command, and how long its request is. */
static const struct entry {
	uint8_t netfn, command;
	uint8_t least, most;          /* octets of data */
	enum bmc_privilege privilege; /* 0: needs no session */
	uint8_t (*run)(struct bmc_call *call);
} entries[] = {
	{CHASSIS, 0x00, 0, 0, BMC_USER, chassis_capabilities},
	{CHASSIS, 0x01, 0, 0, BMC_USER, chassis_status},
	{CHASSIS, 0x0f, 0, 0, BMC_USER, hours_of_power},
	{SENSOR, 0x20, 0, 1, BMC_USER, bmc_sensor_device_info},
	{SENSOR, 0x21, 6, 6, BMC_USER, bmc_storage_sdr_read},
	{SENSOR, 0x22, 0, 0, BMC_USER, bmc_storage_sdr_reserve},
	{SENSOR, 0x23, 2, 2, BMC_USER, bmc_sensor_factors},
	{SENSOR, 0x27, 1, 1, BMC_USER, bmc_sensor_thresholds},
	{SENSOR, 0x2d, 1, 1, BMC_USER, bmc_sensor_reading},
	{APP, 0x01, 0, 0, BMC_USER, device_id},
	{APP, 0x37, 0, 0, 0, system_guid},
	{APP, 0x38, 2, 2, 0, authentication},
	{APP, 0x3b, 1, 1, BMC_USER, set_privilege},
	{APP, 0x3c, 4, 4, BMC_CALLBACK, close_session},
	{APP, 0x42, 1, 1, BMC_USER, channel_info},
	{APP, 0x54, 3, 3, 0, cipher_suites},
	{STORAGE, 0x10, 1, 1, BMC_USER, bmc_storage_fru_info},
	{STORAGE, 0x11, 4, 4, BMC_USER, bmc_storage_fru_read},
	{STORAGE, 0x20, 0, 0, BMC_USER, bmc_storage_sdr_info},
	{STORAGE, 0x22, 0, 0, BMC_USER, bmc_storage_sdr_reserve},
	{STORAGE, 0x23, 6, 6, BMC_USER, bmc_storage_sdr_read},
	{GROUP, 0x01, 1, 1, BMC_USER, bmc_dcmi_capabilities},
	{GROUP, 0x02, 3, 3, BMC_USER, bmc_dcmi_power},
};

/* The entry of a command, NULL when the BMC does not know it. */
static const struct entry *find(const struct bmc *bmc, const struct rmcpp_message *message)
{
	bool device = bmc->profile->device_sdrs;
	if (message->netfn == STORAGE && message->command >= 0x20 && device)
		return NULL;
	if (message->netfn == SENSOR && message->command <= 0x22 && !device)
		return NULL;
	for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); i++)
		if (entries[i].netfn == message->netfn && entries[i].command == message->command)
			return &entries[i];
	return NULL;
}

/* Whether the BMC says that it is busy now: the first so many commands of each turn. */
static bool busy(struct bmc_world *world, struct bmc *bmc, const struct rmcpp_message *message)
{
	const struct bmc_rule *rule = bmc_rule(world, bmc, BMC_FAULT_BUSY);
	if (rule == NULL || message->netfn == APP)
		return false;
	return (int64_t)(bmc->busy_turn++ % (uint32_t)rule->other) < rule->value;
}

/* Everything that can be said of a request before it is carried out; then that. */
static uint8_t run(struct bmc_call *call, const struct rmcpp_message *message)
{
	const struct entry *entry = find(call->bmc, message);
	if (busy(call->world, call->bmc, message))
		return CODE_BUSY;
	if (message->netfn == GROUP) {
		bool known = call->bmc->profile->dcmi != BMC_DCMI_NO;
		if (octets_u8(&call->in) != GROUP_DCMI || !known)
			return CODE_UNKNOWN;
		octets_put_u8(call->out, GROUP_DCMI);
	}
	if (entry == NULL)
		return CODE_UNKNOWN;
	if (call->session == NULL && entry->privilege != 0)
		return CODE_PRIVILEGE;
	if (call->session != NULL && call->session->privilege < entry->privilege)
		return CODE_PRIVILEGE;
	if (octets_left(&call->in) < entry->least || octets_left(&call->in) > entry->most)
		return CODE_LENGTH;
	return entry->run(call);
}

void bmc_command(struct bmc_world *world, struct bmc *bmc, struct bmc_session *session,
                 const struct rmcpp_message *message, struct octets_writer *out)
{
	uint16_t number = (uint16_t)(message->netfn << 8 | message->command);
	struct bmc_call call = {
		.world = world,
		.bmc = bmc,
		.session = session,
		.in = octets_reader(message->data, message->length),
		.out = out,
	};
	bmc_count(world, bmc, BMC_COUNT_COMMANDS);
	bmc_count_code(&bmc->counts, number);
	bmc_count_code(&world->total, number);
	octets_put_u8(out, CODE_DONE);
	uint8_t code = run(&call, message);
	if (code == CODE_DONE)
		return;
	bmc_count(world, bmc, BMC_COUNT_REFUSED);
	out->data[0] = code;
	bool group = message->netfn == GROUP && out->length > 1;
	out->length = group ? 2 : 1;
}
