import I2C from "embedded:io/i2c"

/** SMBus over I2C: registers that all read as zero. */
export default class SMBus extends I2C {
  readUint8(_register: number): number {
    this.read(0)
    return 0
  }

  readUint16(_register: number, _bigEndian?: boolean): number {
    this.read(0)
    return 0
  }

  readBuffer(_register: number, buffer: ArrayBuffer | ArrayBufferView): void {
    this.read(buffer)
  }

  writeUint8(_register: number, byte: number): void {
    this.write(new Uint8Array([byte]))
  }

  writeUint16(_register: number, word: number, _bigEndian?: boolean): void {
    this.write(new Uint8Array([word >> 8, word]))
  }

  writeBuffer(_register: number, buffer: ArrayBuffer | ArrayBufferView): void {
    this.write(buffer)
  }
}
