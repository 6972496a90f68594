/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* seal.c - the one file that knows Net-SNMP. */
#include "seal.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/library/keytools.h>
#include <net-snmp/library/lcd_time.h>
#include <net-snmp/library/scapi.h>
#include <net-snmp/library/snmpusm.h>
#pragma GCC diagnostic pop

#define NOWHERE "/dev/null/none" /* a folder that cannot be, nor be made */
#define DIGEST 32u               /* SHA-256, by which secrets are compared */
#define DES_KEY 16u              /* key and salt */

struct seal_key {
	struct seal_key *next;
	unsigned users;
	enum seal_auth auth;
	uint8_t digest[DIGEST]; /* of the secret */
	uint8_t octets[SEAL_MAX_KEY];
	size_t length;
};

struct seal {
	struct seal_key *keys;
	struct ber_message request;        /* of seal_write */
	uint8_t copy[BER_MAX_PACKET];      /* the library writes into what it reads */
	uint8_t values[BER_MAX_PACKET * 2]; /* what a message's varbinds point to */
	size_t used;
};

static const struct { int type; const char *name; } auths[SEAL_AUTHS] = {
	[SEAL_NO_AUTH] = { NETSNMP_USMAUTH_NOAUTH, "none" },
	[SEAL_MD5] = { NETSNMP_USMAUTH_HMACMD5, "md5" },
	[SEAL_SHA] = { NETSNMP_USMAUTH_HMACSHA1, "sha" },
	[SEAL_SHA1] = { NETSNMP_USMAUTH_HMACSHA1, "sha1" },
	[SEAL_SHA224] = { NETSNMP_USMAUTH_HMAC128SHA224, "sha224" },
	[SEAL_SHA256] = { NETSNMP_USMAUTH_HMAC192SHA256, "sha256" },
	[SEAL_SHA384] = { NETSNMP_USMAUTH_HMAC256SHA384, "sha384" },
	[SEAL_SHA512] = { NETSNMP_USMAUTH_HMAC384SHA512, "sha512" },
};

static const struct { int type; const char *name; } privs[SEAL_PRIVS] = {
	[SEAL_NO_PRIV] = { USM_CREATE_USER_PRIV_NONE, "none" },
	[SEAL_DES] = { USM_CREATE_USER_PRIV_DES, "des" },
	[SEAL_AES] = { USM_CREATE_USER_PRIV_AES, "aes" },
	[SEAL_AES128] = { USM_CREATE_USER_PRIV_AES, "aes128" },
	[SEAL_AES192] = { USM_CREATE_USER_PRIV_AES192, "aes192" },
	[SEAL_AES256] = { USM_CREATE_USER_PRIV_AES256, "aes256" },
	[SEAL_AES192C] = { USM_CREATE_USER_PRIV_AES192_CISCO, "aes192c" },
	[SEAL_AES256C] = { USM_CREATE_USER_PRIV_AES256_CISCO, "aes256c" },
};

/* The library's own user without a name, which it makes when it is ready. */
static bool library_ready(void)
{
	return usm_get_user(NULL, 0, "") != NULL;
}

/* No configuration file, no MIB, no folder of its own, no word on stderr. By calls, not by setenv(), which threads may not use; main()
 * has taken away what can be said by the environment alone (MIBFILES).
 * The library is never shut down: it would write files. */
static void ready_library(void)
{
	snmp_disable_log();
	netsnmp_register_loghandler(NETSNMP_LOGHANDLER_NONE, LOG_DEBUG);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	set_configuration_directory(NOWHERE);
	set_persistent_directory(NOWHERE);
	netsnmp_set_mib_directory(NOWHERE);
	init_snmp("hallwatt");
}

int seal_open(struct seal **out, struct hwatt_error *err)
{
	if (!library_ready())
		ready_library();
	if (!library_ready())
		return hwatt_fail(err, HWATT_EIO, "the Net-SNMP library cannot do SNMPv3");
	*out = hwatt_alloc(sizeof(**out));
	return 0;
}

static void free_key(struct seal_key *key)
{
	explicit_bzero(key, sizeof(*key));
	free(key);
}

void seal_close(struct seal *seal)
{
	assert(seal->keys == NULL);
	explicit_bzero(seal, sizeof(*seal));
	free(seal);
}

/* Keys. */
static bool make_key(enum seal_auth auth, const char *secret, struct seal_key *key)
{
	size_t oid_length, digest_length = DIGEST;
	const oid *type = sc_get_auth_oid(auths[auth].type, &oid_length);
	const u_char *text = (const u_char *)secret;
	key->auth = auth;
	key->length = sizeof(key->octets);
	return type != NULL &&
	       sc_hash_type(NETSNMP_USMAUTH_HMAC192SHA256, text, strlen(secret), key->digest, &digest_length) == SNMPERR_SUCCESS &&
	       generate_Ku(type, (u_int)oid_length, text, strlen(secret), key->octets, &key->length) == SNMPERR_SUCCESS;
}

static struct seal_key *find_key(struct seal *seal, enum seal_auth auth, const uint8_t digest[DIGEST])
{
	for (struct seal_key *key = seal->keys; key != NULL; key = key->next)
		if (auths[key->auth].type == auths[auth].type && memcmp(key->digest, digest, DIGEST) == 0)
			return key;
	return NULL;
}

int seal_key_take(struct seal *seal, enum seal_auth auth, const char *secret, struct seal_key **out, struct hwatt_error *err)
{
	uint8_t digest[DIGEST];
	size_t length = DIGEST;
	if (strlen(secret) < SEAL_MIN_SECRET)
		return hwatt_fail(err, HWATT_EINVAL, "is shorter than %u characters, which SNMPv3 does not allow", SEAL_MIN_SECRET);
	if (sc_hash_type(NETSNMP_USMAUTH_HMAC192SHA256, (const u_char *)secret, strlen(secret), digest, &length) != SNMPERR_SUCCESS)
		return hwatt_fail(err, HWATT_EIO, "cannot be hashed: the cryptographic library fails");
	struct seal_key *key = find_key(seal, auth, digest);
	explicit_bzero(digest, sizeof(digest));
	if (key == NULL) {
		key = hwatt_alloc(sizeof(*key));
		if (!make_key(auth, secret, key)) {
			free_key(key);
			return hwatt_fail(err, HWATT_EINVAL, "cannot be used: Net-SNMP was built without %s", auths[auth].name);
		}
		key->next = seal->keys;
		seal->keys = key;
	}
	key->users++;
	*out = key;
	return 0;
}

void seal_key_release(struct seal *seal, struct seal_key *key)
{
	if (key == NULL || --key->users > 0)
		return;
	for (struct seal_key **at = &seal->keys; *at != NULL; at = &(*at)->next) {
		if (*at == key) {
			*at = key->next;
			break;
		}
	}
	free_key(key);
}

static bool bind_key(const struct seal_user *user, const struct seal_key *key, uint8_t *out, size_t *length)
{
	size_t oid_length;
	const oid *type = sc_get_auth_oid(auths[user->auth].type, &oid_length);
	*length = SEAL_MAX_KEY;
	return generate_kul(type, (u_int)oid_length, user->engine, user->engine_length, key->octets, key->length, out, length) ==
	       SNMPERR_SUCCESS;
}

/* Makes the encryption key as long as its cipher wants it: the digest may be shorter, and there are two ways to go on from it. */
static bool fit_privacy(struct seal_user *user)
{
	size_t oid_length, auth_oid_length;
	int type = privs[user->priv].type;
	oid *auth = sc_get_auth_oid(auths[user->auth].type, &auth_oid_length);
	const oid *cipher = sc_get_priv_oid(type, &oid_length);
	if (cipher == NULL)
		return false;
	int proper = sc_get_proper_priv_length_bytype(type);
	size_t wanted = user->priv == SEAL_DES ? DES_KEY : proper > 0 ? (size_t)proper : 0;
	if (wanted == 0 || wanted > SEAL_MAX_KEY)
		return false;
	if (user->priv_length < wanted) {
		u_char *longer = hwatt_alloc(2 * SEAL_MAX_KEY); /* the library may put another in its place */
		memcpy(longer, user->priv_local, user->priv_length);
		size_t length = user->priv_length;
		int rc = netsnmp_extend_kul((u_int)wanted, auth, (u_int)auth_oid_length, type, user->engine,
					    (u_int)user->engine_length, &longer, &length, 2 * SEAL_MAX_KEY);
		bool extended = rc == SNMPERR_SUCCESS && length >= wanted;
		if (extended)
			memcpy(user->priv_local, longer, wanted);
		explicit_bzero(longer, length);
		free(longer);
		if (!extended)
			return false;
	}
	user->priv_length = wanted;
	return true;
}

int seal_bind(struct seal *seal, struct seal_user *user, struct hwatt_error *err)
{
	uint8_t out[512];
	seal_unbind(user);
	if (user->auth != SEAL_NO_AUTH && !bind_key(user, user->auth_key, user->auth_local, &user->auth_length))
		return hwatt_fail(err, HWATT_EINVAL, "Net-SNMP cannot use %s here", auths[user->auth].name);
	if (user->priv != SEAL_NO_PRIV &&
	    (!bind_key(user, user->priv_key, user->priv_local, &user->priv_length) || !fit_privacy(user)))
		return hwatt_fail(err, HWATT_EINVAL, "Net-SNMP cannot use %s here", privs[user->priv].name);
	/* A message, to see whether the cryptographic library really has it all. */
	struct ber_request empty = { .version = BER_V2C, .community = "", .pdu = BER_GET };
	uint8_t packet[64];
	size_t id_at, length = ber_encode(&empty, packet, sizeof(packet), &id_at);
	if (seal_write(seal, user, (struct seal_clock){ 0 }, 1, packet, length, out, sizeof(out)) == 0)
		return hwatt_fail(err, HWATT_EINVAL, "the cryptographic library refuses %s with %s", auths[user->auth].name,
				  privs[user->priv].name);
	return 0;
}

void seal_unbind(struct seal_user *user)
{
	explicit_bzero(user->auth_local, sizeof(user->auth_local));
	explicit_bzero(user->priv_local, sizeof(user->priv_local));
	user->auth_length = user->priv_length = 0;
}

/* One message: the user and the clock are in the library's lists from enter() to leave(). */
static int level_of(const struct seal_user *user)
{
	return user->priv != SEAL_NO_PRIV ? SNMP_SEC_LEVEL_AUTHPRIV :
	       user->auth != SEAL_NO_AUTH ? SNMP_SEC_LEVEL_AUTHNOPRIV : SNMP_SEC_LEVEL_NOAUTH;
}

/* The library takes what it only reads as not const. */
static void *loosely(const void *bytes)
{
	return (void *)(uintptr_t)bytes;
}

static void enter(const struct seal_user *user, struct seal_clock clock, struct usmUser *entry)
{
	*entry = (struct usmUser){
		.engineID = loosely(user->engine), .engineIDLen = user->engine_length,
		.name = loosely(user->name), .secName = loosely(user->name),
		.authKey = loosely(user->auth_local), .authKeyLen = user->auth_length,
		.privKey = loosely(user->priv_local), .privKeyLen = user->priv_length,
		.userStatus = RS_ACTIVE, .userStorageType = SNMP_STORAGE_VOLATILE,
	};
	entry->authProtocol = sc_get_auth_oid(auths[user->auth].type, &entry->authProtocolLen);
	entry->privProtocol = sc_get_priv_oid(privs[user->priv].type, &entry->privProtocolLen);
	usm_add_user(entry);
	set_enginetime(user->engine, (u_int)user->engine_length, clock.boots, clock.time, clock.authentic);
}

static void leave(const struct seal_user *user, struct usmUser *entry)
{
	usm_remove_user(entry);
	free_enginetime(loosely(user->engine), user->engine_length);
}

static netsnmp_pdu *new_pdu(int command, uint32_t id, int level, const char *name, const char *context)
{
	netsnmp_pdu *pdu = snmp_pdu_create(command);
	pdu->version = SNMP_VERSION_3;
	pdu->securityModel = SNMP_SEC_MODEL_USM;
	pdu->securityLevel = level;
	pdu->msgid = pdu->reqid = (long)id;
	pdu->flags |= UCD_MSG_FLAG_EXPECT_RESPONSE;
	pdu->securityName = hwatt_strdup(name);
	pdu->securityNameLen = strlen(name);
	pdu->contextName = hwatt_strdup(context);
	pdu->contextNameLen = strlen(context);
	return pdu;
}

static void new_session(struct snmp_session *session)
{
	snmp_sess_init(session);
	session->version = SNMP_VERSION_3;
	session->securityModel = SNMP_SEC_MODEL_USM;
	session->rcvMsgMaxSize = BER_MAX_PACKET;
	session->sndMsgMaxSize = BER_MAX_PACKET;
}

/* Has the library write `pdu`, which is freed. */
static size_t build(struct snmp_session *session, netsnmp_pdu *pdu, uint8_t *out, size_t size)
{
	size_t room = BER_MAX_PACKET, length = 0;
	u_char *buffer = hwatt_alloc(room); /* may move; what it writes stands at the end */
	int rc = snmp_build(&buffer, &room, &length, session, pdu);
	bool fits = rc == 0 && length > 0 && length <= size;
	if (fits)
		memcpy(out, buffer + room - length, length);
	free(buffer);
	snmp_free_pdu(pdu);
	return fits ? length : 0;
}

static size_t library_oid(struct ber_oid from, oid out[MAX_OID_LEN])
{
	uint32_t arcs[BER_MAX_SUBIDS];
	size_t n = ber_oid_arcs(from, arcs, BER_MAX_SUBIDS);
	if (n == 0 || n >= MAX_OID_LEN)
		return 0;
	uint32_t top = arcs[0] < 80 ? arcs[0] / 40 : 2;
	out[0] = top;
	out[1] = arcs[0] - top * 40;
	for (size_t i = 1; i < n; i++)
		out[i + 1] = arcs[i];
	return n + 1;
}

size_t seal_write(struct seal *seal, const struct seal_user *user, struct seal_clock clock, uint32_t id,
		  const uint8_t *packet, size_t length, uint8_t *out, size_t size)
{
	struct snmp_session session;
	struct usmUser entry;
	if (ber_decode(packet, length, &seal->request, NULL) < 0)
		return 0;
	netsnmp_pdu *pdu = new_pdu(seal->request.pdu, id, level_of(user), user->name, user->context);
	if (seal->request.pdu == BER_GETBULK) {
		pdu->non_repeaters = (long)seal->request.error_status;
		pdu->max_repetitions = (long)seal->request.error_index;
	}
	for (size_t i = 0; i < seal->request.count; i++) {
		oid name[MAX_OID_LEN];
		size_t n = library_oid(seal->request.varbinds[i].oid, name);
		if (n == 0) {
			snmp_free_pdu(pdu);
			return 0;
		}
		snmp_add_null_var(pdu, name, n);
	}
	new_session(&session);
	session.securityEngineID = loosely(user->engine);
	session.securityEngineIDLen = user->engine_length;
	enter(user, clock, &entry);
	size_t written = build(&session, pdu, out, size);
	leave(user, &entry);
	return written;
}

size_t seal_write_discovery(struct seal *seal, uint32_t id, uint8_t *out, size_t size)
{
	(void)seal;
	struct snmp_session session;
	new_session(&session);
	return build(&session, new_pdu(SNMP_MSG_GET, id, SNMP_SEC_LEVEL_NOAUTH, "", ""), out, size);
}

/* What the library read, as our own decoder would give it. */
static const uint8_t *keep(struct seal *seal, const void *bytes, size_t length)
{
	if (length > sizeof(seal->values) - seal->used)
		return NULL;
	uint8_t *at = seal->values + seal->used;
	if (length > 0)
		memcpy(at, bytes, length);
	seal->used += length;
	return at;
}

/* An OID of the library in its BER form; a length of 0 when it does not fit. */
static struct ber_oid keep_oid(struct seal *seal, const oid *arcs, size_t count)
{
	uint8_t *at = seal->values + seal->used;
	size_t room = sizeof(seal->values) - seal->used, length = 0;
	struct ber_oid none = { at, 0 };
	if (count < 2 || count > BER_MAX_SUBIDS || arcs[0] > 2 || (arcs[0] < 2 && arcs[1] > 39) || arcs[1] > UINT32_MAX - 80)
		return none;
	length = ber_oid_append(at, 0, room, (uint32_t)(arcs[0] * 40 + arcs[1]));
	for (size_t i = 2; i < count && length > 0; i++)
		length = arcs[i] > UINT32_MAX ? 0 : ber_oid_append(at, length, room, (uint32_t)arcs[i]);
	seal->used += length;
	return (struct ber_oid){ at, length };
}

static bool keep_text(struct seal *seal, const netsnmp_variable_list *from, struct ber_varbind *to)
{
	to->bytes = keep(seal, from->val.string, from->val_len);
	to->length = from->val_len;
	return to->bytes != NULL;
}

/* false when it is of a type that no agent should send. */
static bool adapt_value(struct seal *seal, const netsnmp_variable_list *from, struct ber_varbind *to)
{
	to->type = from->type;
	to->bytes = seal->values;
	switch (from->type) {
	case ASN_INTEGER:
		to->number = *from->val.integer;
		return true;
	case ASN_COUNTER:
	case ASN_GAUGE:
	case ASN_TIMETICKS:
		to->number = (int64_t)(uint32_t)*from->val.integer;
		return true;
	case ASN_COUNTER64:
		to->number = (int64_t)((uint64_t)(uint32_t)from->val.counter64->high << 32 | (uint32_t)from->val.counter64->low);
		return true;
	case ASN_OCTET_STR:
	case ASN_IPADDRESS:
	case ASN_OPAQUE:
		return keep_text(seal, from, to);
	case ASN_OBJECT_ID: {
		struct ber_oid value = keep_oid(seal, from->val.objid, from->val_len / sizeof(oid));
		to->bytes = value.bytes;
		to->length = value.length;
		return value.length > 0 || from->val_len == 0;
	}
	case ASN_OPAQUE_FLOAT: {
		uint32_t bits;
		memcpy(&bits, from->val.floatVal, sizeof(bits));
		to->type = BER_FLOAT;
		to->number = bits;
		return true;
	}
	case ASN_OPAQUE_DOUBLE:
		to->type = BER_DOUBLE;
		memcpy(&to->number, from->val.doubleVal, sizeof(to->number));
		return true;
	case ASN_NULL:
	case SNMP_NOSUCHOBJECT:
	case SNMP_NOSUCHINSTANCE:
	case SNMP_ENDOFMIBVIEW:
		return true;
	default:
		return false;
	}
}

static bool adapt(struct seal *seal, const netsnmp_pdu *pdu, size_t length, struct ber_message *out)
{
	seal->used = 0;
	out->version = BER_V2C;
	out->community = NULL;
	out->community_length = 0;
	out->pdu = (uint8_t)pdu->command;
	out->request_id = pdu->reqid;
	out->error_status = pdu->errstat;
	out->error_index = pdu->errindex;
	out->length = length;
	out->count = 0;
	for (const netsnmp_variable_list *v = pdu->variables; v != NULL; v = v->next_variable) {
		if (out->count == BER_MAX_VARBINDS)
			return false;
		struct ber_varbind *to = &out->varbinds[out->count];
		*to = (struct ber_varbind){ .oid = keep_oid(seal, v->name, v->name_length) };
		if (to->oid.length == 0 || !adapt_value(seal, v, to))
			return false;
		out->count++;
	}
	return true;
}

static enum seal_result result_of(int code)
{
	switch (code) {
	case SNMPERR_USM_AUTHENTICATIONFAILURE: return SEAL_FORGED;
	case SNMPERR_USM_NOTINTIMEWINDOW: return SEAL_STALE;
	default: return SEAL_UNREADABLE;
	}
}

enum seal_result seal_read(struct seal *seal, const struct seal_user *user, struct seal_clock clock, const uint8_t *packet,
			   size_t length, struct ber_message *out)
{
	struct snmp_session session;
	struct usmUser entry;
	if (length > sizeof(seal->copy))
		return SEAL_UNREADABLE;
	memcpy(seal->copy, packet, length);
	netsnmp_pdu *pdu = hwatt_alloc(sizeof(*pdu)); /* of the same malloc as the library's own */
	new_session(&session);
	enter(user, clock, &entry);
	int rc = snmp_parse(NULL, &session, pdu, seal->copy, length);
	leave(user, &entry);
	enum seal_result result = rc != 0 ? result_of(session.s_snmp_errno) :
				  adapt(seal, pdu, length, out) ? SEAL_OPENED : SEAL_UNREADABLE;
	snmp_free_pdu(pdu);
	return result;
}
