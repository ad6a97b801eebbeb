/** What the sensors of a PC read: files of the kernel. The XS host's module "host" has all of this. */
export interface Files {
  readonly File: FileConstructor
  /** The whole of a file. Throws where it can't be read. */
  readText(path: string): string
  /** Names in a folder, sorted. Throws where there is none. */
  listDirectory(path: string): string[]
}

export interface FileConstructor {
  /** Throws where the file can't be opened. */
  new (path: string): FileReader
}

/** A file that is read again and again without allocation. */
export interface FileReader {
  /** From the start of the file, as much as fits; returns how many bytes that was. */
  read(buffer: ArrayBuffer): number
  close(): void
}

/** ECMA-419 constructor options of a sensor: `io` is the class through which it reaches its device. */
export interface FileSensorOptions {
  sensor: {
    io: FileConstructor
    path: string
  }
}
