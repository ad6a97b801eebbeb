/* Reading files: sensors under /proc and /sys, above all. */
#include "host.h"
#include <dirent.h>
#include <fcntl.h>

void file_destructor(void* data)
{
	if (data)
		close((int)(intptr_t)data - 1);
}

static int descriptor(txMachine* the)
{
	void* data = fxGetHostData(the, mxThis);
	if (!data)
		mxUnknownError("closed");
	return (int)(intptr_t)data - 1;
}

/* new File(path). Host data is the descriptor + 1, for 0 to be "closed". */
void file_constructor(txMachine* the)
{
	txString path = fxToString(the, argument(the, 0));
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		mxUnknownError("%s: %s", path, strerror(errno));
	fxSetHostData(the, mxThis, (void*)(intptr_t)(fd + 1));
}

/* read(buffer): from the start each time, so that a file of /proc or /sys is read anew. No allocation. */
void file_read(txMachine* the)
{
	txUnsigned size;
	int fd = descriptor(the);
	uint8_t* bytes = buffer_bytes(the, argument(the, 0), &size, true);
	ssize_t count = pread(fd, bytes, size, 0);
	if (count < 0)
		mxUnknownError("read: %s", strerror(errno));
	fxInteger(the, mxResult, (txInteger)count);
}

void file_close(txMachine* the)
{
	file_destructor(fxGetHostData(the, mxThis));
	fxSetHostData(the, mxThis, C_NULL);
}

void host_readText(txMachine* the)
{
	txString path = fxToString(the, argument(the, 0));
	FILE* file = fopen(path, "r");
	char* text = malloc(1);
	size_t length = 0, count = 0;
	if (!file)
		mxUnknownError("%s: %s", path, strerror(errno));
	do {
		length += count;
		text = realloc(text, length + 4096);
		count = fread(text + length, 1, 4095, file);
	} while (count > 0);
	text[length] = 0;
	fclose(file);
	fxString(the, mxResult, text);
	free(text);
}

static int no_dots(const struct dirent* entry)
{
	return strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
}

void host_listDirectory(txMachine* the)
{
	txString path = fxToString(the, argument(the, 0));
	struct dirent** entries;
	int count = scandir(path, &entries, no_dots, alphasort);
	if (count < 0)
		mxUnknownError("%s: %s", path, strerror(errno));
	mxPush(mxArrayPrototype);
	txSlot* array = fxNewArrayInstance(the);
	txSlot* list = the->stack;
	fxSetIndexSize(the, array->next, (txIndex)count, XS_CHUNK);
	for (int i = 0; i < count; i++) {
		mxPushStringC(entries[i]->d_name);
		mxPushSlot(list);
		mxSetIndex((txIndex)i);
		mxPop();
		free(entries[i]);
	}
	free(entries);
	mxPullSlot(mxResult);
}
