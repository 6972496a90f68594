/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "service.h"
#include "amount.h"
#include "deputy.h"
#include "guide.h"
#include "seeker.h"
#include "link.h"
#include "parts.h"
#include "settle.h"
#include "walk.h"
#include <hallwatt/text.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN_MS 500               /* kept of a poll's time for ending it */
#define INVENTORY_MS (10 * 60 * 1000)
#define REWALK_MS (10 * 60 * 1000)  /* at the earliest after a resource went away */
#define PATIENCE_MS (5 * 60 * 1000) /* without a session before the device counts as failed */
#define MAX_ROWS 20000
#define MAX_PUT_OFF 20              /* polls that what was read waits for the rest of the first walk */
#define MAX_HELD 200                /* documents kept until the family is known */

struct engine {
	struct uv_loop_s *uv;
	struct curl_loop *loop; /* NULL: nothing needed it yet, or libcurl cannot be had */
	struct guide *guide;  /* the newest */
	size_t links;
	int64_t polls, bad_answers, saved;
};

struct held { /* a document that waits for the choice of the family */
	size_t resource;
	json_t *json;
};

struct session {
	struct hwatt_target *t;
	struct engine *engine;
	struct link *link;
	struct guide *guide;
	struct guide_choice choice;
	bool chosen;
	struct walk walk;
	bool exploring;           /* links are followed */
	int64_t explored_ms, gone_ms;
	int64_t detail_ms, refresh_ms;
	struct row *rows;
	size_t row_count, row_capacity, settled;
	uint32_t *slots;
	size_t slot_count;
	struct held *held;         /* of MAX_HELD, until the family is known */
	size_t held_count;
	struct parts parts;
	/* identity, as far as it was read */
	char *vendor, *product, *system_vendor, *system_model, *system_serial, *chassis_vendor, *chassis_model, *chassis_serial,
		*manager_vendor, *manager_firmware, *manager_start;
	size_t system_at, chassis_at, manager_at; /* the resources that say so; WALK_NONE: none yet */
	bool restarted;
	/* the poll */
	bool polling, expanding;
	unsigned put_off;         /* polls that ended before all totals were seen */
	bool no_expand;           /* the service does not keep its promise of $expand */
	size_t at;                /* resource being read */
	size_t gained;            /* values of this poll */
	struct hwatt_error first_error;
	int64_t last_good_ms;
	/* metric reports that stand in for resources */
	char *telemetry;          /* path of the TelemetryService, NULL: none */
	struct deputies *deputies; /* NULL: not looked for, or not worth it */
	bool survey_due;
	enum filling { FILLING_NOT, FILLING_IN, FILLING_TO_COMPARE } filling;
	bool differs;             /* by more than a load can change meanwhile */
};

int service_start(struct uv_loop_s *loop, struct hwatt_log *log, void **out, struct hwatt_error *err)
{
	struct engine *engine = hwatt_alloc(sizeof(*engine));
	(void)log;
	(void)err;
	engine->uv = loop;
	*out = engine;
	return 0;
}

/* With each device, not with the engine: where libcurl cannot be had, devices of other protocols are polled all the same. */
static int need_loop(struct engine *engine, struct hwatt_error *err)
{
	return engine->loop != NULL ? 0 : curl_loop_new(engine->uv, &engine->loop, err);
}

void service_stop(void *arg)
{
	struct engine *engine = arg;
	if (engine->loop != NULL)
		curl_loop_free(engine->loop);
	guide_release(engine->guide);
	free(engine);
}

/* --- rows -------------------------------------------------------------------------------------------------------- */

static uint64_t key_hash(const char *key)
{
	uint64_t h = UINT64_C(14695981039346656037);
	for (; *key != '\0'; key++)
		h = (h ^ (unsigned char)*key) * UINT64_C(1099511628211);
	return h ^ h >> 29;
}

static size_t find_slot(const struct session *s, const char *key, enum hwatt_quantity quantity)
{
	size_t at = (size_t)key_hash(key) & (s->slot_count - 1);
	while (s->slots[at] != 0) {
		const struct row *r = &s->rows[s->slots[at] - 1];
		if (r->quantity == quantity && strcmp(r->key, key) == 0)
			break;
		at = (at + 1) & (s->slot_count - 1);
	}
	return at;
}

static void grow_slots(struct session *s)
{
	if (s->slot_count >= 2 * (s->row_count + 1))
		return;
	free(s->slots);
	s->slot_count = s->slot_count == 0 ? 64 : s->slot_count * 2;
	s->slots = hwatt_alloc(s->slot_count * sizeof(*s->slots));
	for (size_t i = 0; i < s->row_count; i++)
		s->slots[find_slot(s, s->rows[i].key, s->rows[i].quantity)] = (uint32_t)i + 1;
}

static struct row *take_row(struct session *s, const struct finding *f)
{
	grow_slots(s);
	size_t slot = find_slot(s, f->key, f->quantity);
	if (s->slots[slot] != 0)
		return &s->rows[s->slots[slot] - 1];
	if (s->row_count == MAX_ROWS)
		return NULL;
	if (s->row_count == s->row_capacity) {
		s->row_capacity = s->row_capacity == 0 ? 32 : s->row_capacity * 2;
		s->rows = hwatt_realloc(s->rows, s->row_capacity * sizeof(*s->rows));
	}
	struct row *r = &s->rows[s->row_count++];
	*r = (struct row){ .role = f->role, .quantity = f->quantity, .how = f->how, .kind = f->kind, .fixed = f->fixed,
			   .register_ = f->register_, .index = hwatt_strdup(f->index), .name = hwatt_strdup(f->name),
			   .key = hwatt_strdup(f->key), .source = hwatt_strdup(f->source),
			   .via = f->via != NULL ? hwatt_strdup(f->via) : NULL, .point = -1 };
	s->slots[slot] = (uint32_t)s->row_count;
	return r;
}

static void free_rows(struct session *s)
{
	for (size_t i = 0; i < s->row_count; i++) {
		struct row *r = &s->rows[i];
		free(r->index);
		free(r->name);
		free(r->key);
		free(r->source);
		free(r->via);
	}
	free(s->rows);
	free(s->slots);
}

static void add_value(struct session *s, const struct row *r)
{
	struct hwatt_value value = { .value = r->value, .count = (uint64_t)r->value };
	if (r->stamp != 0)
		hwatt_target_register_stamp(s->t, r->point, r->stamp);
	hwatt_target_add(s->t, r->point, value);
}

/* A value that a metric report gave. A register that went back is read itself: only there stands whether it began anew. */
static void on_filled(struct session *s, const struct finding *f)
{
	size_t slot = f->note == NULL && s->slot_count > 0 ? find_slot(s, f->key, f->quantity) : 0;
	struct row *r = f->note == NULL && s->slot_count > 0 && s->slots[slot] != 0 ? &s->rows[s->slots[slot] - 1] : NULL;
	if (r == NULL || !r->given || (f->register_ && f->value < r->value && s->filling == FILLING_IN))
		return;
	r->given = false;
	if (s->filling == FILLING_TO_COMPARE) {
		int64_t more = f->value > r->value ? f->value : r->value, less = f->value > r->value ? r->value : f->value;
		s->differs |= less >= 0 && more / 10 > less && more > 10 * amount_unit(f->quantity);
		return;
	}
	r->value = f->value;
	s->gained++;
	add_value(s, r);
}

static void on_finding(void *arg, const struct finding *f)
{
	struct session *s = arg;
	if (s->filling != FILLING_NOT) {
		on_filled(s, f);
		return;
	}
	if (f->note != NULL) {
		hwatt_target_warn(s->t, "%.150s: %s, left out", f->source, f->note);
		return;
	}
	struct row *r = take_row(s, f);
	if (r == NULL)
		return;
	struct resource *resource = &s->walk.items[s->at];
	r->resource = s->at;
	r->place = resource->place != WALK_NONE ? resource->place : s->at;
	r->read = resource->reads;
	r->value = f->value;
	r->stamp = f->stamp;
	s->gained++;
	if (r->declared && r->point >= 0)
		add_value(s, r);
}

static void declare(struct session *s, struct row *r)
{
	struct hwatt_point point = { .role = r->role, .quantity = r->quantity, .index = r->index, .name = r->name,
				     .source = r->source, .alternative = r->alternative };
	r->point = hwatt_target_point(s->t, &point);
	r->declared = true;
	if (r->repeats)
		hwatt_target_warn(s->t, "each power supply repeats the machine's total: they are shown, not counted");
}

static void set_tiers(struct session *s)
{
	for (size_t i = 0; i < s->walk.count; i++) {
		struct resource *r = &s->walk.items[i];
		bool inventory = !r->collection && !r->contained &&
				 (r->kind == KIND_CHASSIS || r->kind == KIND_SYSTEM || r->kind == KIND_MANAGER || r->kind == KIND_PDU ||
				  r->kind == KIND_SUPPLY);
		r->tier = inventory ? TIER_FIXED : TIER_NEVER;
	}
	for (size_t i = 0; i < s->row_count; i++) {
		struct resource *r = &s->walk.items[s->rows[i].resource];
		if (row_tier(&s->rows[i]) > r->tier && s->rows[i].read == r->reads)
			r->tier = row_tier(&s->rows[i]);
	}
}

/* While the first walk has not come by all that may tell a total, one of two chassis would pass for the whole device. */
static bool totals_to_come(struct session *s)
{
	bool first = s->exploring && s->explored_ms == 0 && s->settled == 0 && s->put_off < MAX_PUT_OFF;
	size_t next = first ? walk_next(&s->walk) : WALK_NONE;
	bool wait = next != WALK_NONE && s->walk.items[next].kind <= KIND_ENVIRONMENT;
	s->put_off += wait;
	return wait;
}

/* Declares what is new, and gives again what is read more seldom than polled. */
static void settle_poll(struct session *s)
{
	if (totals_to_come(s))
		return;
	if (s->settled < s->row_count) {
		settle(s->rows, s->row_count);
		for (size_t i = 0; i < s->row_count; i++) {
			if (s->rows[i].declared)
				continue;
			declare(s, &s->rows[i]);
			if (s->rows[i].point >= 0 && s->rows[i].read == s->walk.items[s->rows[i].resource].reads)
				add_value(s, &s->rows[i]);
		}
		s->settled = s->row_count;
		set_tiers(s);
	}
	for (size_t i = 0; i < s->row_count; i++) {
		const struct row *r = &s->rows[i];
		const struct resource *from = &s->walk.items[r->resource];
		bool seldom = from->tier != TIER_POWER || (from->deputy != 0 && row_tier(r) != TIER_POWER);
		bool kept = seldom && !from->wanted && !from->missing && r->read == from->reads;
		if (kept && r->declared && r->point >= 0)
			add_value(s, r);
	}
}

/* --- identity ---------------------------------------------------------------------------------------------------- */

/* True when another text stood there before. */
static bool keep(char **field, const char *text)
{
	char clean[128];
	if (text[0] == '\0')
		return false;
	hwatt_text_clean(clean, sizeof(clean), text, strlen(text));
	if (*field != NULL && strcmp(*field, clean) == 0)
		return false;
	bool changed = *field != NULL;
	free(*field);
	*field = hwatt_strdup(clean);
	return changed;
}

/* The first resource of its kind that has a serial number speaks for the device, now and at every later read. */
static bool speaks(size_t *speaker, size_t at, const json_t *json)
{
	if (*speaker == WALK_NONE && tree_string(json, "/SerialNumber")[0] != '\0')
		*speaker = at;
	return *speaker == at;
}

static void learn_system(struct session *s, const json_t *json)
{
	if (!speaks(&s->system_at, s->at, json) && s->system_at != WALK_NONE)
		return;
	keep(&s->system_vendor, tree_string(json, "/Manufacturer"));
	keep(&s->system_model, tree_string(json, "/Model"));
	keep(&s->system_serial, tree_string(json, "/SerialNumber"));
}

static void learn_chassis(struct session *s, const json_t *json, bool pdu)
{
	if (!speaks(&s->chassis_at, s->at, json) && s->chassis_at != WALK_NONE)
		return;
	keep(&s->chassis_vendor, tree_string(json, "/Manufacturer"));
	keep(&s->chassis_model, tree_string(json, "/Model"));
	keep(&s->chassis_serial, tree_string(json, "/SerialNumber"));
	if (pdu)
		keep(&s->manager_firmware, tree_string(json, "/FirmwareVersion"));
}

/* Another firmware, or a manager that began anew, may have other links. */
static void learn_manager(struct session *s, const json_t *json)
{
	if (s->manager_at == WALK_NONE && tree_string(json, "/FirmwareVersion")[0] != '\0')
		s->manager_at = s->at;
	if (s->manager_at != s->at)
		return;
	keep(&s->manager_vendor, tree_string(json, "/Manufacturer"));
	s->restarted |= keep(&s->manager_firmware, tree_string(json, "/FirmwareVersion"));
	s->restarted |= keep(&s->manager_start, tree_string(json, "/LastResetTime"));
}

static void learn_identity(struct session *s, const struct resource *r, const json_t *json)
{
	if (r->kind == KIND_ROOT) {
		keep(&s->vendor, tree_string(json, "/Vendor"));
		keep(&s->product, tree_string(json, "/Product"));
	}
	if (r->collection)
		return;
	if (r->kind == KIND_SYSTEM)
		learn_system(s, json);
	else if ((r->kind == KIND_CHASSIS && !r->contained) || r->kind == KIND_PDU)
		learn_chassis(s, json, r->kind == KIND_PDU);
	else if (r->kind == KIND_MANAGER)
		learn_manager(s, json);
}

static const char *first_of(const char *a, const char *b, const char *c, const char *d)
{
	return a != NULL ? a : b != NULL ? b : c != NULL ? c : d != NULL ? d : "";
}

static void choose_family(struct session *s)
{
	const char *paths[64];
	struct guide_facts facts = {
		.vendor = first_of(s->vendor, s->system_vendor, s->chassis_vendor, s->manager_vendor),
		.model = first_of(s->system_model, s->chassis_model, s->product, NULL),
		.firmware = first_of(s->manager_firmware, NULL, NULL, NULL), .paths = paths,
	};
	for (size_t i = 0; i < s->walk.count && facts.path_count < 64; i++)
		if (s->walk.items[i].kind <= KIND_MANAGER)
			paths[facts.path_count++] = s->walk.items[i].path;
	free((void *)(uintptr_t)s->choice.rules.items);
	guide_choose(s->guide, &facts, hwatt_target_device(s->t)->profile, &s->choice);
	s->chosen = true;
}

static void identify(struct session *s)
{
	if (!s->chosen)
		return;
	const struct family *f = s->choice.family;
	const char *vendor = f != NULL && f->vendor[0] != '\0' ? f->vendor
							       : first_of(s->system_vendor, s->chassis_vendor, s->vendor, s->manager_vendor);
	struct hwatt_identity id = {
		.vendor = vendor, .model = first_of(s->system_model, s->chassis_model, s->product, NULL),
		.serial = first_of(s->system_serial, s->chassis_serial, NULL, NULL), .firmware = s->manager_firmware,
		.profile = f != NULL ? f->name : "", .profile_reason = s->choice.reason,
	};
	hwatt_target_identify(s->t, &id);
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

static void ask_next(struct session *s);

static void decode_member(struct session *s, const struct decode *d, const struct resource *collection, size_t i, const json_t *member)
{
	char base[32], path[TREE_PATH_MAX], label[64];
	struct place place = walk_where(&s->walk, s->at);
	snprintf(base, sizeof(base), "/Members/%zu", i);
	bool linked = tree_link(member, path);
	const char *id = tree_string(member, "/Id");
	snprintf(label, sizeof(label), "%.63s", id[0] != '\0' ? id : linked ? strrchr(path, '/') + 1 : base + 9);
	place.label = label;
	place.path = linked ? path : collection->path;
	if (s->filling == FILLING_NOT)
		parts_read(&s->parts, collection->kind, &place, member);
	bool own = collection->expanded && linked; /* asked for: the member's own path is where it stands */
	decode_resource(d, collection->kind, &place, own ? path : collection->path, own ? "" : base, member);
}

static void decode_one(struct session *s, const json_t *json)
{
	const struct decode d = { .profile = s->choice.rules, .emit = on_finding, .arg = s };
	const struct resource *r = &s->walk.items[s->at];
	if (!r->collection) {
		struct place place = walk_where(&s->walk, s->at);
		if (s->filling == FILLING_NOT)
			parts_read(&s->parts, r->kind, &place, json);
		decode_resource(&d, r->kind, &place, r->path, "", json);
		return;
	}
	const json_t *members = json_object_get(json, "Members");
	for (size_t i = 0; json_is_array(members) && i < json_array_size(members); i++)
		if (json_object_size(json_array_get(members, i)) > 2)
			decode_member(s, &d, &s->walk.items[s->at], i, json_array_get(members, i));
}

/* Documents of chassis and systems wait until all of them told who the device is. */
static void decode_held(struct session *s)
{
	size_t at = s->at;
	if (!s->chosen)
		choose_family(s);
	for (size_t i = 0; i < s->held_count; i++) {
		s->at = s->held[i].resource;
		decode_one(s, s->held[i].json);
		json_decref(s->held[i].json);
	}
	s->held_count = 0;
	free(s->held);
	s->held = NULL;
	s->at = at;
}

/* The query that has members come with their collection; links without use are left away where the service can. */
static const char *expand_query(const json_t *root)
{
	const json_t *query = tree_at(root, "/ProtocolFeaturesSupported/ExpandQuery");
	bool levels = json_is_true(json_object_get(query, "Levels"));
	if (json_is_true(json_object_get(query, "NoLinks")))
		return levels ? "?$expand=.($levels=1)" : "?$expand=.";
	if (json_is_true(json_object_get(query, "ExpandAll")))
		return levels ? "?$expand=*($levels=1)" : "?$expand=*";
	return NULL;
}

static void learn_root(struct session *s, const json_t *json)
{
	char path[TREE_PATH_MAX];
	if (!tree_link(tree_at(json, "/Links/Sessions"), path))
		path[0] = '\0';
	if (path[0] == '\0' && tree_link(tree_at(json, "/SessionService"), path) && strlen(path) + 10 < sizeof(path))
		strcat(path, "/Sessions"); /* the one name that services leave out: DSP0266 has it */
	link_sessions(s->link, path);
	s->walk.expand = s->no_expand ? NULL : expand_query(json);
	free(s->telemetry);
	s->telemetry = tree_link(tree_at(json, "/TelemetryService"), path) ? hwatt_strdup(path) : NULL;
}

/* From now on members are read one by one: what was read with its collection is looked for anew. */
static void stop_expanding(struct session *s)
{
	for (size_t i = 0; i < s->walk.count; i++) {
		struct resource *r = &s->walk.items[i];
		if (r->expanded && !s->exploring)
			s->explored_ms = 0;
		r->wanted |= r->expanded;
		r->expanded = false;
	}
	s->no_expand = true;
	s->walk.expand = NULL;
	s->expanding = false;
}

static bool is_leaf(enum kind kind)
{
	return kind == KIND_SENSOR || kind == KIND_OUTLET || kind == KIND_MAINS || kind == KIND_BRANCH || kind == KIND_FAN || kind == KIND_DRIVE;
}

/* Worth a second question? Members that are links, of a kind that is read whole. */
static bool worth_expanding(const struct session *s, const struct resource *r, size_t links)
{
	return r->collection && !r->expanded && links > 1 && s->walk.expand != NULL && is_leaf(r->kind);
}

static void take_document(struct session *s, json_t *json)
{
	struct resource *r = &s->walk.items[s->at];
	learn_identity(s, r, json);
	if (r->kind == KIND_ROOT)
		learn_root(s, json);
	if (s->exploring) {
		walk_place(&s->walk, s->at, json);
		size_t links = walk_follow(&s->walk, s->at, json);
		r = &s->walk.items[s->at];
		if (worth_expanding(s, r, links) && !s->expanding) {
			s->expanding = true; /* asks once more, with the query */
			return;
		}
		if (r->collection) {
			bool asked = s->expanding || r->expanded;
			r->expanded = asked && links == 0;
			if (asked && links > 0)
				stop_expanding(s); /* promised, not kept */
			/* members without links of their own that stand here need no request */
			walk_members(&s->walk, s->at, json, links > 0 || !is_leaf(r->kind));
			r = &s->walk.items[s->at];
		}
	}
	s->expanding = false;
	r->wanted = false;
	if (!s->chosen && r->kind < KIND_POWER && s->held_count < MAX_HELD) {
		if (s->held == NULL)
			s->held = hwatt_alloc(MAX_HELD * sizeof(*s->held));
		s->held[s->held_count++] = (struct held){ s->at, json_incref(json) };
		return;
	}
	decode_one(s, json);
}

static void end_poll(struct session *s, const struct hwatt_error *err)
{
	s->polling = false;
	size_t next = walk_next(&s->walk);
	if (next == WALK_NONE || s->walk.items[next].kind >= KIND_POWER_EQUIPMENT)
		decode_held(s); /* else the next poll tells more of who it is */
	identify(s);
	settle_poll(s);
	if (next == WALK_NONE)
		parts_tell(&s->parts, s->t);
	if (s->gained > 0)
		s->last_good_ms = (int64_t)uv_now(hwatt_target_loop(s->t));
	hwatt_target_done(s->t, err);
}

/* No session to be had is no outage of the device: patience, within bounds. */
static bool patient(const struct session *s)
{
	return (int64_t)uv_now(hwatt_target_loop(s->t)) - s->last_good_ms < PATIENCE_MS;
}

static void take_failure(struct session *s, const struct link_answer *answer)
{
	struct resource *r = &s->walk.items[s->at];
	bool gone = answer->status == 404 || answer->status == 410 || answer->status == 405 || answer->status == 403 || answer->status == 501;
	if ((s->expanding || r->expanded) && answer->status >= 400 && answer->status != 404) { /* it does not like the query after all */
		stop_expanding(s);
		return;
	}
	r->wanted = false;
	if (gone && r->kind != KIND_ROOT) {
		if (!s->exploring && s->gone_ms == 0)
			s->gone_ms = (int64_t)uv_now(hwatt_target_loop(s->t));
		r->missing = true;
		return;
	}
	s->engine->bad_answers++;
	r->due_ms = 0;
	if (s->first_error.code == HWATT_OK)
		s->first_error = answer->err;
}

/* Failures after which asking for the next resource makes no sense. */
static bool is_final(const struct session *s, const struct link_answer *answer)
{
	enum hwatt_code code = answer->err.code;
	bool no_answer = answer->status == 0;
	return answer->busy || code == HWATT_EINVAL || (code == HWATT_EAUTH && answer->status != 403) || (no_answer && code != HWATT_EPROTO) ||
	       s->walk.items[s->at].kind == KIND_ROOT;
}

/* Only inventory is asked for with what is known of it: measured values are others each time. */
static const char *known_etag(const struct session *s, const struct resource *r)
{
	bool inventory = r->tier == TIER_FIXED && !s->exploring && !s->expanding && !r->expanded && r->reads > 0;
	return inventory ? r->etag : NULL;
}

static void keep_etag(struct session *s, struct resource *r, const char *etag)
{
	free(r->etag);
	r->etag = r->tier == TIER_FIXED && !s->expanding && !r->expanded && etag[0] != '\0' ? hwatt_strdup(etag) : NULL;
}

/* --- metric reports ---------------------------------------------------------------------------------------------- */

static struct deputy_view view_of(struct session *s, int64_t date_ms)
{
	return (struct deputy_view){ .walk = &s->walk, .rows = s->rows, .row_count = s->row_count,
				     .now_ms = (int64_t)uv_now(hwatt_target_loop(s->t)), .date_ms = date_ms };
}

static void on_fill(void *arg, size_t resource, const json_t *document)
{
	struct session *s = arg;
	size_t at = s->at;
	s->at = resource;
	decode_one(s, document);
	s->at = at;
}

/* What a report is to be filled into is kept; at first, both are compared: a unit of its own would show. */
static void keep_stencil(struct session *s, size_t at, const json_t *json)
{
	struct deputy_view view = view_of(s, 0);
	if (s->deputies == NULL || s->walk.items[at].deputy == 0 || !deputies_keep(&view, at, json))
		return;
	s->filling = FILLING_TO_COMPARE;
	s->differs = false;
	deputies_compare(s->deputies, &view, at, on_fill, s);
	s->filling = FILLING_NOT;
	if (!s->differs)
		return;
	hwatt_target_warn(s->t, "%.150s: a metric report says something else, and is not used for it", s->walk.items[at].path);
	deputies_dismiss(&s->walk, at);
}

static void end_deputies(struct session *s)
{
	deputies_free(s->deputies, &s->walk);
	s->deputies = NULL;
}

/* After all links were followed: a report can only save something where a poll takes several requests. */
static void begin_deputies(struct session *s)
{
	size_t requests = 0;
	s->survey_due = false;
	end_deputies(s);
	for (size_t i = 0; i < s->walk.count; i++)
		requests += s->walk.items[i].tier == TIER_POWER && !s->walk.items[i].missing;
	if (requests >= 2 && s->telemetry != NULL)
		s->deputies = deputies_new(s->telemetry, hwatt_target_device(s->t)->interval_ms);
}

static void tell_deputies(struct session *s)
{
	struct deputy_news news = deputies_news(s->deputies);
	s->engine->saved += deputies_saved(s->deputies);
	if (news.path != NULL && news.requests > 0)
		hwatt_log(hwatt_target_log(s->t), HWATT_INFO, "the metric report %s is read in place of %zu resources", news.path, news.requests);
	else if (news.path != NULL)
		hwatt_log(hwatt_target_log(s->t), HWATT_INFO, "the metric report %s is read no longer, but the resources themselves: %s", news.path,
			  news.why);
}

static void on_deputy(void *arg, const struct link_answer *answer)
{
	struct session *s = arg;
	struct hwatt_error err = answer->err;
	struct deputy_view view = view_of(s, answer->date_ms);
	json_t *json = err.code == HWATT_OK ? tree_parse(answer->body, answer->length, &err) : NULL;
	bool refused = answer->status == 403 || answer->status == 404 || answer->status == 405 || answer->status == 410 || answer->status == 501;
	if (json != NULL) {
		s->filling = FILLING_IN;
		deputies_take(s->deputies, &view, json, on_fill, s);
		s->filling = FILLING_NOT;
		json_decref(json);
	} else {
		s->engine->bad_answers += !refused;
		deputies_fail(s->deputies, &view, refused, err.code == HWATT_ETIMEOUT);
	}
	tell_deputies(s);
	bool over = json == NULL && (answer->busy || err.code == HWATT_EINVAL || (err.code == HWATT_EAUTH && !refused) ||
				     (answer->status == 0 && err.code != HWATT_EPROTO));
	if (over)
		end_poll(s, walk_next(&s->walk) != WALK_NONE ? &err : s->first_error.code != HWATT_OK ? &s->first_error : NULL);
	else
		ask_next(s);
}

/* Asks for a report, or with `survey` what else there is to be known. False: nothing. */
static bool ask_deputy(struct session *s, bool survey, int64_t left_ms)
{
	if (s->deputies == NULL || s->exploring || (survey && left_ms < 100))
		return false;
	const char *path = deputies_next(s->deputies, survey);
	if (path == NULL)
		return false;
	link_get(s->link, path, NULL, false, left_ms > 100 ? left_ms : 100, on_deputy, s);
	return true;
}

static void on_answer(void *arg, const struct link_answer *answer)
{
	struct session *s = arg;
	struct hwatt_error err = answer->err;
	if (answer->unchanged) { /* its values and parts are what they were */
		s->walk.items[s->at].wanted = false;
		s->walk.items[s->at].due_ms = (int64_t)uv_now(hwatt_target_loop(s->t)) + INVENTORY_MS;
		ask_next(s);
		return;
	}
	json_t *json = err.code == HWATT_OK ? tree_parse(answer->body, answer->length, &err) : NULL;
	if (json != NULL) {
		struct resource *r = &s->walk.items[s->at];
		r->reads += !s->expanding;
		keep_etag(s, r, answer->etag);
		int64_t now = (int64_t)uv_now(hwatt_target_loop(s->t));
		r->due_ms = now + (r->tier == TIER_FIXED || (r->deputy != 0 && !r->partly) ? INVENTORY_MS : s->detail_ms);
		size_t at = s->at;
		take_document(s, json);
		keep_stencil(s, at, json);
		json_decref(json);
		ask_next(s);
		return;
	}
	struct link_answer bad = *answer;
	bad.err = err;
	if (is_final(s, &bad)) {
		if (bad.sessions_full && patient(s)) {
			hwatt_target_warn(s->t, "it has no free session; it is asked again later");
			end_poll(s, NULL);
			return;
		}
		s->walk.items[s->at].due_ms = 0;
		if ((s->expanding || s->walk.items[s->at].expanded) && (bad.err.code == HWATT_ETIMEOUT || bad.status == 503))
			stop_expanding(s); /* too much for it */
		s->expanding = false;
		end_poll(s, &bad.err);
		return;
	}
	take_failure(s, &bad);
	ask_next(s);
}

/* All was looked at, and nothing came: no device that is well. */
static void find_nothing(struct session *s)
{
	decode_held(s);
	if (s->row_count == 0 && s->first_error.code == HWATT_OK)
		hwatt_fail(&s->first_error, HWATT_ENODATA, "none of its resources gives a reading: check with `hallwatt probe` what the user may "
			   "read there");
}

static void finish(struct session *s)
{
	find_nothing(s);
	if (s->exploring) {
		s->exploring = false;
		s->survey_due = true;
		s->explored_ms = (int64_t)uv_now(hwatt_target_loop(s->t));
		set_tiers(s);
		if (s->walk.full)
			hwatt_target_warn(s->t, "more than %d resources: the rest is left out", WALK_MAX_RESOURCES);
	}
	if (s->restarted) { /* another firmware, or the manager began anew: links may have changed */
		s->restarted = false;
		s->explored_ms = 0;
	}
	end_poll(s, s->first_error.code != HWATT_OK ? &s->first_error : NULL);
}

static void ask_next(struct session *s)
{
	int64_t left = hwatt_target_time_left_ms(s->t) - MARGIN_MS;
	if (!s->expanding && ask_deputy(s, false, left))
		return;
	s->at = s->expanding ? s->at : walk_next(&s->walk);
	if (s->at != WALK_NONE && s->walk.items[s->at].kind >= KIND_POWER_EQUIPMENT && !s->chosen)
		decode_held(s);
	if (s->at == WALK_NONE) {
		if (!ask_deputy(s, true, left))
			finish(s);
		return;
	}
	if (left < 0 && s->gained > 0) { /* the rest is asked for at the next poll */
		s->expanding = false;
		end_poll(s, s->first_error.code != HWATT_OK ? &s->first_error : NULL);
		return;
	}
	const struct resource *r = &s->walk.items[s->at];
	bool query = s->expanding || r->expanded;
	char path[TREE_PATH_MAX + 40];
	snprintf(path, sizeof(path), "%s%s", r->path, query && s->walk.expand != NULL ? s->walk.expand : "");
	link_get(s->link, path, known_etag(s, r), r->kind == KIND_ROOT, left > 100 ? left : 100, on_answer, s);
}

void service_poll(struct hwatt_target *t)
{
	struct session *s = hwatt_target_session(t);
	const char *why;
	int64_t now = (int64_t)uv_now(hwatt_target_loop(t)), rest = link_rest_ms(s->link, &why);
	s->engine->polls++;
	s->polling = true;
	s->gained = 0;
	s->expanding = false;
	s->first_error = (struct hwatt_error){0};
	if (walk_next(&s->walk) == WALK_NONE) /* the last round was finished */
		parts_begin(&s->parts);
	if (rest > 0) {
		struct hwatt_error err = {0};
		bool sessions = strcmp(why, "it has no free session") == 0;
		hwatt_fail(&err, sessions ? HWATT_ENODATA : HWATT_EAUTH, "%s; the next try is in %" PRId64 " s", why, (rest + 999) / 1000);
		s->polling = false;
		hwatt_target_done(t, sessions && patient(s) ? NULL : &err);
		return;
	}
	bool gone = s->gone_ms != 0 && now - s->gone_ms >= 0 && now - s->explored_ms >= REWALK_MS;
	if (!s->exploring && (now - s->explored_ms >= s->refresh_ms || gone || s->explored_ms == 0)) {
		s->exploring = true;
		s->chosen = false; /* another firmware may be another family */
		s->gone_ms = 0;
		walk_again(&s->walk);
		end_deputies(s);
	} else {
		walk_due(&s->walk, now);
		if (s->survey_due && !s->exploring)
			begin_deputies(s);
		if (s->deputies != NULL)
			deputies_begin(s->deputies, now);
	}
	ask_next(s);
}

/* --- life -------------------------------------------------------------------------------------------------------- */

static void on_sent(void *arg)
{
	struct session *s = arg;
	hwatt_target_count_request(s->t);
}

static void on_pinned(void *arg, const char *pin)
{
	struct session *s = arg;
	hwatt_target_remember(s->t, "redfish-pin", pin);
	hwatt_log(hwatt_target_log(s->t), HWATT_WARN,
		  "its certificate is not checked against a CA: the key %s is taken as its own from now on; compare it with the BMC's, or set \"ca\"",
		  pin);
	hwatt_target_warn(s->t, "certificate taken on first use, with the key %s; \"ca\" or \"pin\" would check it", pin);
}

static void on_session(void *arg, const char *location)
{
	struct session *s = arg;
	hwatt_target_remember(s->t, "redfish-session", location);
}

/* What another session of ours, begun after a reload, has written meanwhile stays. */
static void on_ended(void *arg, const char *location)
{
	struct session *s = arg;
	char *kept = hwatt_target_recall(s->t, "redfish-session");
	if (kept != NULL && strcmp(kept, location) == 0)
		hwatt_target_remember(s->t, "redfish-session", NULL);
	free(kept);
}

/* Whoever comes next looks at it and deletes it, unless there is one already that is to be looked at. */
static void on_left(void *arg, const char *location, const char *why)
{
	struct session *s = arg;
	char *kept = hwatt_target_recall(s->t, "redfish-session");
	if (kept == NULL)
		hwatt_target_remember(s->t, "redfish-session", location);
	free(kept);
	hwatt_log(hwatt_target_log(s->t), HWATT_WARN, "its session %.100s could not be ended and is left behind: %s", location, why);
}

static void on_refused(void *arg, const char *text)
{
	struct session *s = arg;
	hwatt_target_remember(s->t, "redfish-refused", text);
}

static void take_guide(struct session *s)
{
	const struct hwatt_profile_set *set = hwatt_target_profiles(s->t);
	if (s->engine->guide == NULL || s->engine->guide->hash != set->hash) {
		guide_release(s->engine->guide);
		s->engine->guide = guide_new(set);
	}
	s->guide = guide_take(s->engine->guide);
}

int service_open(struct hwatt_target *t, struct hwatt_error *err)
{
	if (need_loop(hwatt_target_engine(t), err) < 0)
		return -1;
	struct session *s = hwatt_alloc(sizeof(*s));
	const struct redfish_settings *settings = hwatt_target_settings(t);
	const struct hwatt_device *device = hwatt_target_device(t);
	s->t = t;
	s->system_at = s->chassis_at = s->manager_at = WALK_NONE;
	s->engine = hwatt_target_engine(t);
	char *pin = hwatt_target_recall(t, "redfish-pin"), *refused = hwatt_target_recall(t, "redfish-refused");
	const struct link_watch watch = { on_sent, on_pinned, on_session, on_ended, on_left, on_refused, s };
	struct link_parts parts = { .loop = s->engine->loop, .uv = hwatt_target_loop(t), .settings = settings, .host = device->host,
				    .port = device->port != 0 ? device->port : 443, .pin = pin, .refused = refused };
	int rc = link_open(&parts, &watch, &s->link, err);
	free(pin);
	free(refused);
	if (rc < 0) {
		free(s);
		return -1;
	}
	char *leftover = hwatt_target_recall(t, "redfish-session");
	if (leftover != NULL)
		link_leftover(s->link, leftover);
	free(leftover);
	take_guide(s);
	walk_start(&s->walk);
	s->exploring = true;
	s->detail_ms = settings->detail_ms;
	s->refresh_ms = settings->refresh_ms;
	s->last_good_ms = INT64_MIN / 2; /* never */
	curl_loop_peers(s->engine->loop, ++s->engine->links);
	hwatt_target_attach(t, s);
	return 0;
}

void service_abort(struct hwatt_target *t)
{
	struct session *s = hwatt_target_session(t);
	link_abort(s->link);
	s->polling = false;
	s->expanding = false;
	settle_poll(s);
}

static void on_link_closed(void *arg)
{
	struct session *s = arg;
	struct hwatt_target *t = s->t;
	char **texts[] = { &s->vendor, &s->product, &s->system_vendor, &s->system_model, &s->system_serial, &s->chassis_vendor,
			   &s->chassis_model, &s->chassis_serial, &s->manager_vendor, &s->manager_firmware, &s->manager_start };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		free(*texts[i]);
	for (size_t i = 0; i < s->held_count; i++)
		json_decref(s->held[i].json);
	free(s->held);
	curl_loop_peers(s->engine->loop, --s->engine->links);
	free((void *)(uintptr_t)s->choice.rules.items);
	guide_release(s->guide);
	end_deputies(s);
	free(s->telemetry);
	free_rows(s);
	parts_free(&s->parts);
	walk_free(&s->walk);
	free(s);
	hwatt_target_closed(t);
}

void service_close(struct hwatt_target *t)
{
	struct session *s = hwatt_target_session(t);
	link_close(s->link, on_link_closed, s);
}

void service_counters(void *arg, void (*put)(void *arg, const char *name, const char *help, int64_t value), void *put_arg)
{
	const struct engine *engine = arg;
	struct curl_loop_figures f = engine->loop != NULL ? curl_loop_figures(engine->loop) : (struct curl_loop_figures){0};
	put(put_arg, "redfish_requests_total", "Redfish requests sent.", f.requests);
	put(put_arg, "redfish_connections_total", "TLS connections begun to Redfish services.", f.handshakes);
	put(put_arg, "redfish_bad_answers_total", "Redfish answers that were no resource.", engine->bad_answers);
	put(put_arg, "redfish_requests_saved_total", "Redfish requests that a metric report made needless.", engine->saved);
	put(put_arg, "redfish_requests_outstanding", "Redfish requests under way.", f.running);
	put(put_arg, "redfish_requests_waiting", "Redfish requests that wait for their turn to connect.", f.waiting);
}

int service_find(void *engine, const void *settings, const struct sockaddr *to, int64_t timeout_ms, hwatt_find_done *done,
		 void *arg, struct hwatt_error *err)
{
	struct engine *e = engine;
	(void)settings;
	return need_loop(e, err) < 0 ? -1 : seeker_ask(e->loop, to, timeout_ms, done, arg, err);
}
