/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* footprint.h - how the process holds its memory: what is not in use goes back to the system. */
#ifndef HALLWATT_FOOTPRINT_H
#define HALLWATT_FOOTPRINT_H

/* Before the first large allocation: large pieces are mapped, and given back as soon as they are freed. */
void footprint_prepare(void);
/* Gives back what malloc keeps between the pieces that are in use. */
void footprint_trim(void);
/* Unmaps the pages of the program and its libraries, as the start needed most of them for the only time: the linker's tables, the
 * reading of the configuration, what libraries do when they are loaded. They are the files' own, never written to, and stay in the
 * page cache as long as nothing else needs the room; one that is used again is mapped again, by a minor fault and sixteen at once. */
void footprint_drop_files(void);

#endif
