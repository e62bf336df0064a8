/** What a receiver of webhooks in the lab of a drill was told. */

/** `told`: of a message that doesn't say whether it begins or ends something. */
export const TOLD_STATES = ['firing', 'resolved', 'told'] as const
export type ToldState = (typeof TOLD_STATES)[number]

/** One incident of a message. */
export interface ToldIncident {
  /** The same from its beginning to its end, and another one the next time. */
  readonly key: string
  /** For people. */
  readonly name: string
  readonly state: ToldState
}

export type WebhookEvent =
  | {readonly type: 'webhook-added'; readonly webhook: string; readonly url: string}
  /** A message has come; nothing of it is kept but which incidents it tells of. */
  | {
      readonly type: 'webhook-received'
      readonly webhook: string
      readonly path: string
      readonly incidents: readonly ToldIncident[]
    }
