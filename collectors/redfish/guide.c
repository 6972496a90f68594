/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "guide.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* NULL for "" and for what the tables' checks keep away. */
static const regex_t *compile(struct guide *guide, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return NULL;
	regex_t *regex = &guide->regexes[guide->regex_count];
	if (regcomp(regex, text, REG_EXTENDED) != 0)
		return NULL;
	guide->regex_count++;
	return regex;
}

static const char *keep(struct guide *guide, const char *text)
{
	return hwatt_arena_strdup(guide->arena, text != NULL ? text : "");
}

static struct hwatt_list keep_numbers(struct guide *guide, const struct hwatt_list *list)
{
	struct hwatt_list out = { .count = list->count };
	out.items = hwatt_arena_alloc(guide->arena, (list->count + 1) * sizeof(int64_t));
	if (list->count > 0)
		memcpy(out.items, list->items, list->count * sizeof(int64_t));
	return out;
}

static struct rule make_rule(struct guide *guide, const struct hwatt_profile_reading *r)
{
	const struct redfish_source *s = r->source;
	enum how how = s->total ? HOW_TOTAL_PROFILE : s->component || r->alternative ? HOW_COMPONENT : HOW_PLAIN;
	return (struct rule){
		.kind = (enum kind)s->resource, .pointer = keep(guide, s->pointer), .role = r->role, .quantity = r->quantity,
		.measure = MEASURE_SCALED, .how = how, .fixed = r->fixed, .ignore = s->ignore, .scale_micro = r->scale_micro,
		.divide_micro = r->divide_micro > 0 ? r->divide_micro : HWATT_PPM, .offset_micro = r->offset_micro,
		.absent = keep_numbers(guide, &r->absent), .has_min = r->has_min, .has_max = r->has_max, .min_micro = r->min_micro,
		.max_micro = r->max_micro, .index = keep(guide, r->index), .id = compile(guide, s->id),
		.unless_below = keep(guide, s->unless_below),
	};
}

static struct family make_family(struct guide *guide, const struct hwatt_profile *p)
{
	const struct redfish_match *m = p->match;
	struct rule *rules = hwatt_arena_alloc(guide->arena, (p->reading_count + 1) * sizeof(*rules));
	for (size_t i = 0; i < p->reading_count; i++)
		rules[i] = make_rule(guide, &p->readings[i]);
	const char **without = hwatt_arena_alloc(guide->arena, (p->without.count + 1) * sizeof(*without));
	for (size_t i = 0; i < p->without.count; i++)
		without[i] = keep(guide, ((const char *const *)p->without.items)[i]);
	return (struct family){
		.name = keep(guide, p->name), .vendor = keep(guide, p->vendor), .is_vendor = compile(guide, m->vendor),
		.is_model = compile(guide, m->model), .is_firmware = compile(guide, m->firmware), .is_path = compile(guide, m->path),
		.vendor_text = keep(guide, m->vendor), .model_text = keep(guide, m->model), .firmware_text = keep(guide, m->firmware),
		.path_text = keep(guide, m->path), .without_count = p->without.count, .without = without,
		.rules = { p->reading_count, rules },
	};
}

struct guide *guide_new(const struct hwatt_profile_set *set)
{
	struct guide *guide = hwatt_alloc(sizeof(*guide));
	struct hwatt_arena *scratch = hwatt_arena_new();
	const struct hwatt_profile **profiles = hwatt_arena_alloc(scratch, (set->count + 1) * sizeof(const struct hwatt_profile *));
	size_t expressions = 1;
	for (size_t i = 0; i < set->count; i++) {
		profiles[i] = hwatt_profile_whole(set, i, scratch);
		expressions += 4 + profiles[i]->reading_count;
	}
	guide->arena = hwatt_arena_new();
	guide->hash = set->hash;
	guide->users = 1;
	guide->regexes = hwatt_alloc(expressions * sizeof(regex_t));
	struct family *families = hwatt_arena_alloc(guide->arena, (set->count + 1) * sizeof(*families));
	for (size_t i = 0; i < set->count; i++)
		families[i] = make_family(guide, profiles[i]);
	hwatt_arena_free(scratch);
	guide->families = families;
	guide->family_count = set->count;
	return guide;
}

struct guide *guide_take(struct guide *guide)
{
	guide->users++;
	return guide;
}

void guide_release(struct guide *guide)
{
	if (guide == NULL || --guide->users > 0)
		return;
	for (size_t i = 0; i < guide->regex_count; i++)
		regfree(&guide->regexes[i]);
	free(guide->regexes);
	hwatt_arena_free(guide->arena);
	free(guide);
}

static bool fits_path(const regex_t *regex, const struct guide_facts *facts)
{
	for (size_t i = 0; i < facts->path_count; i++)
		if (regexec(regex, facts->paths[i], 0, NULL, 0) == 0)
			return true;
	return false;
}

static bool fits(const struct family *f, const struct guide_facts *facts)
{
	return (f->is_vendor == NULL || regexec(f->is_vendor, facts->vendor, 0, NULL, 0) == 0) &&
	       (f->is_model == NULL || regexec(f->is_model, facts->model, 0, NULL, 0) == 0) &&
	       (f->is_firmware == NULL || regexec(f->is_firmware, facts->firmware, 0, NULL, 0) == 0) &&
	       (f->is_path == NULL || fits_path(f->is_path, facts));
}

static void give_reason(const struct family *f, char *out, size_t size)
{
	const struct { const char *what, *text; } parts[] = {
		{ "vendor", f->vendor_text }, { "model", f->model_text }, { "firmware", f->firmware_text }, { "path", f->path_text },
	};
	size_t n = 0;
	out[0] = '\0';
	for (size_t i = 0; i < 4; i++)
		if (parts[i].text[0] != '\0' && n < size)
			n += (size_t)snprintf(out + n, size - n, "%s%s fits %.60s", n > 0 ? ", " : "", parts[i].what, parts[i].text);
	if (n == 0)
		snprintf(out, size, "no family's own profile fits");
}

static bool ruled_out(const struct guide *guide, const bool *taken, const struct family *f)
{
	for (size_t i = 0; i < guide->family_count; i++)
		for (size_t k = 0; taken[i] && k < guide->families[i].without_count; k++)
			if (strcmp(guide->families[i].without[k], f->name) == 0)
				return true;
	return false;
}

void guide_choose(const struct guide *guide, const struct guide_facts *facts, const char *forced, struct guide_choice *out)
{
	bool *taken = hwatt_alloc((guide->family_count + 1) * sizeof(*taken));
	size_t count = 0;
	*out = (struct guide_choice){ 0 };
	for (size_t i = 0; i < guide->family_count; i++) {
		const struct family *f = &guide->families[i];
		taken[i] = forced[0] != '\0' ? strcmp(f->name, forced) == 0 : fits(f, facts) && !ruled_out(guide, taken, f);
		if (!taken[i])
			continue;
		count += f->rules.count;
		if (out->family == NULL) {
			out->family = f;
			if (forced[0] != '\0')
				snprintf(out->reason, sizeof(out->reason), "the configuration says so");
			else
				give_reason(f, out->reason, sizeof(out->reason));
		}
	}
	struct rule *rules = hwatt_alloc((count + 1) * sizeof(*rules));
	for (size_t i = 0; i < guide->family_count; i++) {
		const struct rule_list *own = &guide->families[i].rules;
		if (taken[i] && own->count > 0)
			memcpy(rules + out->rules.count, own->items, own->count * sizeof(*rules));
		if (taken[i])
			out->rules.count += own->count;
	}
	out->rules.items = rules;
	free(taken);
}
