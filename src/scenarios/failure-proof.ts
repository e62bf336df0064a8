import type {Proof} from '../core/fault-events.ts'
import type {ExpectedEffect} from '../faults/fault.ts'
import type {Millis} from '../core/units.ts'
import type {Point, TargetSeries} from './series.ts'
import type {Span} from './windows.ts'

/** Whether samples failed with the code that belongs to the fault: each of them, or some where it hits some. */
export function failureProofs(
  series: TargetSeries,
  fails: NonNullable<ExpectedEffect['fails']>,
  window: Span & {readonly begun?: Millis},
): readonly Proof[] {
  const {name, kind} = series.info
  if (!fails.kinds.some((one) => one === kind)) return []
  // A sample that was on its way at either end may have met the server itself.
  const whole = series.points.filter((point) => point.sentAt >= window.from && point.endedAt <= window.to)
  const points = whole.length > 0 ? whole : onlyFailures(series, window)
  const expected: readonly string[] = fails.codes
  const hit = points.filter(({failure}) => failure && expected.includes(failure.code)).length
  const others = [
    ...new Set(
      points.flatMap(({failure}) => (failure && !expected.includes(failure.code) ? failure.code : [])),
    ),
  ]
  const beside = others.length === 0 ? '' : `; others ${others.join(', ')}`
  const enough = fails.all ? hit === points.length : hit > 0
  return [
    {
      what: `${name} fails`,
      asked: `${fails.all ? 'always' : 'at times'} with ${expected.join(' or ')}`,
      measured: points.length === 0 ? 'no sample' : `${hit} of ${points.length}${beside}`,
      verdict:
        points.length === 0
          ? 'no-traffic'
          : enough
            ? 'verified'
            : hit === 0
              ? 'not-effective'
              : 'out-of-tolerance',
    },
  ]
}

/** Who must not retry sends nothing more after its first failure, which may come while the fault is still being put in force. */
function onlyFailures(
  {points}: TargetSeries,
  {begun, from, to}: Span & {readonly begun?: Millis},
): readonly Point[] {
  return points.filter((point) => !point.ok && point.endedAt >= (begun ?? from) && point.endedAt <= to)
}
