/* The ECMA-419 resolver, by getaddrinfo(3). It answers in a later turn, names and numeric addresses alike. */
#include "host.h"
#include <netdb.h>
#include <arpa/inet.h>

typedef struct {
	Event event;
	txSlot self;            /* the options, which hold the callbacks; a root */
	txSlot* owner;          /* the resolver's instance */
	char host[256];
} Request;

enum { MAX_REQUESTS = 8 };
static Request* requests[MAX_REQUESTS];

void dns_destructor(void* data)
{
	(void)data;
}

static bool look_up(const char* host, char* address, size_t size)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	struct addrinfo* found;
	if (getaddrinfo(host, NULL, &hints, &found))
		return false;
	struct addrinfo* one = found;
	while (one->ai_next && one->ai_family != AF_INET)
		one = one->ai_next;
	if (one->ai_family != AF_INET)
		one = found;
	bool done = getnameinfo(one->ai_addr, one->ai_addrlen, address, (socklen_t)size, NULL, 0, NI_NUMERICHOST) == 0;
	freeaddrinfo(found);
	return done;
}

/* Calls options[name](host, text), or with an Error(text). */
static void answer(txMachine* the, Request* request, const char* name, const char* text, bool error)
{
	fxBeginHost(the);
	mxTry(the) {
		mxPushReference(request->owner);
		mxPushSlot(&request->self);
		mxGetID(fxID(the, (txString)name));
		if (fxIsCallable(the, the->stack)) {
			mxCall();
			if (error) {
				mxPush(mxErrorConstructor);
				mxNew();
				mxPushStringC((txString)text);
				mxRunCount(1);
				mxRunCount(1);
			}
			else {
				mxPushStringC(request->host);
				mxPushStringC((txString)text);
				mxRunCount(2);
			}
		}
		loop_jobs(the);
	}
	mxCatch(the) {
		report_exception(the, "uncaught exception");
	}
	fxEndHost(the);
	meter_turn();
}

static void end_request(txMachine* the, Request* request)
{
	fxForget(the, &request->self);
	request->event.dead = true;
	for (int i = 0; i < MAX_REQUESTS; i++)
		if (requests[i] == request)
			requests[i] = NULL;
}

static void deliver(txMachine* the, Event* event, short revents)
{
	Request* request = (Request*)event;
	char address[64];
	(void)revents;
	bool found = look_up(request->host, address, sizeof(address));
	answer(the, request, found ? "onResolved" : "onError", found ? address : "not found", !found);
	if (!event->dead)
		end_request(the, request);
}

static void free_request(Event* event)
{
	free(event);
}

void dns_constructor(txMachine* the)
{
	(void)the;
}

/* resolve({ host, onResolved(host, address), onError(error) }) */
void dns_resolve(txMachine* the)
{
	int place = 0;
	while (place < MAX_REQUESTS && requests[place])
		place++;
	if (place == MAX_REQUESTS)
		mxUnknownError("too many requests");
	if (!get_option(the, "host"))
		mxUnknownError("no host");
	Request* request = calloc(1, sizeof(Request));
	snprintf(request->host, sizeof(request->host), "%s", fxToString(the, the->stack));
	mxPop();
	request->owner = mxThis->value.reference;
	request->self = *argument(the, 0);
	request->self.next = C_NULL;
	fxRemember(the, &request->self);
	request->event.fd = -1;
	request->event.ready = request->event.holds = true;
	request->event.deliver = deliver;
	request->event.free = free_request;
	requests[place] = request;
	loop_add(&request->event);
}

void dns_close(txMachine* the)
{
	for (int i = 0; i < MAX_REQUESTS; i++)
		if (requests[i] && requests[i]->owner == mxThis->value.reference)
			end_request(the, requests[i]);
}
