/** What the firmware's start uses of Moddable's modules. */

declare module "mc/config" {
  import type { FirmwareConfig } from "./config.js"
  /** The manifests' "config" and mcconfig's command line, in one frozen object. */
  const config: FirmwareConfig
  export default config
}

declare module "net" {
  export default class Net {
    /** Asks the DNS servers that the network gave. Without an address: there is none. */
    static resolve(host: string, callback: (host: string, address?: string) => void): void
  }
}

declare module "modules" {
  export default class Modules {
    /** The default export of a module that is in the firmware; throws where there is none of that name. */
    static importNow(specifier: string): unknown
  }
}

declare module "embedded:io/socket/udp" {
  import type { UDPConstructor } from "./time.js"
  const UDP: UDPConstructor
  export default UDP
}

declare module "embedded:network/interface/wifi" {
  import type { WiFiConstructor } from "./wifi.js"
  const WiFi: WiFiConstructor
  export default WiFi
}

declare module "embedded:provider/builtin" {
  import type { Provider } from "./sensors/create.js"
  /** Classes and pins of this board. */
  const device: Provider
  export default device
}
