import type { Closable, Platform, Socket, SocketConstructor, SocketOptions, Timer } from "../../platform.js"
import type { EcmaOptions } from "./options.js"

/** What the class takes from the machine rather than from its options. */
export interface System {
  createTimer(callback: () => void): Timer
  /** Milliseconds, 32 bits. */
  ticks(): number
  log(line: string): void
}

/** A platform made of the classes in the options, which can be let go as a whole. */
export interface EcmaPlatform extends Platform, Closable {}

/** Bytes by which a TLS record may be longer than what it carries, above those that the SDK's class allows for. */
const RECORD = 64

export function platformOf(options: EcmaOptions, system: System): EcmaPlatform {
  const { dns, socket } = options
  const timers: Timer[] = []
  let resolver: InstanceType<EcmaOptions["dns"]["io"]> | undefined
  const create = (given: SocketOptions): Socket => new socket.io({ ...socket, ...given }) as Socket
  return {
    // A function that returns an object can be called with `new`; an arrow can't.
    TCP: function (given: SocketOptions): Socket {
      return socket.TCP === undefined ? create(given) : overTls(create(given))
    } as unknown as SocketConstructor,
    resolve(host, onResolved, onError) {
      let open = true
      resolver ??= new dns.io(dns)
      resolver.resolve({
        host,
        onResolved: (_host, address) => {
          if (open) onResolved(address)
        },
        onError: () => {
          if (open) onError(new Error("the name was not found: is it right, and is there a network?"))
        },
      })
      return {
        close() {
          open = false
        },
      }
    },
    createTimer(callback) {
      const timer = system.createTimer(callback)
      timers.push(timer)
      return timer
    },
    clock: { ticks: () => system.ticks(), now: () => undefined },
    random: () => Math.random(),
    log: (line) => system.log(line),
    close() {
      timers.forEach((timer) => timer.close())
      timers.length = 0
      resolver?.close?.()
      resolver = undefined
    },
  } as EcmaPlatform // The client uses no storage, digest or device id.
}

/** The SDK's TLS class reads into views only, and says of its room more than some ciphers leave. */
function overTls(socket: Socket): Socket {
  return {
    read: (buffer) => socket.read(new Uint8Array(buffer) as unknown as ArrayBuffer),
    write(buffer) {
      const room = socket.write(new Uint8Array(buffer.slice(0)) as unknown as ArrayBuffer)
      return room !== undefined && room > RECORD ? room - RECORD : 0
    },
    close: () => socket.close(),
  }
}
