/*
 * The flash image: a machine that holds the built-ins, the names and the preloaded modules, frozen, for the device's
 * machine to be cloned from. What is frozen is what the SDK's linker freezes: functions, classes, environments, Map,
 * Set, buffers, views, promises, proxies and regular expressions. Plain objects, arrays, dates, instances and module
 * variables can still be changed: the clone then makes itself a copy, which it finds by the alias number given here.
 */
#include "host.h"

static txCreation flashCreation = {
	.initialChunkSize = 4 * 1024 * 1024, .incrementalChunkSize = 1024 * 1024,
	.initialHeapCount = 128 * 1024, .incrementalHeapCount = 64 * 1024, .stackCount = 16 * 1024,
	.initialKeyCount = 8 * 1024, .incrementalKeyCount = 1024, .parserBufferSize = 1024, .parserTableModulo = 127
};

#define for_each_slot(MACHINE, SLOT) \
	for (txSlot* heap = (MACHINE)->firstHeap; heap; heap = heap->next) \
		for (txSlot* SLOT = heap + 1; SLOT < heap->value.reference; SLOT++)

static void freeze(txSlot* instance)
{
	for (txSlot* property = instance->next; property; property = property->next) {
		if (property->kind != XS_ACCESSOR_KIND)
			property->flag |= XS_DONT_SET_FLAG;
		property->flag |= XS_DONT_DELETE_FLAG;
	}
	instance->flag |= XS_DONT_PATCH_FLAG;
}

static bool is_function(txSlot* internal)
{
	return internal->kind == XS_CALLBACK_KIND || internal->kind == XS_CALLBACK_X_KIND
		|| internal->kind == XS_CODE_KIND || internal->kind == XS_CODE_X_KIND;
}

static void freeze_function(txSlot* function)
{
	freeze(function);
	if (function->flag & XS_CAN_CONSTRUCT_FLAG)
		for (txSlot* property = function->next; property; property = property->next)
			if (property->ID == mxID(_prototype) && property->kind == XS_REFERENCE_KIND)
				freeze(property->value.reference);
}

/* Kinds that the clone could not copy for itself. */
static bool must_freeze(txSlot* internal)
{
	switch (internal->kind) {
	case XS_MAP_KIND: case XS_SET_KIND: case XS_WEAK_MAP_KIND: case XS_WEAK_SET_KIND: case XS_WEAK_REF_KIND:
	case XS_ARRAY_BUFFER_KIND: case XS_DATA_VIEW_KIND: case XS_TYPED_ARRAY_KIND:
	case XS_PROMISE_KIND: case XS_PROXY_KIND: case XS_REGEXP_KIND: case XS_HOST_KIND:
		return true;
	case XS_CLOSURE_KIND:
		return internal->value.closure->kind == XS_FINALIZATION_REGISTRY_KIND;
	default:
		return internal->ID == XS_ENVIRONMENT_BEHAVIOR && internal->kind != XS_ARRAY_KIND;
	}
}

static void freeze_built_ins(txMachine* the)
{
	for (int i = XS_SYMBOL_ID_COUNT; i < mxStackIndexCount; i++)
		if (the->stackPrototypes[-1 - i].kind == XS_REFERENCE_KIND)
			freeze(the->stackPrototypes[-1 - i].value.reference);
	for (txSlot* property = mxArrayPrototype.value.reference->next; property; property = property->next)
		if (property->ID == mxID(_Symbol_unscopables))
			freeze(property->value.reference);
}

static void freeze_heap(txMachine* the)
{
	for_each_slot(the, slot) {
		txSlot* internal = slot->next;
		if (slot->kind != XS_INSTANCE_KIND || !internal || !(internal->flag & XS_INTERNAL_FLAG))
			continue;
		if (is_function(internal))
			freeze_function(slot);
		else if (must_freeze(internal))
			freeze(slot);
	}
}

/* Variables that hold a function become constants. */
static void freeze_closures(txMachine* the)
{
	for_each_slot(the, slot) {
		txSlot* closure = slot->value.closure;
		if (slot->kind == XS_CLOSURE_KIND && closure->kind == XS_REFERENCE_KIND
			&& closure->value.reference->next && is_function(closure->value.reference->next))
			closure->flag |= XS_DONT_SET_FLAG;
	}
}

static bool is_frozen(txSlot* instance)
{
	if (!(instance->flag & XS_DONT_PATCH_FLAG))
		return false;
	for (txSlot* property = instance->next; property; property = property->next) {
		if (property->kind == XS_ARRAY_KIND && property->value.array.address) {
			txIndex count = ((txChunk*)property->value.array.address)[-1].size / sizeof(txSlot);
			for (txIndex i = 0; i < count; i++)
				if (!(property->value.array.address[i].flag & XS_DONT_DELETE_FLAG))
					return false;
		}
		if (property->flag & XS_INTERNAL_FLAG)
			continue;
		if (property->kind != XS_ACCESSOR_KIND && !(property->flag & XS_DONT_SET_FLAG))
			return false;
		if (!(property->flag & XS_DONT_DELETE_FLAG))
			return false;
	}
	return true;
}

/* Private fields of what is frozen are read-only too. */
static void lock_privates(txSlot* instance)
{
	for (txSlot* property = instance->next; property; property = property->next)
		if (property->kind == XS_PRIVATE_KIND)
			for (txSlot* field = property->value.private.first; field; field = field->next) {
				if (field->kind != XS_ACCESSOR_KIND)
					field->flag |= XS_DONT_SET_FLAG;
				field->flag |= XS_DONT_DELETE_FLAG;
			}
}

/* Numbers what can be changed, from 1: XS takes 0 for "no alias", though its own fxShare starts there. */
static void number_aliases(txMachine* the)
{
	txID count = 1;
	for_each_slot(the, slot)
		if (slot->kind == XS_CLOSURE_KIND)
			slot->value.closure->ID = XS_NO_ID;
	for_each_slot(the, slot) {
		if (slot->kind == XS_INSTANCE_KIND) {
			if (is_frozen(slot)) {
				slot->ID = XS_NO_ID;
				lock_privates(slot);
			}
			else
				slot->ID = count++;
		}
	}
	for_each_slot(the, slot) {
		if (slot->kind == XS_CLOSURE_KIND) {
			txSlot* closure = slot->value.closure;
			if (closure->flag & XS_DONT_SET_FLAG)
				closure->flag |= XS_DONT_DELETE_FLAG;
			else {
				if (closure->ID == XS_NO_ID)
					closure->ID = count++;
				slot->flag &= ~XS_DONT_SET_FLAG;
			}
		}
	}
	the->aliasCount = count;
}

static void make_external(txSlot* slot)
{
	switch (slot->kind) {
	case XS_STRING_KIND: slot->kind = XS_STRING_X_KIND; break;
	case XS_KEY_KIND: slot->kind = XS_KEY_X_KIND; break;
	case XS_BIGINT_KIND: slot->kind = XS_BIGINT_X_KIND; break;
	case XS_CODE_KIND: slot->kind = XS_CODE_X_KIND; break;
	case XS_CALLBACK_KIND: slot->kind = XS_CALLBACK_X_KIND; break;
	}
}

/* The clone's collector must neither mark, move nor free what lies here. */
static void leave_to_flash(txMachine* the)
{
	for_each_slot(the, slot) {
		make_external(slot);
		if (slot->kind == XS_ARRAY_KIND && slot->value.array.address) {
			txIndex count = ((txChunk*)slot->value.array.address)[-1].size / sizeof(txSlot);
			for (txIndex i = 0; i < count; i++)
				make_external(slot->value.array.address + i);
		}
		slot->flag |= XS_MARK_FLAG;
	}
	for (txSlot* slot = the->stack; slot < the->stackTop; slot++)
		make_external(slot);
	/* A chunk whose `temporary` is null stays where it is, even if something of the clone leads to it. */
	for (txBlock* block = the->firstBlock; block; block = block->nextBlock)
		for (txByte* p = (txByte*)(block + 1); p < block->current;) {
			txByte* next = ((txChunk*)p)->temporary;
			((txChunk*)p)->temporary = C_NULL;
			p = next;
		}
}

static void import_module(txMachine* the, Module* module)
{
	mxPushStringC(module->specifier);
	fxAwaitImport(the, XS_IMPORT_NAMESPACE);
	mxPop();
	loop_jobs(the);
}

txMachine* flash_make(txCreation* creation)
{
	txMachine* root;
	flashCreation.nameModulo = creation->nameModulo;      /* the clone copies these tables */
	flashCreation.symbolModulo = creation->symbolModulo;
	machine_use_block(0);
	root = fxCreateMachine(&flashCreation, "flash", C_NULL, XS_NO_ID);
	if (!root)
		fail(EXIT_FATAL, "no machine");
	txMachine* the = fxBeginHost(root);
	mxTry(the) {
		bindings_name(the);
		for (Module* module = modules; module; module = module->next)
			link_module(the, module);
		for (Module* module = modules; module; module = module->next)
			if (module->preload)
				import_module(the, module);
	}
	mxCatch(the) {
		report_exception(the, "preload");
	}
	fxEndHost(the);
	fxShareMachine(root);   /* takes the realm apart, for the clone to make its own */
	freeze_built_ins(root);
	freeze(mxProgram.value.reference);
	freeze(mxHosts.value.reference);
	freeze_heap(root);
	freeze_closures(root);
	number_aliases(root);
	leave_to_flash(root);
	return root;
}
