/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "finder.h"
#include "head.h"
#include "seal.h"
#include <hallwatt/arena.h>
#include <hallwatt/text.h>
#include <stdlib.h>
#include <string.h>

#define MAX_COMMUNITY 256u

struct finding { /* one question that is out */
	hwatt_find_done *done;
	void *arg;
	uint8_t packet[MAX_COMMUNITY + 64];
};

static void answered(void *arg, const struct ber_message *message, const struct hwatt_error *err)
{
	struct finding *f = arg;
	struct finding was = *f;
	char name[256] = "";
	(void)err;
	free(f);
	if (message != NULL && message->error_status == 0 && message->count == 1 &&
	    message->varbinds[0].type == BER_STRING)
		hwatt_text_clean(name, sizeof(name), message->varbinds[0].bytes, message->varbinds[0].length);
	struct hwatt_found found = { .name = name };
	was.done(was.arg, message != NULL ? &found : NULL);
	explicit_bzero(&was, sizeof(was));
}

/* What any SNMPv3 agent tells anybody: its engine id. Source: RFC 3414 4. */
static size_t ask_engine(void *arg, uint32_t id, const uint8_t *packet, size_t length, int64_t now_ms, uint8_t *out, size_t size)
{
	(void)arg;
	(void)packet;
	(void)length;
	(void)now_ms;
	return seal_write_discovery(NULL, id, out, size);
}

static enum engine_verdict hear_engine(void *arg, uint32_t id, const uint8_t *packet, size_t length, int64_t now_ms,
				       struct ber_message *out, struct hwatt_error *err)
{
	struct head head;
	(void)arg;
	(void)id;
	(void)now_ms;
	if (head_read(packet, length, &head, err) < 0 || head.engine_length == 0)
		return ENGINE_DROP;
	*out = (struct ber_message){ 0 }; /* it says no name */
	return ENGINE_ANSWER;
}

static const struct engine_security discovery = { .seal = ask_engine, .unseal = hear_engine };

static int read_community(const struct snmp_settings *settings, char out[MAX_COMMUNITY], struct hwatt_error *err)
{
	if (settings->community_secret.kind != HWATT_SECRET_NONE)
		return hwatt_secret_read(&settings->community_secret, out, MAX_COMMUNITY, err);
	if (strlen(settings->community) >= MAX_COMMUNITY)
		return hwatt_fail(err, HWATT_EINVAL, "the community is longer than %u octets", MAX_COMMUNITY - 1);
	memcpy(out, settings->community, strlen(settings->community) + 1);
	return 0;
}

int finder_ask(struct engine *engine, const struct snmp_settings *settings, const struct sockaddr *to, int64_t timeout_ms,
	       hwatt_find_done *done, void *arg, struct hwatt_error *err)
{
	uint8_t name[16];
	char community[MAX_COMMUNITY];
	union hwatt_udp_address address = { 0 };
	bool v3 = settings->version == SNMP_V3;
	community[0] = '\0';
	if (!v3 && read_community(settings, community, err) < 0)
		return -1;
	memcpy(&address, to, to->sa_family == AF_INET6 ? sizeof(address.v6) : sizeof(address.v4));
	struct ber_oid oid = { name, ber_oid_parse("1.3.6.1.2.1.1.5.0", name, sizeof(name)) };
	struct ber_request get = { .version = settings->version == SNMP_V1 ? BER_V1 : BER_V2C, .community = community,
				   .pdu = BER_GET, .oids = &oid, .count = 1 };
	struct finding *f = hwatt_alloc(sizeof(*f));
	f->done = done;
	f->arg = arg;
	struct engine_request request = { .to = &address, .packet = f->packet, .timeout_ms = timeout_ms, .done = answered,
					  .arg = f, .security = v3 ? &discovery : NULL };
	request.length = ber_encode(&get, f->packet, sizeof(f->packet), &request.id_at);
	explicit_bzero(community, sizeof(community));
	if (request.length == 0 || engine_send(engine, &request) == ENGINE_NO_TICKET) {
		free(f);
		return hwatt_fail(err, HWATT_EIO, "no more questions can be asked at once");
	}
	return 0;
}
