/** Where Moddable's SDK keeps small values: both are in the NVS partition of the board's flash. */

declare module "embedded:storage/key-value" {
  export interface KeyValueArea {
    /** undefined where there is no such key; throws TypeError "mismatch" where it is of another format. */
    read(key: string): ArrayBuffer | undefined
    /** Lasts when it returns. Throws with ESP-IDF's name of the error, which plain ESP32 leaves out. */
    write(key: string, value: ArrayBuffer): void
    /** Minds no missing key. */
    delete(key: string): void
    close(): void
  }
  const keyValue: {
    /** `path`: 1 to 15 characters. */
    open(options: { path: string; format: "buffer" }): KeyValueArea
  }
  export default keyValue
}

declare module "preference" {
  export default class Preference {
    static get(domain: string, key: string): ArrayBuffer | string | number | boolean | undefined
    /** Erases what was there before it writes. */
    static set(domain: string, key: string, value: ArrayBuffer | string | number | boolean): void
    static delete(domain: string, key: string): void
  }
}
