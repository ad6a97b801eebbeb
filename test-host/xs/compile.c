/* JavaScript to XS bytecode, by XS's own parser and coder. */
#include "host.h"

enum { PARSER_BUFFER = 32 * 1024, PARSER_MODULO = 1993 };

static void report_error(void* console, txString path, txInteger line, txString format, c_va_list arguments)
{
	(void)console;
	fprintf(stderr, "%s:%d: ", path ? path : "?", (int)line);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

static void report_nothing(void* console, txString path, txInteger line, txString format, c_va_list arguments)
{
	(void)console, (void)path, (void)line, (void)format, (void)arguments;
}

/* Lines of the source that the source map beside `path` leads to, for errors and traces. */
static void map_source(txParser* parser, const char* path, txString mapName, txUnsigned flags)
{
	char mapPath[C_PATH_MAX];
	txString name = C_NULL;
	const char* slash = strrchr(path, '/');
	snprintf(mapPath, sizeof(mapPath), "%.*s%s", slash ? (int)(slash - path + 1) : 0, path, mapName);
	FILE* file = fopen(mapPath, "r");
	if (!file)
		return;
	fxParserSourceMap(parser, file, (txGetter)fgetc, flags, &name);
	fclose(file);
	if (parser->errorCount == 0 && name) {
		while (!strncmp(name, "../", 3) || !strncmp(name, "./", 2))
			name = strchr(name, '/') + 1;
		parser->path = fxNewParserSymbol(parser, name);
	}
}

/* Compiles `source`; `name` stands for it in error messages and stack traces. Prints sizes as JSON. */
int compile(const char* source, const char* name, const char* out, bool debug)
{
	static txMachine console;
	txParser record;
	txParser* parser = &record;
	txParserJump jump;
	txScript* script = C_NULL;
	txString mapName = C_NULL;
	txUnsigned flags = mxCFlag | mxStrictFlag | (debug ? mxDebugFlag : 0);
	FILE* file = fopen(source, "r");
	if (!file)
		fail(EXIT_USAGE, "%s: %s", source, strerror(errno));
	fxInitializeParser(parser, C_NULL, PARSER_BUFFER, PARSER_MODULO);
	parser->firstJump = &jump;
	parser->reportError = report_error;
	parser->reportWarning = report_nothing;
	if (c_setjmp(jump.jmp_buf) == 0) {
		parser->path = fxNewParserSymbol(parser, (txString)name);
		fxParserTree(parser, file, (txGetter)fgetc, flags, &mapName);
		if (debug && mapName && parser->errorCount == 0)
			map_source(parser, source, mapName, flags);
		fxParserHoist(parser);
		fxParserBind(parser);
		parser->console = parser->errorCount ? C_NULL : &console;  /* numbers functions, with mxDebug, for a profiler */
		script = fxParserCode(parser);
	}
	fclose(file);
	if (parser->errorCount || !script)
		return EXIT_UNCAUGHT;
	if (!archive_write(out, script))
		fail(EXIT_USAGE, "%s: %s", out, strerror(errno));
	printf("{\"bytes\":%d,\"symbolBytes\":%d}\n", script->codeSize, script->symbolsSize);
	return 0;
}
