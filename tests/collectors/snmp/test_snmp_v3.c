/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* SNMPv3 with real agents on loopback: every digest and cipher, and what goes wrong in real halls. */
#include "agent.h"
#include "head.h"
#include "v3_message.h"
#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define AUTH_WORDS "correct horse"
#define PRIV_WORDS "battery staple"
#define READABLE "view all included .1\naccess readers \"\" usm noauth exact all none none\nsysDescr a test\n"

struct algorithm { const char *ours, *theirs; };

static const struct algorithm auths[] = {
	{ "md5", "MD5" }, { "sha", "SHA" }, { "sha224", "SHA-224" }, { "sha256", "SHA-256" }, { "sha384", "SHA-384" },
	{ "sha512", "SHA-512" },
};
static const struct algorithm privs[] = {
	{ "none", NULL }, { "des", "DES" }, { "aes128", "AES" }, { "aes192", "AES-192" }, { "aes256", "AES-256" },
	{ "aes192c", "AES192C" }, { "aes256c", "AES256C" },
};
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static char secrets[64];

static void write_secret(const char *name, const char *secret)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/%s", secrets, name);
	FILE *out = fopen(path, "w");
	assert_non_null(out);
	fprintf(out, "%s\n", secret);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

static int make_secrets(void **state)
{
	(void)state;
	if (agent_program() == NULL) {
		print_message("no snmpd here\n");
		return 0;
	}
	strcpy(secrets, "/tmp/hallwatt-secrets-XXXXXX");
	assert_non_null(mkdtemp(secrets));
	write_secret("auth", AUTH_WORDS);
	write_secret("priv", PRIV_WORDS);
	write_secret("wrong", "wrong and long");
	write_secret("short", "seven77");
	return 0;
}

static int remove_secrets(void **state)
{
	(void)state;
	char command[128];
	snprintf(command, sizeof(command), "rm -r %s", secrets);
	return secrets[0] != '\0' ? system(command) : 0;
}

static void need_snmpd(void)
{
	if (agent_program() == NULL)
		skip();
}

/* For what is answered with silence. Whoever answers may take as long as this machine lets him. */
#define SHORT "timeout: 300ms, retries: 1"
#define LONG "timeout: 15s, retries: 0"

/* The credentials of a user; `auth_file` and `priv_file` name their secrets. */
static const char *settings(char out[512], const char *user, const char *auth, const char *auth_file, const char *priv,
			    const char *priv_file, const char *more)
{
	int n = snprintf(out, 512, "{version: 3, user: %s%s", user, strstr(more, "timeout:") == NULL ? ", " LONG : "");
	if (strcmp(auth, "none") != 0)
		n += snprintf(out + n, 512 - (size_t)n, ", auth: %s, auth_secret: {file: %s/%s}", auth, secrets, auth_file);
	if (strcmp(priv, "none") != 0)
		n += snprintf(out + n, 512 - (size_t)n, ", priv: %s, priv_secret: {file: %s/%s}", priv, secrets, priv_file);
	snprintf(out + n, 512 - (size_t)n, "%s%s}", more[0] != '\0' ? ", " : "", more);
	return out;
}

static struct hwatt_target *open_user(struct fake_world *world, const struct agent *a, const char *text)
{
	struct hwatt_error err;
	struct hwatt_target *t = fake_open(world, "127.0.0.1", a->port, text, &err);
	if (t == NULL)
		fail_msg("%s: %s", text, err.text);
	return t;
}

static struct hwatt_target *fred(struct fake_world *world, const struct agent *a)
{
	char text[512];
	return open_user(world, a, settings(text, "fred", "sha256", "auth", "aes128", "priv", ""));
}

#define FRED "createUser fred SHA-256 \"" AUTH_WORDS "\" AES \"" PRIV_WORDS "\"\ngroup readers usm fred\n" READABLE

static void must_poll(struct hwatt_target *t)
{
	if (fake_poll(t, 60000) < 0)
		fail_msg("%s", t->err.text);
	assert_int_equal(fake_value(t, "memory", "memory_size", "ram"),
			 (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE));
}

/* Says why the poll failed, and that it is not tried again at once. Who refuses by silence may be silent before it comes to
 * that, as the machine stands still: `tries` polls. */
static void must_refuse(struct hwatt_target *t, const char *words, int tries)
{
	do
		assert_int_equal(fake_poll(t, 60000), -1);
	while (--tries > 0 && strstr(t->err.text, words) == NULL);
	if (strstr(t->err.text, words) == NULL)
		fail_msg("\"%s\" says nothing of \"%s\"", t->err.text, words);
	assert_int_equal(t->err.code, HWATT_EAUTH);
	assert_null(strstr(t->err.text, AUTH_WORDS));
	assert_null(strstr(t->err.text, "wrong and long"));
}

static void every_digest_and_cipher_is_understood(void **state)
{
	(void)state;
	char config[16384] = READABLE "group readers usm nobody\ncreateUser nobody\n", text[512];
	struct fake_world world;
	struct agent a;
	need_snmpd();
	for (size_t i = 0; i < COUNT(auths); i++) {
		for (size_t j = 0; j < COUNT(privs); j++) {
			size_t n = strlen(config);
			n += (size_t)snprintf(config + n, sizeof(config) - n, "group readers usm u%zu%zu\ncreateUser u%zu%zu %s \"%s\"", i, j,
					      i, j, auths[i].theirs, AUTH_WORDS);
			snprintf(config + n, sizeof(config) - n, privs[j].theirs != NULL ? " %s \"%s\"\n" : "\n", privs[j].theirs,
				 PRIV_WORDS);
		}
	}
	agent_make(&a, config);
	agent_start(&a);
	agent_await(&a);
	fake_world_open(&world, NULL);
	struct hwatt_target *t = open_user(&world, &a, settings(text, "nobody", "none", "", "none", "", ""));
	must_poll(t);
	fake_close(t);
	for (size_t i = 0; i < COUNT(auths); i++) {
		for (size_t j = 0; j < COUNT(privs); j++) {
			char user[16];
			snprintf(user, sizeof(user), "u%zu%zu", i, j);
			t = open_user(&world, &a, settings(text, user, auths[i].ours, "auth", privs[j].ours, "priv", ""));
			if (fake_poll(t, 60000) < 0)
				fail_msg("%s with %s: %s", auths[i].ours, privs[j].ours, t->err.text);
			must_poll(t);
			fake_close(t);
		}
	}
	fake_world_close(&world);
	agent_remove(&a);
}

static void refusals_say_what_to_check(void **state)
{
	(void)state;
	static const struct { const char *user, *auth, *auth_file, *priv, *priv_file, *more, *words; } wrong[] = {
		{ "freda", "sha256", "auth", "aes128", "priv", "", "no SNMPv3 user \"freda\"" },
		{ "fred", "sha256", "wrong", "aes128", "priv", "", "check \"auth\" and \"auth_secret\"" },
		{ "fred", "sha512", "auth", "aes128", "priv", "", "check \"auth\" and \"auth_secret\"" },
		{ "fred", "sha256", "auth", "aes128", "wrong", SHORT, "check \"priv\" and \"priv_secret\"" },
		{ "fred", "sha256", "auth", "aes256", "priv", SHORT, "\"priv_secret\"" },
		{ "signer", "sha256", "auth", "aes128", "priv", "", "check \"auth\" and \"priv\"" },
		{ "fred", "sha256", "auth", "aes128", "priv", "engine_id: \"8000000001020304\"", "correct \"engine_id\"" },
	};
	struct fake_world world;
	struct agent a;
	char text[512];
	need_snmpd();
	agent_make(&a, FRED "createUser signer SHA-256 \"" AUTH_WORDS "\"\ngroup readers usm signer\n");
	agent_start(&a);
	agent_await(&a);
	fake_world_open(&world, NULL);
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct hwatt_target *t = open_user(&world, &a, settings(text, wrong[i].user, wrong[i].auth, wrong[i].auth_file,
									 wrong[i].priv, wrong[i].priv_file, wrong[i].more));
		bool silent = strstr(wrong[i].words, "priv_secret") != NULL;
		must_refuse(t, wrong[i].words, silent ? 20 : 1);
		unsigned asked = t->requests;
		must_refuse(t, wrong[i].words, 1);
		if (!silent) /* an agent that is silent locks nobody out */
			assert_int_equal(t->requests, 0);
		assert_true(asked > 0);
		fake_close(t);
	}
	fake_world_close(&world);
	agent_remove(&a);
}

static void take_counter(void *arg, const char *name, const char *help, int64_t value)
{
	(void)help;
	if (strcmp(name, "snmp_v3_resyncs_total") == 0)
		*(int64_t *)arg = value;
}

/* How often a device's engine id or clock had to be learnt. */
static int64_t rounds(const struct fake_world *world)
{
	int64_t n = -1;
	snmp_collector.counters(world->engine, take_counter, &n);
	return n;
}

static void restart(struct agent *a)
{
	agent_stop(a);
	agent_start(a);
	agent_await(a);
}

static void a_started_agent_is_asked_on(void **state)
{
	(void)state;
	struct fake_world world;
	struct agent a;
	need_snmpd();
	agent_make(&a, FRED);
	agent_start(&a);
	agent_await(&a);
	fake_world_open(&world, NULL);
	struct hwatt_target *t = fred(&world, &a);
	must_poll(t);
	assert_int_equal(rounds(&world), 1); /* the engine id */
	must_poll(t);
	assert_int_equal(rounds(&world), 1);
	restart(&a);
	must_poll(t);
	assert_int_equal(rounds(&world), 2); /* engineBoots */
	assert_false(fake_warned(t, "engine"));
	fake_close(t);
	fake_world_close(&world);
	agent_remove(&a);
}

static void what_was_learnt_is_kept_over_our_own_restart(void **state)
{
	(void)state;
	struct fake_world world;
	struct agent a;
	struct hwatt_error err;
	char text[512], kept[256];
	need_snmpd();
	agent_make(&a, FRED);
	agent_start(&a);
	agent_await(&a);
	fake_world_open(&world, NULL);
	struct hwatt_target *t = fred(&world, &a);
	must_poll(t);
	assert_non_null(t->memory);
	snprintf(kept, sizeof(kept), "%s", t->memory);
	fake_close(t);
	fake_world_close(&world);

	settings(text, "fred", "sha256", "auth", "aes128", "priv", "");
	fake_world_open(&world, NULL);
	t = fake_open_again(&world, "127.0.0.1", a.port, text, kept, &err);
	must_poll(t);
	assert_int_equal(rounds(&world), 0);
	fake_close(t);
	const char *const spoilt[] = { "", "80001f88", "80001f88zz 1 1", "80001f8801020304 99999999999 -5", "80 x y", "80001f8801020304 1 1" };
	for (size_t i = 0; i < COUNT(spoilt); i++) {
		t = fake_open_again(&world, "127.0.0.1", a.port, text, spoilt[i], &err);
		must_poll(t);
		assert_int_equal(fake_warned(t, "the SNMPv3 engine id was 80001f8801020304 and is"), i >= 3 && i != 4);
		fake_close(t);
	}
	fake_world_close(&world);
	agent_remove(&a);
}

static void a_changed_engine_id_is_told_and_followed(void **state)
{
	(void)state;
	struct fake_world world;
	struct agent a;
	need_snmpd();
	agent_make(&a, "exactEngineID 0x80001f88040a0b0c01\n" FRED);
	agent_start(&a);
	agent_await(&a);
	fake_world_open(&world, NULL);
	struct hwatt_target *t = fred(&world, &a);
	must_poll(t);
	agent_stop(&a);
	agent_configure(&a, "exactEngineID 0x80001f88040a0b0c02\n" FRED);
	agent_forget(&a); /* it would answer to the old one, too */
	agent_start(&a);
	agent_await(&a);
	must_poll(t);
	assert_true(fake_warned(t, "the SNMPv3 engine id was 80001f88040a0b0c01 and is 80001f88040a0b0c02 now"));
	must_poll(t);
	fake_close(t);
	fake_world_close(&world);
	agent_remove(&a);
}

static void boots_that_go_back_are_told_and_followed(void **state)
{
	(void)state;
	struct fake_world world;
	struct agent a;
	need_snmpd();
	agent_make(&a, "exactEngineID 0x80001f88040a0b0c03\n" FRED);
	agent_boots(&a, "0x80001f88040a0b0c03", 700);
	agent_start(&a);
	agent_await(&a);
	fake_world_open(&world, NULL);
	struct hwatt_target *t = fred(&world, &a);
	must_poll(t);
	agent_stop(&a);
	agent_forget(&a);
	agent_start(&a);
	agent_await(&a);
	must_poll(t);
	assert_true(fake_warned(t, "engineBoots went back from 701 to"));
	must_poll(t);
	fake_close(t);
	fake_world_close(&world);
	agent_remove(&a);
}

static void two_agents_with_one_engine_id_are_told_and_both_read(void **state)
{
	(void)state;
	struct fake_world world;
	struct agent a, b;
	need_snmpd();
	agent_make(&a, "exactEngineID 0x80001f88040a0b0c04\n" FRED);
	agent_make(&b, "exactEngineID 0x80001f88040a0b0c04\n" FRED);
	agent_boots(&b, "0x80001f88040a0b0c04", 5000);
	agent_start(&a);
	agent_start(&b);
	agent_await(&a);
	agent_await(&b);
	fake_world_open(&world, NULL);
	struct hwatt_target *first = fred(&world, &a), *second = fred(&world, &b);
	must_poll(first);
	must_poll(second);
	int64_t learnt = rounds(&world);
	for (int i = 0; i < 3; i++) {
		must_poll(first);
		must_poll(second);
	}
	assert_int_equal(rounds(&world), learnt);
	assert_true(fake_warned(first, "test has the same SNMPv3 engine id (80001f88040a0b0c04)"));
	assert_true(fake_warned(second, "test has the same SNMPv3 engine id (80001f88040a0b0c04)"));
	char text[512], kept[2][256];
	snprintf(kept[0], sizeof(kept[0]), "%s", first->memory);
	snprintf(kept[1], sizeof(kept[1]), "%s", second->memory);
	fake_close(first);
	fake_close(second);
	fake_world_close(&world);

	struct hwatt_error err; /* after our own restart, too, when nobody is asked who he is */
	settings(text, "fred", "sha256", "auth", "aes128", "priv", "");
	fake_world_open(&world, NULL);
	first = fake_open_again(&world, "127.0.0.1", a.port, text, kept[0], &err);
	second = fake_open_again(&world, "127.0.0.1", b.port, text, kept[1], &err);
	must_poll(first);
	must_poll(second);
	assert_int_equal(rounds(&world), 0);
	assert_true(fake_warned(first, "has the same SNMPv3 engine id"));
	assert_true(fake_warned(second, "has the same SNMPv3 engine id"));
	fake_close(first);
	fake_close(second);
	fake_world_close(&world);
	agent_remove(&a);
	agent_remove(&b);
}

static void contexts_are_asked(void **state)
{
	(void)state;
	struct fake_world world;
	struct agent behind, front;
	char config[1024], text[512];
	need_snmpd();
	agent_make(&behind, "rocommunity public 127.0.0.1\nsysDescr behind\n");
	snprintf(config, sizeof(config), FRED "access readers there usm noauth exact all none none\n"
		 "access readers nowhere usm noauth exact all none none\n"
		 "proxy -Cn there -v 2c -c public 127.0.0.1:%u .1.3\n", behind.port);
	agent_make(&front, config);
	agent_start(&behind);
	agent_start(&front);
	agent_await(&behind);
	agent_await(&front);
	fake_world_open(&world, NULL);
	struct hwatt_target *t = open_user(&world, &front, settings(text, "fred", "sha256", "auth", "aes128", "priv", "context: there"));
	must_poll(t);
	fake_close(t);
	t = open_user(&world, &front, settings(text, "fred", "sha256", "auth", "aes128", "priv", "context: nowhere, " SHORT));
	must_refuse(t, "check \"context\"", 20); /* snmpd drops it without a word */
	fake_close(t);
	fake_world_close(&world);
	agent_remove(&front);
	agent_remove(&behind);
}

#define LIVE 100

static void a_dead_device_makes_nobody_late(void **state)
{
	(void)state;
	struct fake_world world;
	struct agent a, dead;
	struct hwatt_target *live[LIVE], *silent;
	char text[512];
	need_snmpd();
	agent_make(&a, FRED);
	agent_make(&dead, FRED); /* never started */
	agent_start(&a);
	agent_await(&a);
	fake_world_open(&world, NULL);
	for (size_t i = 0; i < LIVE; i++) {
		live[i] = fred(&world, &a);
		must_poll(live[i]);
	}
	silent = open_user(&world, &dead, settings(text, "fred", "sha256", "auth", "aes128", "priv", "timeout: 45s, retries: 1"));
	fake_start(silent, 90000);
	for (size_t i = 0; i < LIVE; i++)
		fake_start(live[i], 60000);
	for (size_t i = 0; i < LIVE; i++)
		if (fake_wait(live[i]) < 0)
			fail_msg("%s", live[i]->err.text);
	assert_false(silent->done); /* they were not after it */
	for (size_t i = 0; i < LIVE; i++)
		fake_close(live[i]);
	fake_close(silent);
	fake_world_close(&world);
	agent_remove(&a);
	agent_remove(&dead);
}

static void a_secret_that_cannot_be_is_refused_at_once(void **state)
{
	(void)state;
	struct fake_world world;
	struct hwatt_error err;
	char text[512];
	need_snmpd();
	fake_world_open(&world, NULL);
	assert_null(fake_open(&world, "127.0.0.1", 1, settings(text, "fred", "sha256", "short", "none", "", ""), &err));
	assert_int_equal(err.code, HWATT_EINVAL);
	assert_string_equal(err.text, "the secret of auth_secret is shorter than 8 characters, which SNMPv3 does not allow");
	assert_null(fake_open(&world, "127.0.0.1", 1, settings(text, "fred", "sha256", "auth", "aes128", "short", ""), &err));
	assert_non_null(strstr(err.text, "priv_secret is shorter"));
	assert_null(fake_open(&world, "127.0.0.1", 1, settings(text, "fred", "sha256", "absent", "none", "", ""), &err));
	assert_non_null(strstr(err.text, "auth_secret: cannot open"));
	fake_world_close(&world);
}

enum lie { LIE_NEW_ENGINE, LIE_OTHER_VERSION };

struct liar { /* an agent in our own loop */
	uv_udp_t socket;
	enum lie lie;
	unsigned reports;
	uint16_t port;
};

static void room(uv_handle_t *handle, size_t size, uv_buf_t *out)
{
	static char bytes[2048];
	(void)handle;
	(void)size;
	*out = uv_buf_init(bytes, sizeof(bytes));
}

static size_t write_lie(struct liar *liar, uint32_t id, uint8_t *out, size_t size)
{
	static const uint8_t unknown_engine[] = { 0x2b, 6, 1, 6, 3, 15, 1, 1, 4, 0 };
	char engine[] = "\x80\x01\x02\x03_";
	uint8_t pdu[200];
	size_t length = v3_write_report(id, unknown_engine, sizeof(unknown_engine), pdu, sizeof(pdu));
	if (liar->lie == LIE_OTHER_VERSION) {
		const struct ber_request v2c = { .version = BER_V2C, .community = "", .pdu = BER_RESPONSE };
		size_t id_at, n = ber_encode(&v2c, out, size, &id_at);
		ber_put_id(out, id_at, id);
		return n;
	}
	engine[4] = (char)('a' + liar->reports);
	const struct v3_message m = { .id = id, .engine = engine, .user = "", .pdu = pdu, .pdu_length = length };
	return v3_write(&m, out, size);
}

static void lie(uv_udp_t *socket, ssize_t n, const uv_buf_t *in, const struct sockaddr *from, unsigned flags)
{
	struct liar *liar = socket->data;
	uint8_t out[600];
	uint32_t id;
	(void)flags;
	if (n <= 0 || !head_peek_id(in->base, (size_t)n, &id))
		return;
	uv_buf_t answer = uv_buf_init((char *)out, (unsigned)write_lie(liar, id, out, sizeof(out)));
	assert_true(answer.len > 0);
	assert_int_equal(uv_udp_try_send(socket, &answer, 1, from), (int)answer.len);
	liar->reports++;
}

static void start_lying(struct liar *liar, struct fake_world *world, enum lie what)
{
	struct sockaddr_in any;
	int size = sizeof(any);
	*liar = (struct liar){ .lie = what };
	uv_ip4_addr("127.0.0.1", 0, &any);
	assert_int_equal(uv_udp_init(&world->loop, &liar->socket), 0);
	assert_int_equal(uv_udp_bind(&liar->socket, (struct sockaddr *)&any, 0), 0);
	assert_int_equal(uv_udp_getsockname(&liar->socket, (struct sockaddr *)&any, &size), 0);
	liar->port = ntohs(any.sin_port);
	liar->socket.data = liar;
	assert_int_equal(uv_udp_recv_start(&liar->socket, room, lie), 0);
}

static struct hwatt_target *open_liar(struct fake_world *world, const struct liar *liar)
{
	const struct agent a = { .port = liar->port };
	char text[512];
	return open_user(world, &a, settings(text, "fred", "sha256", "auth", "aes128", "priv", SHORT));
}

static void an_agent_that_is_another_with_each_report_is_given_up(void **state)
{
	(void)state;
	struct fake_world world;
	struct liar liar;
	need_snmpd();
	fake_world_open(&world, NULL);
	start_lying(&liar, &world, LIE_NEW_ENGINE);
	struct hwatt_target *t = open_liar(&world, &liar);
	assert_int_equal(fake_poll(t, 5000), -1);
	assert_int_equal(t->err.code, HWATT_EPROTO);
	assert_non_null(strstr(t->err.text, "does not come to terms"));
	assert_int_equal(liar.reports, 7);
	uv_close((uv_handle_t *)&liar.socket, NULL);
	fake_close(t);
	fake_world_close(&world);
}

static void an_answer_of_another_version_is_dropped(void **state)
{
	(void)state;
	struct fake_world world;
	struct liar liar;
	need_snmpd();
	fake_world_open(&world, NULL);
	start_lying(&liar, &world, LIE_OTHER_VERSION);
	struct hwatt_target *t = open_liar(&world, &liar);
	assert_int_equal(fake_poll(t, 5000), -1);
	assert_int_equal(t->err.code, HWATT_ETIMEOUT);
	assert_int_equal(liar.reports, 2);
	uv_close((uv_handle_t *)&liar.socket, NULL);
	fake_close(t);
	fake_world_close(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_digest_and_cipher_is_understood),
		cmocka_unit_test(refusals_say_what_to_check),
		cmocka_unit_test(a_started_agent_is_asked_on),
		cmocka_unit_test(what_was_learnt_is_kept_over_our_own_restart),
		cmocka_unit_test(a_changed_engine_id_is_told_and_followed),
		cmocka_unit_test(boots_that_go_back_are_told_and_followed),
		cmocka_unit_test(two_agents_with_one_engine_id_are_told_and_both_read),
		cmocka_unit_test(contexts_are_asked),
		cmocka_unit_test(a_dead_device_makes_nobody_late),
		cmocka_unit_test(a_secret_that_cannot_be_is_refused_at_once),
		cmocka_unit_test(an_agent_that_is_another_with_each_report_is_given_up),
		cmocka_unit_test(an_answer_of_another_version_is_dropped),
	};
	return cmocka_run_group_tests(tests, make_secrets, remove_secrets);
}
