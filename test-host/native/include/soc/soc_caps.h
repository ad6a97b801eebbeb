/* Stand-in for a chip with a temperature sensor, unless the compiler is told otherwise. */
#ifndef SOC_TEMP_SENSOR_SUPPORTED
#define SOC_TEMP_SENSOR_SUPPORTED 1
#endif
