/** The door through which a message goes to a server that somebody else runs. */
import type {NetError} from './ports.ts'
import type {Millis} from './units.ts'

export interface WebhookRequest {
  /** With its scheme, http or https. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly signal: AbortSignal
}

export type WebhookResult =
  | {
      readonly status: 'answered'
      readonly code: number
      /** So long the server asks to wait (RFC 9110 §10.2.3). */
      readonly retryAfter: Millis | null
    }
  | {readonly status: 'failed'; readonly error: NetError}
  | {readonly status: 'aborted'}

export interface Webhooks {
  /** Sends a POST and reads no more of the answer than its head. Follows no redirect; has no deadline but the signal. */
  post(request: WebhookRequest): Promise<WebhookResult>
}
