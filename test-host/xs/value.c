/* Reading the arguments of host functions. None of these allocates. */
#include "host.h"

static txSlot undefinedSlot = { .kind = XS_UNDEFINED_KIND };

extern txInteger _xsmcGetBuffer(txMachine* the, txSlot* slot, void** data, txUnsigned* count, txBoolean writable);

/* The argument, or undefined where there is none. */
txSlot* argument(txMachine* the, int index)
{
	return index < mxArgc ? mxArgv(index) : &undefinedSlot;
}

txInteger argument_integer(txMachine* the, int index, txInteger otherwise)
{
	return index < mxArgc && mxArgv(index)->kind != XS_UNDEFINED_KIND ? fxToInteger(the, mxArgv(index)) : otherwise;
}

/* What belongs to `this`, or NULL once it is closed. Throws for any other object. */
void* this_data(txMachine* the, const txHostHooks* hooks)
{
	txSlot* slot = mxThis->kind == XS_REFERENCE_KIND ? mxThis->value.reference->next : C_NULL;
	if (!slot || slot->kind != XS_HOST_KIND)
		mxTypeError("this is no host object");
	if (!slot->value.host.data)
		return C_NULL;
	if (!(slot->flag & XS_HOST_HOOKS_FLAG) || slot->value.host.variant.hooks != hooks)
		mxTypeError("this is another host object");
	return slot->value.host.data;
}

/* Pushes options[name] when it is there and not undefined: arguments[0] is the options. */
bool get_option(txMachine* the, const char* name)
{
	mxPushSlot(argument(the, 0));
	mxGetID(fxID(the, (txString)name));
	if (the->stack->kind != XS_UNDEFINED_KIND)
		return true;
	mxPop();
	return false;
}

/* The function options[name], or NULL. Its owner marks it. */
txSlot* callback_option(txMachine* the, const char* name)
{
	txSlot* function;
	if (!get_option(the, name))
		return C_NULL;
	if (!fxIsCallable(the, the->stack))
		mxTypeError("%s is no function", name);
	function = the->stack->value.reference;
	mxPop();
	return function;
}

/* The bytes of an ArrayBuffer, a view of bytes, or a DataView, where they are now: an allocation moves them. */
uint8_t* buffer_bytes(txMachine* the, txSlot* slot, txUnsigned* size, bool writable)
{
	void* data;
	_xsmcGetBuffer(the, slot, &data, size, writable);
	return data;
}

/* A number to hand to call_function. */
txSlot* integer_slot(txSlot* slot, txInteger value)
{
	memset(slot, 0, sizeof(*slot));
	slot->kind = XS_INTEGER_KIND;
	slot->value.integer = value;
	return slot;
}
