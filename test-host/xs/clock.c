/* Time and chance: the PC's, or with --virtual-clock a time that stands still until it is told to move. */
#include "host.h"
#include <sys/random.h>

enum { VIRTUAL_EPOCH_SECONDS = 1767225600 };  /* 2026-01-01: where the calendar starts under a virtual clock */

static uint64_t virtualNow;     /* ms */
static uint64_t realStart;      /* ms */
static int64_t calendarOffset;  /* ms, moved by Time.set */
static uint64_t seed;
static bool seeded;

static uint64_t read_clock(clockid_t id)
{
	struct timespec now;
	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void clock_start(long value)
{
	realStart = read_clock(CLOCK_MONOTONIC);
	seeded = options.virtualClock || value >= 0;
	seed = value >= 0 ? (uint64_t)value : 1;
}

/* Since the start of the run. */
uint64_t clock_milliseconds(void)
{
	return options.virtualClock ? virtualNow : read_clock(CLOCK_MONOTONIC) - realStart;
}

int64_t clock_offset(void)
{
	return calendarOffset;
}

void clock_advance_to(uint64_t milliseconds)
{
	board_before_advance(milliseconds);
	if (virtualNow < milliseconds)
		virtualNow = milliseconds;
}

uint32_t clock_ticks(void)
{
	return (uint32_t)clock_milliseconds();
}

int hostTimeOfDay(struct timeval* tv, void* zone)
{
	int64_t now = options.virtualClock
		? (int64_t)VIRTUAL_EPOCH_SECONDS * 1000 + (int64_t)virtualNow : (int64_t)read_clock(CLOCK_REALTIME);
	(void)zone;
	now += calendarOffset;
	tv->tv_sec = now / 1000;
	tv->tv_usec = now % 1000 * 1000;
	return 0;
}

static uint32_t random32(void)
{
	uint32_t value = 0;
	if (!seeded) {
		if (getrandom(&value, sizeof(value), 0) != sizeof(value))
			fail(EXIT_FATAL, "getrandom failed");
		return value;
	}
	seed += 0x9E3779B97F4A7C15u;  /* splitmix64 */
	uint64_t z = seed;
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return (uint32_t)(z >> 32);
}

int hostRandom(void)
{
	return (int)(random32() & C_RAND_MAX);
}

void host_random32(txMachine* the)
{
	fxUnsigned(the, mxResult, random32());
}

/* Integers of 32 bits, as the ESP32 has them: after 24.8 days ticks is negative. */
void time_ticks(txMachine* the)
{
	fxInteger(the, mxResult, (txInteger)clock_ticks());
}

void time_delta(txMachine* the)
{
	txUnsigned start = fxToUnsigned(the, argument(the, 0));
	txUnsigned end = mxArgc > 1 ? fxToUnsigned(the, argument(the, 1)) : clock_ticks();
	fxInteger(the, mxResult, (txInteger)(end - start));
}

void time_set(txMachine* the)
{
	struct timeval now;
	txNumber seconds = fxToNumber(the, argument(the, 0));
	hostTimeOfDay(&now, NULL);
	calendarOffset += (int64_t)(seconds * 1000) - ((int64_t)now.tv_sec * 1000 + now.tv_usec / 1000);
}
