/* The hardware that board.c gets here; the program sets it. */
#include <setjmp.h>
#include <stdint.h>

/* The next start's reason, free heap in bytes, the chip's temperature, and errors that calls are to answer with. */
struct hardware {
	int reason;
	uint32_t heap;
	double celsius;
	int watchdogError, sensorError, macError;
};
extern struct hardware hardware;

/* Where calls that don't return go to. */
extern jmp_buf off;
