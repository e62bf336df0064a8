/** How long the round trips of a target took. Pure. */
import {percentile} from '../core/statistics.ts'
import type {Millis} from '../core/units.ts'
import type {Point, TargetSeries} from './series.ts'
import type {Span} from './windows.ts'

/**
 * The part of a sample that takes exactly one round trip, with as little computing in it as can be had: the TCP
 * handshake, which the kernels do. Behind a proxy, whose kernel answers at once, the TLS handshake (RFC 8446 section 2), or
 * without TLS the wait for the first byte of an answer, whose own time is in the baseline as well.
 */
function oneRoundTrip(
  {kind, backend}: {readonly kind: string; readonly backend: string},
  point: Point,
): Millis | null {
  switch (kind) {
    case 'tls':
    case 'http':
      return (backend === 'proxy' ? (point.phase.tls ?? point.phase.wait) : point.phase.connect) ?? null
    case 'tcp':
      return point.phase.connect ?? point.rtt
    default:
      return point.rtt
  }
}

interface Choice {
  /** Only samples that ended inside the span. */
  readonly whole: boolean
  readonly backend: string
}

/** Of those that were answered. */
export function roundTrips(series: TargetSeries, span: Span, {whole, backend}: Choice): readonly Millis[] {
  return timedPoints(series, span, {whole, backend}).map(({took}) => took)
}

export interface TimedPoint {
  readonly point: Point
  /** One round trip. */
  readonly took: Millis
}

export function timedPoints(
  series: TargetSeries,
  span: Span,
  {whole, backend}: Choice,
): readonly TimedPoint[] {
  const {kind} = series.info
  return series.points
    .filter(
      (point) =>
        point.ok && point.sentAt >= span.from && (whole ? point.endedAt <= span.to : point.sentAt < span.to),
    )
    .flatMap((point) => {
      const took = oneRoundTrip({kind, backend}, point)
      return took === null ? [] : [{point, took}]
    })
}

export function median(values: readonly Millis[]): Millis {
  return percentile(
    values.toSorted((a, b) => a - b),
    50,
  )
}
