import { DELAY, lookUp } from "simulated-names"
import Timer from "timer"

/** The board's, in milliseconds. */
const PATIENCE = 14_000

/** The part of the SDK's `net` that asks the DNS servers of the network. */
export default class Net {
  static resolve(host: string, callback: (host: string, address?: string) => void): void {
    const { address, silent } = lookUp(host)
    Timer.set(() => (address === undefined ? callback(host) : callback(host, address)), silent ? PATIENCE : DELAY)
  }
}
