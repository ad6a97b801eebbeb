/* A compiled module in a file: 4 bytes of magic, then symbols, code and host functions, each after its size. */
#include "host.h"

static const char magic[4] = { 'X', 'S', 'H', sizeof(txID) };

Module* modules;

static bool write_part(FILE* file, const void* data, txSize size)
{
	return fwrite(&size, sizeof(size), 1, file) == 1 && (!size || fwrite(data, (size_t)size, 1, file) == 1);
}

/* Under a temporary name first, so that nobody ever reads half an archive. */
bool archive_write(const char* path, txScript* script)
{
	char temporary[C_PATH_MAX];
	snprintf(temporary, sizeof(temporary), "%s.%d.tmp", path, (int)getpid());
	FILE* file = fopen(temporary, "wb");
	if (!file)
		return false;
	bool done = fwrite(magic, sizeof(magic), 1, file) == 1
		&& write_part(file, script->symbolsBuffer, script->symbolsSize)
		&& write_part(file, script->codeBuffer, script->codeSize)
		&& write_part(file, script->hostsBuffer, script->hostsSize);
	done = fclose(file) == 0 && done;
	return done && rename(temporary, path) == 0;
}

static txByte* read_part(FILE* file, txSize* size)
{
	txByte* data = C_NULL;
	if (fread(size, sizeof(*size), 1, file) == 1 && (data = malloc((size_t)*size + 1)))
		if (*size && fread(data, (size_t)*size, 1, file) != 1)
			data = C_NULL;
	return data;
}

Module* module_load(const char* specifier, const char* path, bool preload)
{
	char start[sizeof(magic)];
	txSize hostsSize = 0, symbolsSize = 0;
	Module** address = &modules;
	Module* module = calloc(1, sizeof(Module));
	FILE* file = fopen(path, "rb");
	if (!file || fread(start, sizeof(start), 1, file) != 1 || memcmp(start, magic, sizeof(magic)))
		fail(EXIT_USAGE, "%s: no archive of this host", path);
	module->specifier = strdup(specifier);
	module->preload = preload;
	module->symbols = read_part(file, &symbolsSize);
	module->code = read_part(file, &module->codeSize);
	module->hosts = read_part(file, &hostsSize);
	if (!module->symbols || !module->code || !module->hosts)
		fail(EXIT_USAGE, "%s: broken archive", path);
	if (!hostsSize)
		module->hosts = C_NULL;
	fclose(file);
	while (*address)
		address = &(*address)->next;
	return *address = module;
}

Module* module_find(const char* specifier)
{
	Module* module = modules;
	while (module && strcmp(module->specifier, specifier))
		module = module->next;
	return module;
}
