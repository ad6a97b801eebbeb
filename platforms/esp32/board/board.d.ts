/** What only the board itself can do: board.c, for ESP-IDF 6.0. What survives what is in docs/board.md. */
declare module "mqtt-xs/board" {
  /** Why the board started. */
  export function restartReason(): RestartReason
  export type RestartReason = "power-on" | "deep-sleep" | "software" | "watchdog" | "brown-out" | "panic" | "external" | "unknown"

  /** Restarts the board. Does not return. */
  export function restart(): void

  /**
   * Switches all but the timer off for `milliseconds`, 0 to 4,294,967,295 (49 days), then starts anew. Does not return.
   * Throws a RangeError for any other number.
   */
  export function deepSleep(milliseconds: number): void

  /**
   * Restarts the board, with reason "watchdog", unless feedWatchdog is called at least every `milliseconds`, 1,000 to
   * 3,600,000; throws a RangeError for any other number. Called again, changes the time. In a debug build turns of the
   * event loop feed it too, so that a breakpoint does not restart the board: there it finds endless loops only.
   */
  export function startWatchdog(milliseconds: number): void
  /** Allocates nothing. Does nothing before startWatchdog. */
  export function feedWatchdog(): void

  /**
   * Copies what writeRtc kept into `buffer` and returns how many bytes that is: 0 when nothing was kept, or what is
   * there is not what was written. Throws a RangeError when `buffer` is too short; 1,024 bytes always suffice.
   */
  export function readRtc(buffer: ArrayBuffer): number
  /** Keeps up to 1,024 bytes while there is power: through deep sleep, restart and panic. Throws a RangeError for more. */
  export function writeRtc(buffer: ArrayBuffer): void

  /** Of the chip, degrees C, some 10 above the room's; undefined where the chip has no sensor (plain ESP32). Throws when it fails. */
  export function chipTemperature(): number | undefined

  /** Bytes free outside the XS machine: for sockets, Wi-Fi and TLS. */
  export function freeHeap(): number

  /** Of the Wi-Fi station: 12 hex digits, lower case. */
  export function macAddress(): string

  /**
   * Calls back with a line of text when nothing has caught an error, a promise's rejection, or when memory is full, and
   * the board is about to restart, with reason "software". An error in `callback` changes nothing. Not called when a
   * stack has overflown: the board restarts at once.
   */
  export function onUncaught(callback: (text: string) => void): void
}
