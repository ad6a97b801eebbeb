import { hasModule, importNow } from "host/board"

/** `modules` of the SDK. */
export default class Modules {
  static has(specifier: string): boolean {
    return hasModule(specifier)
  }

  static importNow(specifier: string, namespace = false): unknown {
    return importNow(specifier, namespace)
  }
}
