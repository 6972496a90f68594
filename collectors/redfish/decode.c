/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "decode.h"
#include "amount.h"
#include "tree.h"
#include <hallwatt/number.h>
#include <hallwatt/text.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define MAX_ELEMENTS 4000 /* of one array */

struct spot { /* where the engine stands in a resource */
	const struct decode *d;
	const struct place *place;
	const char *shown, *base;
	enum kind kind;
	const json_t *resource;
};

struct element { /* one value that a rule's pointer led to */
	const json_t *value;
	const json_t *object;   /* the object around it, or the excerpt's owner */
	const char *tail;       /* name of the value in `object` */
	char pointer[200];      /* from the resource */
	char label[48];         /* what the * stood for */
	bool starred;
};

static const char *own_id(const json_t *object)
{
	static const char *const names[] = { "/MemberId", "/Id", "/DeviceName", "/Name" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (tree_string(object, names[i])[0] != '\0')
			return tree_string(object, names[i]);
	return "";
}

static bool matches(const regex_t *id, const json_t *object, regmatch_t groups[2], const char **text)
{
	static const char *const names[] = { "/Id", "/MemberId", "/Name", "/DeviceName" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		*text = tree_string(object, names[i]);
		if ((*text)[0] != '\0' && regexec(id, *text, 2, groups, 0) == 0)
			return true;
	}
	return false;
}

/* A thing that is not there has no values; a 0 of one that is not at work is none, either. */
static bool present(const json_t *object, int64_t value, enum how how)
{
	const char *state = tree_string(object, "/Status/State");
	if (strcmp(state, "Absent") == 0)
		return false;
	if (how == HOW_TOTAL_CONTROL || value != 0)
		return true;
	return state[0] == '\0' || (strcmp(state, "Disabled") != 0 && strncmp(state, "Unavailable", 11) != 0 &&
				    strcmp(state, "StandbyOffline") != 0 && strcmp(state, "Starting") != 0);
}

static bool to_fixed(const struct rule *rule, struct amount amount, int64_t *out)
{
	int64_t unit = amount_unit(rule->quantity);
	switch (rule->measure) {
	case MEASURE_BASE: case MEASURE_RPM: return amount_scale(amount, unit, 1, out);
	case MEASURE_PERCENT: return amount_scale(amount, unit, 100, out);
	case MEASURE_KWH: return amount_scale(amount, unit * 1000, 1, out);
	case MEASURE_JOULE: return amount_scale(amount, 1000, 1, out);
	case MEASURE_GIB: return amount_scale(amount, INT64_C(1) << 30, 1, out);
	case MEASURE_SCALED: break;
	}
	int64_t offset;
	struct amount plus = { rule->offset_micro, -6 };
	amount.power += 6; /* scale and divide are both in micro: the quotient shall be, too */
	if (!amount_scale(amount, rule->scale_micro, rule->divide_micro, out))
		return false;

	return amount_scale((struct amount){ *out, -6 }, unit, 1, out) && amount_scale(plus, unit, 1, &offset) &&
	       !__builtin_add_overflow(*out, offset, out);
}

static bool listed(const struct hwatt_list *absent, struct amount amount)
{
	for (size_t i = 0; i < absent->count; i++) {
		int64_t whole;
		if (amount_scale(amount, 1, 1, &whole) && whole == ((const int64_t *)absent->items)[i])
			return true;
	}
	return false;
}

static bool plausible(const struct rule *rule, int64_t value)
{
	int64_t least = 0, most = 0, unit = amount_unit(rule->quantity);
	if (rule->has_min && (!amount_scale((struct amount){ rule->min_micro, -6 }, unit, 1, &least) || value < least))
		return false;
	return !rule->has_max || (amount_scale((struct amount){ rule->max_micro, -6 }, unit, 1, &most) && value <= most);
}

/* Copies characters that may stand in an index: no blanks, quotes or controls. */
static void put_index(char *out, size_t size, const char *text)
{
	size_t n = strlen(out);
	for (; *text != '\0' && n + 1 < size; text++)
		out[n++] = (char)((unsigned char)*text <= ' ' || *text == '"' || *text == '/' || (*text & 0x80) ? '_' : *text);
	out[n] = '\0';
}

static void make_index(const struct spot *s, const struct rule *rule, const struct element *e, char out[HWATT_INDEX_SIZE])
{
	bool member = s->kind == KIND_SENSOR || s->kind == KIND_SUPPLY || s->kind == KIND_SUPPLY_METRICS || s->kind == KIND_FAN ||
		      s->kind == KIND_PROCESSOR_METRICS || s->kind == KIND_PROCESSOR_ENVIRONMENT || s->kind == KIND_MEMORY_ENVIRONMENT || s->kind == KIND_DRIVE ||
		      s->kind == KIND_MAINS || s->kind == KIND_BRANCH || s->kind == KIND_OUTLET || s->kind == KIND_SYSTEM;
	const char *prefix = rule->prefix != NULL ? rule->prefix : "";
	out[0] = '\0';
	put_index(out, HWATT_INDEX_SIZE, s->place->prefix);
	if (rule->how >= HOW_TOTAL_SENSOR && rule->how <= HOW_TOTAL_PROFILE) {
		put_index(out, HWATT_INDEX_SIZE, "total");
		return;
	}
	if (!member || !e->starred)
		put_index(out, HWATT_INDEX_SIZE, prefix);
	if (member)
		put_index(out, HWATT_INDEX_SIZE, s->place->label);
	if (member && e->starred) {
		put_index(out, HWATT_INDEX_SIZE, ".");
		put_index(out, HWATT_INDEX_SIZE, prefix);
	}
	if (e->starred)
		put_index(out, HWATT_INDEX_SIZE, e->label);
	if (out[0] == '\0')
		put_index(out, HWATT_INDEX_SIZE, "total");
}

/* A profile's index: {id} is the object's own, {1} the first group of the rule's expression. */
static void profile_index(const struct spot *s, const struct rule *rule, const struct element *e, char out[HWATT_INDEX_SIZE])
{
	regmatch_t groups[2] = { { -1, -1 }, { -1, -1 } };
	const char *text = "";
	char piece[64];
	if (rule->id != NULL)
		matches(rule->id, e->object, groups, &text);
	out[0] = '\0';
	put_index(out, HWATT_INDEX_SIZE, s->place->prefix);
	for (const char *p = rule->index; *p != '\0';) {
		size_t n = strcspn(p, "{");
		snprintf(piece, sizeof(piece), "%.*s", (int)(n < 60 ? n : 60), p);
		put_index(out, HWATT_INDEX_SIZE, piece);
		p += n;
		if (strncmp(p, "{id}", 4) == 0) {
			put_index(out, HWATT_INDEX_SIZE, own_id(e->object));
			p += 4;
		} else if (strncmp(p, "{1}", 3) == 0) {
			int from = groups[1].rm_so, to = groups[1].rm_eo;
			snprintf(piece, sizeof(piece), "%.*s", from >= 0 && to - from < 60 ? to - from : 0, from >= 0 ? text + from : "");
			put_index(out, HWATT_INDEX_SIZE, piece);
			p += 3;
		} else if (*p != '\0') {
			p++;
		}
	}
}

static uint64_t text_hash(const char *text)
{
	uint64_t h = UINT64_C(14695981039346656037);
	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return h;
}

static void name_places(const struct spot *s, const struct element *e, struct finding *f)
{
	const char *name = tree_string(e->object, "/Name");
	if (name[0] == '\0')
		name = tree_string(e->object, "/DeviceName");
	hwatt_text_clean(f->name, sizeof(f->name), name, strlen(name));
	snprintf(f->key, sizeof(f->key), "%s#%s", s->place->path, e->pointer);
	snprintf(f->source, sizeof(f->source), "%s#%s%s", s->shown, s->base, e->pointer);
}

static void leave_out(const struct spot *s, struct finding *f, const char *why)
{
	f->note = why;
	s->d->emit(s->d->arg, f);
}

/* A rated power in place of a measured one. */
static bool is_rating(const struct rule *rule, const struct element *e)
{
	const json_t *limit = rule->unless_below != NULL && rule->unless_below[0] != '\0' ? tree_at(e->object, rule->unless_below) : NULL;
	struct amount most, value;
	int64_t a, b;
	return amount_read(limit, &most) && amount_read(e->value, &value) && amount_scale(most, 1000, 1, &a) &&
	       amount_scale(value, 1000, 1, &b) && b >= a;
}

static bool right_fan(const struct element *e, int64_t mrpm)
{
	const char *units = tree_string(e->object, "/ReadingUnits");
	if (units[0] != '\0' && strcasecmp(units, "RPM") != 0)
		return false;
	return mrpm == 0 || mrpm > 100 * 1000; /* 1 to 100 "rpm" are per cent of a fan's speed */
}

/* A resettable register beside one that is not: the latter counts. */
static void prefer_lifetime(struct element *e)
{
	const json_t *lifetime = tree_at(e->object, "/LifetimeReading");
	if (strcmp(e->tail, "Reading") == 0 && json_is_number(lifetime) && strlen(e->pointer) + 8 < sizeof(e->pointer)) {
		strcpy(e->pointer + strlen(e->pointer) - strlen("Reading"), "LifetimeReading");
		e->value = lifetime;
		e->tail = "LifetimeReading";
	}
}

/* A control of some of the machine only, as some list beside that of all: by its context, or where it has none, its name. The context
 * "PowerSupply" is that of the whole. */
static bool is_part(const json_t *resource, const json_t *control)
{
	if (json_array_size(tree_at(resource, "/PowerControl")) < 2)
		return false; /* what stands alone stands for all */
	static const char *const contexts[] = { "CPU", "Memory", "GPU", "Accelerator", "ASIC", "FPGA", "Fan", "Storage", "Network", "Expansion" };
	static const char *const names[] = { "CPU", "Processor", "Memory", "DIMM", "GPU", "Fan", "Disk", "HDD", "Storage", "PCIe", "Blade" };
	const char *context = tree_string(control, "/PhysicalContext"), *name = tree_string(control, "/Name");
	for (size_t i = 0; context[0] != '\0' && i < sizeof(contexts) / sizeof(contexts[0]); i++)
		if (strncmp(context, contexts[i], strlen(contexts[i])) == 0)
			return true;
	for (size_t i = 0; context[0] == '\0' && i < sizeof(names) / sizeof(names[0]); i++)
		if (strncasecmp(name, names[i], strlen(names[i])) == 0)
			return true;
	return context[0] == '\0' && (strcasestr(name, "sub-system") != NULL || strcasestr(name, "subsystem") != NULL);
}

static void make_part(const struct spot *s, const struct element *e, struct finding *f)
{
	f->role = HWATT_SENSOR;
	f->how = HOW_COMPONENT;
	f->index[0] = '\0';
	put_index(f->index, sizeof(f->index), s->place->prefix);
	put_index(f->index, sizeof(f->index), "control.");
	put_index(f->index, sizeof(f->index), e->label);
}

static void apply(const struct spot *s, const struct rule *rule, struct element *e)
{
	struct amount amount;
	struct finding f = { .role = rule->role, .quantity = rule->quantity, .how = rule->how, .kind = s->kind, .fixed = rule->fixed };
	f.register_ = hwatt_quantity_info(rule->quantity)->counter;
	if (f.register_)
		prefer_lifetime(e);
	name_places(s, e, &f);
	if (rule->ignore) {
		if (is_rating(rule, e))
			leave_out(s, &f, "a rating in the place of a reading");
		return;
	}
	if (!amount_read(e->value, &amount) || listed(&rule->absent, amount) || !to_fixed(rule, amount, &f.value))
		return;
	if (!present(e->object, f.value, rule->how) || !present(s->resource, f.value, rule->how))
		return;
	if (rule->no_zero && f.value == 0) {
		if (!rule->fixed)
			leave_out(s, &f, "0 W is what the service says when it does not measure");
		return;
	}
	if (!plausible(rule, f.value) || (rule->measure == MEASURE_RPM && !right_fan(e, f.value)))
		return;
	if (f.register_ && f.value < 0)
		return;
	if (rule->index != NULL && rule->index[0] != '\0')
		profile_index(s, rule, e, f.index);
	else
		make_index(s, rule, e, f.index);
	if (rule->how == HOW_TOTAL_CONTROL && is_part(s->resource, e->object))
		make_part(s, e, &f);
	if (s->place->contained && s->kind == KIND_ENVIRONMENT && f.role == HWATT_CHASSIS) {
		f.role = HWATT_SENSOR; /* a part inside the chassis that counts */
		f.how = HOW_PLAIN;
	}
	const char *via = tree_string(e->object, "/DataSourceUri");
	f.via = via[0] != '\0' ? via : NULL;
	const char *reset = tree_string(e->object, "/SensorResetTime");
	if (f.register_ && strcmp(e->tail, "Reading") == 0 && reset[0] != '\0')
		f.stamp = text_hash(reset);
	s->d->emit(s->d->arg, &f);
}

/* The profile's row for this value; NULL: the standard's own counts. */
static const struct rule *profile_rule(const struct spot *s, const char *pointer, const struct element *e)
{
	regmatch_t groups[2];
	const char *text;
	for (size_t i = 0; i < s->d->profile.count; i++) {
		const struct rule *rule = &s->d->profile.items[i];
		if (rule->kind != s->kind || strcmp(rule->pointer, pointer) != 0)
			continue;
		if (rule->id != NULL && !matches(rule->id, e->object, groups, &text))
			continue;
		if (rule->ignore && rule->unless_below != NULL && rule->unless_below[0] != '\0' && !is_rating(rule, e))
			continue;
		return rule;
	}
	return NULL;
}

typedef void visit(const struct spot *s, const struct rule *rule, struct element *e);

/* Goes down `pointer` from `at`, through every member at a *. */
static void descend(const struct spot *s, const struct rule *rule, const char *pointer, const json_t *at, const json_t *around,
		    struct element *e, visit *found)
{
	size_t length = strlen(e->pointer);
	while (*pointer == '/' && at != NULL) {
		char name[80];
		size_t n = strcspn(pointer + 1, "/");
		if (n >= sizeof(name) || length + n + 2 >= sizeof(e->pointer))
			break;
		if (n == 1 && pointer[1] == '*') {
			const char *rest = pointer + 2;
			size_t count = json_is_array(at) ? json_array_size(at) : 0;
			for (size_t i = 0; i < count && i < MAX_ELEMENTS; i++) {
				const json_t *member = json_array_get(at, i);
				struct element one = *e;
				snprintf(one.pointer + length, sizeof(one.pointer) - length, "/%zu", i);
				const char *id = tree_string(member, "/MemberId");
				if (id[0] != '\0')
					snprintf(one.label, sizeof(one.label), "%.47s", id);
				else
					snprintf(one.label, sizeof(one.label), "%zu", i);
				one.starred = true;
				descend(s, rule, rest, member, member, &one, found);
			}
			const char *key;
			json_t *member;
			if (json_is_object(at)) {
				json_object_foreach((json_t *)(uintptr_t)at, key, member) {
					struct element one = *e;
					if (key[0] == '@' || length + strlen(key) + 2 >= sizeof(one.pointer) || strchr(key, '/') != NULL)
						continue;
					snprintf(one.pointer + length, sizeof(one.pointer) - length, "/%s", key);
					snprintf(one.label, sizeof(one.label), "%.47s", key);
					one.starred = true;
					descend(s, rule, rest, member, member, &one, found);
				}
			}
			e->pointer[length] = '\0';
			return;
		}
		memcpy(name, pointer + 1, n);
		name[n] = '\0';
		snprintf(e->pointer + length, sizeof(e->pointer) - length, "/%s", name);
		length += n + 1;
		around = at;
		at = json_object_get(at, name);
		pointer += n + 1;
	}
	if (*pointer == '\0' && at != NULL && !json_is_null(at)) {
		e->value = at;
		e->object = around;
		e->tail = strrchr(e->pointer, '/') != NULL ? strrchr(e->pointer, '/') + 1 : "";
		found(s, rule, e);
	}
	e->pointer[length] = '\0';
}

static void standard_value(const struct spot *s, const struct rule *rule, struct element *e)
{
	const struct rule *own = profile_rule(s, rule->pointer, e);
	if (own == NULL)
		apply(s, rule, e);
}

static void profile_value(const struct spot *s, const struct rule *rule, struct element *e)
{
	if (profile_rule(s, rule->pointer, e) == rule)
		apply(s, rule, e);
}

/* The units are UCUM's, or the words that some write in their place. */
static bool has_units(const char *said, const char *units)
{
	static const struct { const char *units, *word; } words[] = {
		{ "W", "Watts" }, { "J", "Joules" }, { "V", "Volts" }, { "A", "Amps" }, { "A", "Amperes" }, { "Cel", "Celsius" }, { "Cel", "C" },
		{ "Cel", "DegreesC" }, { "kW.h", "kWh" }, { "W.h", "Wh" },
	};
	if (strcmp(said, units) == 0)
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].units, units) == 0 && strcasecmp(words[i].word, said) == 0)
			return true;
	return false;
}

/* What a Sensor's ReadingType is. Where it lacks one, the units say it. */
static bool sensor_quantity(const json_t *json, struct rule *rule)
{
	static const struct { const char *type, *units; enum hwatt_quantity quantity; enum measure measure; } types[] = {
		{ "Power", "W", HWATT_ACTIVE_POWER, MEASURE_BASE }, { "EnergyJoules", "J", HWATT_ENERGY, MEASURE_JOULE },
		{ "EnergykWh", "kW.h", HWATT_ENERGY, MEASURE_KWH }, { "EnergyWh", "W.h", HWATT_ENERGY, MEASURE_BASE },
		{ "Voltage", "V", HWATT_VOLTAGE, MEASURE_BASE }, { "Current", "A", HWATT_CURRENT, MEASURE_BASE },
		{ "Temperature", "Cel", HWATT_TEMPERATURE, MEASURE_BASE }, { "Humidity", "%RH", HWATT_HUMIDITY, MEASURE_PERCENT },
		{ "Rotational", "RPM", HWATT_FAN_SPEED, MEASURE_RPM },
	};
	const char *type = tree_string(json, "/ReadingType"), *units = tree_string(json, "/ReadingUnits");
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (type[0] != '\0' ? strcmp(type, types[i].type) != 0 : !has_units(units, types[i].units))
			continue;
		rule->quantity = types[i].quantity;
		rule->measure = types[i].measure;
		return true;
	}
	if (strcmp(type, "Frequency") == 0 && strcmp(tree_string(json, "/PhysicalContext"), "PowerSupply") == 0) {
		rule->quantity = HWATT_FREQUENCY; /* of the mains; other frequencies are clocks */
		return true;
	}
	return false;
}

static bool says(const json_t *json, const char *pointer, const char *word)
{
	return strcasecmp(tree_string(json, pointer), word) == 0;
}

/* Whether `id` has `word`, in any case. */
static bool has_word(const char *id, const char *word)
{
	return strcasestr(id, word) != NULL;
}

static void sensor_role(const struct spot *s, const json_t *json, struct rule *rule)
{
	const char *id = own_id(json);
	bool power = rule->quantity == HWATT_ACTIVE_POWER || rule->quantity == HWATT_ENERGY;
	bool electrical = power || rule->quantity == HWATT_VOLTAGE || rule->quantity == HWATT_CURRENT ||
			  rule->quantity == HWATT_FREQUENCY;
	rule->role = HWATT_SENSOR;
	rule->how = HOW_PLAIN;
	if (electrical && (says(json, "/PhysicalContext", "PowerSupply") || says(json, "/PhysicalContext", "Rectifier") ||
			   strncasecmp(tree_string(json, "/Name"), "Power Supply", 12) == 0))
		rule->role = HWATT_PSU;
	if (rule->role == HWATT_PSU && power) {
		bool out = says(json, "/PhysicalSubContext", "Output") || (!says(json, "/PhysicalSubContext", "Input") && has_word(id, "out"));
		bool part = has_word(id, "standby") || has_word(id, "rail");
		rule->how = part ? HOW_COMPONENT : out ? HOW_SUPPLY_OUTPUT : HOW_SUPPLY_INPUT;
	}
	if (rule->quantity == HWATT_ACTIVE_POWER && rule->role == HWATT_SENSOR && !s->place->contained &&
	    says(json, "/PhysicalContext", "Chassis") && !has_word(id, "out") && has_word(id, "total")) {
		rule->role = HWATT_CHASSIS;
		rule->how = HOW_TOTAL_SENSOR;
	}
}

/* Power and register of one supply need one index: its Id without the words that tell them apart. */
static void supply_index(char *index)
{
	static const char *const words[] = { "total", "input", "output", "power", "energy", "watts", "_in", "_out" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		char *at = strcasestr(index, words[i]);
		if (at != NULL && strlen(index) > strlen(words[i]))
			memmove(at, at + strlen(words[i]), strlen(at + strlen(words[i])) + 1);
	}
	size_t n = strlen(index);
	while (n > 1 && (index[n - 1] == '_' || index[n - 1] == '.' || index[n - 1] == '-'))
		index[--n] = '\0';
}

static void decode_sensor(const struct spot *s, const json_t *json)
{
	struct element e = { .value = json_object_get(json, "Reading"), .object = json, .tail = "Reading", .pointer = "/Reading" };
	struct rule rule = { .kind = KIND_SENSOR, .pointer = "/Reading" };
	const struct rule *own = e.value != NULL ? profile_rule(s, "/Reading", &e) : NULL;
	if (own != NULL || e.value == NULL || json_is_null(e.value) || !sensor_quantity(json, &rule))
		return;
	sensor_role(s, json, &rule);
	char label[HWATT_INDEX_SIZE];
	snprintf(label, sizeof(label), "%s", s->place->label);
	if (rule.role == HWATT_PSU && (rule.quantity == HWATT_ACTIVE_POWER || rule.quantity == HWATT_ENERGY))
		supply_index(label);
	struct place place = *s->place;
	struct spot spot = *s;
	place.label = label;
	spot.place = &place;
	apply(&spot, &rule, &e);
}

static bool wanted(const struct spot *s, const struct rule *rule)
{
	if (s->kind == KIND_PROCESSOR_METRICS && rule->quantity == HWATT_CPU_UTILISATION)
		return strncmp(s->place->label, "GPU", 3) != 0;
	return true;
}

/* Two words for one value: "LastPowerOutputWatts" is the older one for "PowerOutputWatts"; joules are finer than kWh. */
static bool doubled(const struct rule *rule, const json_t *json)
{
	if (rule->kind == KIND_POWER && strstr(rule->pointer, "/Last") != NULL)
		return json_is_number(tree_at(json, "/PowerSupplies/0/PowerOutputWatts"));
	return strcmp(rule->pointer, "/EnergykWh/Reading") == 0 && json_is_number(tree_at(json, "/EnergyJoules/Reading"));
}

void decode_resource(const struct decode *d, enum kind kind, const struct place *place, const char *shown, const char *base,
		     const json_t *json)
{
	struct spot s = { .d = d, .place = place, .shown = shown, .base = base, .kind = kind, .resource = json };
	if (kind == KIND_SENSOR)
		decode_sensor(&s, json);
	for (size_t i = 0; i < standard_rules.count && kind != KIND_SENSOR; i++) {
		const struct rule *rule = &standard_rules.items[i];
		struct element e = { .pointer = "" };
		if (rule->kind == kind && wanted(&s, rule) && !doubled(rule, json))
			descend(&s, rule, rule->pointer, json, json, &e, standard_value);
	}
	for (size_t i = 0; i < d->profile.count; i++) {
		struct element e = { .pointer = "" };
		if (d->profile.items[i].kind == kind)
			descend(&s, &d->profile.items[i], d->profile.items[i].pointer, json, json, &e, profile_value);
	}
}
