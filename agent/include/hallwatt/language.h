/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* language.h - the same text in the languages that contract managers read.
 *
 * English is the source: an English text is its own name, agent/po/sv.po and nb.po hold the others and are compiled in.  A test
 * fails on a text without a translation and on a translation without a text. */
#ifndef HALLWATT_LANGUAGE_H
#define HALLWATT_LANGUAGE_H

enum hwatt_language { HWATT_SV, HWATT_NB, HWATT_EN, HWATT_LANGUAGES };

/* "sv", "nb", "en". */
const char *hwatt_language_name(enum hwatt_language language);
/* The language of that name ("sv", also "sv-SE" and "no"); -1: none of them. */
int hwatt_language_by_name(const char *name);
/* `english` in the language; itself where nothing else is known.  A text has {name} where something is to be put, never
 * %-conversions, so that translators may change the order. */
const char *hwatt_tr(enum hwatt_language language, const char *english);
/* Marks a text that is translated later, in a table. */
#define HWATT_N(english) (english)

#endif
