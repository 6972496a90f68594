/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* bmc_login.c - how a session comes about: Open Session, RAKP1 to RAKP4 (IPMI 2.0, 13.17 - 13.31). */
#include <stdlib.h>
#include <string.h>

#include "bmc.h"

#define ALGORITHM_PAYLOAD 8 /* octets of each of the three in Open Session */
#define NAME_ONLY 0x10
#define LOGIN_ROOM 160

enum status {
	STATUS_DONE = 0x00,
	STATUS_NO_RESOURCES = 0x01,
	STATUS_BAD_AUTHENTICATION = 0x04,
	STATUS_BAD_INTEGRITY = 0x05,
	STATUS_BAD_ROLE = 0x09,
	STATUS_ROLE_TOO_HIGH = 0x0a,
	STATUS_BAD_NAME_LENGTH = 0x0c,
	STATUS_UNKNOWN_NAME = 0x0d,
	STATUS_BAD_CODE = 0x0f,
	STATUS_BAD_CONFIDENTIALITY = 0x10,
	STATUS_NO_SUITE = 0x11,
};

/* What a client asks for in Open Session. */
struct proposal {
	uint8_t tag, privilege;
	uint32_t console_id;
	uint8_t authentication, integrity, confidentiality;
};

/* The algorithm in one of the three payloads of Open Session; false when it is not well formed. */
static bool read_algorithm(struct octets_reader *in, uint8_t type, uint8_t *algorithm)
{
	uint8_t said = octets_u8(in);
	octets_u16(in);
	uint8_t length = octets_u8(in);
	*algorithm = octets_u8(in) & 0x3f;
	octets_take(in, 3);
	return !in->bad && said == type && length == ALGORITHM_PAYLOAD;
}

static bool read_proposal(const struct rmcpp_packet *packet, struct proposal *out)
{
	struct octets_reader in = octets_reader(packet->payload, packet->payload_length);
	out->tag = octets_u8(&in);
	out->privilege = octets_u8(&in) & 0x0f;
	octets_u16(&in);
	out->console_id = octets_u32(&in);
	return !in.bad && read_algorithm(&in, 0, &out->authentication) &&
	       read_algorithm(&in, 1, &out->integrity) &&
	       read_algorithm(&in, 2, &out->confidentiality) && octets_left(&in) == 0;
}

/* The suite that a proposal amounts to, and whether we speak it. */
static enum status choose_suite(const struct bmc_world *world, const struct bmc *bmc,
                                const struct proposal *asked, int *suite)
{
	if (asked->authentication != 1 && asked->authentication != 3)
		return STATUS_BAD_AUTHENTICATION;
	if (asked->integrity != 1 && asked->integrity != 4)
		return STATUS_BAD_INTEGRITY;
	if (asked->confidentiality != 1)
		return STATUS_BAD_CONFIDENTIALITY;
	if (asked->authentication == 1 && asked->integrity == 1)
		*suite = 3;
	else if (asked->authentication == 3 && asked->integrity == 4)
		*suite = 17;
	else
		return STATUS_NO_SUITE;
	if (*suite == 17 && bmc_rule(world, bmc, BMC_FAULT_NO_SUITE_17) != NULL)
		return STATUS_NO_SUITE;
	if (*suite == 3 ? !bmc->profile->suite3 : !bmc->profile->suite17)
		return STATUS_NO_SUITE;
	if (*suite == 17 && bmc_rule(world, bmc, BMC_FAULT_SUITE_LIE) != NULL)
		*suite = 3;
	return STATUS_DONE;
}

/* A session in a free slot, NULL when there is none.  A client that repeats itself because it has
 * not heard us gets the slot that it has. */
static struct bmc_session *take_slot(struct bmc *bmc, uint64_t peer, const struct proposal *asked)
{
	int slot = -1;
	for (int i = bmc->profile->slots - 1; i >= 0; i--) {
		struct bmc_session *session = bmc->slots[i];
		if (session == NULL)
			slot = i;
		else if (session->state == BMC_SESSION_OPEN && session->peer == peer &&
		         session->console_id == asked->console_id &&
		         session->open_tag == asked->tag)
			return session;
	}
	if (slot < 0)
		return NULL;
	struct bmc_session *session = calloc(1, sizeof(*session));
	if (session == NULL)
		return NULL;
	do
		session->id = (uint32_t)bmc_chance(bmc);
	while (session->id == 0 || bmc_session_find(bmc, session->id) != NULL);
	bmc->slots[slot] = session;
	return session;
}

/* An answer that is a payload of its own type. */
static void reply(struct bmc_answer *answer, enum rmcpp_payload type,
                  const struct octets_writer *body)
{
	struct octets_writer out = octets_writer(answer->data, sizeof(answer->data));
	rmcpp_plain(type, body->data, body->length, &out);
	answer->length = out.length;
}

/* One algorithm payload of the answer to Open Session. */
static void put_algorithm(struct octets_writer *out, unsigned type, unsigned algorithm)
{
	octets_put_u8(out, type);
	octets_put_u16(out, 0);
	octets_put_u8(out, ALGORITHM_PAYLOAD);
	octets_put_u8(out, algorithm);
	octets_put_many(out, 0, 3);
}

/* Refuses to open a session. */
static void refuse_open(struct bmc_world *world, struct bmc *bmc, const struct proposal *asked,
                        enum status status, struct bmc_answer *answer)
{
	uint8_t data[LOGIN_ROOM];
	struct octets_writer out = octets_writer(data, sizeof(data));
	bmc_count(world, bmc, BMC_COUNT_OPENS_REFUSED);
	octets_put_u8(&out, asked->tag);
	octets_put_u8(&out, status);
	if (bmc_rule(world, bmc, BMC_FAULT_SHORT_ERRORS) == NULL) {
		octets_put_u16(&out, 0);
		octets_put_u32(&out, asked->console_id);
	}
	reply(answer, RMCPP_OPEN_ANSWER, &out);
}

static void open_session(struct bmc_world *world, struct bmc *bmc, uint64_t peer,
                         const struct rmcpp_packet *packet, struct bmc_answer *answer)
{
	uint8_t data[LOGIN_ROOM];
	struct octets_writer out = octets_writer(data, sizeof(data));
	struct proposal asked = {0};
	int suite = 0;

	if (!read_proposal(packet, &asked)) {
		bmc_count(world, bmc, BMC_COUNT_MALFORMED);
		return;
	}
	bmc_count(world, bmc, BMC_COUNT_OPENS);
	enum status status = choose_suite(world, bmc, &asked, &suite);
	if (asked.privilege > BMC_ADMINISTRATOR)
		status = STATUS_BAD_ROLE;
	if (status != STATUS_DONE) {
		refuse_open(world, bmc, &asked, status, answer);
		return;
	}
	struct bmc_session *session = NULL;
	if (bmc_rule(world, bmc, BMC_FAULT_FULL) == NULL)
		session = take_slot(bmc, peer, &asked);
	if (session == NULL) {
		bmc_count(world, bmc, BMC_COUNT_NO_SLOT);
		refuse_open(world, bmc, &asked, STATUS_NO_RESOURCES, answer);
		return;
	}
	session->peer = peer;
	session->open_tag = asked.tag;
	session->console_id = asked.console_id;
	session->keys.suite = suite;
	session->last_ms = world->run_ms;
	session->limit = asked.privilege == 0 ? BMC_ADMINISTRATOR : asked.privilege;

	octets_put_u8(&out, asked.tag);
	octets_put_u8(&out, STATUS_DONE);
	octets_put_u8(&out, session->limit);
	octets_put_u8(&out, 0);
	octets_put_u32(&out, session->console_id);
	octets_put_u32(&out, session->id);
	put_algorithm(&out, 0, suite == 17 ? 3 : 1);
	put_algorithm(&out, 1, suite == 17 ? 4 : 1);
	put_algorithm(&out, 2, 1);
	reply(answer, RMCPP_OPEN_ANSWER, &out);
}

/* The key of the user, filled up with zeros; a fault makes it another. */
static void user_key(const struct bmc_world *world, const struct bmc *bmc,
                     const struct bmc_session *session, uint8_t key[BMC_KEY])
{
	memset(key, 0, BMC_KEY);
	memcpy(key, session->user->password, strlen(session->user->password));
	if (bmc_rule(world, bmc, BMC_FAULT_PASSWORD) != NULL)
		key[0] ^= 0x55;
}

/* Role, length and name, which end the text of most hashes; old firmware has its own ideas. */
static void put_identity(struct octets_writer *out, const struct bmc_world *world,
                         const struct bmc *bmc, const struct bmc_session *session)
{
	bool nibble = bmc_rule(world, bmc, BMC_FAULT_ROLE_NIBBLE) != NULL;
	bool padded = bmc_rule(world, bmc, BMC_FAULT_PADDED_USER) != NULL;
	uint8_t length = padded ? BMC_NAME_MAX : session->name_length;
	octets_put_u8(out, nibble ? session->role & 0x0f : session->role);
	octets_put_u8(out, length);
	octets_put(out, session->name, length);
}

/* The code that RAKP2 carries.  SIDm is the console's id, SIDc the BMC's. */
static void rakp2_code(struct bmc_world *world, struct bmc *bmc, const struct bmc_session *session,
                       uint8_t code[RMCPP_CODE_MAX])
{
	uint8_t text[LOGIN_ROOM], key[BMC_KEY], guid[BMC_NONCE];
	struct octets_writer out = octets_writer(text, sizeof(text));
	bmc_guid(world, bmc, guid);
	user_key(world, bmc, session, key);
	octets_put_u32(&out, session->console_id);
	octets_put_u32(&out, session->id);
	octets_put(&out, session->console_nonce, BMC_NONCE);
	octets_put(&out, session->nonce, BMC_NONCE);
	octets_put(&out, guid, BMC_NONCE);
	put_identity(&out, world, bmc, session);
	rmcpp_hmac(world->crypto, session->keys.suite, key, BMC_KEY, text, out.length, code);
}

/* The code that RAKP3 must carry. */
static void rakp3_code(struct bmc_world *world, struct bmc *bmc, const struct bmc_session *session,
                       uint8_t code[RMCPP_CODE_MAX])
{
	uint8_t text[LOGIN_ROOM], key[BMC_KEY];
	struct octets_writer out = octets_writer(text, sizeof(text));
	user_key(world, bmc, session, key);
	octets_put(&out, session->nonce, BMC_NONCE);
	octets_put_u32(&out, session->console_id);
	put_identity(&out, world, bmc, session);
	rmcpp_hmac(world->crypto, session->keys.suite, key, BMC_KEY, text, out.length, code);
}

/* The session key and what is made from it. */
static void make_keys(struct bmc_world *world, struct bmc *bmc, struct bmc_session *session)
{
	uint8_t text[LOGIN_ROOM], key[BMC_KEY];
	struct octets_writer out = octets_writer(text, sizeof(text));
	user_key(world, bmc, session, key);
	if (bmc->profile->kg != NULL)
		memcpy(key, bmc->profile->kg, BMC_KEY);
	octets_put(&out, session->console_nonce, BMC_NONCE);
	octets_put(&out, session->nonce, BMC_NONCE);
	put_identity(&out, world, bmc, session);
	rmcpp_hmac(world->crypto, session->keys.suite, key, BMC_KEY, text, out.length, session->sik);
	rmcpp_derive(world->crypto, session->keys.suite, session->sik, &session->keys);
}

/* The entry of the user that RAKP1 names: by name alone, or one that also has the privilege. */
static const struct bmc_user *find_user(const struct bmc_profile *profile, const char *name,
                                        size_t length, uint8_t role)
{
	for (int i = 0; i < BMC_USERS_MAX; i++) {
		const struct bmc_user *user = &profile->users[i];
		if (user->name == NULL || strlen(user->name) != length ||
		    memcmp(user->name, name, length) != 0)
			continue;
		if ((role & NAME_ONLY) != 0 || user->limit >= (role & 0x0f))
			return user;
	}
	return NULL;
}

/* Counts a bad login; enough of them lock the BMC where a fault says so. */
static void bad_login(struct bmc_world *world, struct bmc *bmc)
{
	const struct bmc_rule *rule = bmc_rule(world, bmc, BMC_FAULT_LOCKOUT);
	bmc_count(world, bmc, BMC_COUNT_LOGINS_FAILED);
	bmc->bad_logins++;
	if (rule == NULL || bmc->bad_logins < rule->value)
		return;
	bmc_count(world, bmc, BMC_COUNT_LOCKOUTS);
	bmc->bad_logins = 0;
	bmc->locked_until_ms = world->run_ms + rule->other * 1000;
}

/* An answer of RAKP2 or RAKP4 that says what is wrong. */
static void refuse_rakp(struct bmc_answer *answer, enum rmcpp_payload type, uint8_t tag,
                        enum status status, uint32_t console_id)
{
	uint8_t data[LOGIN_ROOM];
	struct octets_writer out = octets_writer(data, sizeof(data));
	octets_put_u8(&out, tag);
	octets_put_u8(&out, status);
	octets_put_u16(&out, 0);
	octets_put_u32(&out, console_id);
	reply(answer, type, &out);
}

/* RAKP1 as read. */
struct introduction {
	uint8_t tag, role, name_length;
	uint32_t id;
	const uint8_t *nonce, *name;
};

static bool read_rakp1(const struct rmcpp_packet *packet, struct introduction *out)
{
	struct octets_reader in = octets_reader(packet->payload, packet->payload_length);
	out->tag = octets_u8(&in);
	octets_take(&in, 3);
	out->id = octets_u32(&in);
	out->nonce = octets_take(&in, BMC_NONCE);
	out->role = octets_u8(&in);
	octets_u16(&in);
	out->name_length = octets_u8(&in);
	out->name = octets_take(&in, out->name_length);
	return !in.bad && octets_left(&in) == 0;
}

/* Whether the user may log in as asked. */
static enum status judge(struct bmc_world *world, struct bmc *bmc, const struct introduction *in,
                         struct bmc_session *session)
{
	uint8_t role = in->role & 0x0f;
	if (in->name_length > BMC_NAME_MAX)
		return STATUS_BAD_NAME_LENGTH;
	if (role > BMC_ADMINISTRATOR)
		return STATUS_BAD_ROLE;
	if (world->run_ms < bmc->locked_until_ms) {
		bmc_count(world, bmc, BMC_COUNT_LOGINS_REFUSED);
		return STATUS_UNKNOWN_NAME;
	}
	size_t length = in->name_length;
	if (bmc_rule(world, bmc, BMC_FAULT_PADDED_USER) != NULL)
		length = strnlen((const char *)in->name, length);
	session->user = find_user(bmc->profile, (const char *)in->name, length, in->role);
	if (session->user == NULL) {
		bad_login(world, bmc);
		return STATUS_UNKNOWN_NAME;
	}
	if (role > session->user->limit)
		return STATUS_ROLE_TOO_HIGH;
	if (role != 0 && role < session->limit)
		session->limit = role;
	if (session->user->limit < session->limit)
		session->limit = session->user->limit;
	return STATUS_DONE;
}

/* Whether RAKP1 is the one that was answered already. */
static bool repeated(const struct introduction *in, const struct bmc_session *session)
{
	return session->state == BMC_SESSION_RAKP && in->role == session->role &&
	       memcmp(in->nonce, session->console_nonce, BMC_NONCE) == 0 &&
	       in->name_length == session->name_length &&
	       memcmp(in->name, session->name, in->name_length) == 0;
}

static void rakp1(struct bmc_world *world, struct bmc *bmc, const struct rmcpp_packet *packet,
                  struct bmc_answer *answer)
{
	uint8_t data[LOGIN_ROOM], code[RMCPP_CODE_MAX], guid[BMC_NONCE];
	struct octets_writer out = octets_writer(data, sizeof(data));
	struct introduction in = {0};
	if (!read_rakp1(packet, &in)) {
		bmc_count(world, bmc, BMC_COUNT_MALFORMED);
		return;
	}
	struct bmc_session *session = bmc_session_find(bmc, in.id);
	if (session == NULL || session->state == BMC_SESSION_LIVE) {
		bmc_count(world, bmc, BMC_COUNT_STRANGE);
		return; /* whose it is nobody knows, so nobody can be told */
	}
	if (!repeated(&in, session)) {
		bmc_count(world, bmc, BMC_COUNT_LOGINS_BEGUN);
		enum status status = judge(world, bmc, &in, session);
		if (status != STATUS_DONE) {
			refuse_rakp(answer, RMCPP_RAKP2, in.tag, status, session->console_id);
			bmc_session_end(bmc, session);
			return;
		}
		session->state = BMC_SESSION_RAKP;
		session->role = in.role;
		session->name_length = in.name_length;
		memset(session->name, 0, sizeof(session->name));
		memcpy(session->name, in.name, in.name_length);
		memcpy(session->console_nonce, in.nonce, BMC_NONCE);
		bmc_chance_fill(bmc, session->nonce, BMC_NONCE);
	} else if (bmc_rule(world, bmc, BMC_FAULT_DEAF) != NULL) {
		return;
	} else if (bmc_rule(world, bmc, BMC_FAULT_RESTLESS) != NULL) {
		bmc_chance_fill(bmc, session->nonce, BMC_NONCE);
	}
	session->last_ms = world->run_ms;
	rakp2_code(world, bmc, session, code);
	bmc_guid(world, bmc, guid);
	octets_put_u8(&out, in.tag);
	octets_put_u8(&out, STATUS_DONE);
	octets_put_u16(&out, 0);
	octets_put_u32(&out, session->console_id);
	octets_put(&out, session->nonce, BMC_NONCE);
	octets_put(&out, guid, BMC_NONCE);
	bool lacks_one = bmc_rule(world, bmc, BMC_FAULT_SHORT_RAKP2) != NULL;
	octets_put(&out, code, rmcpp_hash_length(session->keys.suite) - (lacks_one ? 1 : 0));
	reply(answer, RMCPP_RAKP2, &out);
	answer->login = true;
}

/* RAKP4: the session is there. */
static void rakp4(struct bmc_world *world, struct bmc *bmc, struct bmc_session *session, uint8_t tag,
                  struct bmc_answer *answer)
{
	uint8_t text[LOGIN_ROOM], code[RMCPP_CODE_MAX], guid[BMC_NONCE], data[LOGIN_ROOM];
	struct octets_writer in = octets_writer(text, sizeof(text));
	struct octets_writer out = octets_writer(data, sizeof(data));
	int suite = session->keys.suite;
	bmc_guid(world, bmc, guid);
	octets_put(&in, session->console_nonce, BMC_NONCE);
	octets_put_u32(&in, session->id);
	octets_put(&in, guid, BMC_NONCE);
	rmcpp_hmac(world->crypto, suite, session->sik, rmcpp_hash_length(suite), text, in.length,
	           code);
	octets_put_u8(&out, tag);
	octets_put_u8(&out, STATUS_DONE);
	octets_put_u16(&out, 0);
	octets_put_u32(&out, session->console_id);
	octets_put(&out, code, rmcpp_code_length(suite));
	reply(answer, RMCPP_RAKP4, &out);
	answer->login = true;
}

/* Looks at the proof of a known session; the login is over when it does not hold. */
static void prove(struct bmc_world *world, struct bmc *bmc, struct bmc_session *session,
                  uint8_t tag, struct octets_reader *in, struct bmc_answer *answer)
{
	uint8_t expected[RMCPP_CODE_MAX];
	size_t length = rmcpp_hash_length(session->keys.suite);
	const uint8_t *code = octets_take(in, length);
	bool live = session->state == BMC_SESSION_LIVE;
	rakp3_code(world, bmc, session, expected);
	bool good = code != NULL && octets_left(in) == 0 && rmcpp_same(code, expected, length);
	if (live) { /* our RAKP4 was lost: say it again, to the same client only */
		if (good && !session->used && bmc_rule(world, bmc, BMC_FAULT_DEAF) == NULL)
			rakp4(world, bmc, session, tag, answer);
		return;
	}
	if (!good) {
		refuse_rakp(answer, RMCPP_RAKP4, tag, STATUS_BAD_CODE, session->console_id);
		bad_login(world, bmc);
		bmc_session_end(bmc, session);
		return;
	}
	make_keys(world, bmc, session);
	session->state = BMC_SESSION_LIVE;
	session->privilege = BMC_USER < session->limit ? BMC_USER : session->limit;
	session->last_ms = world->run_ms;
	bmc->bad_logins = 0;
	bmc_count(world, bmc, BMC_COUNT_LOGINS);
	rakp4(world, bmc, session, tag, answer);
}

static void rakp3(struct bmc_world *world, struct bmc *bmc, const struct rmcpp_packet *packet,
                  struct bmc_answer *answer)
{
	struct octets_reader in = octets_reader(packet->payload, packet->payload_length);
	uint8_t tag = octets_u8(&in);
	uint8_t status = octets_u8(&in);
	octets_u16(&in);
	struct bmc_session *session = bmc_session_find(bmc, octets_u32(&in));
	if (in.bad) {
		bmc_count(world, bmc, BMC_COUNT_MALFORMED);
		return;
	}
	if (session == NULL || session->state == BMC_SESSION_OPEN) {
		bmc_count(world, bmc, BMC_COUNT_STRANGE);
		return;
	}
	if (status == STATUS_DONE) {
		prove(world, bmc, session, tag, &in, answer);
	} else if (session->state == BMC_SESSION_RAKP) { /* the client did not like our code */
		bad_login(world, bmc);
		bmc_session_end(bmc, session);
	}
}

void bmc_login(struct bmc_world *world, struct bmc *bmc, uint64_t peer,
               const struct rmcpp_packet *packet, struct bmc_answer *answer)
{
	switch (packet->payload_type) {
	case RMCPP_OPEN_REQUEST: open_session(world, bmc, peer, packet, answer); break;
	case RMCPP_RAKP1: rakp1(world, bmc, packet, answer); break;
	case RMCPP_RAKP3: rakp3(world, bmc, packet, answer); break;
	default: bmc_count(world, bmc, BMC_COUNT_MALFORMED);
	}
}
