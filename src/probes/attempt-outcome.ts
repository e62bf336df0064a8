/** Between what a probe measured and what a policy wants to know of it. */
import type {DenialCode, Outcome} from '../core/outcome.ts'
import type {AttemptOutcome} from '../policies/executor.ts'

/** What a skipped sample lacks, another attempt lacks too: the policy is told that it ended well. */
export function asAttempt(outcome: Outcome): AttemptOutcome<Outcome> {
  if (outcome.status !== 'failed') return {status: 'ok', value: outcome}
  const seconds = outcome.partial.http?.retry_after ?? null
  return {
    status: 'failed',
    failure: outcome.failure,
    ...(seconds !== null && {retryAfter: seconds * 1000}),
  }
}

const ADVICE: Readonly<Record<DenialCode, readonly string[]>> = {
  BREAKER_OPEN: ['wait until it lets a trial through', 'see what failed before it opened'],
  BREAKER_ISOLATED: ['change breaker: isolated in the policy to let attempts through'],
  RETRY_BUDGET: ['raise the budget of the policy, or probe fewer targets at once'],
  OWN_NETWORK_DOWN: ['look at the links and routes of this machine: ip link, ip route'],
  OWN_NETWORK_SUSPECTED: ['look at the own network: most targets were lost at once'],
  LOCAL_SHORTAGE: [
    'raise the limit that was reached (ulimit -n, ip_local_port_range), or probe fewer targets at once',
  ],
  PEER_RATE: ['raise peer_rate of the policy, or probe fewer targets of this host at once'],
}

/** A sample for which no attempt was let through. */
export function notTaken(code: DenialCode, text: string): Outcome {
  return {status: 'skipped', because: {code, text, advice: ADVICE[code]}}
}
