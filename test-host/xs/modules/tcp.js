export default class TCP @ "tcp_destructor" {
  constructor(options) @ "tcp_constructor"
  close() @ "tcp_close"
  read(countOrBuffer) @ "tcp_read"
  write(buffer) @ "tcp_write"
  get format() @ "tcp_get_format"
  set format(format) @ "tcp_set_format"
}
