/*
 * clock - the only reader of time
 * SPDX-License-Identifier: ISC
 */
#include <time.h>

#include "base/clock.h"
#include "base/err.h"

static int64_t offset;

static struct timespec
now(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) != 0)
		bug("no clock %d", (int)id);
	return ts;
}

int64_t
clock_wall(void)
{
	return (int64_t)now(CLOCK_REALTIME).tv_sec;
}

int64_t
clock_now(void)
{
	return clock_wall() + offset;
}

static int64_t
microseconds(clockid_t id)
{
	struct timespec ts = now(id);

	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t
clock_us(void)
{
	return microseconds(CLOCK_MONOTONIC);
}

int64_t
clock_boot_us(void)
{
	return microseconds(CLOCK_BOOTTIME) + offset * 1000000;
}

void
clock_shift(int64_t seconds)
{
	offset = seconds;
}
