import type {Failure, Stage} from '../../core/failure.ts'

const STAGES: readonly Stage[] = ['resolve', 'route', 'connect', 'tls', 'send', 'receive', 'assert']

/**
 * The failure that speaks for several addresses: the one that got furthest towards the target. An answer says more
 * than silence, and what this machine refused to do says least about the target. Null without failures.
 */
export function pickFailure(failures: readonly Failure[]): Failure | null {
  return failures.toSorted((a, b) => weight(b) - weight(a))[0] ?? null
}

function weight(failure: Failure): number {
  // A cancelled measurement says nothing at all, whatever else was seen.
  if (failure.category === 'cancelled') return 1000
  const local = failure.blame === 'local' ? 0 : 100
  const answer = failure.detail === 'timeout' ? 0 : 1
  return local + STAGES.indexOf(failure.stage) * 10 + answer
}
