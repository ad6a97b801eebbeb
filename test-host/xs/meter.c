/* The counters, and what JavaScript sees of them. */
#include "host.h"

Meter meter;

static const char* const names[COUNT_COUNT] = {
	"slotsAllocated", "chunkBytesAllocated", "codes", "collections", "slotsInUse", "chunkBytesInUse",
	"slotsPeak", "chunkBytesPeak", "stackPeak", "slotsTotal", "chunkBytesTotal", "largestTurnCodes"
};

void meter_start(txMachine* the)
{
	memset(&meter, 0, sizeof(meter));
	meter.the = the;
	meter.slots = the->currentHeapCount;
	meter.chunkBytes = the->currentChunksSize;
	meter.collectionsAt = the->garbageCollectionCount;
	meter.codesAt = the->meterIndex;
}

/* XS counts codes in 32 bits and collections in 16. */
void meter_update(void)
{
	txMachine* the = meter.the;
	meter.codes += (txU4)(the->meterIndex - meter.codesAt);
	meter.codesAt = the->meterIndex;
	meter.collections += (txU2)(the->garbageCollectionCount - meter.collectionsAt);
	meter.collectionsAt = the->garbageCollectionCount;
}

/* A turn is what runs between two visits to the event loop, promise jobs included. */
void meter_turn(void)
{
	meter_update();
	if (meter.largestTurn < meter.codes - meter.turnStart)
		meter.largestTurn = meter.codes - meter.turnStart;
	meter.turnStart = meter.codes;
}

static void read_all(double* values)
{
	txMachine* the = meter.the;
	meter_update();
	values[COUNT_SLOTS] = (double)meter.slots;
	values[COUNT_CHUNK_BYTES] = (double)meter.chunkBytes;
	values[COUNT_CODES] = (double)meter.codes;
	values[COUNT_COLLECTIONS] = (double)meter.collections;
	values[COUNT_SLOTS_IN_USE] = the->currentHeapCount;
	values[COUNT_CHUNK_BYTES_IN_USE] = the->currentChunksSize;
	values[COUNT_SLOTS_PEAK] = the->peakHeapCount;
	values[COUNT_CHUNK_BYTES_PEAK] = the->peakChunksSize;
	values[COUNT_STACK_PEAK] = (double)(the->stackTop - the->stackPeak);
	values[COUNT_SLOTS_TOTAL] = the->maximumHeapCount;
	values[COUNT_CHUNK_BYTES_TOTAL] = the->maximumChunksSize;
	values[COUNT_LARGEST_TURN] = (double)meter.largestTurn;
}

void meter_write(const char* path)
{
	double values[COUNT_COUNT];
	FILE* file = fopen(path, "w");
	if (!file)
		return;
	read_all(values);
	for (int i = 0; i < COUNT_COUNT; i++)
		fprintf(file, "%s\"%s\":%.0f", i ? "," : "{", names[i], values[i]);
	fprintf(file, "}\n");
	fclose(file);
}

/* counters() */
void host_counters(txMachine* the)
{
	double values[COUNT_COUNT];
	read_all(values);
	mxPush(mxObjectPrototype);
	txSlot* property = fxLastProperty(the, fxNewObjectInstance(the));
	mxPullSlot(mxResult);
	for (int i = 0; i < COUNT_COUNT; i++)
		property = fxNextNumberProperty(the, property, values[i], fxNewNameC(the, (txString)names[i]), XS_NO_FLAG);
}

/* readCounters(float64Array): no allocation */
void host_readCounters(txMachine* the)
{
	txSlot* slot = argument(the, 0);
	if (slot->kind == XS_REFERENCE_KIND && (slot = slot->value.reference->next) && slot->kind == XS_TYPED_ARRAY_KIND
		&& slot->value.typedArray.dispatch->constructorID == _Float64Array) {
		txSlot* view = slot->next;
		txSlot* buffer = view->next->value.reference->next;
		if (view->value.dataView.size >= (txInteger)(COUNT_COUNT * sizeof(double))) {
			double values[COUNT_COUNT];
			read_all(values);
			memcpy(buffer->value.arrayBuffer.address + view->value.dataView.offset, values, sizeof(values));
			return;
		}
	}
	mxTypeError("a Float64Array of %d is needed", COUNT_COUNT);
}

/* repeat(f, n, buffer of 4 doubles): calls f n times, with the promise jobs of each; the four differences */
void host_repeat(txMachine* the)
{
	double before[COUNT_COUNT], after[COUNT_COUNT];
	txInteger count = argument_integer(the, 1, 1);
	read_all(before);
	while (count-- > 0) {
		mxPushUndefined();
		mxPushSlot(mxArgv(0));
		mxCall();
		mxRunCount(0);
		mxPop();
		loop_jobs(the);
	}
	read_all(after);
	txUnsigned size;
	double* values = (double*)buffer_bytes(the, argument(the, 2), &size, true);
	for (int i = 0; i < 4 && size >= 4 * sizeof(double); i++)
		values[i] = after[i] - before[i];
}

void host_collect(txMachine* the)
{
	fxCollectGarbage(the);
}
