/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "mib.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Memory or the end: a simulator without memory has nothing to say. */
static void *need(void *memory)
{
	if (memory == NULL) {
		fputs("hallsim: out of memory\n", stderr);
		abort();
	}
	return memory;
}

/* Reads a dotted OID into `oid`; returns the number of sub-identifiers. */
static size_t parse_oid(const char *dotted, uint32_t oid[MIB_OID_MAX])
{
	size_t count = 0;
	const char *at = dotted;
	while (*at != '\0') {
		char *after = NULL;
		assert(count < MIB_OID_MAX);
		oid[count++] = (uint32_t)strtoul(at, &after, 10);
		assert(after != at);
		at = *after == '.' ? after + 1 : after;
	}
	return count;
}

struct mib_row *mib_add(struct mib *mib, const char *object, uint32_t instance, int tag)
{
	if (mib->count == mib->room) {
		mib->room = mib->room == 0 ? 256 : 2 * mib->room;
		mib->rows = need(realloc(mib->rows, mib->room * sizeof(*mib->rows)));
	}
	struct mib_row *row = &mib->rows[mib->count++];
	*row = (struct mib_row){.tag = tag, .number = 1};
	row->object_length = parse_oid(object, row->oid);
	assert(row->object_length < MIB_OID_MAX);
	row->oid[row->object_length] = instance;
	row->length = row->object_length + 1;
	return row;
}

void mib_number(struct mib *mib, const char *object, uint32_t instance, int tag, int64_t number)
{
	mib_add(mib, object, instance, tag)->number = number;
}

void mib_text(struct mib *mib, const char *object, uint32_t instance, const char *text)
{
	assert(strlen(text) < MIB_TEXT_MAX);
	mib_add(mib, object, instance, BER_OCTETS)->text = need(strdup(text));
}

void mib_oid(struct mib *mib, const char *object, uint32_t instance, const char *oid)
{
	mib_add(mib, object, instance, BER_OID)->text = need(strdup(oid));
}

/* Getter of mib_channel. */
static void get_channel(const struct mib_row *row, const struct mib_moment *moment,
                        struct mib_value *value)
{
	int64_t raw = course_value(moment->course, row->channel);
	int64_t half = raw < 0 ? -row->number / 2 : row->number / 2;
	value->number = (raw + half) / row->number;
}

void mib_channel(struct mib *mib, const char *object, uint32_t instance, int tag, int channel,
                 int64_t divisor)
{
	mib_live(mib, object, instance, tag, get_channel, channel, 0);
	mib->rows[mib->count - 1].number = divisor;
}

void mib_live(struct mib *mib, const char *object, uint32_t instance, int tag, mib_getter *get,
              int channel, int part)
{
	struct mib_row *row = mib_add(mib, object, instance, tag);
	row->get = get;
	row->channel = channel;
	row->part = part;
}

int mib_compare(const uint32_t *a, size_t a_length, const uint32_t *b, size_t b_length)
{
	for (size_t i = 0; i < a_length && i < b_length; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return a_length == b_length ? 0 : a_length < b_length ? -1 : 1;
}

/* mib_compare for qsort. */
static int compare_rows(const void *a, const void *b)
{
	const struct mib_row *left = a, *right = b;
	return mib_compare(left->oid, left->length, right->oid, right->length);
}

void mib_sort(struct mib *mib)
{
	qsort(mib->rows, mib->count, sizeof(*mib->rows), compare_rows);
	for (size_t i = 1; i < mib->count; i++)
		assert(compare_rows(&mib->rows[i - 1], &mib->rows[i]) < 0);
}

void mib_free(struct mib *mib)
{
	for (size_t i = 0; i < mib->count; i++)
		free(mib->rows[i].text);
	free(mib->rows);
	*mib = (struct mib){0};
}

size_t mib_find(const struct mib *mib, const uint32_t *oid, size_t length, bool beyond)
{
	size_t low = 0, high = mib->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct mib_row *row = &mib->rows[middle];
		int order = mib_compare(row->oid, row->length, oid, length);
		if (order < 0 || (beyond && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Whether `oid` starts with the OID of `row`'s object. */
static bool is_instance_of(const struct mib_row *row, const uint32_t *oid, size_t length)
{
	return length >= row->object_length &&
	       memcmp(row->oid, oid, row->object_length * sizeof(*oid)) == 0;
}

bool mib_has_object(const struct mib *mib, const uint32_t *oid, size_t length)
{
	size_t next = mib_find(mib, oid, length, false);
	return (next < mib->count && is_instance_of(&mib->rows[next], oid, length)) ||
	       (next > 0 && is_instance_of(&mib->rows[next - 1], oid, length));
}

void mib_read(const struct mib_row *row, const struct mib_moment *moment, struct mib_value *value)
{
	*value = (struct mib_value){.tag = row->tag};
	if (row->get != NULL) {
		row->get(row, moment, value);
	} else if (row->tag == BER_OID) {
		value->length = parse_oid(row->text, value->oid);
	} else if (row->text != NULL) {
		value->length = strlen(row->text);
		memcpy(value->text, row->text, value->length);
	} else {
		value->number = row->number;
	}
}
