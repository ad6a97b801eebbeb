/* C functions by the name that `@ "name"` in modules/ gives them. */
#include "host.h"

#define BINDINGS(X) \
	X(board_endBoot) X(board_feedWatchdog) X(board_hasModule) X(board_importNow) X(board_setNetwork) \
	X(board_startWatchdog) X(board_wallTime) \
	X(digest_blockSize) X(digest_close) X(digest_constructor) X(digest_destructor) X(digest_outputSize) \
	X(digest_reset) X(digest_write) X(disk_readFile) X(disk_writeFile) \
	X(dns_close) X(dns_constructor) X(dns_destructor) X(dns_resolve) \
	X(file_close) X(file_constructor) X(file_destructor) X(file_read) \
	X(host_advance) X(host_arguments) X(host_collect) X(host_counters) X(host_exit) X(host_listDirectory) \
	X(host_onSignal) X(host_print) X(host_random32) X(host_readCounters) X(host_readText) X(host_receive) \
	X(host_repeat) \
	X(nvs_close) X(nvs_constructor) X(nvs_delete) X(nvs_destructor) X(nvs_folder) X(nvs_get_format) X(nvs_read) \
	X(nvs_set_format) X(nvs_write) \
	X(resource_byteLength) X(resource_constructor) X(resource_destructor) X(resource_exists) X(resource_outside) X(resource_slice) \
	X(tcp_close) X(tcp_constructor) X(tcp_destructor) X(tcp_get_format) X(tcp_read) X(tcp_set_format) X(tcp_write) \
	X(time_delta) X(time_set) X(time_ticks) \
	X(timer_clear) X(timer_delay) X(timer_repeat) X(timer_schedule) X(timer_set) \
	X(xs_textdecoder) X(xs_textdecoder_decode) X(xs_textdecoder_destructor) X(xs_textdecoder_get_encoding) \
	X(xs_textdecoder_get_fatal) X(xs_textdecoder_get_ignoreBOM) \
	X(xs_textencoder_encode) X(xs_textencoder_encodeInto)

#define DECLARE(NAME) extern void NAME();
#define ENTRY(NAME) { #NAME, NAME },
BINDINGS(DECLARE)
static const struct { const char* name; void (*function)(); } bindings[] = { BINDINGS(ENTRY) };

void* binding_find(const char* name)
{
	for (size_t i = 0; i < sizeof(bindings) / sizeof(*bindings); i++)
		if (!strcmp(bindings[i].name, name))
			return (void*)bindings[i].function;
	return NULL;
}

/* Names that C looks up at run time belong to the flash image: in the device's machine each would cost a key. */
void bindings_name(txMachine* the)
{
	static const char* const names[] = {
		"address", "port", "nodelay", "format", "target", "onReadable", "onWritable", "onError", "host", "onResolved",
		"read", "written", "fatal", "ignoreBOM", "stream",
		"slotsAllocated", "chunkBytesAllocated", "codes", "collections", "slotsInUse", "chunkBytesInUse", "slotsPeak",
		"chunkBytesPeak", "stackPeak", "slotsTotal", "chunkBytesTotal", "largestTurnCodes"
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		fxNewNameC(the, (txString)names[i]);
}
