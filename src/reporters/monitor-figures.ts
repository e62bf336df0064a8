/** The figures of a watch, each with its uncertainty, so that two watches can be compared. */
import type {Figure} from '../core/figures.ts'
import type {Millis} from '../core/units.ts'
import type {MonitorFacts, MonitoredTarget} from './monitor-facts.ts'

/** Of a standard normal distribution: 99 % lie within. */
const WIDTH = 2.576

export function monitorFigures(facts: MonitorFacts): readonly Figure[] {
  return facts.targets().flatMap((target) => figuresOf(target, facts.at))
}

function figuresOf(target: MonitoredTarget, now: Millis): readonly Figure[] {
  const {name, ok, failed, outages, interval, longest, downSince, rtt} = target
  const worst = Math.max(longest, downSince === null ? 0 : now - downSince)
  const share = ok + failed === 0 ? null : ok / (ok + failed)
  return [
    // An outage begins and ends between two samples: nobody looked there.
    {
      name: `${name}.downtime`,
      unit: 'ms',
      value: worst,
      low: Math.max(0, worst - interval),
      high: outages === 0 ? 0 : worst + interval,
      ...(outages > 1 ? {note: `longest of ${outages}`} : {}),
    },
    {name: `${name}.availability`, unit: 'ratio', value: share, low: share, high: share},
    {name: `${name}.lost`, unit: 'count', value: failed, low: failed, high: failed},
    {name: `${name}.outages`, unit: 'count', value: outages, low: outages, high: outages},
    ...[50, 95].map((p): Figure => ({
      name: `${name}.rtt.p${p}`,
      unit: 'ms',
      value: rtt.percentile(p),
      low: rtt.percentile(beside(p, -1, rtt.count)),
      high: rtt.percentile(beside(p, 1, rtt.count)),
    })),
  ]
}

/** The rank that the true percentile lies below or above of with 99.5 %, by the binomial distribution of ranks. */
function beside(p: number, side: 1 | -1, count: number): number {
  const share = p / 100
  const spread = count === 0 ? 0 : WIDTH * Math.sqrt((share * (1 - share)) / count)
  return Math.min(100, Math.max(0, p + side * spread * 100))
}
