/* Stand-in: the SDK's names for the C library. */
#include <stdio.h>
#include <string.h>
#define c_memcpy memcpy
#define c_snprintf snprintf
