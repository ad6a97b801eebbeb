/*
 * What the SDK's linker does to a module: its symbols become the machine's, in place, and where it is not preloaded
 * its functions and string literals are used where they lie ("flash"), instead of being copied to the chunk heap.
 */
#include "host.h"

static txID* read_symbols(txMachine* the, txByte* symbols)
{
	txID count;
	mxDecodeID(symbols, count);
	txID* ids = malloc(count * sizeof(txID) + sizeof(txID));
	ids[0] = XS_NO_ID;
	for (txID i = 1; i < count; i++) {
		ids[i] = fxNewNameC(the, (txString)symbols);
		symbols += strlen((char*)symbols) + 1;
	}
	return ids;
}

static txU1 in_place(txU1 code)
{
	switch (code) {
	case XS_CODE_CODE_1: return XS_CODE_CODE_ARCHIVE_1;
	case XS_CODE_CODE_2: return XS_CODE_CODE_ARCHIVE_2;
	case XS_CODE_CODE_4: return XS_CODE_CODE_ARCHIVE_4;
	case XS_CODE_STRING_1: return XS_CODE_STRING_ARCHIVE_1;
	case XS_CODE_STRING_2: return XS_CODE_STRING_ARCHIVE_2;
	case XS_CODE_STRING_4: return XS_CODE_STRING_ARCHIVE_4;
	default: return code;
	}
}

static txID patch_id(txByte* at, txID* ids)
{
	txID id;
	txByte* p = at;
	mxDecodeID(p, id);
	id = ids[id];
	p = at;
	mxEncodeID(p, id);
	return id;
}

/* The table gives a code's size; 0: a symbol follows; -1, -2, -4: so many bytes of length, then as many bytes. */
static void link_code(txByte* p, txByte* end, txID* ids, bool copy)
{
	while (p < end) {
		txU1 code = (txU1)*p;
		txS1 size = gxCodeSizes[code];
		txU2 length2;
		txS4 length4;
		if (!copy)
			*p = (txByte)in_place(code);
		if (size > 0)
			p += size;
		else if (size == 0) {
			patch_id(p + 1, ids);
			p += 1 + sizeof(txID);
		}
		else if (size == -1)
			p += 2 + (txU1)p[1];
		else if (size == -2) {
			memcpy(&length2, p + 1, 2);
			p += 3 + length2;
		}
		else {
			memcpy(&length4, p + 1, 4);
			p += 5 + length4;
		}
	}
}

static void link_hosts(Module* module, txID* ids)
{
	txByte* p = module->hosts;
	txID count;
	mxDecodeID(p, count);
	module->builderCount = count;
	module->builders = calloc(count, sizeof(txHostFunctionBuilder));
	for (txID i = 0; i < count; i++) {
		txHostFunctionBuilder* builder = module->builders + i;
		builder->length = *p++;
		builder->id = patch_id(p, ids);
		p += sizeof(txID);
		builder->callback = (txCallback)binding_find((char*)p);
		if (!builder->callback)
			fail(EXIT_USAGE, "%s: no host function \"%s\"", module->specifier, (char*)p);
		p += strlen((char*)p) + 1;
	}
}

void link_module(txMachine* the, Module* module)
{
	txID* ids = read_symbols(the, module->symbols);
	link_code(module->code, module->code + module->codeSize, ids, module->preload);
	if (module->hosts)
		link_hosts(module, ids);
	free(ids);
}
