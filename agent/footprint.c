/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "footprint.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#ifdef __linux__
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

#define MAP_OCTETS (256 << 10)

/* Otherwise malloc takes what is large from the heap too, once a large piece was freed, and what stays lies between; and what
 * threads make for the main one, as the summed past, would stand in a heap of each. */
void footprint_prepare(void)
{
#ifdef __GLIBC__
	mallopt(M_MMAP_THRESHOLD, MAP_OCTETS);
	mallopt(M_ARENA_MAX, 1);
#endif
}

void footprint_trim(void)
{
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

#ifdef __linux__
/* Whether the linker may have written into segments that are not writable: their pages are no longer the file's. */
static bool has_text_relocations(const struct dl_phdr_info *object)
{
	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		if (object->dlpi_phdr[i].p_type != PT_DYNAMIC)
			continue;
		for (const ElfW(Dyn) *d = (const ElfW(Dyn) *)(object->dlpi_addr + object->dlpi_phdr[i].p_vaddr); d->d_tag != DT_NULL; d++)
			if (d->d_tag == DT_TEXTREL || (d->d_tag == DT_FLAGS && (d->d_un.d_val & DF_TEXTREL) != 0))
				return true;
	}
	return false;
}

static int drop_object(struct dl_phdr_info *object, size_t size, void *arg)
{
	uintptr_t page = *(const uintptr_t *)arg;
	(void)size;
	if (has_text_relocations(object))
		return 0;
	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
		if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W) != 0)
			continue;
		uintptr_t from = (object->dlpi_addr + segment->p_vaddr) / page * page;
		uintptr_t to = (object->dlpi_addr + segment->p_vaddr + segment->p_memsz + page - 1) / page * page;
		madvise((void *)from, to - from, MADV_DONTNEED); /* the kernel's own object, and what is locked, stay: no harm */
	}
	return 0;
}
#endif

void footprint_drop_files(void)
{
#ifdef __linux__
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	dl_iterate_phdr(drop_object, &page);
#endif
}
