/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <hallwatt/arena.h>
#include <hallwatt/log.h>
#include <hallwatt/text.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_OCTETS 4096u

struct hwatt_log {
	enum hwatt_level level;
	enum hwatt_log_format format;
	bool journal; /* stderr goes to the journal, which keeps time itself */
	char name[];  /* "" at the root */
};

struct hwatt_log *hwatt_log_new(enum hwatt_level level, enum hwatt_log_format format)
{
	struct hwatt_log *log = hwatt_alloc(sizeof(*log) + 1);
	log->level = level;
	log->format = format;
	log->journal = getenv("JOURNAL_STREAM") != NULL && !isatty(STDERR_FILENO);
	return log;
}

struct hwatt_log *hwatt_log_child(struct hwatt_log *parent, const char *name)
{
	if (parent == NULL)
		return NULL;
	size_t size = strlen(name) + 1;
	struct hwatt_log *log = hwatt_alloc(sizeof(*log) + size);
	*log = *parent;
	memcpy(log->name, name, size);
	return log;
}

void hwatt_log_free(struct hwatt_log *log)
{
	free(log);
}

/* Puts `value` as a logfmt value: bare when it has nothing special, else like a JSON string. */
static void put_logfmt(struct hwatt_text *line, const char *value)
{
	if (value[0] != '\0' && strpbrk(value, " =\"\\\t\r\n") == NULL)
		hwatt_text_puts(line, value);
	else
		hwatt_text_json(line, value);
}

static void put_time(struct hwatt_text *line)
{
	struct timespec now;
	struct tm utc;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	char stamp[40];
	size_t n = strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(stamp + n, sizeof(stamp) - n, ".%03ldZ", now.tv_nsec / 1000000);
	hwatt_text_puts(line, stamp);
}

void hwatt_log(struct hwatt_log *log, enum hwatt_level level, const char *fmt, ...)
{
	static const struct { const char *name, *journal; } levels[] = {
		{ "debug", "<7>" }, { "info", "<6>" }, { "warn", "<4>" }, { "error", "<3>" },
	};
	if (log == NULL || level < log->level)
		return;
	char message[1024];
	va_list args;
	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	struct hwatt_text line;
	hwatt_text_init(&line, LINE_MAX_OCTETS);
	if (log->format == HWATT_LOG_JSON) {
		hwatt_text_puts(&line, "{\"ts\":\"");
		put_time(&line);
		hwatt_text_printf(&line, "\",\"level\":\"%s\"", levels[level].name);
		if (log->name[0] != '\0') {
			hwatt_text_puts(&line, ",\"logger\":");
			hwatt_text_json(&line, log->name);
		}
		hwatt_text_puts(&line, ",\"msg\":");
		hwatt_text_json(&line, message);
		hwatt_text_puts(&line, "}\n");
	} else {
		if (log->journal) {
			hwatt_text_puts(&line, levels[level].journal);
		} else {
			hwatt_text_puts(&line, "ts=");
			put_time(&line);
			hwatt_text_putc(&line, ' ');
		}
		hwatt_text_printf(&line, "level=%s", levels[level].name);
		if (log->name[0] != '\0') {
			hwatt_text_puts(&line, " logger=");
			put_logfmt(&line, log->name);
		}
		hwatt_text_puts(&line, " msg=");
		put_logfmt(&line, message);
		hwatt_text_putc(&line, '\n');
	}
	/* One write, so that lines of several threads do not mix. */
	ssize_t ignored = write(STDERR_FILENO, hwatt_text_string(&line), line.length);
	(void)ignored;
	hwatt_text_free(&line);
}
