/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Recordings of real machines, which stay outside the project for their licences: each is decoded and compared with its
 * expected readings.  Without the folder (HALLWATT_CORPUS, else ../shared/corpus beside the project) there is nothing to do. */
#include "sensor.h"
#include <dirent.h>
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX_SENSORS 200

struct machine {
	struct sensor sensors[MAX_SENSORS];
	double values[MAX_SENSORS]; /* base unit */
	size_t count;
};

static void corpus_path(char out[512], const char *file, const char *ending)
{
	const char *folder = getenv("HALLWATT_CORPUS");
	snprintf(out, 512, "%s/ipmi/%s%s", folder != NULL ? folder : TEST_SOURCE_DIR "/../../../../shared/corpus", file, ending);
}

static size_t from_hex(const char *text, uint8_t *out, size_t size)
{
	size_t n = 0;
	for (unsigned octet; n < size && sscanf(text + 2 * n, "%2x", &octet) == 1; n++)
		out[n] = (uint8_t)octet;
	return n;
}

static void add_raw(struct machine *m, const json_t *row)
{
	uint8_t bytes[SDR_MAX_OCTETS], answer[8], raw = 0;
	struct sdr_record record;
	struct hwatt_error err = { 0 };
	int64_t value;
	size_t length = from_hex(json_string_value(json_object_get(row, "sdr")), bytes, sizeof(bytes));
	assert_int_equal(length, sdr_length(bytes));
	assert_int_equal(sdr_read(bytes, length, &record, &err), 0);
	struct sensor *s = &m->sensors[m->count];
	assert_true(sensor_from(&record, false, s));
	length = from_hex(json_string_value(json_object_get(row, "reading")), answer, sizeof(answer));
	assert_int_equal(sensor_read(answer, length, 0, &raw), SENSOR_READS);
	if (sensor_value(s, raw, &value, &err) < 0)
		fail_msg("%s", err.text);
	m->values[m->count++] = (double)value / 1000;
}

/* A line of "ipmitool sensor" or "ipmitool sdr": name, value and unit are known, the rest is taken as usual. */
static void add_line(struct machine *m, char *line)
{
	static const struct {
		const char *name;
		uint8_t unit;
	} units[] = { { "degrees C", SDR_CELSIUS }, { "Volts", SDR_VOLTS }, { "Watts", SDR_WATTS }, { "RPM", SDR_RPM },
		      { "Amps", SDR_AMPERES } };
	struct sdr_record r = { .kind = SDR_FULL, .owner = SDR_BMC, .number = (uint8_t)m->count, .entity = SDR_SYSTEM_BOARD,
				.instance = 1, .event_type = 1 };
	char *name = strtok(line, "|"), *value = strtok(NULL, "|"), *rest = strtok(NULL, "\n");
	char *end = NULL;
	double number = value != NULL ? strtod(value, &end) : 0;
	if (rest == NULL || end == value)
		return;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strstr(rest, units[i].name) != NULL || strstr(value, units[i].name) != NULL)
			r.unit = units[i].unit;
	if (strstr(rest, " nc ") != NULL)
		r.event_type = 0x6f; /* its state is discrete */
	snprintf(r.name, sizeof(r.name), "%.*s", (int)strcspn(name, "|"), name);
	for (size_t n = strlen(r.name); n > 0 && r.name[n - 1] == ' '; n--)
		r.name[n - 1] = '\0';
	assert_true(m->count < MAX_SENSORS);
	if (sensor_from(&r, false, &m->sensors[m->count]))
		m->values[m->count++] = number;
}

static const struct sensor *find(const struct machine *m, const json_t *want, double *value)
{
	const char *name = json_string_value(json_object_get(want, "index"));
	const char *quantity = json_string_value(json_object_get(want, "quantity"));
	for (size_t i = 0; i < m->count; i++)
		if (strcmp(m->sensors[i].name, name) == 0 &&
		    m->sensors[i].quantity == hwatt_quantity_by_name(quantity)) {
			*value = m->values[i];
			return &m->sensors[i];
		}
	return NULL;
}

static void compare(const char *file, struct machine *m, const json_t *expected)
{
	size_t i;
	const json_t *want;
	char why[160];
	sensor_settle(m->sensors, m->count, false, why);
	json_array_foreach(json_object_get(expected, "readings"), i, want) {
		const char *class = json_string_value(json_object_get(want, "class"));
		const char *name = json_string_value(json_object_get(want, "index"));
		const char *role = json_string_value(json_object_get(want, "role"));
		double value = 0;
		const struct sensor *s = find(m, want, &value);
		bool doubtful = class != NULL && strcmp(class, "doubtful") == 0;
		if ((s == NULL) != doubtful)
			fail_msg("%s: %s is %s", file, name, doubtful ? "taken" : "not found");
		if (s == NULL)
			continue;
		if (fabs(value - json_number_value(json_object_get(want, "value"))) > 0.0005)
			fail_msg("%s: %s is %g", file, name, value);
		if (s->quantity == HWATT_ACTIVE_POWER && strcmp(role, hwatt_role_name((enum hwatt_role)s->role)) != 0)
			fail_msg("%s: %s is of %s", file, name, hwatt_role_name((enum hwatt_role)s->role));
		if (strcmp(role, "chassis") == 0 && (s->alternative || strcmp(s->index, "total") != 0))
			fail_msg("%s: %s is not the chosen one", file, name);
	}
}

static void judge(const char *file, const char *ending)
{
	char path[512], line[512];
	struct machine *m = calloc(1, sizeof(*m));
	corpus_path(path, file, ".expected.json");
	json_t *expected = json_load_file(path, 0, NULL);
	corpus_path(path, file, ending);
	assert_non_null(expected);
	assert_non_null(m);
	if (strcmp(ending, ".sdr.json") == 0) {
		json_t *recording = json_load_file(path, 0, NULL);
		assert_non_null(recording);
		size_t i;
		const json_t *row;
		json_array_foreach(json_object_get(recording, "records"), i, row)
			add_raw(m, row);
		json_decref(recording);
	} else {
		FILE *in = fopen(path, "r");
		assert_non_null(in);
		while (fgets(line, sizeof(line), in) != NULL)
			add_line(m, line);
		fclose(in);
	}
	compare(file, m, expected);
	json_decref(expected);
	free(m);
}

static void every_machine_reads_as_expected(void **state)
{
	(void)state;
	static const char *const lines[] = { "fujitsu-irmc-ok", "fujitsu-irmc-off", "fujitsu-irmc-psu2-no-ac",
					     "hp-proliant-ilo2", "hp-sl230s-ilo4", "ibm-system-x" };
	char path[512];
	corpus_path(path, "", "");
	DIR *folder = opendir(path);
	if (folder == NULL)
		skip();
	closedir(folder);
	judge("dell-r630", ".sdr.json");
	judge("cpu-temp-signed", ".sdr.json");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		judge(lines[i], ".txt");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_machine_reads_as_expected) };
	return cmocka_run_group_tests_name("corpus", tests, NULL, NULL);
}
