/* Files as a board's memory that outlives the machine: a file is written whole or not at all. */
#include "host.h"
#include <sys/stat.h>

bool disk_write(const char* path, const void* first, size_t firstSize, const void* rest, size_t restSize)
{
	char temporary[C_PATH_MAX];
	snprintf(temporary, sizeof(temporary), "%s.tmp", path);
	FILE* file = fopen(temporary, "wb");
	if (!file)
		return false;
	bool done = fwrite(first, 1, firstSize, file) == firstSize && fwrite(rest, 1, restSize, file) == restSize;
	done = fclose(file) == 0 && done;
	return done && rename(temporary, path) == 0;
}

/* All of a file, for free(3), or NULL where there is none. */
uint8_t* disk_read(const char* path, size_t* size)
{
	struct stat status;
	FILE* file = fopen(path, "rb");
	if (!file)
		return NULL;
	uint8_t* bytes = NULL;
	if (fstat(fileno(file), &status) == 0) {
		*size = (size_t)status.st_size;
		bytes = malloc(*size + 1);
		if (fread(bytes, 1, *size, file) != *size) {
			free(bytes);
			bytes = NULL;
		}
	}
	fclose(file);
	return bytes;
}

/* readFile(path, buffer): as much as fits, from the start; how many bytes that was. */
void disk_readFile(txMachine* the)
{
	size_t size = 0;
	uint8_t* bytes = disk_read(fxToString(the, argument(the, 0)), &size);
	txUnsigned capacity;
	uint8_t* target = buffer_bytes(the, argument(the, 1), &capacity, true);
	if (size > capacity)
		size = capacity;
	if (bytes)
		memcpy(target, bytes, size);
	free(bytes);
	fxInteger(the, mxResult, (txInteger)size);
}

/* writeFile(path, buffer) */
void disk_writeFile(txMachine* the)
{
	txUnsigned size;
	txString path = fxToString(the, argument(the, 0));
	uint8_t* bytes = buffer_bytes(the, argument(the, 1), &size, false);
	if (!disk_write(path, bytes, size, "", 0))
		mxUnknownError("%s: %s", path, strerror(errno));
}

void resource_destructor(void* data)
{
	free(data);
}

/* new Resource(path): its bytes lie outside the machine's memory, as those in flash do. */
void resource_constructor(txMachine* the)
{
	size_t size = 0;
	txString path = fxToString(the, argument(the, 0));
	uint8_t* bytes = disk_read(path, &size);
	if (!bytes)
		mxURIError("Resource not found: %s", strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
	fxSetHostBuffer(the, mxThis, bytes, (txSize)size);
	fxPetrifyHostBuffer(the, mxThis);
}

/* new OutsideMemory(size): bytes that are not in the machine's memory, either, but can be written. */
void resource_outside(txMachine* the)
{
	txInteger size = argument_integer(the, 0, 0);
	fxSetHostBuffer(the, mxThis, calloc(1, (size_t)size + 1), size);
}

void resource_exists(txMachine* the)
{
	fxBoolean(the, mxResult, access(fxToString(the, argument(the, 0)), R_OK) == 0);
}

void resource_byteLength(txMachine* the)
{
	fxInteger(the, mxResult, fxGetHostBufferLength(the, mxThis));
}

/* slice(begin, end): a copy in an ArrayBuffer. */
void resource_slice(txMachine* the)
{
	txInteger size = fxGetHostBufferLength(the, mxThis);
	txInteger begin = argument_integer(the, 0, 0), end = argument_integer(the, 1, size);
	if (begin < 0)
		begin += size;
	if (end < 0)
		end += size;
	if (begin < 0 || end > size || begin > end)
		mxRangeError("out of range");
	fxArrayBuffer(the, mxResult, (uint8_t*)fxGetHostData(the, mxThis) + begin, end - begin, -1);
}
