/*
 * XS's table of optional parts, without the `length` and `name` properties of functions: the SDK's linker strips them
 * ("strip": "*"), which saves two slots for every function that is made at run time.
 */
#include "xsAll.h"
#define fxNewFunctionLength C_NULL
#define fxNewFunctionName C_NULL
#include "xsDefaults.c"
