/* MD5 (RFC 1321), SHA-1 and SHA-256 (FIPS 180-4): all three take blocks of 64 bytes. */
#include "host.h"

enum { BLOCK = 64 };

typedef struct Algorithm Algorithm;
typedef struct {
	const Algorithm* algorithm;
	uint32_t state[8];
	uint64_t length;        /* bytes so far */
	uint8_t block[BLOCK];
} Digest;

struct Algorithm {
	const char* name;
	int words;              /* of the result */
	bool littleEndian;
	uint32_t start[8];
	void (*run)(uint32_t* state, const uint32_t* words);
};

static uint32_t left(uint32_t value, int bits)
{
	return value << bits | value >> (32 - bits);
}

static void run_md5(uint32_t* state, const uint32_t* words)
{
	static const int shifts[4][4] = { { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 } };
	static const int factors[4] = { 1, 5, 3, 7 }, offsets[4] = { 0, 1, 5, 0 };
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	for (int i = 0; i < 64; i++) {
		int round = i / 16;
		uint32_t f = round == 0 ? (b & c) | (~b & d) : round == 1 ? (d & b) | (~d & c) : round == 2 ? b ^ c ^ d : c ^ (b | ~d);
		uint32_t constant = (uint32_t)(fabs(sin(i + 1)) * 4294967296.0);
		uint32_t next = b + left(a + f + constant + words[(factors[round] * i + offsets[round]) % 16], shifts[round][i % 4]);
		a = d, d = c, c = b, b = next;
	}
	state[0] += a, state[1] += b, state[2] += c, state[3] += d;
}

static void run_sha1(uint32_t* state, const uint32_t* words)
{
	static const uint32_t constants[4] = { 0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xCA62C1D6 };
	uint32_t w[80], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
	for (int i = 0; i < 80; i++) {
		w[i] = i < 16 ? words[i] : left(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
		int round = i / 20;
		uint32_t f = round == 0 ? (b & c) | (~b & d) : round == 2 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
		uint32_t next = left(a, 5) + f + e + constants[round] + w[i];
		e = d, d = c, c = left(b, 30), b = a, a = next;
	}
	state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
}

/* The first 32 bits of the fractional part of the cube root of the prime that comes i-th: FIPS 180-4, 4.2.2. */
static uint32_t sha256_constant(int i)
{
	static uint32_t constants[64];
	for (int n = 2, count = 0; !constants[63]; n++) {
		int divisor = 2;
		while (n % divisor)
			divisor++;
		if (divisor == n)
			constants[count++] = (uint32_t)((cbrtl(n) - floorl(cbrtl(n))) * 4294967296.0L);
	}
	return constants[i];
}

static void run_sha256(uint32_t* state, const uint32_t* words)
{
	uint32_t w[64], s[8];
	memcpy(s, state, sizeof(s));
	for (int i = 0; i < 64; i++) {
		if (i < 16)
			w[i] = words[i];
		else {
			uint32_t x = w[i - 15], y = w[i - 2];
			w[i] = w[i - 16] + (left(x, 25) ^ left(x, 14) ^ x >> 3) + w[i - 7] + (left(y, 15) ^ left(y, 13) ^ y >> 10);
		}
		uint32_t t1 = s[7] + (left(s[4], 26) ^ left(s[4], 21) ^ left(s[4], 7)) + ((s[4] & s[5]) ^ (~s[4] & s[6]))
			+ sha256_constant(i) + w[i];
		uint32_t t2 = (left(s[0], 30) ^ left(s[0], 19) ^ left(s[0], 10)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
		memmove(s + 1, s, 7 * sizeof(*s));
		s[4] += t1;
		s[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		state[i] += s[i];
}

static const Algorithm algorithms[] = {
	{ "MD5", 4, true, { 0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476 }, run_md5 },
	{ "SHA1", 5, false, { 0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0 }, run_sha1 },
	{ "SHA256", 8, false, { 0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19 }, run_sha256 }
};

static const txHostHooks hooks = { .destructor = free };

void digest_destructor(void* data)
{
	free(data);
}

static void start(Digest* digest)
{
	memcpy(digest->state, digest->algorithm->start, sizeof(digest->state));
	digest->length = 0;
}

/* new Digest("MD5" | "SHA1" | "SHA256") */
void digest_constructor(txMachine* the)
{
	txString name = fxToString(the, argument(the, 0));
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(*algorithms); i++)
		if (!strcmp(algorithms[i].name, name)) {
			Digest* digest = calloc(1, sizeof(Digest));
			digest->algorithm = algorithms + i;
			start(digest);
			fxSetHostData(the, mxThis, digest);
			fxSetHostHooks(the, mxThis, &hooks);
			return;
		}
	mxUnknownError("crypt: digest: unsupported algorithm");
}

static void add(Digest* digest, const uint8_t* bytes, size_t size)
{
	bool little = digest->algorithm->littleEndian;
	for (size_t i = 0; i < size; i++) {
		size_t place = digest->length++ % BLOCK;
		digest->block[place] = bytes[i];
		if (place < BLOCK - 1)
			continue;
		uint32_t words[16];
		for (int w = 0; w < 16; w++) {
			const uint8_t* p = digest->block + 4 * w;
			words[w] = little ? p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24
				: p[3] | p[2] << 8 | p[1] << 16 | (uint32_t)p[0] << 24;
		}
		digest->algorithm->run(digest->state, words);
	}
}

/* write(text or buffer) */
void digest_write(txMachine* the)
{
	Digest* digest = this_data(the, &hooks);
	txSlot* slot = argument(the, 0);
	txUnsigned size;
	uint8_t* bytes;
	if (slot->kind == XS_REFERENCE_KIND)
		bytes = buffer_bytes(the, slot, &size, false);
	else {
		bytes = (uint8_t*)fxToString(the, slot);
		size = (txUnsigned)strlen((char*)bytes);
	}
	add(digest, bytes, size);
}

/* The digest, in a new ArrayBuffer. */
void digest_close(txMachine* the)
{
	Digest* digest = this_data(the, &hooks);
	uint8_t size[8], result[32];
	uint64_t bits = digest->length * 8;
	bool little = digest->algorithm->littleEndian;
	add(digest, (const uint8_t*)"\x80", 1);
	while (digest->length % BLOCK != BLOCK - 8)
		add(digest, (const uint8_t*)"", 1);
	for (int i = 0; i < 8; i++)
		size[little ? i : 7 - i] = (uint8_t)(bits >> 8 * i);
	add(digest, size, sizeof(size));
	int count = 4 * digest->algorithm->words;
	for (int i = 0; i < count; i++)
		result[i] = (uint8_t)(digest->state[i / 4] >> 8 * (little ? i % 4 : 3 - i % 4));
	fxArrayBuffer(the, mxResult, result, count, -1);
}

void digest_reset(txMachine* the)
{
	start(this_data(the, &hooks));
}

void digest_blockSize(txMachine* the)
{
	fxInteger(the, mxResult, BLOCK);
}

void digest_outputSize(txMachine* the)
{
	Digest* digest = this_data(the, &hooks);
	fxInteger(the, mxResult, 4 * digest->algorithm->words);
}
