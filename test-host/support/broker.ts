/** What the tests ask of a broker, whichever it is. */
export interface Broker {
  readonly port: number
  /** Cuts all connections and stops listening, then listens on the same port again; persistent sessions are kept. */
  restart(): Promise<void>
  /** Ends it for good. */
  close(): Promise<void>
}

export interface Account {
  username: string
  password: string
}

export interface BrokerOptions {
  /** The only one who may connect; without it everyone may. */
  account?: Account
}

export type StartBroker = (options?: BrokerOptions) => Promise<Broker>
