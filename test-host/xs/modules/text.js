class TextEncoder {
  encode(text) @ "xs_textencoder_encode"
  encodeInto(text, bytes) @ "xs_textencoder_encodeInto"
}

class TextDecoder @ "xs_textdecoder_destructor" {
  constructor(label, options) @ "xs_textdecoder"
  decode(buffer) @ "xs_textdecoder_decode"
  get encoding() @ "xs_textdecoder_get_encoding"
  get ignoreBOM() @ "xs_textdecoder_get_ignoreBOM"
  get fatal() @ "xs_textdecoder_get_fatal"
}

for (const [name, value] of [["TextEncoder", TextEncoder], ["TextDecoder", TextDecoder]])
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
