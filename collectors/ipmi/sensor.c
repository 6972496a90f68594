/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "sensor.h"
#include <ctype.h>
#include <hallwatt/wire.h>
#include <stdio.h>
#include <string.h>

#define UNAVAILABLE 0x20
#define SCANNED 0x40
#define THRESHOLD 0x01           /* event type of sensors whose reading is a number by definition */

enum sensor_answer sensor_read(const void *bytes, size_t length, unsigned quirks, uint8_t *raw)
{
	struct hwatt_wire in = hwatt_wire_from(bytes, length);
	uint8_t value = hwatt_wire_u8(&in), flags = hwatt_wire_u8(&in);
	if (!hwatt_wire_ok(&in))
		return SENSOR_NO_ANSWER;
	if ((flags & UNAVAILABLE) != 0)
		return SENSOR_UNAVAILABLE;
	if ((flags & SCANNED) == 0 && (quirks & SENSOR_IGNORE_SCANNING) == 0)
		return SENSOR_NOT_SCANNED;
	*raw = value;
	return SENSOR_READS;
}

const char *sensor_answer_text(enum sensor_answer answer)
{
	switch (answer) {
	case SENSOR_READS: return "";
	case SENSOR_UNAVAILABLE: return "reading unavailable";
	case SENSOR_NOT_SCANNED: return "scanning disabled";
	case SENSOR_NO_ANSWER: return "answer too short";
	}
	return "";
}

/* --- words of names ------------------------------------------------------------------------------------------------ */

/* The name in lower case, words apart by one blank, letters and digits apart: "PSU1_Pin" -> " psu 1 pin ". */
static void words_of(const char *name, char out[2 * IDSTRING_SIZE + 2])
{
	size_t used = 0;
	int before = ' ';
	out[used++] = ' ';
	for (const char *p = name; *p != '\0'; p++) {
		int c = isalnum((unsigned char)*p) ? tolower((unsigned char)*p) : ' ';
		bool border = (isdigit(c) != 0) != (isdigit(before) != 0);
		if (c != ' ' && before != ' ' && border)
			out[used++] = ' ';
		if (c != ' ' || before != ' ')
			out[used++] = (char)c;
		before = c;
	}
	if (out[used - 1] != ' ')
		out[used++] = ' ';
	out[used] = '\0';
}

/* Whether any of the words (ended by NULL) stands in `words`; a word may hold blanks. */
static bool has_any(const char *words, const char *const *list)
{
	for (; *list != NULL; list++) {
		size_t n = strlen(*list);
		for (const char *at = strstr(words, *list); at != NULL; at = strstr(at + 1, *list))
			if (at[-1] == ' ' && at[n] == ' ')
				return true;
	}
	return false;
}

/* What is set or counted, not measured now. */
static const char *const not_measured[] = { "limit", "cap", "capping", "max", "maximum", "min", "minimum", "peak", "rated",
	"rating", "budget", "alloc", "allocated", "headroom", "threshold", "margin", "capacity", "redundancy", "policy",
	"available", "avail", "remaining", "reserved", "reserve", "lost", "sel", NULL };
static const char *const supply_words[] = { "psu", "ps", "p s", "power supply", "pwr supply", "psupply", "pws", NULL };
static const char *const output_words[] = { "out", "output", "pout", "iout", "vout", "dc", "12 v", "5 v", "3 v", "48 v",
	"54 v", NULL };
static const char *const processor_words[] = { "cpu", "cpus", "proc", "processor", "vcpu", "soc", NULL };
static const char *const memory_words[] = { "mem", "memory", "dimm", "dimms", "ddr", NULL };
static const char *const part_words[] = { "fan", "fans", "hdd", "hd", "disk", "disks", "ssd", "drive", "drives", "nvme",
	"backplane", "bp", "gpu", "gpus", "pci", "pcie", "slot", "riser", "nic", "ocp", "lom", "raid", "storage", "pch", "vr",
	"vrm", "vdd", "vcc", "bbu", "battery", "switch", "module", "mezz", "subsystem", "blade", "node", "bay", "domain b",
	"domain c", "accelerator", "card", "board", "planar", "standby", "stby", "aux", NULL };
/* Watts of the whole: with the supplies' words excluded, these alone or "power" alone say so. */
static const char *const whole_words[] = { "total", "system", "sys", "consumption", "server", "chassis", "platform", "host",
	"power meter", "avg power", "average power", "ac power", "power usage", "power in", "input power", "pwr usage",
	"power reading", "instantaneous power", NULL };
static const char *const whole_names[] = { " power ", " pwr ", " watts ", " psys ", NULL };
static const char *const humidity_words[] = { "humidity", "humid", "rh", "rel humidity", NULL };
static const char *const load_words[] = { "usage", "util", "utilization", "utilisation", "load", NULL };

static bool is_any(const char *words, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(words, *list) == 0)
			return true;
	return false;
}

/* The number after the first of the supplies' words, "PSU1 Power" -> 1; -1: none. */
static int supply_number(const char *words)
{
	for (const char *const *w = supply_words; *w != NULL; w++) {
		char with_blanks[24];
		snprintf(with_blanks, sizeof(with_blanks), " %s ", *w);
		const char *at = strstr(words, with_blanks);
		if (at == NULL)
			continue;
		at += strlen(with_blanks);
		size_t digits = strspn(at, "0123456789");
		if (digits > 0 && digits <= 3) {
			int number = 0;
			for (size_t i = 0; i < digits; i++)
				number = number * 10 + (at[i] - '0');
			return number;
		}
	}
	return -1;
}

/* --- units --------------------------------------------------------------------------------------------------------- */

struct meaning { /* from what the units octets say to a quantity */
	uint8_t unit, rate, modifier, modifier_unit;
	uint8_t quantity;
	struct sdr_line line;
};

#define PLAIN(unit, quantity, num, offset, den) { unit, SDR_NO_RATE, SDR_NO_MODIFIER, 0, quantity, { num, offset, den } }
#define RATED(unit, rate, quantity, num, den) { unit, rate, SDR_NO_MODIFIER, 0, quantity, { num, 0, den } }

/* Registers of energy are not here: eight bits are no register. */
static const struct meaning meanings[] = {
	PLAIN(SDR_CELSIUS, HWATT_TEMPERATURE, 1000, 0, 1),
	PLAIN(SDR_FAHRENHEIT, HWATT_TEMPERATURE, 5000, -160000, 9),
	PLAIN(SDR_KELVIN, HWATT_TEMPERATURE, 1000, -273150, 1),
	PLAIN(SDR_VOLTS, HWATT_VOLTAGE, 1000, 0, 1),
	PLAIN(SDR_AMPERES, HWATT_CURRENT, 1000, 0, 1),
	PLAIN(SDR_WATTS, HWATT_ACTIVE_POWER, 1000, 0, 1),
	PLAIN(SDR_VOLTAMPERES, HWATT_APPARENT_POWER, 1000, 0, 1),
	PLAIN(SDR_RPM, HWATT_FAN_SPEED, 1000, 0, 1),
	PLAIN(SDR_HERTZ, HWATT_FREQUENCY, 1000, 0, 1),
	RATED(SDR_JOULES, SDR_PER_US, HWATT_ACTIVE_POWER, 1000000000, 1),
	RATED(SDR_JOULES, SDR_PER_MS, HWATT_ACTIVE_POWER, 1000000, 1),
	RATED(SDR_JOULES, SDR_PER_S, HWATT_ACTIVE_POWER, 1000, 1),
	RATED(SDR_JOULES, SDR_PER_MINUTE, HWATT_ACTIVE_POWER, 1000, 60),
	RATED(SDR_JOULES, SDR_PER_HOUR, HWATT_ACTIVE_POWER, 1000, 3600),
	RATED(SDR_JOULES, SDR_PER_DAY, HWATT_ACTIVE_POWER, 1000, 86400),
	RATED(SDR_REVOLUTIONS, SDR_PER_S, HWATT_FAN_SPEED, 60000, 1),
	RATED(SDR_REVOLUTIONS, SDR_PER_MINUTE, HWATT_FAN_SPEED, 1000, 1),
	RATED(SDR_CYCLES, SDR_PER_S, HWATT_FREQUENCY, 1000, 1),
	{ SDR_JOULES, SDR_NO_RATE, SDR_DIVIDED, SDR_SECOND, HWATT_ACTIVE_POWER, { 1000, 0, 1 } },
	{ SDR_JOULES, SDR_NO_RATE, SDR_DIVIDED, SDR_MINUTE, HWATT_ACTIVE_POWER, { 1000, 0, 60 } },
	{ SDR_JOULES, SDR_NO_RATE, SDR_DIVIDED, SDR_HOUR, HWATT_ACTIVE_POWER, { 1000, 0, 3600 } },
	{ SDR_JOULES, SDR_NO_RATE, SDR_DIVIDED, SDR_DAY, HWATT_ACTIVE_POWER, { 1000, 0, 86400 } },
	{ SDR_VOLTS, SDR_NO_RATE, SDR_TIMES, SDR_AMPERES, HWATT_APPARENT_POWER, { 1000, 0, 1 } },
	{ SDR_REVOLUTIONS, SDR_NO_RATE, SDR_DIVIDED, SDR_MINUTE, HWATT_FAN_SPEED, { 1000, 0, 1 } },
};

static const struct sdr_line percent = { 10000, 0, 1 }; /* to parts per million */

/* Percentages say what of only by the name. */
static const struct sdr_line *percentage_of(const struct sdr_record *r, const char *words, struct sensor *out)
{
	if (r->unit != SDR_UNSPECIFIED || r->rate != SDR_NO_RATE || r->modifier != SDR_NO_MODIFIER)
		return NULL;
	if (has_any(words, humidity_words)) {
		out->quantity = HWATT_HUMIDITY;
		out->role = HWATT_SENSOR;
		return &percent;
	}
	if (has_any(words, processor_words) && has_any(words, load_words)) {
		out->quantity = HWATT_CPU_UTILISATION;
		out->role = HWATT_CPU;
		return &percent;
	}
	return NULL;
}

static const struct sdr_line *line_of(const struct sdr_record *r, const char *words, struct sensor *out)
{
	if (r->percentage)
		return percentage_of(r, words, out);
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		const struct meaning *m = &meanings[i];
		if (m->unit == r->unit && m->rate == r->rate && m->modifier == r->modifier &&
		    (m->modifier == SDR_NO_MODIFIER || m->modifier_unit == r->modifier_unit)) {
			out->quantity = m->quantity;
			out->role = HWATT_SENSOR;
			return &m->line;
		}
	}
	return NULL;
}

/* --- roles --------------------------------------------------------------------------------------------------------- */

static bool is_supply(const struct sdr_record *r, const char *words)
{
	return r->entity == SDR_POWER_SUPPLY || supply_number(words) >= 0;
}

static void name_supply(const struct sdr_record *r, const char *words, bool output, struct sensor *out)
{
	int number = supply_number(words);
	if (number < 0)
		number = r->instance;
	snprintf(out->index, sizeof(out->index), output ? "out.%d" : "%d", number);
	out->role = HWATT_PSU;
}

static bool may_be_whole(const struct sdr_record *r, const char *words)
{
	static const char *const all_supplies[] = { "total", "combined", NULL };
	bool entity = (r->entity == SDR_POWER_SUPPLY && has_any(words, all_supplies)) || r->entity == SDR_SYSTEM_BOARD ||
		      r->entity == SDR_POWER_UNIT || r->entity == SDR_POWER_MANAGEMENT ||
		      r->entity == SDR_SYSTEM_CHASSIS;
	return entity && (has_any(words, whole_words) || is_any(words, whole_names)) && !has_any(words, processor_words) &&
	       !has_any(words, memory_words) && !has_any(words, part_words);
}

/* What watts are watts of. False: not a reading. */
static bool place_power(const struct sdr_record *r, const char *words, struct sensor *out)
{
	bool output = has_any(words, output_words);
	if (may_be_whole(r, words) && supply_number(words) < 0) {
		out->role = output ? HWATT_SENSOR : HWATT_CHASSIS;
		out->watt = output ? SENSOR_SUPPLY_OUT : SENSOR_SYSTEM;
		return true;
	}
	if (is_supply(r, words)) {
		/* A supply's status sensor carries some number in watts besides: its rating, or its output. */
		if (r->event_type != THRESHOLD)
			return false;
		name_supply(r, words, output, out);
		out->watt = output ? SENSOR_SUPPLY_OUT : SENSOR_SUPPLY_IN;
		return true;
	}
	out->watt = SENSOR_PART;
	if (r->entity == SDR_PROCESSOR || has_any(words, processor_words))
		out->role = HWATT_CPU;
	else if (r->entity == SDR_MEMORY_MODULE || r->entity == SDR_MEMORY_DEVICE || has_any(words, memory_words))
		out->role = HWATT_MEMORY;
	return true;
}

static bool place(const struct sdr_record *r, const char *words, struct sensor *out)
{
	switch ((enum hwatt_quantity)out->quantity) {
	case HWATT_ACTIVE_POWER:
		return place_power(r, words, out);
	case HWATT_CURRENT:
	case HWATT_VOLTAGE:
	case HWATT_APPARENT_POWER:
	case HWATT_FREQUENCY:
		if (is_supply(r, words))
			name_supply(r, words, has_any(words, output_words), out);
		return true;
	default:
		return true;
	}
}

bool sensor_from(const struct sdr_record *r, bool bridged, struct sensor *out)
{
	char words[2 * IDSTRING_SIZE + 2];
	if (r->kind != SDR_FULL || r->analog.format == SDR_NOT_ANALOG || (r->owner != SDR_BMC && !bridged) ||
	    (r->analog.linearisation > SDR_LAST_CURVE && !sdr_needs_factors(&r->analog)))
		return false;
	*out = (struct sensor){ .record = r->id, .number = r->number, .lun = r->lun, .analog = r->analog };
	words_of(r->name, words);
	out->line = line_of(r, words, out);
	/* The quantities of a whole hall of thermometers may be called "Max": only what measures electricity is doubted. */
	bool electric = out->line != NULL && (out->quantity == HWATT_ACTIVE_POWER || out->quantity == HWATT_APPARENT_POWER ||
					      out->quantity == HWATT_CURRENT);
	if (out->line == NULL || (electric && has_any(words, not_measured)) || !place(r, words, out))
		return false;
	if (out->index[0] == '\0' && r->lun == 0)
		snprintf(out->index, sizeof(out->index), "%u", r->number);
	else if (out->index[0] == '\0')
		snprintf(out->index, sizeof(out->index), "%u.%u", r->lun, r->number);
	memcpy(out->name, r->name, sizeof(out->name));
	return true;
}

int sensor_value(const struct sensor *s, uint8_t raw, int64_t *out, struct hwatt_error *err)
{
	const struct hwatt_quantity_info *info = hwatt_quantity_info((enum hwatt_quantity)s->quantity);
	int64_t limit = INT64_C(1) << 62, value;
	if (sdr_value(&s->analog, raw, s->line, limit, &value, err) < 0)
		return hwatt_within(err, "sensor %s", s->name);
	if (value < info->min || value > info->max)
		return hwatt_fail(err, HWATT_ERANGE, "sensor %s: raw value %02xh is no possible %s", s->name, raw, info->name);
	*out = value;
	return 0;
}

/* --- which one is the power ---------------------------------------------------------------------------------------- */

/* Names that say the whole's input more plainly come first; then the lower instance of sensor number, so that the choice
 * does not hang on the order of the records. */
static int rank(const struct sensor *s)
{
	static const char *const plainest[] = { "total", "consumption", "input", "power meter", NULL };
	static const char *const plain[] = { "system", "sys", "server", "chassis", "platform", NULL };
	char words[2 * IDSTRING_SIZE + 2];
	words_of(s->name, words);
	int grade = has_any(words, plainest) ? 0 : has_any(words, plain) ? 1 : 2;
	return grade << 16 | s->lun << 8 | s->number;
}

static struct sensor *best_whole(struct sensor *sensors, size_t count)
{
	struct sensor *best = NULL;
	for (size_t i = 0; i < count; i++)
		if (sensors[i].watt == SENSOR_SYSTEM && (best == NULL || rank(&sensors[i]) < rank(best)))
			best = &sensors[i];
	return best;
}

static bool same_place(const struct sensor *a, const struct sensor *b)
{
	return a->role == b->role && a->quantity == b->quantity && strcmp(a->index, b->index) == 0;
}

static void add_number(struct sensor *s)
{
	char before[sizeof(s->index)];
	memcpy(before, s->index, sizeof(before));
	snprintf(s->index, sizeof(s->index), "%.8s.s%u.%u", before, s->lun, s->number);
}

/* Whoever shares its place with another gets its number behind the index; the places are unique then, as numbers are. */
static void tell_apart(struct sensor *sensors, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool shared = false;
		for (size_t k = i + 1; k < count; k++)
			if (same_place(&sensors[i], &sensors[k])) {
				add_number(&sensors[k]);
				shared = true;
			}
		if (shared)
			add_number(&sensors[i]);
	}
}

static size_t count_of(const struct sensor *sensors, size_t count, enum sensor_watt watt)
{
	size_t n = 0;
	for (size_t i = 0; i < count; i++)
		n += sensors[i].watt == watt;
	return n;
}

enum sensor_choice sensor_settle(struct sensor *sensors, size_t count, bool dcmi, char text[160])
{
	struct sensor *whole = best_whole(sensors, count);
	size_t supplies = count_of(sensors, count, SENSOR_SUPPLY_IN);
	for (size_t i = 0; i < count; i++)
		sensors[i].alternative = sensors[i].watt == SENSOR_SUPPLY_OUT ||
					 (sensors[i].watt == SENSOR_SYSTEM && (dcmi || &sensors[i] != whole));
	if (whole != NULL)
		snprintf(whole->index, sizeof(whole->index), "total");
	tell_apart(sensors, count);
	if (dcmi) {
		snprintf(text, 160, "DCMI Get Power Reading");
		return SENSOR_CHOICE_DCMI;
	}
	if (whole != NULL) {
		snprintf(text, 160, "sensor \"%.60s\" (no DCMI)", whole->name);
		return SENSOR_CHOICE_SYSTEM;
	}
	if (supplies > 0) {
		snprintf(text, 160, "sum of the input of %zu power suppl%s (no DCMI, no sensor of the whole)", supplies,
			 supplies == 1 ? "y" : "ies");
		return SENSOR_CHOICE_SUPPLIES;
	}
	snprintf(text, 160, "none: no DCMI, no sensor of the whole in watts, no power supply's input in watts");
	return SENSOR_CHOICE_NONE;
}
