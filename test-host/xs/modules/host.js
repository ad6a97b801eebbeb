export function counters() @ "host_counters"
export function readCounters(values) @ "host_readCounters"
export function collect() @ "host_collect"
export function print(text) @ "host_print"
export function exit(code) @ "host_exit"
export function receive(callback) @ "host_receive"
export function onSignal(callback) @ "host_onSignal"
export function advance(milliseconds) @ "host_advance"
export function random32() @ "host_random32"
export function readText(path) @ "host_readText"
export function listDirectory(path) @ "host_listDirectory"
function readArguments() @ "host_arguments"
function repeat(f, count, values) @ "host_repeat"

export const args = readArguments()

export class File @ "file_destructor" {
  constructor(path) @ "file_constructor"
  read(buffer) @ "file_read"
  close() @ "file_close"
}

function empty() {}

export function measure(f, count = 1) {
  const bytes = new ArrayBuffer(32), values = new Float64Array(bytes), base = new Float64Array(4)
  repeat(empty, count, bytes)
  base.set(values)
  repeat(f, count, bytes)
  return {
    slots: values[0] - base[0], chunkBytes: values[1] - base[1],
    codes: values[2] - base[2], collections: values[3] - base[3]
  }
}
