/** What is asked of a certificate. */
export interface Certificate {
  /** Of its subjectAltName: DNS names, and IPv4 addresses in digits and dots. */
  readonly names: readonly string[]
  /** Milliseconds since 1970. */
  readonly from: number
  readonly to: number
  /** May sign others (basicConstraints). */
  readonly isAuthority: boolean
  /** Another's key has signed it, by an algorithm that is still safe. */
  isSignedBy(other: Certificate): boolean
}

/** More than any public chain has, and each costs a signature. */
const LONGEST = 5

/**
 * Checks a server's certificates, its own first, as RFC 5280 and 6125 have it (but for name constraints, path lengths and
 * extended key usage). `authorityOf` finds who of those that are trusted has signed one, or that it is trusted
 * itself. Throws an error that says what is wrong and what to do.
 */
export function checkChain(chain: readonly Certificate[], name: string, now: number, authorityOf: (certificate: Certificate) => Certificate | undefined): void {
  const server = chain[0]
  if (!server) throw new Error(`${name} showed no certificate`)
  if (!server.names.some((one) => matches(one.toLowerCase(), name.toLowerCase()))) {
    throw new Error(`the server's certificate has the wrong name: it is for ${server.names.join(", ") || "no name"}, not for ${name}: connect by a name that it is for, or set servername`)
  }
  for (let i = 0; i < chain.length && i < LONGEST; i++) {
    const certificate = chain[i]!
    checkDates(certificate, name, now)
    if (i > 0 && !(certificate.isAuthority && chain[i - 1]!.isSignedBy(certificate))) break
    const authority = authorityOf(certificate)
    if (authority) {
      if (authority !== certificate) checkDates(authority, name, now)
      return
    }
  }
  throw new Error(`the certificate of ${name} is from an unknown CA: add that CA's certificate to the firmware's resources, and set ca to its name`)
}

function checkDates(certificate: Certificate, name: string, now: number): void {
  const early = now < certificate.from
  if (!early && now <= certificate.to) return
  const what = early ? "is not valid yet" : "has expired"
  throw new Error(`the certificate of ${name}, or of its CA, ${what}: renew it on the server, or see why the clock says ${new Date(now).toISOString()}`)
}

/** A star stands for one label, the first. */
function matches(pattern: string, name: string): boolean {
  const dot = name.indexOf(".")
  return pattern === name || (dot > 0 && pattern === "*" + name.slice(dot) && pattern.indexOf(".", 2) > 0)
}
