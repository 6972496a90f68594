/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* recording.h - an SNMP agent inside a test: it answers v1 and v2c from a recording (OID|TYPE|VALUE lines), and badly when it
 * is told to. */
#ifndef SNMP_RECORDING_H
#define SNMP_RECORDING_H

#include "ber.h"
#include <uv.h>

struct row {
	uint8_t oid[BER_MAX_OID];
	size_t oid_length;
	int type;
	uint8_t *value;
	size_t length;
};

enum fault {
	FAULT_NONE,
	FAULT_SILENT,       /* no answer */
	FAULT_TWICE,        /* every answer twice */
	FAULT_TRUNCATED,    /* the second half of a packet lacks; then the whole one */
	FAULT_STRANGER,     /* the answer comes from another port; then from the right one, with other values */
	FAULT_OTHER_ID,     /* an answer to another id first */
	FAULT_LOOP,         /* GETNEXT and GETBULK give the first row again and again */
	FAULT_SHORT,        /* GETBULK gives one repetition */
	FAULT_TOO_BIG,      /* tooBig for more than `most` varbinds */
	FAULT_GEN_ERR,      /* genErr for more than `most` varbinds */
	FAULT_DEAF,         /* no answer to more than `most` varbinds */
	FAULT_GARBAGE,      /* random octets first */
	FAULT_BABBLE,       /* the same and nothing else */
	FAULT_NULLS,        /* every value is NULL */
	FAULT_STALLS,       /* of eight requests three in a row are not answered */
	FAULT_BULK_DEAF,    /* no answer to GETBULK */
	FAULT_GET_TOO_BIG,  /* of a GET of more than `most` varbinds: tooBig, */
	FAULT_GET_ERR,      /* genErr, */
	FAULT_GET_DEAF,     /* no answer, */
	FAULT_GET_SHORT,    /* only the first `most`, */
	FAULT_GET_ASTRAY,   /* and from there on what follows what was asked for, as GETNEXT would */
};

struct held; /* an answer that is not sent yet */

struct recording {
	struct row *rows;
	size_t count;
	int fd, stranger;
	uint16_t port;
	uv_poll_t poll;
	enum fault fault;
	unsigned most;
	unsigned requests, gets, nexts, bulks;
	int64_t delay_ms;       /* of each answer */
	const char *deaf_to;    /* no answer to what asks for something below it (dotted); NULL: nothing */
	struct held *first, **last;
	uv_timer_t late;
	unsigned random;
	const char *community;
};

/* Opens an agent on 127.0.0.1 (or ::1), a free port; ends the test when the file has a mistake. */
void recording_open(struct recording *r, uv_loop_t *loop, const char *path, int family);
/* Answers nothing from now on; its handle closes with the loop's next turn. */
void recording_close(struct recording *r);
/* The row at `oid` (dotted), NULL when there is none. */
struct row *recording_row(struct recording *r, const char *oid);
/* Sets or adds an INTEGER (type 2) or other whole number. */
void recording_set(struct recording *r, const char *oid, int type, int64_t number);
void recording_set_text(struct recording *r, const char *oid, const char *text);
void recording_remove(struct recording *r, const char *oid);

#endif
