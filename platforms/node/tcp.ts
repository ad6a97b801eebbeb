/// <reference types="node" />
import { connect, isIP } from "node:net"
import { describeSocketError } from "./socket-error.js"
import { checkTarget, type NodeSocketOptions, StreamSocket } from "./socket.js"

/** Plain TCP. Throws "invalid address" and "invalid port"; all that goes wrong later goes to `onError`. */
export class TCP extends StreamSocket {
  constructor(options: NodeSocketOptions) {
    checkTarget(options, isIP)
    const { address, port } = options
    super(options, "connect", (onread) => connect({ host: address, port, onread }), (error) => describeSocketError(error, address, port))
  }
}
