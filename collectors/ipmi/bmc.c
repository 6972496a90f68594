/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* bmc.c - one management controller, from its commands to its values.
 *
 * A poll interviews a controller that is new, or was interviewed `refresh` ago, then asks for the power of the machine by
 * DCMI and for its sensors, those in watts first.  When time runs out the other sensors go on with the next poll. */
#include "bmc.h"
#include "census.h"
#include "knock.h"
#include "interview.h"
#include "local.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define GET_READING 0x2d
#define MEMORY "power"
#define GET_FACTORS 0x23
#define SPARE_MS 1500               /* with less time left no more sensors are asked */
#define SUPPLY_LOOKS 3              /* polls that wait for supplies that do not read, before the others are the whole */
#define SUPPLY_GONE_MS (10 * 60000) /* a supply that read and does not any more is taken out after this */
#define APART_PPM 50000             /* where no accuracy is stated: 5 % */
#define APART_LEAST_MW 10000        /* and at least that much */
#define APART_MS (10 * 60000)       /* so long, to be worth a word */
#define UNREAD_TRIES 5u             /* polls in a row that try to read what the controller was too busy for */
#define EMPTY_MS (10 * 60000)       /* so long there and without any value: a word, too */

struct module { /* shared by all controllers of a loop */
	struct lan_module *lan;
	struct census_shelf shelf;
	int64_t empty_polls;  /* answered with "not now" */
	int64_t empty_bmcs;   /* that have been so for EMPTY_MS */
};

enum watt_source { BY_DCMI, BY_SENSOR, BY_SUPPLIES, SOURCES };

struct apart { /* another source than the chosen one, and since when it disagrees */
	int64_t since_ms;
	bool said;
};

struct bmc {
	struct hwatt_target *target;
	struct module *module;
	const struct ipmi_settings *settings;
	struct transport *transport;
	struct interview *interview; /* while one runs, or is interrupted */
	struct census *census;
	char *key;                   /* of the repository that the census is of */
	int *handles;                /* by sensor */
	int power, supplies_sum;     /* handles; -1: no such point */
	int least, most, mean;
	uint32_t supplies;           /* which supplies' inputs read at all, by their order */
	uint32_t lately;             /* those that read since not all of them did */
	int64_t whole_ms;            /* when all of them last did */
	uint32_t firmware;           /* a hash: another one may do what the last could not */
	int64_t asked_ms, identity_ms;
	int64_t now_mw[SOURCES];     /* of this poll; -1: none */
	uint32_t summed;
	int64_t empty_since_ms;      /* 0: the last poll gave values */
	unsigned empty_polls;
	struct errand errand;
	uint16_t at, cursor;         /* the sensor that is asked; where the others begin */
	uint16_t asked;              /* sensors not in watts in this poll */
	uint8_t raw, looks;
	uint8_t unread;              /* inventories in a row that the controller was too busy for */
	bool with_inventory;         /* the interview that runs reads it */
	bool dcmi, no_dcmi, has_identity, host_was_off, watts_known;
	bool empty_said;
	struct apart apart[SOURCES];
};

static void ask_power(struct bmc *b);
static void ask_sensor(struct bmc *b);

int bmc_start(uv_loop_t *loop, struct hwatt_log *log, void **out, struct hwatt_error *err)
{
	struct module *m = hwatt_alloc(sizeof(*m));
	if (lan_start(loop, log, &m->lan, err) < 0) {
		free(m);
		return -1;
	}
	*out = m;
	return 0;
}

void bmc_stop(void *engine)
{
	struct module *m = engine;
	lan_stop(m->lan);
	assert(m->shelf.first == NULL);
	free(m);
}

size_t bmc_octets(void)
{
	return sizeof(struct bmc) + lan_octets();
}

int bmc_find(void *engine, const void *settings, const struct sockaddr *to, int64_t timeout_ms, hwatt_find_done *done, void *arg,
	     struct hwatt_error *err)
{
	const struct module *m = engine;
	(void)settings;
	(void)err;
	knock(lan_hub(m->lan), to, timeout_ms, done, arg);
	return 0;
}

int bmc_open(struct hwatt_target *t, struct hwatt_error *err)
{
	struct bmc *b = hwatt_alloc(sizeof(*b));
	b->target = t;
	b->module = hwatt_target_engine(t);
	b->settings = hwatt_target_settings(t);
	b->power = b->supplies_sum = b->least = b->most = b->mean = -1;
	b->no_dcmi = (ipmi_quirks(b->settings) & IPMI_QUIRK_NO_DCMI) != 0;
	const struct hwatt_device *device = hwatt_target_device(t);
	bool local = device->host[0] == '\0'; /* its driver is opened with the first poll: the module may come later */
	int rc = 0;
	if (local && device->interval_ms < LOCAL_MIN_INTERVAL_MS)
		rc = hwatt_fail(err, HWATT_EINVAL, "the BMC of this machine is polled every %d s at most: set \"interval\"",
				LOCAL_MIN_INTERVAL_MS / 1000);
	else if (!local)
		rc = lan_open(b->module->lan, t, &b->transport, err);
	if (rc < 0) {
		free(b);
		return -1;
	}
	hwatt_target_attach(t, b);
	return 0;
}

static int64_t now_ms(const struct bmc *b)
{
	return (int64_t)uv_now(hwatt_target_loop(b->target));
}

void bmc_set_transport(struct hwatt_target *t, struct transport *transport)
{
	struct bmc *b = hwatt_target_session(t);
	assert(b->transport == NULL);
	b->transport = transport;
}

/* Nothing is given by one that is there: that is told once it lasts. */
static void count_empty(struct bmc *b, const struct hwatt_error *why)
{
	b->module->empty_polls++;
	b->empty_polls++;
	if (b->empty_since_ms == 0)
		b->empty_since_ms = now_ms(b);
	if (b->empty_said || now_ms(b) - b->empty_since_ms < EMPTY_MS)
		return;
	b->empty_said = true;
	b->module->empty_bmcs++;
	hwatt_log(hwatt_target_log(b->target), HWATT_WARN, "there, but without a value for %d minutes, %u polls: %s", EMPTY_MS / 60000,
		  b->empty_polls, why->text);
}

static void end_empty(struct bmc *b, bool values)
{
	if (b->empty_said && values)
		hwatt_log(hwatt_target_log(b->target), HWATT_INFO, "gives values again, after %u polls without", b->empty_polls);
	b->module->empty_bmcs -= b->empty_said;
	b->empty_said = false;
	b->empty_since_ms = 0;
	b->empty_polls = 0;
}

/* The controller is there but cannot serve us now: that is no outage. Nothing is given then. */
static void finish(struct bmc *b, const struct hwatt_error *err)
{
	if (err != NULL && err->code == HWATT_ENODATA) {
		hwatt_target_warn(b->target, "%s", err->text);
		count_empty(b, err);
		err = NULL;
	} else {
		end_empty(b, err == NULL);
	}
	if (b->transport != NULL)
		b->transport->kind->rest(b->transport);
	hwatt_target_done(b->target, err);
}

/* Which sources tell the power of the whole. */
static bool is_total(const struct sensor *s)
{
	return s->role == HWATT_CHASSIS && s->quantity == HWATT_ACTIVE_POWER && strcmp(s->index, "total") == 0;
}

static enum watt_source chosen(const struct bmc *b)
{
	return b->census->choice == SENSOR_CHOICE_DCMI ? BY_DCMI : b->census->choice == SENSOR_CHOICE_SYSTEM ? BY_SENSOR : BY_SUPPLIES;
}

static int declare(struct bmc *b, const char *index, const char *name, const char *source, bool alternative)
{
	struct hwatt_point point = { .role = HWATT_CHASSIS, .quantity = HWATT_ACTIVE_POWER, .index = index, .name = name,
				     .source = source, .alternative = alternative };
	return hwatt_target_point(b->target, &point);
}

static void declare_sensors(struct bmc *b)
{
	const struct census *c = b->census;
	free(b->handles);
	b->handles = hwatt_alloc((c->count + 1) * sizeof(int));
	for (size_t i = 0; i < c->count; i++) {
		const struct sensor *s = &c->sensors[i];
		char source[16];
		snprintf(source, sizeof(source), "sdr %04x", s->record);
		struct hwatt_point point = { .role = s->role, .quantity = s->quantity, .index = s->index, .name = s->name,
					     .source = source, .alternative = s->alternative };
		b->handles[i] = hwatt_target_point(b->target, &point);
	}
}

/* The period of minimum, maximum and mean, as a person would say it. */
static void put_window(char *out, size_t size, const char *what, int64_t period_ms)
{
	if (period_ms <= 0)
		snprintf(out, size, "%s", what);
	else if (period_ms % 3600000 == 0)
		snprintf(out, size, "%s of %" PRId64 " h", what, period_ms / 3600000);
	else if (period_ms % 60000 == 0)
		snprintf(out, size, "%s of %" PRId64 " min", what, period_ms / 60000);
	else
		snprintf(out, size, "%s of %" PRId64 " s", what, period_ms / 1000);
}

static void declare_dcmi(struct bmc *b, const struct dcmi_power *power)
{
	char name[48];
	b->power = declare(b, "total", "DCMI power reading", "dcmi", chosen(b) != BY_DCMI);
	if (power->now_mw < 0)
		return;
	put_window(name, sizeof(name), "minimum", power->period_ms);
	b->least = declare(b, "minimum", name, "dcmi", true);
	put_window(name, sizeof(name), "maximum", power->period_ms);
	b->most = declare(b, "maximum", name, "dcmi", true);
	put_window(name, sizeof(name), "average", power->period_ms);
	b->mean = declare(b, "average", name, "dcmi", true);
}

/* Whether DCMI gave a power reading at any time: it is not left for another source because it pauses. */
static bool had_dcmi(struct bmc *b)
{
	char *source = hwatt_target_recall(b->target, MEMORY);
	bool had = (b->census != NULL && b->census->dcmi) || (source != NULL && strcmp(source, "dcmi") == 0);
	free(source);
	return had;
}

static void adopt(struct bmc *b, const struct interview_findings *f)
{
	const char *key = f->same_sensors ? b->key : f->key;
	struct census *before = b->census;
	/* A power reading that is not active now may have been before, or become so when the host goes on; else it never is. One that
	 * is refused now but was there before is not left for another source either. */
	b->dcmi = f->dcmi ? f->power.now_mw >= 0 || had_dcmi(b) || (f->host_known && !f->host_on)
			  : !b->no_dcmi && !f->dcmi_denied && had_dcmi(b);
	if (f->power.now_mw >= 0 && !had_dcmi(b))
		hwatt_target_remember(b->target, MEMORY, "dcmi");
	b->census = census_take(&b->module->shelf, f->same_sensors && before != NULL ? before->records : f->records,
				f->same_sensors && before != NULL ? before->octets : f->octets, b->dcmi);
	if (b->census != before) {
		declare_sensors(b);
		b->cursor = 0;
		b->supplies = b->lately = 0;
		b->looks = 0;
		b->watts_known = false; /* which supplies read is seen with the next readings */
	}
	char *copy = hwatt_strdup(key != NULL ? key : "");
	free(b->key);
	b->key = copy;
	census_release(&b->module->shelf, before);
	if (f->dcmi || b->dcmi)
		declare_dcmi(b, &f->power);
	if (b->census->supplies > 0)
		b->supplies_sum = declare(b, "total", "sum of the power supplies' input", "psu sum", chosen(b) != BY_SUPPLIES);
}

static uint32_t firmware_hash(const struct devid *id)
{
	uint32_t h = 2166136261u ^ id->manufacturer ^ (uint32_t)id->product << 8;
	for (const char *p = id->firmware; *p != '\0'; p++)
		h = (h ^ (uint8_t)*p) * 16777619u;
	for (size_t i = 0; i < sizeof(id->auxiliary); i++)
		h = (h ^ id->auxiliary[i]) * 16777619u;
	return h;
}

static void identify(struct bmc *b, const struct interview_findings *f)
{
	const char *maker = devid_maker(f->id.manufacturer);
	char why[200];
	snprintf(why, sizeof(why), "power by %s", b->census->why);
	struct hwatt_identity id = { .vendor = f->vendor[0] != '\0' ? f->vendor : maker, .model = f->model, .serial = f->serial,
				     .firmware = f->id.firmware, .profile = "ipmi", .profile_reason = why };
	hwatt_target_identify(b->target, &id);
}

static void on_interviewed(void *arg, const struct hwatt_error *err)
{
	struct bmc *b = arg;
	const struct interview_findings *f = interview_findings(b->interview);
	if (err != NULL) { /* it goes on from there with the next poll */
		finish(b, err);
		return;
	}
	uint32_t firmware = firmware_hash(&f->id);
	adopt(b, f);
	if (b->with_inventory) {
		if (!f->unread || !b->has_identity) /* what was known is not lost as it was busy */
			identify(b, f);
		b->has_identity = true;
		b->identity_ms = now_ms(b);
		b->unread = f->unread && b->unread < UNREAD_TRIES ? (uint8_t)(b->unread + 1) : 0;
	} else if (firmware != b->firmware) {
		b->has_identity = false; /* the next interview reads the inventory too */
	}
	b->firmware = firmware;
	if (f->host_known && f->host_on == b->host_was_off) {
		hwatt_log(hwatt_target_log(b->target), HWATT_INFO, "the host is %s", f->host_on ? "on" : "off");
		b->host_was_off = !f->host_on;
	}
	b->asked_ms = b->has_identity && b->unread == 0 ? now_ms(b) : now_ms(b) - b->settings->refresh_ms;
	interview_free(b->interview);
	b->interview = NULL;
	ask_power(b);
}

static void begin_interview(struct bmc *b)
{
	if (b->interview == NULL) {
		b->with_inventory = !b->has_identity || now_ms(b) - b->identity_ms >= b->settings->inventory_ms ||
				    b->unread > 0;
		struct interview_order order = { .known_key = b->key != NULL ? b->key : "", .fru = b->with_inventory, .dcmi = !b->no_dcmi,
						 .sensors = b->settings->sensors != IPMI_SENSORS_NONE };
		if (b->census != NULL) {
			order.known = b->census->records;
			order.known_octets = b->census->octets;
		}
		b->interview = interview_new(b->transport, b->target, &order, on_interviewed, b);
	}
	interview_run(b->interview);
}

/* Power by DCMI. */
static void add(struct bmc *b, int point, int64_t value)
{
	if (point >= 0)
		hwatt_target_add(b->target, point, (struct hwatt_value){ .value = value });
}

static void on_power(void *arg, const struct transport_answer *a, const struct hwatt_error *err)
{
	struct bmc *b = arg;
	struct dcmi_power power;
	struct hwatt_error mine;
	if (a == NULL) {
		finish(b, err);
		return;
	}
	if (a->code == 0 && dcmi_read_power(a->data, a->length, &power, &mine) == 0) {
		b->now_mw[BY_DCMI] = power.now_mw;
		if (power.now_mw >= 0)
			add(b, b->power, power.now_mw);
		if (power.min_mw >= 0)
			add(b, b->least, power.min_mw);
		if (power.max_mw >= 0)
			add(b, b->most, power.max_mw);
		if (power.mean_mw >= 0)
			add(b, b->mean, power.mean_mw);
	}
	ask_sensor(b);
}

static void ask_power(struct bmc *b)
{
	static const uint8_t data[] = DCMI_ASK_POWER;
	b->at = b->asked = 0;
	b->summed = 0;
	for (size_t i = 0; i < SOURCES; i++)
		b->now_mw[i] = -1;
	if (b->dcmi || b->power >= 0)
		errand_run(&b->errand, b->transport, DCMI_NETFN, 0, DCMI_GET_POWER, data, sizeof(data), on_power, b);
	else
		ask_sensor(b);
}

/* Two numbers for one thing. */
static const char *const source_words[SOURCES] = { "DCMI", "the sensor of the whole", "the power supplies together" };

static void compare(struct bmc *b, enum watt_source other)
{
	struct apart *apart = &b->apart[other];
	int64_t is = b->now_mw[chosen(b)], says = b->now_mw[other];
	if (is < 0 || says < 0 || other == chosen(b))
		return;
	int64_t between = is > says ? is - says : says - is, bound = is / (HWATT_PPM / APART_PPM);
	if (between <= (bound > APART_LEAST_MW ? bound : APART_LEAST_MW)) {
		apart->since_ms = 0;
		apart->said = false;
		return;
	}
	if (apart->since_ms == 0)
		apart->since_ms = now_ms(b);
	if (apart->said || now_ms(b) - apart->since_ms < APART_MS)
		return;
	apart->said = true;
	hwatt_target_warn(b->target, "%s says %" PRId64 " W, %s says %" PRId64 " W, for %d minutes now: the first counts",
			  source_words[chosen(b)], is / 1000, source_words[other], says / 1000, APART_MS / 60000);
}

/* Which supplies there are: all that read at any time.  A bay may be empty, but a supply that was busy in the first poll is
 * none, and one that falls silent is missed for a while before it counts as pulled. */
static void count_supplies(struct bmc *b)
{
	size_t all = b->census->supplies < CENSUS_MAX_SUPPLIES ? b->census->supplies : CENSUS_MAX_SUPPLIES;
	uint32_t every = (uint32_t)((UINT64_C(1) << all) - 1);
	b->supplies |= b->summed;
	b->lately |= b->summed;
	if (!b->watts_known)
		b->watts_known = b->supplies == every || (b->supplies != 0 && ++b->looks >= SUPPLY_LOOKS);
	if (b->summed == b->supplies || b->whole_ms == 0) {
		b->whole_ms = now_ms(b);
		b->lately = b->summed;
	} else if (now_ms(b) - b->whole_ms >= SUPPLY_GONE_MS) {
		b->supplies = b->lately;
		b->watts_known = b->supplies != 0; /* when none is left they come back together, or are waited for */
		b->looks = 0;
		b->whole_ms = now_ms(b);
		b->lately = b->summed;
	}
}

static void add_sum(struct bmc *b)
{
	count_supplies(b);
	if (!b->watts_known || b->supplies == 0 || b->summed != b->supplies) {
		b->now_mw[BY_SUPPLIES] = -1;
		return;
	}
	add(b, b->supplies_sum, b->now_mw[BY_SUPPLIES]);
}

static void finish_readings(struct bmc *b)
{
	if (b->census->supplies > 0)
		add_sum(b);
	for (int i = 0; i < SOURCES; i++)
		compare(b, (enum watt_source)i);
	finish(b, NULL);
}

/* Sensors. */
static unsigned supply_number(const struct bmc *b)
{
	unsigned n = 0;
	for (size_t i = 0; i < b->at; i++)
		n += b->census->sensors[i].watt == SENSOR_SUPPLY_IN;
	return n;
}

static void give(struct bmc *b, const struct sensor *s)
{
	int64_t value;
	if (sensor_value(s, b->raw, &value, NULL) < 0)
		return;
	add(b, b->handles[b->at], value);
	if (is_total(s))
		b->now_mw[BY_SENSOR] = value;
	if (s->watt == SENSOR_SUPPLY_IN && supply_number(b) < CENSUS_MAX_SUPPLIES) {
		b->summed |= 1u << supply_number(b);
		b->now_mw[BY_SUPPLIES] = (b->now_mw[BY_SUPPLIES] < 0 ? 0 : b->now_mw[BY_SUPPLIES]) + value;
	}
}

static void next_sensor(struct bmc *b)
{
	if (b->at >= b->census->watts)
		b->asked++;
	b->at++;
	ask_sensor(b);
}

static void on_factors(void *arg, const struct transport_answer *a, const struct hwatt_error *err)
{
	struct bmc *b = arg;
	if (a == NULL) {
		finish(b, err);
		return;
	}
	struct sensor s = b->census->sensors[b->at];
	if (a->code == 0 && sdr_read_factors(a->data, a->length, &s.analog.factors, NULL) == 0)
		give(b, &s);
	next_sensor(b);
}

static void on_reading(void *arg, const struct transport_answer *a, const struct hwatt_error *err)
{
	struct bmc *b = arg;
	const struct sensor *s = &b->census->sensors[b->at];
	unsigned quirks = (ipmi_quirks(b->settings) & IPMI_QUIRK_IGNORE_SCANNING) != 0 ? SENSOR_IGNORE_SCANNING : 0;
	if (a == NULL) {
		finish(b, err);
		return;
	}
	if (a->code != 0 || sensor_read(a->data, a->length, quirks, &b->raw) != SENSOR_READS) {
		next_sensor(b); /* no value, which is not 0 */
		return;
	}
	if (sdr_needs_factors(&s->analog)) {
		const uint8_t data[] = { s->number, b->raw };
		errand_run(&b->errand, b->transport, DEVID_NETFN_SENSOR, s->lun, GET_FACTORS, data, sizeof(data), on_factors, b);
		return;
	}
	give(b, s);
	next_sensor(b);
}

/* Asks for sensor `at`, those in watts first; the others from where the last poll stopped. */
static void ask_sensor(struct bmc *b)
{
	const struct census *c = b->census;
	size_t others = b->settings->sensors == IPMI_SENSORS_ALL ? c->count - c->watts : 0;
	if (b->at >= c->watts) {
		bool late = hwatt_target_time_left_ms(b->target) < SPARE_MS && b->asked > 0;
		if (b->asked >= others || late) {
			if (late)
				b->cursor = (uint16_t)(((size_t)b->cursor + b->asked) % others);
			finish_readings(b);
			return;
		}
		b->at = (uint16_t)(c->watts + ((size_t)b->cursor + b->asked) % others);
	}
	const struct sensor *s = &c->sensors[b->at];
	errand_run(&b->errand, b->transport, DEVID_NETFN_SENSOR, s->lun, GET_READING, &s->number, 1, on_reading, b);
}

void bmc_poll(struct hwatt_target *t)
{
	struct bmc *b = hwatt_target_session(t);
	struct hwatt_error err;
	if (b->transport == NULL &&
	    local_open(hwatt_target_loop(t), hwatt_target_device(t)->port, &local_linux, &b->transport, &err) < 0) {
		finish(b, &err);
		return;
	}
	if (b->census == NULL || b->interview != NULL || now_ms(b) - b->asked_ms >= b->settings->refresh_ms)
		begin_interview(b);
	else
		ask_power(b);
}

void bmc_abort(struct hwatt_target *t)
{
	struct bmc *b = hwatt_target_session(t);
	if (b->transport == NULL)
		return;
	b->transport->kind->cancel(b->transport);
	b->transport->kind->rest(b->transport);
}

static void on_closed(void *arg)
{
	struct hwatt_target *t = arg;
	hwatt_target_closed(t);
}

void bmc_close(struct hwatt_target *t)
{
	struct bmc *b = hwatt_target_session(t);
	struct transport *transport = b->transport;
	b->module->empty_bmcs -= b->empty_said;
	interview_free(b->interview);
	census_release(&b->module->shelf, b->census);
	free(b->key);
	free(b->handles);
	free(b);
	if (transport != NULL)
		transport->kind->close(transport, on_closed, t);
	else
		hwatt_target_closed(t);
}

void bmc_counters(void *engine, void (*put)(void *arg, const char *name, const char *help, int64_t value), void *arg)
{
	const struct module *m = engine;
	const struct hub_counters *c = hub_counters(lan_hub(m->lan));
	put(arg, "ipmi_requests_total", "IPMI packets sent, repeated ones too.", c->sent);
	put(arg, "ipmi_answers_total", "Packets received on the IPMI sockets.", c->received);
	put(arg, "ipmi_retries_total", "IPMI packets sent again.", c->retries);
	put(arg, "ipmi_timeouts_total", "IPMI commands and logins given up.", c->timeouts);
	put(arg, "ipmi_malformed_total", "Packets that were no RMCP+ or not sealed by the BMC that was asked, dropped.", c->malformed);
	put(arg, "ipmi_unknown_total", "IPMI answers that came late, twice or unasked, dropped.", c->unknown);
	put(arg, "ipmi_wrong_source_total", "IPMI packets from addresses that were not asked, dropped.", c->wrong_source);
	put(arg, "ipmi_kernel_drops_total", "IPMI answers lost because the receive buffer was full.", c->kernel_drops);
	put(arg, "ipmi_send_errors_total", "IPMI packets that could not be sent.", c->send_errors);
	put(arg, "ipmi_sessions_opened_total", "IPMI sessions begun.", c->opened);
	put(arg, "ipmi_sessions_closed_total", "IPMI sessions ended.", c->closed);
	put(arg, "ipmi_sessions_lost_total", "IPMI sessions that the BMC did not answer in any more.", c->lost);
	put(arg, "ipmi_logins_refused_total", "IPMI logins that a BMC refused: wrong user, password or privilege.", c->refused);
	put(arg, "ipmi_sessions_full_total", "IPMI logins put off, as the BMC had no session free.", c->full);
	put(arg, "ipmi_polls_empty_total", "Polls without a value as the BMC, which is there, could not serve: no session free, busy, starting.",
	    m->empty_polls);
	put(arg, "ipmi_bmcs_empty", "BMCs that are there and have given no value for ten minutes.", m->empty_bmcs);
}
