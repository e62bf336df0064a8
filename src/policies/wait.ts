/** How long to wait before a retry: growth first, then the cap, then jitter that stays under the cap. */
import type {Random} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {type Jitter, LONGEST_WAIT, type Policy, type RetryPhase} from './policy.ts'

/** A wait lies between these, both included; whole milliseconds. */
export interface WaitRange {
  readonly low: Millis
  readonly high: Millis
}

/** The wait before retry `rung` (from 1) of a phase without jitter; finite for any rung. */
export function plainWait(phase: RetryPhase, rung: number): Millis {
  const cap = Math.min(phase.maxInterval ?? LONGEST_WAIT, LONGEST_WAIT)
  if (phase.interval === 0) return 0
  // A power that overflows is Infinity, which the cap takes care of; 0 × Infinity can't happen here.
  return Math.min(phase.interval * phase.multiplier ** (rung - 1), cap)
}

/**
 * The range a wait is drawn from. A range that would cross a hard cap is moved down instead of being cut, so that a
 * whole fleet at its cap doesn't fire in step. `previous` is the range of the wait before it in the same phase, which
 * `decorrelated` builds upon.
 */
export function waitRange(
  policy: Pick<Policy, 'jitter' | 'cap'>,
  phase: RetryPhase,
  rung: number,
  previous: WaitRange | null,
): WaitRange {
  const plain = plainWait(phase, rung)
  const [low, high] = spread(policy.jitter, plain, phase, previous)
  const over = policy.cap === 'hard' && phase.maxInterval !== null ? high - phase.maxInterval : 0
  return over > 0 ? wholeRange(Math.max(0, low - over), high - over, plain) : wholeRange(low, high, plain)
}

/** Draws a wait; each value of the range is equally likely. */
export function drawWait(range: WaitRange, random: Pick<Random, 'next'>): Millis {
  return Math.min(range.high, range.low + Math.floor(random.next() * (range.high - range.low + 1)))
}

function spread(
  jitter: Jitter,
  plain: Millis,
  phase: RetryPhase,
  previous: WaitRange | null,
): readonly [Millis, Millis] {
  switch (jitter.mode) {
    case 'none':
      return [plain, plain]
    case 'full':
      return [0, plain]
    case 'equal':
      return [plain / 2, plain]
    case 'decorrelated': {
      // Where waits don't grow, three times the interval keeps the random walk from running away.
      const top = phase.maxInterval ?? 3 * phase.interval
      return [
        Math.min(phase.interval, top),
        Math.min(top, 3 * (previous?.high ?? phase.interval), LONGEST_WAIT),
      ]
    }
    case 'proportional':
      return [plain * (1 - jitter.factor), plain * (1 + jitter.factor)]
    case 'width':
      return [plain * (1 - jitter.factor / 2), plain * (1 + jitter.factor / 2)]
    case 'additive':
      return [plain, plain * (1 + jitter.factor)]
  }
}

/** Whole milliseconds inside the range; the plain wait, rounded down, where the range holds none. */
function wholeRange(low: Millis, high: Millis, plain: Millis): WaitRange {
  // Sums like 0.95 × 500 carry a rounding error that must not cost a whole millisecond.
  const first = Math.ceil(low - 1e-6)
  const last = Math.floor(high + 1e-6)
  if (first <= last) return {low: first, high: last}
  const floor = Math.floor(plain)
  return {low: floor, high: floor}
}
