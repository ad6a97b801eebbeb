/// <reference types="node" />
import type { SecureOptions, Socket, SocketConstructor } from "../../platforms/platform.js"

export interface ProbeOptions {
  Class: SocketConstructor
  port: number
  address?: string
  host?: string
  nodelay?: boolean
  secure?: SecureOptions
  /** Called first, before the probe notes the event. */
  onReadable?: (this: Socket, count: number) => void
  onWritable?: (this: Socket, count: number) => void
  onError?: (this: Socket, error: unknown) => void
}

type Event = { readonly name: "readable" | "writable"; readonly count: number } | { readonly name: "error"; readonly error: Error }

/** A socket whose callbacks a test can wait for. */
export class Probe {
  readonly socket: Socket
  readonly events: Event[] = []
  /** Each callback had the socket as `this`. */
  bound = true
  private waiting: { matches: (event: Event) => boolean; resolve: (event: Event) => void }[] = []

  constructor({ Class, port, address = "127.0.0.1", host = "localhost", nodelay, secure, onReadable, onWritable, onError }: ProbeOptions) {
    let inside = true
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    const probe = this
    const note = (socket: unknown, event: Event): void => {
      if (inside) throw new Error("called back from within the constructor")
      if (socket !== this.socket) this.bound = false
      this.events.push(event)
      const now = this.waiting.filter(({ matches }) => matches(event))
      this.waiting = this.waiting.filter((one) => !now.includes(one))
      for (const { resolve } of now) resolve(event)
    }
    this.socket = new Class({
      address,
      host,
      port,
      ...(nodelay !== undefined && { nodelay }),
      ...(secure !== undefined && { secure }),
      onReadable(this: unknown, count) {
        onReadable?.call(probe.socket, count)
        note(this, { name: "readable", count })
      },
      onWritable(this: unknown, count) {
        onWritable?.call(probe.socket, count)
        note(this, { name: "writable", count })
      },
      onError(this: unknown, error) {
        onError?.call(probe.socket, error)
        note(this, { name: "error", error: error as Error })
      },
    })
    inside = false
  }

  /** Waits until the next time that at least `count` bytes can be written; returns how many. */
  async writable(count = 1): Promise<number> {
    return ((await this.next((event) => event.name === "writable" && event.count >= count)) as { count: number }).count
  }

  /** Waits until onReadable has told of at least `count` bytes; the last time it was called counts. */
  async readable(count = 1): Promise<number> {
    const enough = (event: Event) => event.name === "readable" && event.count >= count
    const last = this.events.filter(({ name }) => name === "readable").at(-1)
    return ((last && enough(last) ? last : await this.next(enough)) as { count: number }).count
  }

  /** Waits for the error, which may have come already. */
  async error(): Promise<Error> {
    const isError = (event: Event) => event.name === "error"
    return ((this.events.find(isError) ?? (await this.next(isError))) as { error: Error }).error
  }

  read(count: number): Buffer {
    const buffer = new ArrayBuffer(count)
    this.socket.read(buffer)
    return Buffer.from(buffer)
  }

  write(content: string | Uint8Array): number | undefined {
    return this.socket.write(bufferOf(content))
  }

  names(): string[] {
    return this.events.map(({ name }) => name)
  }

  private next(matches: (event: Event) => boolean): Promise<Event> {
    return new Promise((resolve) => this.waiting.push({ matches, resolve }))
  }
}

/** The bytes in an ArrayBuffer of their own. */
export function bufferOf(content: string | Uint8Array): ArrayBuffer {
  return new Uint8Array(Buffer.from(content as string)).buffer
}

/** Reads `count` bytes from a stream of Node's. */
export async function take(stream: NodeJS.ReadableStream, count: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let length = 0
  return new Promise((resolve, reject) => {
    const done = (): void => {
      stream.off("data", more).off("end", failed).off("error", failed).pause()
      resolve(Buffer.concat(parts))
    }
    const failed = (error?: Error): void => reject(error ?? new Error(`ended after ${length} of ${count} bytes`))
    const more = (part: Buffer): void => {
      parts.push(part)
      length += part.length
      if (length >= count) done()
    }
    stream.on("data", more).on("end", failed).on("error", failed)
  })
}
