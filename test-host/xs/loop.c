/* The event loop: poll(2), timers, promise jobs after every callback, and the end of the run. */
#include "host.h"
#include <poll.h>

static Event* events;

void loop_add(Event* event)
{
	Event** address = &events;
	while (*address)
		address = &(*address)->next;
	*address = event;
}

static void free_dead(void)
{
	Event** address = &events;
	Event* event;
	while ((event = *address)) {
		if (!event->dead) {
			address = &event->next;
			continue;
		}
		*address = event->next;
		event->free(event);
	}
}

/* advance() may run this inside a job: what the outer run has yet to do is kept for it. */
void loop_jobs(txMachine* the)
{
	txSlot* running = mxRunningJobs.value.reference;
	mxPushList();
	the->stack->value.list.first = running->next;
	while (the->promiseJobs) {
		the->promiseJobs = 0;
		fxRunPromiseJobs(the);
	}
	running->next = the->stack->value.list.first;
	mxPop();
	fxCheckUnhandledRejections(the, 1);
}

/* One turn: self.function(argument), then the promise jobs it left. Without allocation. */
void call_function(txMachine* the, txSlot* self, txSlot* function, txSlot* value)
{
	fxBeginHost(the);
	mxTry(the) {
		mxPushSlot(self);
		mxPushReference(function);
		mxCall();
		if (value)
			mxPushSlot(value);
		mxRunCount(value ? 1 : 0);
		mxPop();
		loop_jobs(the);
	}
	mxCatch(the) {
		report_exception(the, "uncaught exception");
	}
	fxEndHost(the);
	meter_turn();
}

void report_exception(txMachine* the, const char* what)
{
	const char* volatile text = "?";
	mxPush(mxException);
	mxException = mxUndefined;
	board_abort(the, what);
	mxTry(the) {
		if (the->stack->kind == XS_REFERENCE_KIND) {
			mxDub();
			mxGetID(mxID(_stack));
			if (the->stack->kind == XS_UNDEFINED_KIND)
				mxPop();
		}
		text = fxToString(the, the->stack);
	}
	mxCatch(the) {
	}
	fail(EXIT_UNCAUGHT, "%s: %s", what, text);
}

void loop_exit(int code)
{
	fflush(stdout);
	if (options.countersPath && meter.the) {
		meter_turn();
		meter_write(options.countersPath);
	}
	_exit(code);
}

/* How long to wait, or -2 when nothing can happen any more. */
static int waiting_time(void)
{
	int timeout = timers_next();
	bool held = timeout >= 0;
	for (Event* event = events; event; event = event->next) {
		if (event->ready)
			return 0;
		held = held || event->holds;
	}
	return held ? timeout : -2;
}

static void wait_and_deliver(txMachine* the, int timeout)
{
	nfds_t count = 0, index = 0;
	for (Event* event = events; event; event = event->next)
		count++;
	struct pollfd polls[count + 1];
	for (Event* event = events; event; event = event->next, index++)
		polls[index] = (struct pollfd){ .fd = event->events ? event->fd : -1, .events = event->events };
	if (poll(polls, count, timeout) < 0 && errno != EINTR)
		fail(EXIT_FATAL, "poll: %s", strerror(errno));
	timers_run(the);
	index = 0;
	for (Event* event = events; event && index < count; event = event->next, index++)
		if (!event->dead && (event->ready || polls[index].revents)) {
			event->ready = false;
			event->deliver(the, event, polls[index].revents);
		}
}

void loop_run(txMachine* the)
{
	int timeout;
	meter_turn();
	while ((timeout = waiting_time()) != -2) {
		wait_and_deliver(the, timeout);
		free_dead();
	}
}
