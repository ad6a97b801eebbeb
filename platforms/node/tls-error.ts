/// <reference types="node" />
import { describeSocketError } from "./socket-error.js"

export interface TlsTarget {
  /** The name that the certificate must be for. */
  readonly name: string
  readonly address: string
  readonly port: number
  /** `secure.ca` was given. */
  readonly ownAuthorities: boolean
}

/** Says what is wrong between us and a TLS server, and what to do. The original is its `cause`. */
export function describeTlsError(error: NodeJS.ErrnoException, target: TlsTarget): Error {
  const code = error.code ?? ""
  const text = certificateProblem(error, code, target) ?? alert(code) ?? handshakeProblem(error, code, target)
  return text ? new Error(`${text} (${code})`, { cause: error }) : describeSocketError(error, target.address, target.port)
}

function certificateProblem(error: Error, code: string, { name, ownAuthorities }: TlsTarget): string | undefined {
  const theirs = `the certificate of ${name}`
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return `${theirs}, or one above it, has expired: renew it on the server; if it is still good, set this machine's clock, which says ${new Date().toISOString()}`
    case "CERT_NOT_YET_VALID":
      return `${theirs}, or one above it, is not valid yet: if it should be, set this machine's clock, which says ${new Date().toISOString()}`
    case "ERR_TLS_CERT_ALTNAME_INVALID": {
      const { cert } = error as { cert?: { subjectaltname?: string; subject?: { CN?: string } } }
      const names = cert?.subjectaltname ?? (cert?.subject?.CN === undefined ? "no name" : `CN:${cert.subject.CN}`)
      return `the server's certificate has the wrong name: it is for ${names}, not for ${name}: connect by a name that it is for, or set secure.servername to one`
    }
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
      return `${theirs} is signed by itself, so nobody vouches for it: if it is the right one, give it in secure.ca`
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
      return ownAuthorities
        ? `${theirs} is from an unknown CA: none of those in secure.ca has signed it. Give the certificate of the CA that has`
        : `${theirs} is from an unknown CA, not in this machine's list: give that CA's certificate in secure.ca`
  }
  if (/^(CERT_|INVALID_|UNABLE_TO_|PATH_LENGTH|ERROR_IN_CERT|HOSTNAME_)/.test(code)) return `${theirs} can't be accepted: ${error.message}`
  return undefined
}

/** What the server gave as its reason before it hung up. */
function alert(code: string): string | undefined {
  const reason = /^ERR_SSL_(?:SSLV3|TLSV1|TLSV13)_ALERT_(.+)$|^ERR_SSL_TLSV1_(UNRECOGNIZED_NAME)$/.exec(code)
  if (!reason) return undefined
  switch (reason[1] ?? reason[2]) {
    case "CERTIFICATE_REQUIRED":
      return "the server wants a certificate from its clients: give one in secure.cert, with secure.key"
    case "BAD_CERTIFICATE":
    case "CERTIFICATE_EXPIRED":
    case "CERTIFICATE_REVOKED":
    case "CERTIFICATE_UNKNOWN":
    case "UNSUPPORTED_CERTIFICATE":
    case "UNKNOWN_CA":
    case "ACCESS_DENIED":
      return "the server did not accept the certificate in secure.cert: is it of a CA that the server knows, still valid, and for clients?"
    case "NO_APPLICATION_PROTOCOL":
      return "the server speaks none of secure.ALPNProtocols on this port"
    case "PROTOCOL_VERSION":
      return "the server speaks no version of TLS that is still safe: TLS 1.2 or later is needed"
    case "UNRECOGNIZED_NAME":
      return "the server does not know itself by this name: check the host, or secure.servername"
  }
  return "the server broke off the TLS handshake: it may want a certificate from its clients (secure.cert), or other ciphers"
}

function handshakeProblem(error: Error, code: string, { address, port }: TlsTarget): string | undefined {
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER" || code === "ERR_SSL_PACKET_LENGTH_TOO_LONG" || code === "ERR_SSL_HTTP_REQUEST") {
    return `${address}:${port} does not speak TLS: is this the port for plain MQTT (commonly 1883), not the one for MQTT over TLS (commonly 8883)?`
  }
  if (code === "ECONNRESET" && error.message.includes("before secure TLS")) {
    return `${address}:${port} closed the connection in the middle of the TLS handshake: is this a port for TLS (commonly 8883)? Does the server want a certificate from its clients (secure.cert)?`
  }
  return undefined
}
