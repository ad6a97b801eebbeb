/** The specifiers that only the simulated board has. */

declare module "board-simulation" {
  type Simulation = typeof import("./modules/simulation.js")
  export const state: Simulation["state"]
  export const command: Simulation["command"]
  export const onCommand: Simulation["onCommand"]
  export const wallClock: Simulation["wallClock"]
  export const say: Simulation["say"]
  export const end: Simulation["end"]
  export type Settings = import("./modules/simulation.js").Settings
  export type Faults = import("./modules/simulation.js").Faults
}

/** What the host does for the simulation, in C: test-host/xs/board.c, disk.c, nvs.c, digest.c. */
declare module "host/board" {
  /** While it is down, TCP neither sends nor receives, and connects to nothing. */
  export function setNetwork(up: boolean): void
  /** Ends the process with `code`, telling the Node side the time, and how long the board sleeps. */
  export function endBoot(code: number, milliseconds?: number): never
  export function startWatchdog(milliseconds: number): void
  export function feedWatchdog(): void
  /** Milliseconds since 1970 by the host's clock, whatever Time.set made of the machine's. */
  export function wallTime(): number
  export function importNow(specifier: string, namespace?: boolean): unknown
  export function hasModule(specifier: string): boolean
  /** As much as fits, from the start; returns how many bytes that was: 0 where there is no file. */
  export function readFile(path: string, buffer: ArrayBuffer): number
  export function writeFile(path: string, buffer: ArrayBuffer): void
  export function fileExists(path: string): boolean

  /** One namespace of NVS. Throws Errors whose messages are ESP-IDF's: ESP_ERR_NVS_NOT_ENOUGH_SPACE, for example. */
  export class Nvs {
    /** `capacity`: entries of 32 bytes in the whole partition. */
    constructor(folder: string, namespace: string, format: string, capacity: number)
    close(): void
    read(key: string): unknown
    read(key: string, buffer: ArrayBuffer): number | undefined
    write(key: string, value: unknown): void
    delete(key: string): void
    readonly folder: string
    format: string
  }

  /** A file's bytes, outside the machine's memory, as in flash. A view can be made over it as over an ArrayBuffer. */
  export class FlashBytes {
    constructor(path: string)
    slice(begin: number, end?: number): ArrayBuffer
    readonly byteLength: number
  }

  /** Bytes that can be written, but don't lie in the machine's memory: a view can be made over them. */
  export class OutsideMemory {
    constructor(size: number)
  }

  export class Digest {
    constructor(algorithm: "MD5" | "SHA1" | "SHA256")
    write(data: string | ArrayBuffer | ArrayBufferView): void
    close(): ArrayBuffer
    reset(): void
    readonly blockSize: number
    readonly outputSize: number
  }
}

declare module "simulated-device" {
  type Base = typeof import("./modules/sensors/base.js")
  export const Device: Base["Device"]
  export type Device = import("./modules/sensors/base.js").Device
  export type Options = import("./modules/sensors/base.js").Options
}

declare module "x509-facts" {
  type Facts = typeof import("./modules/x509-facts.js")
  export const learn: Facts["learn"]
  export const find: Facts["find"]
  export const isSigned: Facts["isSigned"]
  export const equal: Facts["equal"]
}

declare module "virtual-broker" {
  type VirtualBroker = typeof import("./modules/virtual-broker.js")
  export const connect: VirtualBroker["connect"]
  export type Connection = import("./modules/virtual-broker.js").Connection
}

declare module "embedded:io/i2c" {
  const I2C: typeof import("./modules/i2c.js").default
  export default I2C
}

declare module "embedded:io/smbus" {
  const SMBus: typeof import("./modules/smbus.js").default
  export default SMBus
}

declare module "embedded:io/analog" {
  const Analog: typeof import("./modules/analog.js").default
  export default Analog
}

declare module "embedded:io/digital" {
  const Digital: typeof import("./modules/digital.js").default
  export default Digital
}

declare module "embedded:io/pulsecount" {
  const PulseCount: typeof import("./modules/pulse-count.js").default
  export default PulseCount
}

declare module "simulated-names" {
  type Names = typeof import("./modules/names.js")
  export const DELAY: Names["DELAY"]
  export const lookUp: Names["lookUp"]
  export const isAddress: Names["isAddress"]
}

declare module "storage-faults" {
  export const checkWrite: typeof import("./modules/storage-faults.js").checkWrite
}

/** As dist/ has it, which is not there yet when this is compiled for the first time. */
declare module "mqtt-xs/esp32" {
  export class TLS {
    constructor(options: object)
    read(buffer: ArrayBuffer): void
    write(buffer: ArrayBuffer): number | undefined
    close(): void
  }
}
