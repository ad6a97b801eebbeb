/* The process around the machine: arguments, standard input and output, signals, the end. */
#include "host.h"
#include <poll.h>
#include <signal.h>

void host_print(txMachine* the)
{
	puts(fxToString(the, argument(the, 0)));
	fflush(stdout);
}

void host_exit(txMachine* the)
{
	loop_exit(argument_integer(the, 0, 0));
}

void host_arguments(txMachine* the)
{
	mxPush(mxArrayPrototype);
	txSlot* array = fxNewArrayInstance(the);
	txSlot* list = the->stack;
	fxSetIndexSize(the, array->next, (txIndex)options.argCount, XS_CHUNK);
	for (int i = 0; i < options.argCount; i++) {
		mxPushStringC(options.args[i]);
		mxPushSlot(list);
		mxSetIndex((txIndex)i);
		mxPop();
	}
	mxPullSlot(mxResult);
}

/* A function that is a root until it is replaced. */
typedef struct {
	Event event;
	txSlot function;
	char* text;
	size_t length;
	size_t size;
	bool added;
} Source;

static Source lines, signals;
static int signalPipe[2];

static void remember(txMachine* the, Source* source)
{
	if (!fxIsCallable(the, argument(the, 0)))
		mxTypeError("callback is no function");
	if (source->function.kind == XS_REFERENCE_KIND)
		fxForget(the, &source->function);
	source->function = *mxArgv(0);
	source->function.next = C_NULL;
	source->function.flag = 0;
	fxRemember(the, &source->function);
}

static void add(Source* source, int fd, bool holds, void (*deliver)(txMachine*, Event*, short))
{
	if (source->added)
		return;
	source->added = true;
	source->event.fd = fd;
	source->event.events = POLLIN;
	source->event.holds = holds;
	source->event.deliver = deliver;
	loop_add(&source->event);
}

static void call_with_text(txMachine* the, Source* source, const char* text)
{
	txSlot slot = { .kind = XS_UNDEFINED_KIND };
	fxBeginHost(the);
	if (text) {
		mxPushStringC((txString)text);
		slot = *the->stack;
	}
	call_function(the, &mxGlobal, source->function.value.reference, text ? the->stack : &slot);
	fxEndHost(the);
}

static void deliver_lines(txMachine* the, Event* event, short revents)
{
	Source* source = (Source*)event;
	char* end;
	(void)revents;
	if (source->size - source->length < 4096)
		source->text = realloc(source->text, source->size += 16384);
	ssize_t count = read(event->fd, source->text + source->length, source->size - source->length - 1);
	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	source->length += count > 0 ? (size_t)count : 0;
	while ((end = memchr(source->text, '\n', source->length))) {
		*end = 0;
		size_t used = (size_t)(end - source->text) + 1;
		call_with_text(the, source, source->text);
		memmove(source->text, source->text + used, source->length -= used);
	}
	if (count > 0)
		return;
	source->text[source->length] = 0;
	if (source->length)
		call_with_text(the, source, source->text);
	event->events = 0;
	event->holds = false;
	call_with_text(the, source, NULL);
}

/* receive(callback): each line of standard input, then undefined. Holds the run until then. */
void host_receive(txMachine* the)
{
	remember(the, &lines);
	add(&lines, STDIN_FILENO, true, deliver_lines);
}

static void on_signal(int number)
{
	char byte = (char)number;
	if (write(signalPipe[1], &byte, 1) < 0)
		_exit(EXIT_FATAL);
}

static void deliver_signal(txMachine* the, Event* event, short revents)
{
	char byte;
	(void)revents;
	if (read(event->fd, &byte, 1) == 1)
		call_with_text(the, (Source*)event, byte == SIGINT ? "SIGINT" : "SIGTERM");
}

/* onSignal(callback): SIGINT or SIGTERM, by name, in a turn of its own. */
void host_onSignal(txMachine* the)
{
	remember(the, &signals);
	if (signals.added)
		return;
	if (pipe(signalPipe) < 0)
		mxUnknownError("no pipe");
	add(&signals, signalPipe[0], false, deliver_signal);
	struct sigaction action = { .sa_handler = on_signal };
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}
