/*
 * XS's debugger support, unmodified, but what it reports (trace, above all) goes to stderr instead of to xsbug. Its
 * notes on standard output of every exception, caught or not, are left out: that is the program's own.
 */
#include "xsAll.h"
#undef c_printf
#undef c_vprintf
#define c_printf(...) ((void)0)
#define c_vprintf(...) ((void)0)
#define fxReport plainReport
#include "xsDebug.c"
#undef fxReport
extern void fxReport(txMachine* the, txString format, ...);

void fxReport(txMachine* the, txString format, ...)
{
	va_list arguments;
	(void)the;
	if (format[0] == '#')  /* notes of the allocators, which platform.c words better */
		return;
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
}
