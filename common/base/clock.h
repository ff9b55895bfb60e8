/*
 * clock - the only reader of time
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Seconds since 1970-01-01 UTC, plus the offset. */
int64_t clock_now(void);

/* Seconds since 1970-01-01 UTC without the offset: as files have them. */
int64_t clock_wall(void);

/* Microseconds of a clock that only goes forward; for durations. */
int64_t clock_us(void);

/* Microseconds since the machine was started, for all processes alike, plus the offset: for what
 * several of them share and no boot outlives. */
int64_t clock_boot_us(void);

/* Moves clock_now() and clock_boot_us() by `seconds`; for tests, from the `clock_offset` setting.
 */
void clock_shift(int64_t seconds);

#endif
