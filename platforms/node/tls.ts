/// <reference types="node" />
import { isIP, type OnReadOpts } from "node:net"
import { checkServerIdentity, connect, type ConnectionOptions, createSecureContext, type SecureContext } from "node:tls"
import type { SecureOptions } from "../platform.js"
import { certificatesOf, privateKeyOf } from "./credentials.js"
import { checkTarget, type NodeSocketOptions, StreamSocket } from "./socket.js"
import { describeTlsError } from "./tls-error.js"

/**
 * TLS 1.2 or later. The server must show a certificate for `secure.servername`, else `host`, from an authority in
 * `secure.ca`, else in Node's own list, unless `dangerouslyAcceptAnyServer` is set; else `onError` says why not, and
 * nothing has been sent. Certificates and keys are PEM text, or an ArrayBuffer with PEM or DER. Throws when they are
 * neither.
 */
export class TLS extends StreamSocket {
  constructor(options: NodeSocketOptions) {
    checkTarget(options, isIP)
    const { address, port, secure = {} } = options
    const secureContext = secureContextOf(secure)
    const name = (secure.servername ?? options.host).replace(/\.$/, "")
    const trusting = secure.dangerouslyAcceptAnyServer === true
    const target: ConnectionOptions = {
      host: address,
      port,
      secureContext,
      servername: isIP(name) ? "" : name,
      ...(secure.ALPNProtocols && { ALPNProtocols: [...secure.ALPNProtocols] }),
      // Said either way, since an environment variable can change Node's default.
      rejectUnauthorized: !trusting,
      // By the name that was asked for, where Node would take the address when that is a number.
      checkServerIdentity: (_, certificate) => (trusting ? undefined : checkServerIdentity(name, certificate)),
    }
    super(
      options,
      "secureConnect",
      (onread) => connect(withOnread(target, onread)),
      (error) => describeTlsError(error, { name, address, port, ownAuthorities: secure.ca !== undefined }),
    )
  }
}

/** Node documents `onread` for TLS too; its types don't. */
function withOnread(options: ConnectionOptions, onread: OnReadOpts): ConnectionOptions {
  return Object.assign(options, { onread })
}

function secureContextOf({ ca, cert, key }: SecureOptions): SecureContext {
  if ((cert === undefined) !== (key === undefined)) {
    throw new Error(cert === undefined ? "secure.key is given without secure.cert" : "secure.cert is given without secure.key")
  }
  const authorities = ca === undefined ? undefined : isList(ca) ? ca : [ca]
  const context = {
    ...(authorities && { ca: authorities.map((one) => certificatesOf(one, "secure.ca")) }),
    ...(cert !== undefined && { cert: certificatesOf(cert, "secure.cert") }),
    ...(key !== undefined && { key: privateKeyOf(key, "secure.key") }),
  }
  try {
    return createSecureContext({ ...context, minVersion: "TLSv1.2" })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === "ERR_OSSL_X509_KEY_VALUES_MISMATCH") throw new Error("secure.key is not the key of the certificate in secure.cert", { cause })
    throw new Error(`secure: the certificates or the key can't be used (${code ?? "no reason given"})`, { cause })
  }
}

function isList(value: NonNullable<SecureOptions["ca"]>): value is readonly (string | ArrayBuffer)[] {
  return Array.isArray(value)
}
