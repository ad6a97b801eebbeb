/** The class of `embedded:io/socket/tcp`, as far as it is used here. */
export type WireConstructor = new (options: WireOptions) => Wire

export interface WireOptions {
  address: string
  port: number
  nodelay: boolean
  onReadable(count: number): void
  onWritable(count: number): void
  onError(): void
}

export interface Wire {
  read(view: Uint8Array): unknown
  write(record: Uint8Array): number | undefined
  close(): void
}

export interface RecordsOptions extends WireOptions {
  wire: WireConstructor
  owner: RecordsOwner
}

export interface RecordsOwner {
  records: Records | undefined
  /** The connection is of no use any more. */
  fail(error: unknown): void
}

/** RFC 5246, 6.2.1 and 7.4. */
const enum Record {
  ChangeCipherSpec = 20,
  Alert = 21,
  Handshake = 22,
  Application = 23,
}

const enum Message {
  None = 0,
  ServerHello = 2,
  Certificate = 11,
  ServerKeyExchange = 12,
  ServerHelloDone = 14,
}

/**
 * Stands between the SDK's TLS and TCP, and refuses what the SDK (8.2.3) lets pass: messages of the server that are left
 * out or come out of order, a key exchange that nobody has signed, and a close before there are keys, after which it
 * takes the handshake for done and sends the password in clear. What it throws, here or in a callback, goes to the owner.
 */
export class Records {
  /** Kept by the SDK's TLS. */
  readable = 0
  writable = 0
  /** Both sides have switched to their keys. */
  encrypted = false
  private readonly wire: Wire
  /** The server encrypts from now on. */
  private received = false
  /** Of the record: what has come of its header, its type and what is missing of its content. */
  private headerAt = 0
  private type = 0
  private left = 0
  /** Of the handshake message: the same. */
  private messageAt = 0
  private message: number = Message.None
  private messageLeft = 0
  /** In the key exchange: where its signature's algorithms stand. */
  private signatureAt = 0

  constructor(options: RecordsOptions) {
    const owner = options.owner
    const guarded = (callback: (count: number) => void) => (count: number) => {
      try {
        callback(count)
      } catch (error) {
        owner.fail(error)
      }
    }
    owner.records = this
    this.wire = new options.wire({
      address: options.address,
      port: options.port,
      nodelay: options.nodelay,
      onReadable: guarded(options.onReadable),
      onWritable: guarded(options.onWritable),
      onError: guarded(options.onError) as () => void,
    })
  }

  read(view: Uint8Array): void {
    this.wire.read(view)
    if (!this.received) this.inspect(view)
  }

  write(record: Uint8Array): number | undefined {
    const type = record[0]
    if (type === Record.ChangeCipherSpec) this.encrypted = true
    else if (type === Record.Application && !(this.encrypted && this.received)) throw new Error("TLS: the handshake is not done")
    return this.wire.write(record)
  }

  close(): void {
    this.wire.close()
  }

  private inspect(bytes: Uint8Array): void {
    const end = bytes.length
    let i = 0
    while (i < end && !this.received) {
      if (this.headerAt < 5) {
        const byte = bytes[i++]!
        const at = this.headerAt++
        if (at === 0) this.begin(byte)
        else if (at > 2) this.left = (this.left << 8) | byte
      } else if (this.type === Record.Handshake && this.message !== Message.ServerKeyExchange && this.messageAt > 3) {
        // Of no interest here.
        const count = Math.min(this.messageLeft, this.left, end - i)
        i += count
        this.messageLeft -= count
        this.left -= count
      } else {
        this.left--
        this.take(bytes[i++]!)
      }
      if (this.messageAt > 3 && this.messageLeft === 0) {
        if (this.message === Message.ServerKeyExchange && this.messageAt <= this.signatureAt + 2) throw outOfOrder()
        this.messageAt = 0
      }
      if (this.headerAt === 5 && this.left === 0) this.headerAt = 0
    }
  }

  /** A record. */
  private begin(type: number): void {
    this.type = type
    this.left = 0
    if (type < Record.ChangeCipherSpec || type > Record.Application) throw new Error("the server does not speak TLS: is this its port for TLS (commonly 8883)?")
    if (type === Record.ChangeCipherSpec && this.message === Message.ServerHelloDone && this.messageLeft === 0) this.received = true
    else if (type !== Record.Handshake && type !== Record.Alert) throw outOfOrder()
  }

  /** A byte of a record's content: of an alert, of a message's header or of the key exchange. */
  private take(byte: number): void {
    // Its level is of no interest.
    if (this.type === Record.Alert) {
      if (this.left === 0) throw new Error(`the server broke off the TLS handshake (alert ${byte}): does it want a client certificate (cert, key), or know itself by another name (servername)?`)
      return
    }
    const at = this.messageAt++
    if (at === 0) {
      const last = this.message
      const inOrder = last < Message.Certificate ? byte === (last === Message.None ? Message.ServerHello : Message.Certificate) : byte > last && byte <= Message.ServerHelloDone
      if (!inOrder) throw outOfOrder()
      this.message = byte
    } else if (at < 4) this.messageLeft = (this.messageLeft << 8) | byte
    else {
      this.messageLeft--
      // Of the key exchange: a named curve, the length of the point, the point, hash and signature algorithm.
      if (at === 4 && byte !== 3) throw new Error("the server wants to exchange keys by DHE: set it to use ECDHE")
      if (at === 7) this.signatureAt = 8 + byte
      // SHA-256 is all that was offered, with RSA (1) or ECDSA (3).
      if (at > 7 && ((at === this.signatureAt && byte !== 4) || (at === this.signatureAt + 1 && byte !== 1 && byte !== 3))) throw outOfOrder()
    }
  }
}

function outOfOrder(): Error {
  return new Error("the server does not keep to TLS 1.2: is someone in between?")
}
