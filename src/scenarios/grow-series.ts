/** A series while a drill runs: the same with lists that grow. */
import type {TargetInfo} from '../core/events.ts'
import type {GroupInfo} from '../core/group-events.ts'
import type {Reading} from '../core/outcome.ts'
import type {Millis} from '../core/units.ts'
import type {BondSeries} from './bond-figures.ts'
import type {ModeSeries} from './mode-figures.ts'
import type {AlertMark, StepMark, WarningMark} from './series-marks.ts'
import type {AttemptMark, GroupSeries, Point, StateChange, SwitchMark, TargetSeries} from './series.ts'
import type {ShareSeries} from './share-figures.ts'
import type {StreamSeries} from './stream-figures.ts'

export interface Growing extends TargetSeries {
  readonly points: Point[]
  readonly states: StateChange[]
  readonly attempts: AttemptMark[]
  readonly steps: StepMark[]
  readonly denials: Millis[]
  readonly warnings: WarningMark[]
  readonly alert?: {readonly marks: AlertMark[]}
  missed: number
  last: Reading | null
  bond?: BondSeries
  readonly group?: GroupSeries & {readonly switches: SwitchMark[]}
  stream?: StreamSeries
  modes?: ModeSeries
  shares?: ShareSeries
}

export function grow(info: TargetInfo): Growing {
  const marks = {points: [], states: [], attempts: [], steps: [], denials: [], warnings: []}
  return {info, ...marks, missed: 0, last: null}
}

export function growGroup(group: GroupInfo): Growing {
  const {name, interval} = group
  const role = 'target'
  const info: TargetInfo = {name, url: '', kind: 'group', role, interval, timeout: 0, policy: null}
  return {...grow(info), group: {info: group, switches: []}}
}

export function growRule(name: string): Growing {
  return {...growNamed(name, 'alert'), alert: {marks: []}}
}

/** What has no samples of its own. */
export function growNamed(name: string, kind: string): Growing {
  return grow({name, url: '', kind, role: 'target', interval: 0, timeout: 0, policy: null})
}
