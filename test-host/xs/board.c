/* What a simulated board has besides its files: a network that can go away, a watchdog, and ways to end. */
#include "host.h"
#include <signal.h>
#include <sys/time.h>

bool networkDown;
static bool watched;
static txInteger watchdogPeriod;    /* ms */
static uint64_t watchdogDue;        /* ms of the virtual clock */

/* setNetwork(up): while it is down, TCP neither sends nor receives, and connects to nothing. */
void board_setNetwork(txMachine* the)
{
	networkDown = !fxToBoolean(the, argument(the, 0));
	tcp_network_changed();
}

/* The last words of a boot, for the program that runs the board: code, time, and what the calendar says beyond it. */
static void end(int code, uint64_t ticks, int milliseconds)
{
	dprintf(STDOUT_FILENO, "@@{\"end\":%d,\"ticks\":%llu,\"offset\":%lld,\"milliseconds\":%d}\n", code,
		(unsigned long long)ticks, (long long)clock_offset(), milliseconds);
}

/* endBoot(code, milliseconds) */
void board_endBoot(txMachine* the)
{
	int code = argument_integer(the, 0, 0);
	fflush(stdout);
	end(code, clock_milliseconds(), argument_integer(the, 1, 0));
	loop_exit(code);
}

static void bite(int number)
{
	(void)number;
	end(EXIT_WATCHDOG, options.virtualClock ? watchdogDue : clock_milliseconds(), 0);
	_exit(EXIT_WATCHDOG);
}

/* Real time: also while the machine is in an endless loop. */
static void arm_timer(void)
{
	struct itimerval timer = { .it_value = { watchdogPeriod / 1000, watchdogPeriod % 1000 * 1000 } };
	setitimer(ITIMER_REAL, &timer, NULL);
}

void board_feedWatchdog(txMachine* the)
{
	(void)the;
	if (!watched)
		return;
	if (options.virtualClock)
		watchdogDue = clock_milliseconds() + (uint64_t)watchdogPeriod;
	else
		arm_timer();
}

void board_startWatchdog(txMachine* the)
{
	watchdogPeriod = argument_integer(the, 0, 0);
	watched = watchdogPeriod > 0;
	signal(SIGALRM, bite);
	board_feedWatchdog(the);
}

/* Called before the virtual clock moves. */
void board_before_advance(uint64_t milliseconds)
{
	if (!watched || milliseconds < watchdogDue)
		return;
	fflush(stdout);
	bite(0);
}

/* Milliseconds since 1970 by the host's clock, whatever Time.set made of the machine's. */
void board_wallTime(txMachine* the)
{
	struct timeval now;
	hostTimeOfDay(&now, NULL);
	fxNumber(the, mxResult, (double)now.tv_sec * 1000 + (double)(now.tv_usec / 1000) - (double)clock_offset());
}

/* importNow(specifier, namespace): the default export, or with namespace the module's namespace. */
void board_importNow(txMachine* the)
{
	bool whole = mxArgc > 1 && fxToBoolean(the, mxArgv(1));
	mxPushSlot(argument(the, 0));
	fxAwaitImport(the, whole ? XS_IMPORT_NAMESPACE : XS_IMPORT_DEFAULT);
	mxPullSlot(mxResult);
}

void board_hasModule(txMachine* the)
{
	fxBoolean(the, mxResult, module_find(fxToString(the, argument(the, 0))) != NULL);
}

/* abort(what, exception): the function of that name among the globals, as the SDK calls it before it restarts a board. */
void board_abort(txMachine* the, const char* what)
{
	txSlot* exception = the->stack;
	txSlot* stack = exception;
	mxTry(the) {
		mxPushReference(mxGlobal.value.reference);
		mxDub();
		mxGetID(fxID(the, "abort"));
		if (fxIsCallable(the, the->stack)) {
			mxCall();
			mxPushStringC((txString)what);
			mxPushSlot(exception);
			mxRunCount(2);
		}
	}
	mxCatch(the) {
		mxException = mxUndefined;
	}
	the->stack = stack;
}
