export default class Resolver @ "dns_destructor" {
  constructor(options) @ "dns_constructor"
  resolve(options) @ "dns_resolve"
  close() @ "dns_close"
}
