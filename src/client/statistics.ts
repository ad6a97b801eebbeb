/** What has happened since the client was made. Whoever looks may read it at any time; nothing is lost uncounted. */
export class Statistics {
  /** Messages taken by `publish`. */
  published = 0
  /** QoS 1 and 2 messages acknowledged, QoS 0 messages sent after waiting. */
  delivered = 0
  /** Messages taken and not delivered; each was reported by `onDropped`. */
  dropped = 0
  /** Messages received, duplicates left out. */
  received = 0
  /** QoS 2 messages received again and not handed over again. */
  duplicates = 0
  /** Messages longer than the receive buffer. */
  oversize = 0
  /** Messages that no subscription's handler takes. */
  unmatched = 0
  /** Acknowledgements of nothing that was in flight. */
  unexpectedAcks = 0
  handlerErrors = 0
  /** Filters that the server refused. */
  refusedFilters = 0
  /** Connections closed because the server broke the protocol. */
  protocolErrors = 0
  /** Connections that the server accepted. */
  connections = 0
  /** Connections, and attempts, that ended other than by `end`. */
  failures = 0
}
