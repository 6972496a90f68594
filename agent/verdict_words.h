/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* verdict_words.h - what the files that write the sentences of verdicts share: the words that are put in for {n}, {l} ...
 *
 * {n} noun, {l} limit, {w} window, {f} first day, {t} last day, {v} value, {c} coverage, {m} its minimum, {u} uncertainty, {p} place,
 * {x} devices left out, {s} side of the limit; {d} a day, {k} the subjects that fall short, {a} what to ask for, {i} of {j}, {r} what a
 * finding is about. */
#ifndef HALLWATT_VERDICT_WORDS_H
#define HALLWATT_VERDICT_WORDS_H

#include "verdict.h"

struct verdict_words {
	enum hwatt_language language;
	const char *noun, *window, *from, *to, *side, *at, *names, *ask, *detail;
	char limit[96], value[96], coverage[96], minimum[96], uncertainty[96], excluded[16], day[16], part[24], whole[24];
};

/* Writes the words of a question; numbers show enough decimals to tell the value from the limit. */
void verdict_words_fill(struct verdict_words *words, const struct verdict_question *question, const struct verdict_period *period,
			enum hwatt_language language);
/* Puts an English phrase in the language of the words, with them put in, after a space when something stands already. */
void verdict_words_put(struct hwatt_text *out, const char *english, const struct verdict_words *words);
/* The sentence of a question that documents and registers answer, after its promise. */
void verdict_evidence_sentence(const struct verdict_question *question, const struct verdict *verdict, struct verdict_words *words,
			       struct hwatt_text *out);

#endif
