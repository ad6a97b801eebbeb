/*
 * Key-value storage as ESP32's NVS, in files: a folder is a namespace, a file a key. A write is all or nothing, costs
 * entries of 32 bytes, and needs room for the new value beside the old one. Errors have the names of ESP-IDF's.
 */
#include "host.h"
#include <dirent.h>
#include <sys/stat.h>

enum { MAX_KEY = 15, MAX_STRING = 4000, ENTRY = 32 };

/* In a file, the first byte is the format. */
enum { BUFFER, STRING, UINT8, INT8, UINT16, INT16, UINT32, INT32, FORMATS };
static const char* const formats[] = { "buffer", "string", "uint8", "int8", "uint16", "int16", "uint32", "int32" };
static const size_t widths[] = { 0, 0, 1, 1, 2, 2, 4, 4 };

typedef struct {
	char folder[C_PATH_MAX];
	int format;
	txInteger capacity;     /* entries of the whole partition */
} Nvs;

void nvs_destructor(void* data)
{
	free(data);
}

static const txHostHooks hooks = { .destructor = nvs_destructor };

static int parse_format(txMachine* the, txSlot* slot)
{
	txString text = fxToString(the, slot);
	for (int format = 0; format < FORMATS; format++)
		if (!strcmp(formats[format], text))
			return format;
	mxRangeError("unsupported");
	return 0;
}

static void check_name(txMachine* the, txString name)
{
	size_t length = strlen(name);
	if (!length)
		mxUnknownError("ESP_ERR_NVS_INVALID_NAME");
	if (length > MAX_KEY)
		mxUnknownError("ESP_ERR_NVS_KEY_TOO_LONG");
	if (name[0] == '.' || strchr(name, '/'))
		mxUnknownError("%s: this host keeps keys in files, whose names have no slash and begin with no dot", name);
}

/* new Nvs(folder of the partition, namespace, format, capacity) */
void nvs_constructor(txMachine* the)
{
	Nvs* nvs = calloc(1, sizeof(Nvs));
	fxSetHostData(the, mxThis, nvs);
	fxSetHostHooks(the, mxThis, &hooks);
	txString root = fxToString(the, argument(the, 0)), name = fxToString(the, argument(the, 1));
	check_name(the, name);
	snprintf(nvs->folder, sizeof(nvs->folder), "%s/%s", root, name);
	nvs->format = parse_format(the, argument(the, 2));
	nvs->capacity = argument_integer(the, 3, 630);
	mkdir(nvs->folder, 0777);
}

static Nvs* open_nvs(txMachine* the)
{
	Nvs* nvs = this_data(the, &hooks);
	if (!nvs)
		mxUnknownError("closed");
	return nvs;
}

void nvs_close(txMachine* the)
{
	Nvs* nvs = this_data(the, &hooks);
	if (!nvs)
		return;
	fxSetHostData(the, mxThis, C_NULL);
	free(nvs);
}

static void path_of(txMachine* the, Nvs* nvs, char* path, size_t size)
{
	txString key = fxToString(the, argument(the, 0));
	check_name(the, key);
	snprintf(path, size, "%s/%s", nvs->folder, key);
}

static txInteger entries_for(int format, size_t size)
{
	txInteger data = (txInteger)((size + ENTRY - 1) / ENTRY);
	return format == BUFFER ? 2 + data : format == STRING ? 1 + data : 1;
}

static txInteger entries_in(const char* folder, int depth)
{
	char path[C_PATH_MAX * 2];
	struct dirent* entry;
	txInteger count = 0;
	DIR* directory = opendir(folder);
	while (directory && (entry = readdir(directory))) {
		size_t size;
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (depth)
			count += 1 + entries_in(path, depth - 1);
		else {
			uint8_t* bytes = disk_read(path, &size);
			if (bytes && size)
				count += entries_for(bytes[0], size - 1);
			free(bytes);
		}
	}
	if (directory)
		closedir(directory);
	return count;
}

static void check_room(txMachine* the, Nvs* nvs, size_t size)
{
	char root[C_PATH_MAX];
	if (nvs->format == STRING && size > MAX_STRING)
		mxUnknownError("ESP_ERR_NVS_VALUE_TOO_LONG");
	snprintf(root, sizeof(root), "%s", nvs->folder);
	*strrchr(root, '/') = 0;
	if (entries_in(root, 1) + entries_for(nvs->format, size) > nvs->capacity)
		mxUnknownError("ESP_ERR_NVS_NOT_ENOUGH_SPACE");
}

/* write(key, value) */
void nvs_write(txMachine* the)
{
	Nvs* nvs = open_nvs(the);
	char path[C_PATH_MAX * 2];
	uint8_t format = (uint8_t)nvs->format, number[4];
	txUnsigned size;
	const void* bytes = number;
	path_of(the, nvs, path, sizeof(path));
	if (format == BUFFER)
		bytes = buffer_bytes(the, argument(the, 1), &size, false);
	else if (format == STRING) {
		bytes = fxToString(the, argument(the, 1));
		size = (txUnsigned)strlen(bytes) + 1;
	}
	else {
		txUnsigned value = fxToUnsigned(the, argument(the, 1));
		memcpy(number, &value, sizeof(value));
		size = (txUnsigned)widths[format];
	}
	check_room(the, nvs, size);
	if (!disk_write(path, &format, 1, bytes, size))
		mxUnknownError("%s: %s", path, strerror(errno));
}

static void number_result(txMachine* the, int format, const uint8_t* bytes)
{
	txUnsigned value = 0;
	memcpy(&value, bytes, widths[format]);
	if (format == INT8)
		fxInteger(the, mxResult, (int8_t)value);
	else if (format == INT16)
		fxInteger(the, mxResult, (int16_t)value);
	else if (format == INT32)
		fxInteger(the, mxResult, (int32_t)value);
	else
		fxUnsigned(the, mxResult, value);
}

static void value_result(txMachine* the, Nvs* nvs, uint8_t* bytes, size_t size)
{
	txUnsigned capacity;
	if (bytes[0] != nvs->format) {
		if (nvs->format <= STRING)
			mxTypeError("mismatch");
	}
	else if (nvs->format == STRING)
		fxString(the, mxResult, (txString)bytes + 1);
	else if (nvs->format != BUFFER)
		number_result(the, nvs->format, bytes + 1);
	else if (mxArgc > 1) {
		uint8_t* target = buffer_bytes(the, argument(the, 1), &capacity, true);
		if (capacity < size - 1)
			mxRangeError("buffer too small");
		memcpy(target, bytes + 1, size - 1);
		fxInteger(the, mxResult, (txInteger)size - 1);
	}
	else
		fxArrayBuffer(the, mxResult, bytes + 1, (txInteger)size - 1, -1);
}

/* read(key), or read(key, buffer): undefined where there is no such key. */
void nvs_read(txMachine* the)
{
	Nvs* nvs = open_nvs(the);
	char path[C_PATH_MAX * 2];
	size_t size = 0;
	path_of(the, nvs, path, sizeof(path));
	uint8_t* volatile bytes = disk_read(path, &size);
	if (!bytes)
		return;
	mxTry(the) {
		value_result(the, nvs, bytes, size);
	}
	mxCatch(the) {
		free(bytes);
		fxJump(the);
	}
	free(bytes);
}

void nvs_delete(txMachine* the)
{
	char path[C_PATH_MAX * 2];
	path_of(the, open_nvs(the), path, sizeof(path));
	remove(path);
}

void nvs_folder(txMachine* the)
{
	fxString(the, mxResult, open_nvs(the)->folder);
}

void nvs_get_format(txMachine* the)
{
	fxStringX(the, mxResult, (txString)formats[open_nvs(the)->format]);
}

void nvs_set_format(txMachine* the)
{
	open_nvs(the)->format = parse_format(the, argument(the, 0));
}
