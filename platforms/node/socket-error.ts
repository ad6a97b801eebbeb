/// <reference types="node" />

/** Says what an error of the system's means for a connection, and what to do. The original is its `cause`. */
export function describeSocketError(error: NodeJS.ErrnoException, address: string, port: number): Error {
  const target = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`
  const text = texts[error.code ?? ""]
  return new Error(text ? `${target} ${text} (${error.code})` : `${target}: ${error.message}`, { cause: error })
}

const texts: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refused the connection: is the broker running, and does it listen on this address and port?",
  ECONNRESET: "reset the connection: the broker or something on the way to it dropped it",
  EPIPE: "has closed the connection",
  ETIMEDOUT: "did not answer: is the address right, and does a firewall let the port through?",
  EHOSTUNREACH: "can't be reached: is that machine on, and on this network?",
  ENETUNREACH: "can't be reached: this machine has no network, or no route to that one",
  EADDRNOTAVAIL: "can't be reached from any address of this machine",
}
