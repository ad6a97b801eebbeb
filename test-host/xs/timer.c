/*
 * Timer, with the rules of the ESP32's: of several that are due the one made first goes first; the next time is set
 * before the callback; a timer whose repeat is 0 when the callback returns is gone, even if it has been scheduled
 * again without one.
 */
#include "host.h"

enum { UNSCHEDULED = -1 };

typedef struct Timer {
	struct Timer* next;
	uint64_t trigger;
	txInteger repeat;
	bool scheduled;
	bool fires;
	bool gone;
	int depth;              /* of callbacks under way: advance() may nest them */
	txMachine* the;
	txSlot self;
	txSlot* callback;
} Timer;

static Timer* timers;

static void timer_mark(txMachine* the, void* data, txMarkRoot mark)
{
	Timer* timer = data;
	txSlot slot = { .kind = XS_REFERENCE_KIND };
	if (!timer->callback)
		return;
	slot.value.reference = timer->callback;
	mark(the, &slot);
}

static const txHostHooks hooks = { .marker = timer_mark };

/* JavaScript's object no longer stands for a timer, and is no root any more. */
static void forget(txMachine* the, Timer* timer)
{
	fxSetHostData(the, &timer->self, C_NULL);
	fxForget(the, &timer->self);
	timer->callback = C_NULL;
	timer->scheduled = timer->fires = false;
	timer->gone = true;
}

static void free_gone(Timer* timer)
{
	Timer** address = &timers;
	if (!timer->gone || timer->depth)
		return;
	while (*address != timer)
		address = &(*address)->next;
	*address = timer->next;
	free(timer);
}

static void create(txMachine* the, txInteger delay, txInteger repeat)
{
	if (!fxIsCallable(the, argument(the, 0)))
		mxTypeError("callback is no function");
	Timer** address = &timers;
	Timer* timer = calloc(1, sizeof(Timer));
	timer->callback = mxArgv(0)->value.reference;
	fxNewHostObject(the, C_NULL);
	mxPullSlot(mxResult);
	fxSetHostData(the, mxResult, timer);
	fxSetHostHooks(the, mxResult, &hooks);
	timer->self = *mxResult;
	timer->self.next = C_NULL;
	timer->the = the;
	fxRemember(the, &timer->self);
	timer->trigger = clock_milliseconds() + (uint64_t)(delay > 0 ? delay : 0);
	timer->repeat = repeat;
	timer->scheduled = true;
	while (*address)
		address = &(*address)->next;
	*address = timer;
}

void timer_set(txMachine* the)
{
	create(the, argument_integer(the, 1, 0), argument_integer(the, 2, 0));
}

void timer_repeat(txMachine* the)
{
	txInteger repeat = argument_integer(the, 1, 0);
	create(the, repeat, repeat);
}

static Timer* get_timer(txMachine* the)
{
	txSlot* slot = argument(the, 0);
	slot = slot->kind == XS_REFERENCE_KIND ? slot->value.reference->next : C_NULL;
	if (!slot || slot->kind != XS_HOST_KIND || slot->value.host.variant.hooks != &hooks)
		return C_NULL;
	return slot->value.host.data;
}

void timer_schedule(txMachine* the)
{
	Timer* timer = get_timer(the);
	if (!timer)
		mxSyntaxError("invalid timer");
	timer->scheduled = mxArgc > 1;
	if (!timer->scheduled) {
		timer->fires = false;
		timer->repeat = UNSCHEDULED;
		return;
	}
	txInteger delay = argument_integer(the, 1, 0);
	timer->trigger = clock_milliseconds() + (uint64_t)(delay > 0 ? delay : 0);
	timer->repeat = argument_integer(the, 2, 0);
}

void timer_clear(txMachine* the)
{
	Timer* timer = get_timer(the);
	if (!timer)
		return;
	forget(the, timer);
	free_gone(timer);
}

void timer_delay(txMachine* the)
{
	txInteger delay = argument_integer(the, 0, 0);
	if (delay <= 0)
		return;
	if (options.virtualClock)
		clock_advance_to(clock_milliseconds() + (uint64_t)delay);
	else
		usleep((useconds_t)delay * 1000);
}

static uint64_t earliest(void)
{
	uint64_t first = UINT64_MAX;
	for (Timer* timer = timers; timer; timer = timer->next)
		if (timer->scheduled && timer->trigger < first)
			first = timer->trigger;
	return first;
}

/* Under a virtual clock timers are run by advance() alone. */
int timers_next(void)
{
	uint64_t first = earliest(), now = clock_milliseconds();
	if (first == UINT64_MAX || options.virtualClock)
		return -1;
	if (first <= now)
		return 0;
	return first - now < 3600000 ? (int)(first - now) : 3600000;
}

static void fire(txMachine* the, Timer* timer)
{
	txSlot self = timer->self;
	timer->fires = false;
	timer->trigger += (uint64_t)(int64_t)timer->repeat;
	timer->depth++;
	call_function(the, &mxGlobal, timer->callback, &self);
	timer->depth--;
	if (!timer->gone && timer->repeat == 0)
		forget(the, timer);
	free_gone(timer);
}

static void run_due(txMachine* the)
{
	uint64_t now = clock_milliseconds();
	Timer* timer;
	for (timer = timers; timer; timer = timer->next)
		timer->fires = timer->scheduled && timer->trigger <= now;
	do {
		timer = timers;
		while (timer && !timer->fires)
			timer = timer->next;
		if (timer)
			fire(the, timer);
	} while (timer);
}

void timers_run(txMachine* the)
{
	if (!options.virtualClock)
		run_due(the);
}

/* advance(milliseconds): moves the virtual clock, and runs what becomes due on the way, each at its own time. */
void host_advance(txMachine* the)
{
	uint64_t target = clock_milliseconds() + (uint64_t)argument_integer(the, 0, 0), next;
	if (!options.virtualClock)
		mxUnknownError("advance: no virtual clock");
	loop_jobs(the);
	while ((next = earliest()) <= target) {
		clock_advance_to(next);
		run_due(the);
	}
	clock_advance_to(target);
}
