/*
 * Reads lines, does what they say, prints what came of it. Each line is one of
 *   NAME [argument]     calls board.c's function; the argument is a number, 'hex' (a buffer), or room:n (n zeros)
 *   set NAME number     sets something of the hardware
 *   poke at hex         changes bytes of RTC memory
 *   dump                prints RTC memory's size
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "xsmc.h"
#include "board-stand-in.h"

extern uint8_t __start_rtc_noinit[], __stop_rtc_noinit[];

#define FUNCTIONS(each) each(restartReason) each(restart) each(deepSleep) each(startWatchdog) each(feedWatchdog) \
	each(readRtc) each(writeRtc) each(chipTemperature) each(freeHeap) each(macAddress)
#define DECLARE(name) void mqttxs_##name(xsMachine *the);
#define ENTRY(name) { #name, mqttxs_##name },
FUNCTIONS(DECLARE)
static const struct { const char *name; void (*call)(xsMachine *the); } functions[] = { FUNCTIONS(ENTRY) };

static const struct { const char *name; int *value; } settings[] = {
	{ "reason", &hardware.reason },
	{ "watchdogError", &hardware.watchdogError },
	{ "sensorError", &hardware.sensorError },
	{ "macError", &hardware.macError },
};

xsSlot *stand_in_argument(xsMachine *the, int index)
{
	if (index > 0 || the->argument.kind == UNDEFINED)
		stand_in_throw(the, "SyntaxError", "argument %d is missing", index);
	return &the->argument;
}

void stand_in_throw(xsMachine *the, const char *name, const char *format, ...)
{
	int length = snprintf(the->error, sizeof(the->error), "%s: ", name);
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(the->error + length, sizeof(the->error) - (size_t)length, format, arguments);
	va_end(arguments);
	longjmp(the->catcher, 1);
}

double stand_in_number(xsMachine *the, xsSlot *slot)
{
	if (slot->kind != NUMBER)
		stand_in_throw(the, "TypeError", "no number");
	return slot->number;
}

/* As ToInt32: what does not fit keeps its lowest bits. */
xsIntegerValue stand_in_integer(xsMachine *the, xsSlot *slot)
{
	double number = stand_in_number(the, slot);
	return number > -9e15 && number < 9e15 ? (xsIntegerValue)(uint32_t)(int64_t)number : 0;
}

void stand_in_set_number(xsSlot *slot, double value)
{
	slot->kind = NUMBER;
	slot->number = value;
}

void stand_in_set_string(xsSlot *slot, const char *text)
{
	slot->kind = STRING;
	snprintf(slot->text, sizeof(slot->text), "%s", text);
}

void stand_in_buffer(xsMachine *the, xsSlot *slot, void **bytes, xsUnsignedValue *length)
{
	if (slot->kind != BUFFER)
		stand_in_throw(the, "TypeError", "invalid buffer");
	*bytes = slot->bytes;
	*length = slot->length;
}

static uint32_t from_hex(const char *hex, uint8_t *bytes)
{
	uint32_t count = 0;
	for (unsigned int byte; sscanf(hex + 2 * count, "%2x", &byte) == 1; count++)
		bytes[count] = (uint8_t)byte;
	return count;
}

static void parse(const char *word, xsSlot *slot)
{
	memset(slot, 0, sizeof(*slot));
	if (!*word)
		return;
	if (*word == '\'' || !strncmp(word, "room:", 5)) {
		slot->kind = BUFFER;
		slot->length = *word == '\'' ? from_hex(word + 1, slot->bytes) : (uint32_t)atoi(word + 5);
	}
	else {
		slot->kind = NUMBER;
		slot->number = strtod(word, NULL);
	}
}

static void print(const xsMachine *the)
{
	if (the->result.kind == NUMBER)
		printf("= %.17g", the->result.number);
	else if (the->result.kind == STRING)
		printf("= %s", the->result.text);
	else
		printf("= undefined");
	if (the->result.kind == NUMBER && the->argument.kind == BUFFER) {
		printf(" '");
		for (uint32_t i = 0; i < (uint32_t)the->result.number; i++)
			printf("%02x", the->argument.bytes[i]);
	}
	putchar('\n');
}

static void run(void (*function)(xsMachine *the), const char *argument)
{
	static xsMachine machine;
	machine.result.kind = UNDEFINED;
	parse(argument, &machine.argument);
	if (setjmp(machine.catcher))
		puts(machine.error);
	else if (!setjmp(off)) {
		function(&machine);
		print(&machine);
	}
}

static bool call(const char *name, const char *argument)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (strcmp(functions[i].name, name))
			continue;
		run(functions[i].call, argument);
		return true;
	}
	return false;
}

static bool set(const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		if (strcmp(settings[i].name, name))
			continue;
		*settings[i].value = atoi(value);
		return true;
	}
	return false;
}

int main(void)
{
	static char line[8192], words[3][4200];
	memset(__start_rtc_noinit, 0xa5, (size_t)(__stop_rtc_noinit - __start_rtc_noinit));
	while (fgets(line, sizeof(line), stdin)) {
		words[0][0] = words[1][0] = words[2][0] = 0;
		sscanf(line, "%4199s %4199s %4199s", words[0], words[1], words[2]);
		if (!strcmp(words[0], "dump"))
			printf("%d\n", (int)(__stop_rtc_noinit - __start_rtc_noinit));
		else if (!strcmp(words[0], "poke"))
			from_hex(words[2], __start_rtc_noinit + atoi(words[1]));
		else if (!(strcmp(words[0], "set") ? call(words[0], words[1]) : set(words[1], words[2])))
			return fprintf(stderr, "what is %s?\n", line), 2;
	}
	return 0;
}
