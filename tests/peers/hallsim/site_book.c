/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "site_book.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "calendar.h"

#define PATH_SIZE 4096
#define WORD_SIZE 64
#define LINE_SIZE 2048
#define DOCUMENTS "documents"

struct filling {
	const struct site_days *days;
	int month; /* of @each and @hours: months back; 0 outside */
	int hour, hours; /* of @hours: which of the month's, and how many it has */
	FILE *out;
	struct sim_fault *fault;
};

static void put_day(FILE *out, int64_t at_s)
{
	struct calendar_date date = calendar_date(at_s);
	fprintf(out, "%04d-%02d-%02d", date.year, date.month, date.day);
}

/* The first second of the month `months` away from now. */
static int64_t month_s(const struct filling *f, int months)
{
	struct calendar_date date = calendar_date(f->days->now_s);
	int month = date.year * 12 + date.month - 1 + months;
	return calendar_midnight_s(month / 12, month % 12 + 1, 1);
}

static int put_sha(const struct filling *f, const char *name)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	const struct site_book *book = site_books;
	while (book->name != NULL &&
	       (strcmp(book->folder, DOCUMENTS) != 0 || strcmp(book->name, name) != 0))
		book++;
	if (book->name == NULL)
		return sim_fail(f->fault, "there is no document %s", name);
	if (EVP_Digest(book->bytes, book->length, digest, &length, EVP_sha256(), NULL) != 1)
		return sim_fail(f->fault, "SHA-256 cannot be computed");
	for (unsigned i = 0; i < length; i++)
		fprintf(f->out, "%02x", digest[i]);
	return 0;
}

static void put_season(const struct filling *f, double low, double high)
{
	int month = calendar_date(month_s(f, -f->month)).month;
	int from_july = month < 7 ? 7 - month : month - 7;
	fprintf(f->out, "%.1f", high - (high - low) * from_july / 6);
}

static void put_hour(const struct filling *f)
{
	put_day(f->out, month_s(f, -f->month) + (int64_t)f->hour / 24 * CALENDAR_DAY_S);
	fprintf(f->out, "T%02d:00Z", f->hour % 24);
}

/* The wind in the first `hours` hours: it rises and falls in three days and a half. */
static int64_t wind_until(int hours)
{
	int64_t sum = 0;
	for (int i = 0; i < hours; i++)
		sum += 100 + 20 * (i % 83 < 42 ? i % 83 : 83 - i % 83);
	return sum;
}

/* The hour's part of what the month has, by the wind; all hours add up to it. */
static void put_wind(const struct filling *f, long total)
{
	int64_t all = wind_until(f->hours);
	fprintf(f->out, "%lld", (long long)(total * wind_until(f->hour + 1) / all - total * wind_until(f->hour) / all));
}

/* One place, without its braces. */
static int put_place(const struct filling *f, const char *word)
{
	char *end;
	double low, high;
	long total, number = strtol(word + 1, &end, 10);
	int months = end == word + 1 ? -f->month : (int)number;
	if (strcmp(word, "from") == 0)
		put_day(f->out, f->days->from_s);
	else if (strcmp(word, "to") == 0)
		put_day(f->out, f->days->until_s);
	else if (strncmp(word, "sha ", 4) == 0)
		return put_sha(f, word + 4);
	else if (sscanf(word, "season %lf %lf", &low, &high) == 2)
		put_season(f, low, high);
	else if (strcmp(word, "h") == 0 && f->hours > 0)
		put_hour(f);
	else if (sscanf(word, "wind %ld", &total) == 1 && f->hours > 0)
		put_wind(f, total);
	else if (*end != '\0')
		return sim_fail(f->fault, "no such place: %s", word);
	else if (word[0] == 'd')
		put_day(f->out, f->days->now_s + number * CALENDAR_DAY_S);
	else if (word[0] == 'm')
		put_day(f->out, month_s(f, months));
	else if (word[0] == 'e')
		put_day(f->out, month_s(f, months + 1) - CALENDAR_DAY_S);
	else if (word[0] == 'r')
		put_day(f->out, month_s(f, months + 1) + 7 * CALENDAR_DAY_S);
	else if (word[0] == 'p')
		fprintf(f->out, "%04d-%02d", calendar_date(month_s(f, months)).year,
		        calendar_date(month_s(f, months)).month);
	else if (word[0] == 'y')
		fprintf(f->out, "%04d", calendar_date(f->days->now_s).year + (int)number);
	else
		return sim_fail(f->fault, "no such place: %s", word);
	return 0;
}

static int put_line(const struct filling *f, const char *line)
{
	char word[WORD_SIZE];
	const char *place;
	while ((place = strstr(line, "@{")) != NULL) {
		const char *end = strchr(place, '}');
		size_t length = end != NULL ? (size_t)(end - place) - 2 : WORD_SIZE;
		if (length >= WORD_SIZE)
			return sim_fail(f->fault, "a place without an end: %.40s", place);
		fwrite(line, 1, (size_t)(place - line), f->out);
		memcpy(word, place + 2, length);
		word[length] = '\0';
		if (put_place(f, word) < 0)
			return -1;
		line = end + 1;
	}
	fprintf(f->out, "%s\n", line);
	return 0;
}

/* The line for the month, once or for each of its hours. */
static int put_month(struct filling *f, const char *line, bool hourly)
{
	f->hours = hourly ? (int)((month_s(f, 1 - f->month) - month_s(f, -f->month)) / 3600) : 0;
	for (f->hour = 0; f->hour == 0 || f->hour < f->hours; f->hour++)
		if (put_line(f, line) < 0)
			return -1;
	return 0;
}

int site_book_fill(const char *bytes, size_t length, const struct site_days *days, FILE *out,
                   struct sim_fault *fault)
{
	static const char each[] = "@each ", hours[] = "@hours ";
	struct filling f = {days, 0, 0, 0, out, fault};
	char line[LINE_SIZE];
	for (const char *end = bytes + length; bytes < end;) {
		const char *stop = memchr(bytes, '\n', (size_t)(end - bytes));
		size_t size = (size_t)((stop != NULL ? stop : end) - bytes);
		if (size >= sizeof(line))
			return sim_fail(fault, "a line is too long");
		memcpy(line, bytes, size);
		line[size] = '\0';
		bytes += size + (stop != NULL);
		char *rest = line;
		f.month = 0;
		bool hourly = strncmp(line, hours, sizeof(hours) - 1) == 0;
		if (hourly)
			f.month = (int)strtol(line + sizeof(hours) - 1, &rest, 10);
		else if (strncmp(line, each, sizeof(each) - 1) == 0)
			f.month = (int)strtol(line + sizeof(each) - 1, &rest, 10);
		rest += f.month > 0 && *rest == ' ';
		if (strncmp(line, "@#", 2) == 0) /* of the book itself: tables have no comments */
			continue;
		do {
			if (put_month(&f, rest, hourly) < 0)
				return -1;
		} while (--f.month > 0);
	}
	return 0;
}

static int write_one(const char *directory, const struct site_book *book,
                     const struct site_days *days, struct sim_fault *fault)
{
	char path[PATH_SIZE];
	snprintf(path, sizeof(path), "%s/%s", directory, book->folder);
	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		return sim_fail(fault, "cannot make %s: %s", path, strerror(errno));
	snprintf(path, sizeof(path), "%s/%s/%s", directory, book->folder, book->name);
	FILE *out = fopen(path, "w");
	if (out == NULL)
		return sim_fail(fault, "cannot write %s: %s", path, strerror(errno));
	int rc = 0;
	if (strcmp(book->folder, DOCUMENTS) == 0) /* its checksum is that of what lies in books/ */
		fwrite(book->bytes, 1, book->length, out);
	else
		rc = site_book_fill((const char *)book->bytes, book->length, days, out, fault);
	int bad = ferror(out);
	if (fclose(out) != 0 || bad != 0)
		return sim_fail(fault, "cannot write %s: %s", path, strerror(errno));
	return rc;
}

int site_book_write_all(const char *directory, const struct site_days *days,
                        struct sim_fault *fault)
{
	for (const struct site_book *book = site_books; book->name != NULL; book++)
		if (write_one(directory, book, days, fault) < 0)
			return -1;
	return 0;
}
