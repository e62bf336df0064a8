/** What an exchange with one server gives, whatever the transport. */
import type {Failure} from '../../core/failure.ts'
import type {DnsFacts, TlsFacts} from '../../core/facts.ts'
import type {HttpClient, Ports} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import type {Deadline} from '../shared/deadline.ts'
import type {TlsMaterials} from '../tls/materials.ts'
import type {TlsOptions} from '../tls/options.ts'
import type {Ask, Server} from './ask.ts'
import type {DnsMessage} from './codec/message.ts'

export interface ExchangeRequest {
  readonly ask: Ask
  readonly server: Server
  readonly source: string | undefined
  readonly interface: string | undefined
  /** Null where the transport needs none. */
  readonly secure: SecureMeans | null
  /** This server's share of the time. */
  readonly deadline: Deadline
}

export type ExchangePorts = Pick<Ports, 'clock' | 'dial' | 'datagram'>

/** What a resolver behind TLS takes: made before the first sample. */
export interface SecureMeans {
  /** As the user named it; empty for a configured one, whose address counts then. */
  readonly host: string
  readonly options: TlsOptions
  readonly materials: TlsMaterials
  readonly client: HttpClient | null
}

export interface Received {
  readonly status: 'received'
  readonly message: DnsMessage
  readonly bytes: number
  readonly transport: DnsFacts['transport']
  /** The UDP answer was cut and this one came over TCP. */
  readonly truncated: boolean
  /** How many answers were thrown away before. */
  readonly rejected: number
  /** Null over UDP. */
  readonly connect: Millis | null
  /** The handshake with a resolver behind TLS. */
  readonly tls: {readonly took: Millis; readonly facts: TlsFacts} | null
  /** From the question sent to the answer; both questions when TCP was needed. */
  readonly wait: Millis
}

export type Exchanged =
  | Received
  | {
      readonly status: 'failed'
      readonly failure: Failure
      readonly rejected: number
      /** The cut answer over UDP, when TCP failed after it. */
      readonly cut?: Received
      readonly tls?: TlsFacts
    }
