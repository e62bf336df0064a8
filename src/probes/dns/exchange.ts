/** What an exchange with one server gives, whatever the transport. */
import type {Failure} from '../../core/failure.ts'
import type {Ports} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import type {Deadline} from '../shared/deadline.ts'
import type {Ask, Server} from './ask.ts'
import type {DnsMessage} from './codec/message.ts'

export interface ExchangeRequest {
  readonly ask: Ask
  readonly server: Server
  readonly source: string | undefined
  readonly interface: string | undefined
  /** This server's share of the time. */
  readonly deadline: Deadline
}

export type ExchangePorts = Pick<Ports, 'clock' | 'dial' | 'datagram'>

export interface Received {
  readonly status: 'received'
  readonly message: DnsMessage
  readonly bytes: number
  readonly transport: 'udp' | 'tcp'
  /** The UDP answer was cut and this one came over TCP. */
  readonly truncated: boolean
  /** How many answers were thrown away before. */
  readonly rejected: number
  /** TCP only. */
  readonly connect: Millis | null
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
    }
