/*
 * The ECMA-419 TCP socket with the ESP32's limits: 5,760 bytes of send buffer, whose room comes back in a later turn,
 * and as many of receive buffer, behind which the kernel's fills up and holds the other end back.
 */
#include "host.h"
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

enum { BUFFER_SIZE = 5760 };

typedef struct TCP {
	Event event;
	struct TCP* next;
	txSlot self;
	txSlot* onReadable;
	txSlot* onWritable;
	txSlot* onError;
	bool connecting;
	bool ready;             /* connected, and the machine knows of no error */
	bool gone;              /* the other end closed, or the connection failed */
	bool failed;            /* the machine has been told, or is told once it has read everything */
	bool told;
	bool numbers;           /* format is "number" */
	bool closed;            /* by JavaScript */
	txInteger inStart;
	txInteger inCount;
	txInteger outCount;     /* what the kernel has not taken yet */
	txInteger taken;        /* what it has; counts as sent, and leaves the send buffer, in the next turn */
	uint8_t in[BUFFER_SIZE];
	uint8_t out[BUFFER_SIZE];
} TCP;

static TCP* sockets;

static void mark_callback(txMachine* the, txSlot* callback, txMarkRoot mark)
{
	txSlot slot = { .kind = XS_REFERENCE_KIND };
	slot.value.reference = callback;
	if (callback)
		mark(the, &slot);
}

static void tcp_mark(txMachine* the, void* data, txMarkRoot mark)
{
	TCP* tcp = data;
	mark_callback(the, tcp->onReadable, mark);
	mark_callback(the, tcp->onWritable, mark);
	mark_callback(the, tcp->onError, mark);
}

static const txHostHooks hooks = { .marker = tcp_mark };

void tcp_destructor(void* data)
{
	(void)data;  /* an open socket is a root, so only a closed one gets here */
}

static txInteger room(TCP* tcp)
{
	return BUFFER_SIZE - tcp->outCount - tcp->taken;
}

static void update_events(TCP* tcp)
{
	tcp->event.events = 0;
	tcp->event.ready = false;
	if (networkDown)
		return;
	if (!tcp->connecting && !tcp->gone && !tcp->closed && tcp->inCount < BUFFER_SIZE)
		tcp->event.events |= POLLIN;
	if (tcp->connecting || (tcp->outCount && !tcp->gone))
		tcp->event.events |= POLLOUT;
	tcp->event.ready = !tcp->closed && (tcp->taken || (tcp->gone && !tcp->failed)
		|| (tcp->failed && !tcp->told && !tcp->inCount));
}

static void lose(TCP* tcp)
{
	tcp->gone = true;
	tcp->connecting = false;
	tcp->outCount = 0;
}

/* While the network is down nothing comes or goes, and nobody is told: TCP waits for it to come back. */
void tcp_network_changed(void)
{
	for (TCP* tcp = sockets; tcp; tcp = tcp->next)
		update_events(tcp);
}

/* Gives the kernel bytes; how many it took. */
static txInteger send_bytes(TCP* tcp, const uint8_t* bytes, txInteger size)
{
	if (networkDown)
		return 0;
	ssize_t sent = send(tcp->event.fd, bytes, (size_t)size, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (sent < 0) {
		if (errno != EAGAIN && errno != EINTR)
			lose(tcp);
		sent = 0;
	}
	tcp->taken += (txInteger)sent;
	return (txInteger)sent;
}

static void flush_out(TCP* tcp)
{
	txInteger sent = send_bytes(tcp, tcp->out, tcp->outCount);
	if (tcp->gone)
		return;
	tcp->outCount -= sent;
	memmove(tcp->out, tcp->out + sent, (size_t)tcp->outCount);
}

static bool receive(TCP* tcp)
{
	memmove(tcp->in, tcp->in + tcp->inStart, (size_t)tcp->inCount);
	tcp->inStart = 0;
	ssize_t count = recv(tcp->event.fd, tcp->in + tcp->inCount, (size_t)(BUFFER_SIZE - tcp->inCount), MSG_DONTWAIT);
	if (count > 0)
		tcp->inCount += (txInteger)count;
	else if (count == 0 || (errno != EAGAIN && errno != EINTR))
		lose(tcp);
	return count > 0;
}

static void finish_connecting(TCP* tcp)
{
	int error = 0;
	socklen_t size = sizeof(error);
	getsockopt(tcp->event.fd, SOL_SOCKET, SO_ERROR, &error, &size);
	tcp->connecting = false;
	if (error)
		lose(tcp);
	else
		tcp->ready = true;
}

static void call(txMachine* the, TCP* tcp, txSlot* function, txInteger* count)
{
	txSlot number;
	if (function && !tcp->closed)
		call_function(the, &tcp->self, function, count ? integer_slot(&number, *count) : C_NULL);
}

static void tcp_deliver(txMachine* the, Event* event, short revents)
{
	TCP* tcp = (TCP*)event;
	bool readable = false, writable = tcp->taken > 0;
	if (networkDown)
		return;
	/* Room first, and what has come in a later turn: the same order in every run. */
	tcp->taken = 0;
	if (tcp->connecting && (revents & (POLLOUT | POLLERR | POLLHUP))) {
		finish_connecting(tcp);
		writable = true;
	}
	else if (!tcp->connecting && !tcp->gone) {
		if (tcp->outCount && (revents & (POLLOUT | POLLERR | POLLHUP)))
			flush_out(tcp);
		if (!tcp->gone && !tcp->closed && !writable && (revents & (POLLIN | POLLERR | POLLHUP))
			&& tcp->inCount < BUFFER_SIZE)
			readable = receive(tcp);
	}
	if (tcp->closed) {
		event->dead = tcp->gone || !tcp->outCount;
		update_events(tcp);
		return;
	}
	if (tcp->gone) {
		tcp->failed = true;
		tcp->ready = false;
	}
	if (readable)
		call(the, tcp, tcp->onReadable, &tcp->inCount);
	if (!tcp->failed && writable) {
		txInteger count = room(tcp);
		call(the, tcp, tcp->onWritable, &count);
	}
	else if (tcp->failed && !tcp->told && !tcp->inCount) {
		tcp->told = true;
		event->holds = false;
		call(the, tcp, tcp->onError, C_NULL);
	}
	update_events(tcp);
}

static void tcp_free(Event* event)
{
	TCP** address = &sockets;
	while (*address != (TCP*)event)
		address = &(*address)->next;
	*address = (*address)->next;
	close(event->fd);
	free(event);
}

/* Numeric addresses only: names are the resolver's work. */
static socklen_t parse_address(txMachine* the, struct sockaddr_storage* storage)
{
	char text[64] = "";
	txInteger port = -1;
	if (get_option(the, "port")) {
		port = fxToInteger(the, the->stack);
		mxPop();
	}
	if (port < 0 || port > 65535)
		mxRangeError("invalid port");
	if (get_option(the, "address")) {
		snprintf(text, sizeof(text), "%s", fxToString(the, the->stack));
		mxPop();
	}
	struct sockaddr_in* v4 = (struct sockaddr_in*)storage;
	struct sockaddr_in6* v6 = (struct sockaddr_in6*)storage;
	memset(storage, 0, sizeof(*storage));
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		return sizeof(*v4);
	}
	if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)port);
		return sizeof(*v6);
	}
	mxUnknownError("invalid address");
	return 0;
}

static bool parse_format(txMachine* the, txSlot* slot)
{
	txString format = fxToString(the, slot);
	if (strcmp(format, "number") && strcmp(format, "buffer"))
		mxRangeError("unimplemented");
	return !strcmp(format, "number");
}

/* new TCP({ address, port, nodelay, format, target, onReadable, onWritable, onError }) */
void tcp_constructor(txMachine* the)
{
	struct sockaddr_storage address;
	socklen_t size = parse_address(the, &address);
	int nodelay = 0;
	if (networkDown)  /* as where there is no route */
		mxUnknownError("connect error");
	TCP* tcp = calloc(1, sizeof(TCP));
	tcp->onReadable = callback_option(the, "onReadable");
	tcp->onWritable = callback_option(the, "onWritable");
	tcp->onError = callback_option(the, "onError");
	if (get_option(the, "nodelay")) {
		nodelay = fxToBoolean(the, the->stack);
		mxPop();
	}
	if (get_option(the, "format")) {
		tcp->numbers = parse_format(the, the->stack);
		mxPop();
	}
	if (get_option(the, "target")) {
		mxPushSlot(mxThis);
		mxSetID(fxID(the, "target"));
		mxPop();
	}
	tcp->event.fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (tcp->event.fd < 0)
		mxRangeError("no socket");
	setsockopt(tcp->event.fd, IPPROTO_TCP, TCP_NODELAY, &nodelay, sizeof(nodelay));
	tcp->next = sockets;
	sockets = tcp;
	tcp->event.deliver = tcp_deliver;
	tcp->event.free = tcp_free;
	tcp->event.holds = true;
	tcp->connecting = true;
	if (connect(tcp->event.fd, (struct sockaddr*)&address, size) < 0 && errno != EINPROGRESS)
		lose(tcp);
	fxSetHostData(the, mxThis, tcp);
	fxSetHostHooks(the, mxThis, &hooks);
	tcp->self = *mxThis;
	tcp->self.next = C_NULL;
	fxRemember(the, &tcp->self);
	loop_add(&tcp->event);
	update_events(tcp);
}

static TCP* open_tcp(txMachine* the)
{
	TCP* tcp = this_data(the, &hooks);
	if (!tcp)
		mxSyntaxError("closed");
	return tcp;
}

/* What is still to be sent is sent, but nothing is called any more. */
void tcp_close(txMachine* the)
{
	TCP* tcp = this_data(the, &hooks);
	if (!tcp)
		return;
	fxSetHostData(the, mxThis, C_NULL);
	fxForget(the, &tcp->self);
	tcp->closed = true;
	tcp->event.dead = tcp->gone || tcp->connecting || !tcp->outCount;
	update_events(tcp);
}

void tcp_read(txMachine* the)
{
	TCP* tcp = open_tcp(the);
	txSlot* slot = argument(the, 0);
	txInteger size = tcp->numbers ? 1 : tcp->inCount;
	txUnsigned bufferSize;
	uint8_t* bytes = C_NULL;
	if (!tcp->inCount)
		return;
	if (!tcp->numbers && slot->kind == XS_REFERENCE_KIND) {
		bytes = buffer_bytes(the, slot, &bufferSize, true);
		size = (txInteger)bufferSize;
	}
	else if (!tcp->numbers && mxArgc)
		size = fxToInteger(the, slot);
	if (size <= 0 || size > tcp->inCount)
		mxUnknownError("invalid");
	if (tcp->numbers || bytes)
		fxInteger(the, mxResult, tcp->numbers ? tcp->in[tcp->inStart] : size);
	if (bytes)
		memcpy(bytes, tcp->in + tcp->inStart, (size_t)size);
	else if (!tcp->numbers)
		fxArrayBuffer(the, mxResult, tcp->in + tcp->inStart, size, -1);
	tcp->inStart += size;
	tcp->inCount -= size;
	update_events(tcp);
}

/* At once, in one send(2) where the kernel has room; the rest when it has. */
void tcp_write(txMachine* the)
{
	TCP* tcp = open_tcp(the);
	txUnsigned size = 1;
	uint8_t number, *bytes = &number;
	txInteger sent = 0;
	if (!tcp->ready)
		mxUnknownError("not ready");
	if (tcp->gone)
		return;
	if (tcp->numbers)
		number = (uint8_t)fxToInteger(the, argument(the, 0));
	else
		bytes = buffer_bytes(the, argument(the, 0), &size, false);
	if ((txInteger)size > room(tcp))
		mxUnknownError("would block");
	if (!tcp->outCount && size)
		sent = send_bytes(tcp, bytes, (txInteger)size);
	if (!tcp->gone) {
		memcpy(tcp->out + tcp->outCount, bytes + sent, size - (size_t)sent);
		tcp->outCount += (txInteger)size - sent;
		fxInteger(the, mxResult, room(tcp));
	}
	update_events(tcp);
}

void tcp_get_format(txMachine* the)
{
	fxStringX(the, mxResult, open_tcp(the)->numbers ? "number" : "buffer");
}

void tcp_set_format(txMachine* the)
{
	TCP* tcp = open_tcp(the);
	tcp->numbers = parse_format(the, argument(the, 0));
}
