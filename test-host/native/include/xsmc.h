/* Stand-in for XS: a machine with arguments and a result, as far as board.c uses them. */
#ifndef XSMC_STAND_IN
#define XSMC_STAND_IN

#include <setjmp.h>
#include <stdint.h>

typedef int32_t xsIntegerValue;
typedef uint32_t xsUnsignedValue;
typedef double xsNumberValue;
typedef char *xsStringValue;

typedef struct {
	enum { UNDEFINED, NUMBER, STRING, BUFFER } kind;
	double number;
	char text[64];
	uint8_t bytes[2048];
	uint32_t length;
} xsSlot;

typedef struct {
	xsSlot result;
	xsSlot argument;
	jmp_buf catcher;
	char error[160];
} xsMachine;

xsSlot *stand_in_argument(xsMachine *the, int index);
void stand_in_throw(xsMachine *the, const char *name, const char *format, ...) __attribute__((noreturn, format(printf, 3, 4)));
double stand_in_number(xsMachine *the, xsSlot *slot);
xsIntegerValue stand_in_integer(xsMachine *the, xsSlot *slot);
void stand_in_set_number(xsSlot *slot, double value);
void stand_in_set_string(xsSlot *slot, const char *text);
void stand_in_buffer(xsMachine *the, xsSlot *slot, void **bytes, xsUnsignedValue *length);

#define xsArg(index) (*stand_in_argument(the, index))
#define xsResult (the->result)
#define xsmcToNumber(slot) stand_in_number(the, &slot)
#define xsmcToInteger(slot) stand_in_integer(the, &slot)
#define xsmcSetInteger(slot, value) stand_in_set_number(&slot, (xsIntegerValue)(value))
#define xsmcSetNumber(slot, value) stand_in_set_number(&slot, value)
#define xsmcSetString(slot, text) stand_in_set_string(&slot, text)
#define xsmcGetBufferReadable(slot, bytes, length) stand_in_buffer(the, &slot, bytes, length)
#define xsmcGetBufferWritable(slot, bytes, length) stand_in_buffer(the, &slot, bytes, length)
#define xsUnknownError(...) stand_in_throw(the, "Error", __VA_ARGS__)
#define xsRangeError(...) stand_in_throw(the, "RangeError", __VA_ARGS__)

#endif
