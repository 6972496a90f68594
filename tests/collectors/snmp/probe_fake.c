/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* probe_fake.c - polls one device and prints its readings as `hallwatt probe` does; stands in for it while the collector is
 * developed: probe_fake probe snmp://ADDRESS:PORT --community C [--repeat N] */
#include "fake_target.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_text(struct hwatt_text *out, const char *key, const char *value)
{
	hwatt_text_printf(out, "\"%s\":", key);
	hwatt_text_json(out, value != NULL ? value : "");
}

static void print(const struct hwatt_target *t, const char *address)
{
	struct hwatt_text out;
	hwatt_text_init(&out, 64u << 20);
	hwatt_text_puts(&out, "{\"schema\":1,");
	put_text(&out, "address", address);
	hwatt_text_puts(&out, ",\"device\":{");
	const struct { const char *key, *value; } parts[] = {
		{ "vendor", t->vendor }, { "model", t->model }, { "serial", t->serial }, { "firmware", t->firmware },
		{ "profile", t->profile }, { "profile_reason", t->profile_reason },
	};
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		hwatt_text_puts(&out, i > 0 ? "," : "");
		put_text(&out, parts[i].key, parts[i].value);
	}
	hwatt_text_printf(&out, "},\n\"requests\":%u,\"readings\":[", t->requests);
	const char *comma = "\n";
	for (size_t i = 0; i < t->point_count; i++) {
		const struct fake_point *p = &t->points[i];
		char number[40];
		if (p->times == 0)
			continue;
		hwatt_value_format(p->is.quantity, p->value.value, number);
		hwatt_text_printf(&out, "%s{\"quantity\":\"%s\",\"unit\":\"%s\",\"value\":%s,\"role\":\"%s\",", comma,
				  hwatt_quantity_info(p->is.quantity)->name, hwatt_quantity_info(p->is.quantity)->unit, number,
				  hwatt_role_name(p->is.role));
		put_text(&out, "index", p->is.index);
		hwatt_text_puts(&out, ",");
		put_text(&out, "name", p->is.name);
		hwatt_text_puts(&out, ",");
		put_text(&out, "source", p->is.source);
		hwatt_text_puts(&out, "}");
		comma = ",\n";
	}
	hwatt_text_puts(&out, "],\n\"warnings\":[");
	for (size_t i = 0; i < t->warning_count; i++) {
		hwatt_text_puts(&out, i > 0 ? ",\n" : "");
		hwatt_text_json(&out, t->warnings[i]);
	}
	hwatt_text_puts(&out, "]}\n");
	fputs(hwatt_text_string(&out), stdout);
	hwatt_text_free(&out);
}

int main(int argc, char **argv)
{
	char host[256], settings[512] = "{community: public}";
	unsigned port = 161, repeat = 1;
	struct hwatt_error err;
	const char *address = argc > 2 ? argv[2] : "";
	if (sscanf(address, "snmp://%255[^:]:%u", host, &port) < 1) {
		fprintf(stderr, "probe_fake probe snmp://ADDRESS:PORT [--settings YAML] [--repeat N]\n");
		return 2;
	}
	for (int i = 3; i + 1 < argc; i++) {
		if (strcmp(argv[i], "--settings") == 0)
			snprintf(settings, sizeof(settings), "%s", argv[i + 1]);
		if (strcmp(argv[i], "--repeat") == 0)
			repeat = (unsigned)atoi(argv[i + 1]);
	}
	struct fake_world world;
	fake_world_open(&world, NULL);
	struct hwatt_target *t = fake_open(&world, host, (uint16_t)port, settings, &err);
	if (t == NULL) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	int rc = 0;
	for (unsigned i = 0; i < repeat; i++)
		rc = fake_poll(t, 30000);
	if (rc < 0)
		fprintf(stderr, "%s\n", t->err.text);
	print(t, address);
	fake_close(t);
	fake_world_close(&world);
	return rc < 0 ? 1 : 0;
}
