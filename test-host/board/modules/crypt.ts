import { Digest as HostDigest } from "host/board"

type Data = string | ArrayBuffer | ArrayBufferView

/** MD5, SHA1 and SHA256 of the SDK's `crypt`. */
export class Digest extends HostDigest {
  process(...pieces: Data[]): ArrayBuffer {
    this.reset()
    for (let i = 0; i < pieces.length; i++) this.write(pieces[i]!)
    return this.close()
  }

  update(data: Data): void {
    this.write(data)
  }
}

export default { Digest }
