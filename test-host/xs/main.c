/* The command line: `compile` makes an archive of a module, `run` runs archives in a machine. */
#include "host.h"
#include <signal.h>

Options options;

static const char* const usage =
	"xs-host compile [--debug] SOURCE NAME ARCHIVE\n"
	"xs-host run [--virtual-clock] [--async] [--seed N] [--stress] [--counters FILE] --creation N,N,...\n"
	"    {--preload SPECIFIER=ARCHIVE | --module SPECIFIER=ARCHIVE}... MAIN [ARGUMENT...]";

static int compile_command(int count, char** words)
{
	bool debug = count > 0 && !strcmp(words[0], "--debug");
	if (count - debug != 3)
		fail(EXIT_USAGE, "%s", usage);
	return compile(words[debug], words[debug + 1], words[debug + 2], debug);
}

/* The numbers of txCreation, in its order. */
static void parse_creation(txCreation* creation, char* text)
{
	txSize* number = &creation->initialChunkSize;
	for (char* word = strtok(text, ","); word; word = strtok(NULL, ",")) {
		if (number > &creation->staticSize)
			fail(EXIT_USAGE, "creation: too many numbers");
		*number++ = (txSize)strtol(word, NULL, 0);
	}
}

static void parse_module(char* text, bool preload)
{
	char* equals = strrchr(text, '=');
	if (!equals)
		fail(EXIT_USAGE, "%s", usage);
	*equals = 0;
	module_load(text, equals + 1, preload);
}

static void run_main(txMachine* machine, const char* specifier)
{
	txMachine* the = fxBeginHost(machine);
	mxTry(the) {
		mxPushStringC((txString)specifier);
		fxAwaitImport(the, options.asyncMain ? XS_IMPORT_ASYNC : XS_IMPORT_NAMESPACE);
		mxPop();
		loop_jobs(the);
	}
	mxCatch(the) {
		report_exception(the, "uncaught exception");
	}
	fxEndHost(the);
}

static int run_command(int count, char** words)
{
	txCreation creation = { 0 };
	long seed = -1;
	bool stress = false;
	int i = 0;
	for (; i < count && words[i][0] == '-'; i++) {
		char* value = i + 1 < count ? words[i + 1] : "";
		if (!strcmp(words[i], "--virtual-clock"))
			options.virtualClock = true;
		else if (!strcmp(words[i], "--async"))
			options.asyncMain = true;
		else if (!strcmp(words[i], "--stress"))
			stress = true;
		else if (!strcmp(words[i], "--seed"))
			seed = strtol(value, NULL, 0), i++;
		else if (!strcmp(words[i], "--counters"))
			options.countersPath = value, i++;
		else if (!strcmp(words[i], "--creation"))
			parse_creation(&creation, value), i++;
		else if (!strcmp(words[i], "--preload") || !strcmp(words[i], "--module"))
			parse_module(value, !strcmp(words[i], "--preload")), i++;
		else
			fail(EXIT_USAGE, "%s", usage);
	}
	if (i == count)
		fail(EXIT_USAGE, "%s", usage);
	options.args = words + i + 1;
	options.argCount = count - i - 1;
	signal(SIGPIPE, SIG_IGN);
	clock_start(seed);
	txMachine* root = flash_make(&creation);
	machine_use_block(creation.staticSize);
	txMachine* the = fxCloneMachine(&creation, root, "device", C_NULL);
	if (!the)
		fail(EXIT_FATAL, "no machine");
	meter_start(the);
#if mxStress
	extern int gxStress;
	gxStress = stress;
#else
	if (stress)
		fail(EXIT_USAGE, "--stress needs the stress variant of the host");
#endif
	run_main(the, words[i]);
	loop_run(the);
	loop_exit(0);
}

int main(int count, char** words)
{
	options.argv0 = words[0];
	if (count > 2 && !strcmp(words[1], "compile"))
		return compile_command(count - 2, words + 2);
	if (count > 2 && !strcmp(words[1], "run"))
		return run_command(count - 2, words + 2);
	fail(EXIT_USAGE, "%s", usage);
}
