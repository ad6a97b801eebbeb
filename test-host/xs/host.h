/* What the parts of the XS host know of each other. Each part is one .c file with one subject. */
#ifndef __HOST__
#define __HOST__

#include "xsAll.h"
#include "xsScript.h"

enum { EXIT_UNCAUGHT = 1, EXIT_USAGE = 2, EXIT_MEMORY = 12, EXIT_STACK = 13, EXIT_KEYS = 14, EXIT_FATAL = 15, EXIT_WATCHDOG = 82 };

/* main.c: what was asked for on the command line */
typedef struct {
	bool virtualClock;
	bool asyncMain;
	const char* countersPath;
	const char* argv0;
	char** args;
	int argCount;
} Options;
extern Options options;

/* archive.c: a compiled module */
typedef struct Module {
	struct Module* next;
	char* specifier;
	bool preload;
	txByte* code;
	txSize codeSize;
	txByte* symbols;
	txByte* hosts;
	txHostFunctionBuilder* builders;
	txInteger builderCount;
} Module;
extern Module* modules;
extern Module* module_load(const char* specifier, const char* path, bool preload);
extern Module* module_find(const char* specifier);
extern bool archive_write(const char* path, txScript* script);

/* compile.c */
extern int compile(const char* source, const char* name, const char* out, bool debug);

/* link.c */
extern void link_module(txMachine* the, Module* module);

/* bindings.c: C functions by the name that JavaScript calls them */
extern void* binding_find(const char* name);
extern void bindings_name(txMachine* the);

/* flash.c */
extern txMachine* flash_make(txCreation* creation);

/* platform.c */
typedef struct { size_t size; bool fixed; } Block;
extern void machine_use_block(txSize size);
extern void fail(int code, const char* format, ...) __attribute__((noreturn, format(printf, 2, 3)));

/* counted.c and meter.c */
enum { COUNT_SLOTS, COUNT_CHUNK_BYTES, COUNT_CODES, COUNT_COLLECTIONS, COUNT_SLOTS_IN_USE, COUNT_CHUNK_BYTES_IN_USE,
	COUNT_SLOTS_PEAK, COUNT_CHUNK_BYTES_PEAK, COUNT_STACK_PEAK, COUNT_SLOTS_TOTAL, COUNT_CHUNK_BYTES_TOTAL,
	COUNT_LARGEST_TURN, COUNT_COUNT };
typedef struct {
	txMachine* the;         /* the machine that is counted: the device, not the one that makes the flash image */
	uint64_t slots;
	uint64_t chunkBytes;
	uint64_t codes;         /* up to meterIndex == codesAt */
	uint64_t collections;
	uint64_t turnStart;
	uint64_t largestTurn;
	txU4 codesAt;
	txU2 collectionsAt;
	txSize wanted;          /* what the allocation under way asks for: chunk bytes, or 0 for a slot */
} Meter;
extern Meter meter;
extern void meter_start(txMachine* the);
extern void meter_update(void);
extern void meter_turn(void);
extern void meter_write(const char* path);

/* loop.c */
typedef struct Event Event;
struct Event {
	Event* next;
	int fd;
	short events;                       /* of poll(2); 0: not polled now */
	bool ready;                         /* something to deliver without waiting for the kernel */
	bool holds;                         /* keeps the run alive */
	bool dead;                          /* freed at the end of the turn */
	void (*deliver)(txMachine* the, Event* event, short revents);
	void (*free)(Event* event);
};
extern void loop_add(Event* event);
extern void loop_run(txMachine* the);
extern void loop_jobs(txMachine* the);
extern void loop_exit(int code) __attribute__((noreturn));
extern void call_function(txMachine* the, txSlot* self, txSlot* function, txSlot* argument);
extern void report_exception(txMachine* the, const char* what) __attribute__((noreturn));

/* clock.c */
extern uint32_t clock_ticks(void);
extern void clock_start(long seed);
extern void clock_advance_to(uint64_t milliseconds);
extern uint64_t clock_milliseconds(void);

extern int64_t clock_offset(void);      /* milliseconds by which Time.set has moved the calendar */

/* board.c: what a simulated board does to the rest of the host */
extern bool networkDown;
extern void board_before_advance(uint64_t milliseconds);
extern void board_abort(txMachine* the, const char* what);

/* disk.c */
extern bool disk_write(const char* path, const void* first, size_t firstSize, const void* rest, size_t restSize);
extern uint8_t* disk_read(const char* path, size_t* size);

/* tcp.c */
extern void tcp_network_changed(void);

/* timer.c */
extern int timers_next(void);           /* milliseconds until the next is due; -1: none is scheduled */
extern void timers_run(txMachine* the);

/* helpers for host functions, in value.c */
extern txSlot* argument(txMachine* the, int index);
extern txInteger argument_integer(txMachine* the, int index, txInteger otherwise);
extern void* this_data(txMachine* the, const txHostHooks* hooks);
extern txSlot* integer_slot(txSlot* slot, txInteger value);
extern txSlot* callback_option(txMachine* the, const char* name);
extern bool get_option(txMachine* the, const char* name);
extern uint8_t* buffer_bytes(txMachine* the, txSlot* slot, txUnsigned* size, bool writable);

#endif
