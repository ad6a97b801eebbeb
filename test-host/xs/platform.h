/*
 * What XS wants to know about the machine below it. XS includes this file by way of -DXSPLATFORM="platform.h".
 */
#ifndef __HOST_PLATFORM__
#define __HOST_PLATFORM__

#undef mxLittleEndian
#define mxLittleEndian 1
#undef mxLinux
#define mxLinux 1

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define mxExport extern
#define mxImport extern
#define XS_FUNCTION_NORETURN __attribute__((noreturn))
#define mxUseGCCAtomics 1
#define mxUsePOSIXThreads 1

/* 64-bit XS identifies a property by 32 bits, 32-bit XS by 16, as on the ESP32. */
#if INTPTR_MAX == INT64_MAX
	#define mx32bitID 1
#endif

/* What each machine carries for the host. `connection` is for xsbug, which is never called here. */
#define mxMachinePlatform \
	int connection; \
	int promiseJobs; \
	uint8_t* blockStart; \
	uint8_t* blockEnd; \
	void* waiterCondition; \
	void* waiterData; \
	void* waiterLink;

#define mxUseDefaultBuildKeys 1
#define mxUseDefaultParseScript 1
#define mxUseDefaultSharedChunks 1
#define mxUseDefaultDebug 1

/* Date and Math.random obey --virtual-clock and --seed. */
extern int hostTimeOfDay(struct timeval* tv, void* zone);
extern int hostRandom(void);
typedef struct timeval c_timeval;
#define c_timezone timezone
#define c_gettimeofday hostTimeOfDay
#define C_RAND_MAX 0x7FFFFFFF
#define c_rand hostRandom
#define c_srand(seed) ((void)(seed))

#endif
