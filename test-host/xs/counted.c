/*
 * XS's memory manager, unmodified, with its allocators counted. The package's file is included here under other
 * names for its allocators, and the names that the rest of XS calls are defined below as counting wrappers.
 */
#define fxNewSlot plainNewSlot
#define fxDuplicateSlot plainDuplicateSlot
#define fxNewChunk plainNewChunk
#define fxNewGrowableChunk plainNewGrowableChunk
#define fxRenewChunk plainRenewChunk
#include "xsMemory.c"
#undef fxNewSlot
#undef fxDuplicateSlot
#undef fxNewChunk
#undef fxNewGrowableChunk
#undef fxRenewChunk
#include "host.h"

extern txSlot* fxNewSlot(txMachine* the);
extern void* fxNewChunk(txMachine* the, txSize size);
extern void* fxNewGrowableChunk(txMachine* the, txSize size, txSize capacity);
extern void* fxRenewChunk(txMachine* the, void* data, txSize size);
extern txSlot* fxDuplicateSlot(txMachine* the, txSlot* slot);

/* The chunk with its header, rounded as XS rounds it. */
static txSize whole(txSize size)
{
	return (txSize)(((size_t)size + sizeof(txChunk) + sizeof(size_t) - 1) & ~(sizeof(size_t) - 1));
}

static void count(txMachine* the, uint64_t slots, txSize chunkBytes)
{
	if (the != meter.the)
		return;
	meter.slots += slots;
	meter.chunkBytes += chunkBytes;
	if (the->garbageCollectionCount != meter.collectionsAt)
		meter_update();
}

txSlot* fxNewSlot(txMachine* the)
{
	meter.wanted = 0;
	txSlot* slot = plainNewSlot(the);
	count(the, 1, 0);
	return slot;
}

txSlot* fxDuplicateSlot(txMachine* the, txSlot* slot)
{
	meter.wanted = 0;
	txSlot* copy = plainDuplicateSlot(the, slot);
	count(the, 1, 0);
	return copy;
}

void* fxNewChunk(txMachine* the, txSize size)
{
	meter.wanted = whole(size);
	void* data = plainNewChunk(the, size);
	count(the, 0, whole(size));
	return data;
}

void* fxNewGrowableChunk(txMachine* the, txSize size, txSize capacity)
{
	meter.wanted = whole(size);
	void* data = plainNewGrowableChunk(the, size, capacity);
	count(the, 0, (txSize)(((txChunk*)data)[-1].temporary - (txByte*)data + sizeof(txChunk)));
	return data;
}

/* Growing in place takes new bytes only where the chunk's room ends; shrinking gives none back. */
void* fxRenewChunk(txMachine* the, void* data, txSize size)
{
	txByte* end = ((txChunk*)data)[-1].temporary;
	void* result = plainRenewChunk(the, data, size);
	if (result)
		count(the, 0, (txSize)(((txChunk*)data)[-1].temporary - end));
	return result;
}
