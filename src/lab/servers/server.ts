/** The contract of an embedded server. */
import type {MptcpDoor} from '../../core/mptcp-port.ts'
import type {Clock, Programs, Random} from '../../core/ports.ts'
import type {WebhookEvent} from '../../core/webhook-events.ts'
import type {Authority} from './certificates/certificate.ts'

type WithoutStamp<E> = E extends WebhookEvent ? Omit<E, 'webhook'> : never
/** An event of a server, before it gets its time and the name of the server. */
export type ServerNews = WithoutStamp<WebhookEvent & {readonly type: 'webhook-received'}>

export interface ServeRequest {
  readonly address: string
  /** 0 for any free one. */
  readonly port: number
  /** Names a certificate should be valid for, beside the address. */
  readonly names: readonly string[]
  /** As in the document; each kind checks them by its schema. */
  readonly options: Readonly<Record<string, unknown>>
  readonly clock: Pick<Clock, 'now' | 'wall' | 'after' | 'sleep'>
  readonly random: Random
  readonly programs: Programs
  /** What the server has to say of itself while it runs. */
  readonly tell?: ((news: ServerNews) => void) | undefined
  /** Absent where there is none. */
  readonly mptcp?: Pick<MptcpDoor, 'bind'> | undefined
}

export interface RunningServer {
  readonly address: string
  readonly port: number
  /** PEM of the authority that signed its certificate. */
  readonly ca?: string
  /** The same authority itself, for a front that takes the server's place. */
  readonly authority?: Authority
  /** Stops listening and ends every connection. */
  close(): Promise<void>
}

export type StartServer = (request: ServeRequest) => Promise<RunningServer>
