/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "interview.h"
#include <hallwatt/arena.h>
#include <hallwatt/text.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GET_OWN_SDR 0x21
#define RESERVE_OWN 0x22
#define RESERVE 0x22
#define GET_SDR 0x23
#define LAST_RECORD 0xffff
#define MOST_PAUSES 5u        /* polls that the same interview may be put off, as the controller is busy */
#define RESTARTS 2u           /* of a record, as the reservation was lost */
#define MEMORY "sdr"
#define KEY_SIZE 96
#define FIRST_PIECE 32u
#define SMALLEST_PIECE 8u
#define ADDRESS_AT 4u /* in the answer about parameter 3 of Get DCMI Capabilities Info: the controller's own address */

enum step { DEVICE, POWER, ADDRESS, CHASSIS, FRU_SPACE, FRU_DATA, REPOSITORY, RESERVATION, RECORD, UNITS, DONE };

struct interview {
	struct transport *transport;
	struct hwatt_target *target;
	struct interview_order order;
	interview_done *done;
	void *arg;
	struct errand errand;
	enum step step;
	struct interview_findings found;
	char vendor[IDSTRING_SIZE], model[IDSTRING_SIZE], serial[IDSTRING_SIZE], key[KEY_SIZE];
	/* the inventory */
	struct fru_space space;
	uint8_t fru[INTERVIEW_MAX_FRU];
	size_t fru_at, fru_end, fru_piece, fru_asked;
	size_t units;              /* parts looked at */
	struct census_unit unit;   /* the one whose inventory is read; device 0: the machine itself */
	/* the repository */
	struct devid_repository repository;
	bool own;                  /* the controller's own records */
	uint16_t reservation, record, next;
	uint8_t bytes[SDR_MAX_OCTETS]; /* the record that is being read */
	size_t at, length, piece, asked;
	unsigned records, lost, pauses;
	uint8_t seen[8192];        /* ids that came, a bit each: some repositories go in circles */
	uint8_t *kept;
	size_t kept_octets;
};

static void ask(struct interview *v);

static void go_to(struct interview *v, enum step step)
{
	v->step = step;
	if (step == DONE)
		v->done(v->arg, NULL);
	else
		ask(v);
}

/* Who it is. */
static void take_device(struct interview *v, const struct transport_answer *a, struct hwatt_error *err)
{
	if (a->code != 0 || devid_read(a->data, a->length, &v->found.id, err) < 0) {
		if (a->code != 0)
			hwatt_fail(err, HWATT_EPROTO, "the BMC does not say what it is: completion code %02xh", a->code);
		v->done(v->arg, err);
		return;
	}
	if (v->found.id.updating) {
		hwatt_fail(err, HWATT_ENODATA, "the BMC is starting or updating its firmware");
		v->done(v->arg, err);
		return;
	}
	go_to(v, v->order.dcmi ? POWER : v->order.fru ? FRU_SPACE : REPOSITORY);
}

static void take_power(struct interview *v, const struct transport_answer *a, struct hwatt_error *err)
{
	bool read = a->code == 0 && dcmi_read_power(a->data, a->length, &v->found.power, err) == 0;
	v->found.dcmi = read || (a->code == 0 && err->code == HWATT_ENODATA);
	v->found.dcmi_denied = a->code == ERRAND_INVALID_COMMAND || a->code == ERRAND_INVALID_LUN;
	if (!read)
		v->found.power.now_mw = -1;
	if (a->code == ERRAND_PRIVILEGE)
		hwatt_target_warn(v->target, "the BMC tells its power by DCMI only to users with more privilege: if it must be, set "
				  "\"privilege: administrator\"");
	go_to(v, v->found.dcmi ? ADDRESS : v->order.fru ? FRU_SPACE : REPOSITORY);
}

/* One at another address than the usual shares its chassis, whose state is the other's to tell: some go down when asked. */
static void take_address(struct interview *v, const struct transport_answer *a)
{
	bool first = a->code == 0 && a->length > ADDRESS_AT && a->data[0] == DCMI_GROUP && a->data[ADDRESS_AT] == SDR_BMC;
	go_to(v, first && v->found.id.is_chassis ? CHASSIS : v->order.fru ? FRU_SPACE : REPOSITORY);
}

static void take_chassis(struct interview *v, const struct transport_answer *a)
{
	struct devid_chassis chassis;
	v->found.host_known = a->code == 0 && devid_read_chassis(a->data, a->length, &chassis, NULL) == 0;
	v->found.host_on = v->found.host_known && chassis.on;
	go_to(v, v->order.fru ? FRU_SPACE : REPOSITORY);
}

/* The inventory. */
static void copy_best(char out[IDSTRING_SIZE], const char *a, const char *b)
{
	memcpy(out, a[0] != '\0' ? a : b, IDSTRING_SIZE);
}

static void tell_part(struct interview *v, enum hwatt_part_kind kind, const char *index, const char *model, const char *serial)
{
	if (serial[0] != '\0')
		hwatt_target_part(v->target, &(struct hwatt_part){ .kind = kind, .index = index, .model = model, .serial = serial });
}

static void take_machine(struct interview *v, const struct fru *fru)
{
	copy_best(v->vendor, fru->product_maker, fru->board_maker);
	copy_best(v->model, fru->product_name, fru->board_name);
	const char *serials[] = { fru->product_serial, fru->chassis_serial, fru->board_serial };
	for (size_t i = 0; i < 3 && v->serial[0] == '\0'; i++)
		if (hwatt_serial_identifies(serials[i]))
			memcpy(v->serial, serials[i], IDSTRING_SIZE);
	tell_part(v, HWATT_PART_ENCLOSURE, "", fru->chassis_part, fru->chassis_serial);
	tell_part(v, HWATT_PART_BOARD, "", fru->board_name, fru->board_serial);
}

/* A supply names itself as a product or as a board. Two of a kind with one instance are told apart by their device numbers. */
static void take_unit(struct interview *v, const struct fru *fru)
{
	const struct census_unit *u = &v->unit;
	struct census_unit other;
	char index[24], model[IDSTRING_SIZE], serial[IDSTRING_SIZE];
	size_t alike = 0;
	for (size_t i = 0; census_unit(v->kept, v->kept_octets, i, &other); i++)
		alike += other.kind == u->kind && other.instance == u->instance;
	snprintf(index, sizeof(index), alike > 1 ? "%u.%u" : "%u", u->instance, u->device);
	copy_best(model, fru->product_name, fru->board_name);
	copy_best(serial, fru->product_serial, fru->board_serial);
	tell_part(v, u->kind, index, model, serial);
}

static void after_fru(struct interview *v)
{
	go_to(v, v->unit.device == 0 ? REPOSITORY : UNITS);
}

static void read_fru(struct interview *v)
{
	struct fru fru;
	bool read = fru_read(v->fru, v->fru_at, &fru, NULL) == 0;
	if (read && v->unit.device == 0)
		take_machine(v, &fru);
	else if (read)
		take_unit(v, &fru);
	after_fru(v);
}

/* The records are known: on to the next part that they name. One that does not answer is not told, which is not "gone". */
static void next_unit(struct interview *v)
{
	if (!v->order.fru || v->units == INTERVIEW_MAX_UNITS || !census_unit(v->kept, v->kept_octets, v->units, &v->unit)) {
		if (v->order.fru)
			hwatt_target_parts_told(v->target);
		go_to(v, DONE);
		return;
	}
	v->units++;
	go_to(v, FRU_SPACE);
}

static void take_fru_space(struct interview *v, const struct transport_answer *a)
{
	v->found.unread = v->found.unread || errand_busy(a->code);
	if (a->code != 0 || fru_read_space(a->data, a->length, &v->space, NULL) < 0 || v->space.size < FRU_HEADER_OCTETS) {
		after_fru(v);
		return;
	}
	v->fru_at = 0;
	v->fru_end = FRU_HEADER_OCTETS;
	v->fru_piece = FIRST_PIECE;
	go_to(v, FRU_DATA);
}

static void take_fru(struct interview *v, const struct transport_answer *a)
{
	size_t got = 0;
	if (errand_busy(a->code)) { /* half of it could lack the serial number: another time */
		v->found.unread = true;
		after_fru(v);
		return;
	}
	if (a->code == ERRAND_WRONG_LENGTH || a->code == ERRAND_TOO_LONG || a->code == ERRAND_CANNOT_RETURN) {
		v->fru_piece /= 2;
		if (v->fru_piece >= SMALLEST_PIECE)
			ask(v);
		else
			read_fru(v);
		return;
	}
	const uint8_t *piece = a->code == 0 ? fru_piece(&v->space, a->data, a->length, v->fru_asked, &got, NULL) : NULL;
	if (piece == NULL || got == 0) { /* as far as it goes */
		read_fru(v);
		return;
	}
	size_t room = sizeof(v->fru) - v->fru_at;
	memcpy(v->fru + v->fru_at, piece, got < room ? got : room);
	v->fru_at += got < room ? got : room;
	if (v->fru_end == FRU_HEADER_OCTETS && v->fru_at >= FRU_HEADER_OCTETS)
		v->fru_end = fru_extent(&v->space, v->fru);
	if (v->fru_at >= v->fru_end || v->fru_at == sizeof(v->fru))
		read_fru(v);
	else
		ask(v);
}

/* The repository. */
static void keep_record(struct interview *v)
{
	if (!census_wants(v->bytes, v->length) || v->kept_octets + v->length > CENSUS_MAX_OCTETS)
		return;
	if (v->kept == NULL)
		v->kept = hwatt_alloc(CENSUS_MAX_OCTETS);
	memcpy(v->kept + v->kept_octets, v->bytes, v->length);
	v->kept_octets += v->length;
}

static void save(struct interview *v)
{
	struct hwatt_text text;
	hwatt_text_init(&text, 2 * CENSUS_MAX_OCTETS + KEY_SIZE + 2);
	hwatt_text_printf(&text, "%s ", v->key);
	for (size_t i = 0; i < v->kept_octets; i++)
		hwatt_text_printf(&text, "%02x", v->kept[i]);
	if (hwatt_text_ok(&text))
		hwatt_target_remember(v->target, MEMORY, hwatt_text_string(&text));
	hwatt_text_free(&text);
}

static unsigned digit(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a' + 10);
}

/* The records as they were read at another time, if it is the same repository. */
static bool load(struct interview *v)
{
	char *text = hwatt_target_recall(v->target, MEMORY);
	size_t key = strlen(v->key), digits = 0;
	bool same = text != NULL && strncmp(text, v->key, key) == 0 && text[key] == ' ';
	if (same) {
		digits = strlen(text + key + 1);
		same = digits % 2 == 0 && digits / 2 <= CENSUS_MAX_OCTETS && strspn(text + key + 1, "0123456789abcdef") == digits;
	}
	if (same) {
		const char *from = text + key + 1;
		v->kept = hwatt_alloc(digits / 2 + 1);
		v->kept_octets = digits / 2;
		for (size_t i = 0; i < v->kept_octets; i++)
			v->kept[i] = (uint8_t)(digit(from[2 * i]) << 4 | digit(from[2 * i + 1]));
	}
	free(text);
	return same;
}

static void read_all(struct interview *v)
{
	v->found.records = v->kept;
	v->found.octets = v->kept_octets;
	save(v);
	go_to(v, UNITS);
}

static void no_sensors(struct interview *v)
{
	v->found.records = v->kept;
	go_to(v, UNITS);
}

static void make_key(struct interview *v)
{
	const struct devid *id = &v->found.id;
	const struct devid_repository *r = &v->repository;
	snprintf(v->key, sizeof(v->key), "3-%02x-%" PRIx32 "-%x-%.20s-%02x%02x%02x%02x-%u-%08" PRIx32 "-%08" PRIx32, id->device_id,
		 id->manufacturer, id->product, id->firmware, id->auxiliary[0], id->auxiliary[1], id->auxiliary[2], id->auxiliary[3],
		 r->records, r->added, r->erased);
	for (char *p = v->key; *p != '\0'; p++)
		if (*p == ' ')
			*p = '_';
	v->found.key = v->key;
}

static void take_repository(struct interview *v, const struct transport_answer *a)
{
	if (a->code != 0 || devid_read_repository(v->own, a->data, a->length, &v->repository, NULL) < 0) {
		if (!v->own && v->found.id.own_sdrs) { /* no repository after all */
			v->own = true;
			ask(v);
		} else {
			no_sensors(v);
		}
		return;
	}
	make_key(v);
	if (strcmp(v->key, v->order.known_key) == 0) {
		v->found.same_sensors = true;
		v->kept = hwatt_alloc(v->order.known_octets + 1); /* for the parts that they name */
		if (v->order.known_octets > 0)
			memcpy(v->kept, v->order.known, v->order.known_octets);
		v->kept_octets = v->order.known_octets;
		go_to(v, UNITS);
		return;
	}
	if (load(v)) {
		v->found.records = v->kept;
		v->found.octets = v->kept_octets;
		go_to(v, UNITS);
		return;
	}
	v->record = 0;
	v->at = 0;
	v->length = SDR_HEADER_OCTETS;
	v->piece = FIRST_PIECE;
	go_to(v, RESERVATION);
}

static void take_reservation(struct interview *v, const struct transport_answer *a)
{
	if (a->code == 0 && a->length >= 2)
		v->reservation = (uint16_t)(a->data[0] | a->data[1] << 8);
	else
		v->reservation = 0; /* some read on without */
	go_to(v, RECORD);
}

/* The record is whole: the next one, or the end. */
static void next_record(struct interview *v)
{
	uint16_t id = (uint16_t)(v->bytes[0] | v->bytes[1] << 8);
	const unsigned bit = 1u << (id % 8);
	bool circle = (v->seen[id / 8] & bit) != 0;
	v->seen[id / 8] = (uint8_t)(v->seen[id / 8] | bit);
	if (!circle)
		keep_record(v);
	if (circle || ++v->records >= INTERVIEW_MAX_RECORDS || v->next == LAST_RECORD || v->next == v->record) {
		if (circle || v->next == v->record)
			hwatt_target_warn(v->target, "the BMC's sensor records go in a circle after %u of them", v->records);
		read_all(v);
		return;
	}
	v->record = v->next;
	v->at = 0;
	v->length = SDR_HEADER_OCTETS;
	v->lost = 0;
	ask(v);
}

static void record_failed(struct interview *v, uint8_t code)
{
	if (code == ERRAND_NO_RESERVATION && ++v->lost <= INTERVIEW_MAX_RESERVATIONS) {
		if (v->lost <= RESTARTS) { /* that record from its beginning: it may be another now */
			v->at = 0;
			v->length = SDR_HEADER_OCTETS;
		} /* else where it stood: some lose it again and again while nothing changes */
		go_to(v, RESERVATION);
	} else if ((code == ERRAND_WRONG_LENGTH || code == ERRAND_TOO_LONG || code == ERRAND_CANNOT_RETURN) &&
		   v->piece > SMALLEST_PIECE) {
		v->piece /= 2;
		ask(v);
	} else {
		if (v->records == 0 && (code == ERRAND_NOT_PRESENT || code == ERRAND_OUT_OF_RANGE)) { /* an empty one */
			no_sensors(v);
			return;
		}
		hwatt_target_warn(v->target, "the BMC's sensor records end after %u of them with completion code %02xh", v->records, code);
		v->found.records = v->kept;
		v->found.octets = v->kept_octets;
		go_to(v, UNITS);
	}
}

static void take_record(struct interview *v, const struct transport_answer *a)
{
	if (a->code != 0 || a->length < 3) {
		record_failed(v, a->code != 0 ? a->code : ERRAND_UNSPECIFIED);
		return;
	}
	size_t got = a->length - 2;
	if (got > v->asked)
		got = v->asked; /* more than was asked for */
	v->next = (uint16_t)(a->data[0] | a->data[1] << 8);
	memcpy(v->bytes + v->at, a->data + 2, got);
	v->at += got;
	if (v->length == SDR_HEADER_OCTETS && v->at >= SDR_HEADER_OCTETS)
		v->length = sdr_length(v->bytes);
	if (v->at >= v->length)
		next_record(v);
	else
		ask(v);
}

static void on_answer(void *arg, const struct transport_answer *a, const struct hwatt_error *err)
{
	struct interview *v = arg;
	struct hwatt_error mine = { 0 };
	if (a == NULL) {
		v->done(v->arg, err);
		return;
	}
	bool matters = v->step == DEVICE || v->step == POWER || v->step == REPOSITORY || v->step == RECORD;
	if (errand_busy(a->code) && matters && v->pauses < MOST_PAUSES) { /* some mean "never" by it: not for ever */
		v->pauses++;
		hwatt_fail(&mine, HWATT_ENODATA, "the BMC is busy (completion code %02xh)", a->code);
		v->done(v->arg, &mine);
		return;
	}
	switch (v->step) {
	case DEVICE: take_device(v, a, &mine); break;
	case POWER: take_power(v, a, &mine); break;
	case ADDRESS: take_address(v, a); break;
	case CHASSIS: take_chassis(v, a); break;
	case FRU_SPACE: take_fru_space(v, a); break;
	case FRU_DATA: take_fru(v, a); break;
	case REPOSITORY: take_repository(v, a); break;
	case RESERVATION: take_reservation(v, a); break;
	case RECORD: take_record(v, a); break;
	case UNITS:
	case DONE: break;
	}
}

static void run(struct interview *v, uint8_t netfn, uint8_t command, const void *data, size_t length)
{
	errand_run(&v->errand, v->transport, netfn, 0, command, data, length, on_answer, v);
}

static void ask_record(struct interview *v)
{
	size_t left = v->length - v->at, most = v->length == SDR_HEADER_OCTETS ? SDR_HEADER_OCTETS : v->piece;
	v->asked = left < most ? left : most;
	const uint8_t data[] = { (uint8_t)v->reservation, (uint8_t)(v->reservation >> 8), (uint8_t)v->record,
				 (uint8_t)(v->record >> 8), (uint8_t)v->at, (uint8_t)v->asked };
	run(v, v->own ? DEVID_NETFN_SENSOR : DEVID_NETFN_STORAGE, v->own ? GET_OWN_SDR : GET_SDR, data, sizeof(data));
}

static void ask_fru(struct interview *v)
{
	uint8_t data[4];
	size_t left = v->fru_end - v->fru_at;
	if (left % 2 != 0)
		left++;
	v->fru_asked = fru_ask(&v->space, v->unit.device, v->fru_at, left < v->fru_piece ? left : v->fru_piece, data);
	if (v->fru_asked == 0)
		read_fru(v);
	else
		run(v, FRU_NETFN, FRU_READ, data, sizeof(data));
}

static void ask_repository(struct interview *v)
{
	if (!v->order.sensors || (!v->found.id.has_repository && !v->found.id.own_sdrs)) {
		no_sensors(v);
		return;
	}
	if (!v->found.id.has_repository)
		v->own = true;
	run(v, v->own ? DEVID_NETFN_SENSOR : DEVID_NETFN_STORAGE, DEVID_GET_REPOSITORY, NULL, 0);
}

static void ask(struct interview *v)
{
	static const uint8_t power[] = DCMI_ASK_POWER, optional[] = DCMI_ASK_CAPABILITIES(DCMI_OPTIONAL);
	switch (v->step) {
	case DEVICE: run(v, DEVID_NETFN_APP, DEVID_GET, NULL, 0); break;
	case CHASSIS: run(v, DEVID_NETFN_CHASSIS, DEVID_GET_CHASSIS, NULL, 0); break;
	case ADDRESS: run(v, DCMI_NETFN, DCMI_GET_CAPABILITIES, optional, sizeof(optional)); break;
	case POWER: run(v, DCMI_NETFN, DCMI_GET_POWER, power, sizeof(power)); break;
	case FRU_SPACE: run(v, FRU_NETFN, FRU_GET_AREA, &v->unit.device, 1); break;
	case FRU_DATA: ask_fru(v); break;
	case REPOSITORY: ask_repository(v); break;
	case RESERVATION: run(v, v->own ? DEVID_NETFN_SENSOR : DEVID_NETFN_STORAGE, v->own ? RESERVE_OWN : RESERVE, NULL, 0); break;
	case RECORD: ask_record(v); break;
	case UNITS: next_unit(v); break;
	case DONE: v->done(v->arg, NULL); break;
	}
}

struct interview *interview_new(struct transport *transport, struct hwatt_target *target, const struct interview_order *order,
				interview_done *done, void *arg)
{
	struct interview *v = hwatt_alloc(sizeof(*v));
	v->transport = transport;
	v->target = target;
	v->order = *order;
	v->done = done;
	v->arg = arg;
	v->found.power.now_mw = -1;
	v->found.vendor = v->vendor;
	v->found.model = v->model;
	v->found.serial = v->serial;
	v->found.key = v->key;
	return v;
}

void interview_free(struct interview *v)
{
	if (v == NULL)
		return;
	free(v->kept);
	free(v);
}

void interview_run(struct interview *v)
{
	ask(v);
}

const struct interview_findings *interview_findings(const struct interview *v)
{
	return &v->found;
}
