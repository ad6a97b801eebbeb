/* What XS asks of its platform: memory, modules, and what to do when it can't go on. */
#include "host.h"

static Block block;

/* The next machine takes everything from one block of this size: chunks grow up in it and slots grow down. */
void machine_use_block(txSize size)
{
	block.size = (size_t)size;
	block.fixed = size > 0;
}

void fxCreateMachinePlatform(txMachine* the)
{
	the->connection = -1;
	if (!block.fixed)
		return;
	the->blockStart = malloc(block.size);
	the->blockEnd = the->blockStart + block.size;
}

void fxDeleteMachinePlatform(txMachine* the)
{
	(void)the;
}

/* In a block, growing means moving the limit of the one chunk heap up, over bytes that are free anyway. */
void* fxAllocateChunks(txMachine* the, txSize size)
{
	txBlock* heap = the->firstBlock;
	uint8_t* result = the->blockStart;
	txSize more = size;
	if (!the->blockStart)
		return malloc((size_t)size);
	if (heap)  /* what is asked for includes a header that is there already, and the free end counts too */
		more = size - (txSize)sizeof(txBlock) - (txSize)(heap->limit - heap->current);
	if (more > the->blockEnd - the->blockStart)
		return C_NULL;
	the->blockStart += more;
	if (heap) {
		the->maximumChunksSize += more - size;  /* XS adds all of size */
		heap->limit = (txByte*)the->blockStart - size;
		result = (uint8_t*)heap->limit;
	}
	return result;
}

static txSlot* slots_from_block(txMachine* the, txSize size)
{
	if (size > the->blockEnd - the->blockStart)
		return C_NULL;
	the->blockEnd -= size;
	return (txSlot*)the->blockEnd;
}

/* In a block, where slots meet chunks, the chunks are packed and what they leave goes to the slots. */
txSlot* fxAllocateSlots(txMachine* the, txSize count)
{
	txSize size = count * (txSize)sizeof(txSlot);
	txBlock* heap = the->firstBlock;
	txSlot* slots;
	if (!the->blockStart)
		return malloc((size_t)size);
	slots = slots_from_block(the, size);
	if (!slots && heap && the->firstHeap) {
		fxCollect(the, XS_COMPACT_FLAG | XS_ORGANIC_FLAG);
		the->maximumChunksSize -= (txSize)(heap->limit - heap->current);
		the->blockStart = (uint8_t*)heap->current;
		heap->limit = heap->current;
		slots = slots_from_block(the, size);
	}
	return slots;
}

/* A run ends with its process: nothing is given back before. */
void fxFreeChunks(txMachine* the, void* chunks)
{
	if (!the->blockStart)
		free(chunks);
}

void fxFreeSlots(txMachine* the, void* slots)
{
	if (!the->blockStart)
		free(slots);
}

void fxQueuePromiseJobs(txMachine* the)
{
	the->promiseJobs = 1;
}

/* An import's specifier to a module's name: relative to the importing module, with or without ".js". */
txID fxFindModule(txMachine* the, txSlot* realm, txID importer, txSlot* specifier)
{
	char name[C_PATH_MAX], path[C_PATH_MAX * 2];
	char* rest = name;
	(void)realm;
	fxToStringBuffer(the, specifier, name, sizeof(name));
	path[0] = 0;
	if (name[0] == '.') {
		if (importer == XS_NO_ID)
			return XS_NO_ID;
		snprintf(path, sizeof(path), "%s", fxGetKeyName(the, importer));
		char* slash = strrchr(path, '/');
		*(slash ? slash + 1 : path) = 0;
		for (;;) {
			if (!strncmp(rest, "./", 2))
				rest += 2;
			else if (!strncmp(rest, "../", 3)) {
				size_t length = strlen(path);
				if (!length)
					return XS_NO_ID;
				path[length - 1] = 0;
				slash = strrchr(path, '/');
				*(slash ? slash + 1 : path) = 0;
				rest += 3;
			}
			else
				break;
		}
	}
	strcat(path, rest);
	Module* module = module_find(path);
	if (!module) {
		size_t length = strlen(path);
		if (length > 3 && !strcmp(path + length - 3, ".js")) {
			path[length - 3] = 0;
			module = module_find(path);
		}
	}
	return module ? fxNewNameC(the, module->specifier) : XS_NO_ID;
}

static Module* loading;

static void build_hosts(txMachine* the)
{
	fxBuildHosts(the, loading->builderCount, loading->builders);
	mxPullSlot(mxResult);
}

void fxLoadModule(txMachine* the, txSlot* module, txID id)
{
	txScript script = { 0 };
	loading = module_find(fxGetKeyName(the, id));
	if (!loading)
		return;
	script.codeBuffer = (txS1*)loading->code;
	script.codeSize = loading->codeSize;
	script.callback = loading->builderCount ? build_hosts : NULL;
	script.path = loading->specifier;
	fxResolveModule(the, module, id, &script, C_NULL, C_NULL);
}

void fail(int code, const char* format, ...)
{
	va_list arguments;
	fflush(stdout);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	loop_exit(code);
}

static void out_of_memory(txMachine* the) __attribute__((noreturn));
static void out_of_memory(txMachine* the)
{
	const char* where = the == meter.the ? "" : " of the flash image";
	txSize slots = the->maximumHeapCount + 1;  /* XS keeps one of the first block's for itself */
	if (meter.wanted)
		fail(EXIT_MEMORY, "out of memory: chunks (%d bytes)%s: %d wanted, %d in use; slots: %d of %d in use",
			the->maximumChunksSize, where, meter.wanted, the->currentChunksSize, the->currentHeapCount, slots);
	fail(EXIT_MEMORY, "out of memory: slots (%d)%s: %d in use; chunks: %d of %d bytes in use",
		slots, where, the->currentHeapCount, the->currentChunksSize, the->maximumChunksSize);
}

void fxAbort(txMachine* the, int status)
{
	switch (status) {
	case XS_NOT_ENOUGH_MEMORY_EXIT:
		out_of_memory(the);
	case XS_STACK_OVERFLOW_EXIT:
		fail(EXIT_STACK, "stack overflow: %d slots", (int)(the->stackTop - the->stackBottom));
	case XS_NO_MORE_KEYS_EXIT:
		fail(EXIT_KEYS, "out of keys: %d", (int)(the->keyCount - the->keyOffset));
	case XS_UNHANDLED_EXCEPTION_EXIT:
		report_exception(the, "uncaught exception");
	case XS_UNHANDLED_REJECTION_EXIT:
		report_exception(the, "unhandled rejection");
	default:
		fail(EXIT_FATAL, "XS stopped with status %d", status);
	}
}
