/** A receiver with everything filled in. */
import type {Millis} from '../../core/units.ts'
import type {Policy} from '../../policies/policy.ts'
import {type PolicyBook, resolvePolicy} from '../../policies/resolve.ts'
import {policySchema} from '../../policies/schema.ts'
import type {NotifyKind, ReceiverDocument} from './schema.ts'

export type NotifyWay =
  | {readonly kind: 'webhook'; readonly url: string; readonly headers: Readonly<Record<string, string>>}
  | {readonly kind: 'command'; readonly argv: readonly string[]}
  | {readonly kind: 'bell'}

export interface ReceiverSpec {
  readonly name: string
  readonly way: NotifyWay
  readonly on: readonly NotifyKind[]
  /** Null: any. */
  readonly severity: readonly string[] | null
  readonly wait: Millis
  readonly interval: Millis
  /** Null: never. */
  readonly repeat: Millis | null
  readonly resolve: boolean
  readonly policy: Policy
}

const SECOND: Millis = 1000
const HOUR: Millis = 3_600_000

/** Six more attempts within about two minutes: a receiver that is restarted gets its message. */
const OWN_LADDER = policySchema.parse({
  timeout: '10s',
  retry: {
    immediate: {attempts: 2, interval: '1s'},
    gradual: {attempts: 4, base_interval: '5s', max_interval: '1m', multiplier: 3},
    persistent: {enabled: false},
    jitter: {mode: 'proportional', factor: 0.2},
  },
})

/** Throws POLICY_UNKNOWN where `book.position` says that the policy is named. */
export function receiverSpec(name: string, written: ReceiverDocument, book: PolicyBook): ReceiverSpec {
  const {policy} =
    written.policy === undefined
      ? resolvePolicy('notify', {file: '', policies: {notify: OWN_LADDER}})
      : resolvePolicy(written.policy, book)
  return {
    name,
    way: wayOf(written),
    on: written.on ?? ['alerts'],
    severity: written.severity ?? null,
    wait: written.wait ?? 2 * SECOND,
    interval: written.interval ?? 30 * SECOND,
    repeat: written.repeat === 'never' ? null : (written.repeat ?? 4 * HOUR),
    resolve: written.resolve ?? true,
    policy: written.timeout === undefined ? policy : {...policy, attemptTimeout: written.timeout},
  }
}

function wayOf({webhook, headers = {}, command}: ReceiverDocument): NotifyWay {
  if (webhook !== undefined) return {kind: 'webhook', url: webhook, headers}
  return command ? {kind: 'command', argv: command} : {kind: 'bell'}
}
