import {makeFailure} from '../../src/core/codes/index.ts'
import type {ConnectionState, TargetRole} from '../../src/core/events.ts'
import type {Millis} from '../../src/core/units.ts'
import type {Point, TargetSeries} from '../../src/scenarios/series.ts'

/** Points every `interval` from 0 to `end`, down while `isDown` says so. */
export function makePoints(options: {
  readonly end: Millis
  readonly interval: Millis
  readonly isDown?: (at: Millis) => boolean
  readonly rtt?: (at: Millis) => Millis
}): Point[] {
  const points: Point[] = []
  for (let at = 0; at < options.end; at += options.interval) {
    const ok = !(options.isDown?.(at) ?? false)
    const rtt = options.rtt?.(at) ?? 1
    points.push({
      sentAt: at,
      endedAt: at + (ok ? rtt : 50),
      ok,
      rtt: ok ? rtt : null,
      phase: ok ? {tls: rtt, connect: rtt, total: rtt} : {},
      failure: ok ? null : makeFailure('TCP_TIMEOUT', 'silence'),
    })
  }
  return points
}

export function makeSeries(
  points: readonly Point[],
  options: {
    readonly name?: string
    readonly role?: TargetRole
    readonly kind?: string
    readonly interval?: Millis
    readonly states?: readonly (readonly [Millis, ConnectionState, ConnectionState])[]
  } = {},
): TargetSeries {
  return {
    info: {
      name: options.name ?? 'api',
      url: 'tls://127.0.0.1:1',
      kind: options.kind ?? 'tls',
      role: options.role ?? 'target',
      interval: options.interval ?? 100,
      timeout: 1000,
      policy: null,
    },
    points,
    states: (options.states ?? []).map(([at, from, to]) => ({at, from, to})),
    attempts: [],
    steps: [],
    denials: [],
    warnings: [],
    missed: 0,
    last: null,
  }
}
