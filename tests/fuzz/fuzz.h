/*
 * fuzz - what fuzz targets share
 * SPDX-License-Identifier: ISC
 *
 * A target is a LLVMFuzzerTestOneInput() that asserts properties with must().
 * Linked with libFuzzer it searches, linked with replay.c it runs a corpus.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Aborts unless `holds`. */
static inline void
must(bool holds, const char *what)
{
	if (!holds)
		bug("does not hold: %s", what);
}

#endif
