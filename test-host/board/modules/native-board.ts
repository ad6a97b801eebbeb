import { fileExists, feedWatchdog as feed, readFile, startWatchdog as start, writeFile } from "host/board"
import { end, state } from "board-simulation"

/** `mqtt-xs/board`, as board.c has it. */

export function restartReason(): string {
  return state.settings.reason
}

export function restart(): void {
  end(80)
}

export function deepSleep(milliseconds: number): void {
  if (!(milliseconds >= 0 && milliseconds <= 0xffff_ffff)) throw new RangeError("invalid time")
  end(81, milliseconds)
}

export function startWatchdog(milliseconds: number): void {
  if (!(milliseconds >= 1000 && milliseconds <= 3_600_000)) throw new RangeError("invalid time")
  start(milliseconds)
}

export function feedWatchdog(): void {
  feed()
}

export function readRtc(buffer: ArrayBuffer): number {
  const path = `${state.settings.folder}/rtc`
  if (!fileExists(path)) return 0
  if (buffer.byteLength < 1024) throw new RangeError("buffer too short")
  return readFile(path, buffer)
}

export function writeRtc(buffer: ArrayBuffer): void {
  if (buffer.byteLength > 1024) throw new RangeError("too long for RTC memory")
  writeFile(`${state.settings.folder}/rtc`, buffer)
}

export function chipTemperature(): number | undefined {
  return state.settings.chipTemperature
}

export function freeHeap(): number {
  return state.settings.freeHeap
}

export function macAddress(): string {
  return state.settings.mac
}

/** The global function that the SDK calls, with "abortHook" in the manifest, before it restarts the board. */
export function onUncaught(callback: (text: string) => void): void {
  const global = globalThis as { abort?: (reason: string, error?: unknown) => void }
  global.abort = (reason, error) => {
    delete global.abort
    callback(error === undefined ? reason : `${reason}: ${String(error)}`)
  }
}
