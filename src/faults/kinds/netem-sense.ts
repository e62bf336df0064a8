/** Combinations of keys that tc would refuse or silently ignore, each with the sentence for the user. */
import {UserError} from '../../core/errors.ts'
import type {NetemSpec} from './netem-spec.ts'

/** Without any of these nothing would happen. */
const IMPAIRMENTS = [
  'delay',
  'rtt',
  'jitter',
  'loss',
  'duplicate',
  'corrupt',
  'reorder',
  'rate',
  'slot',
] as const satisfies readonly (keyof NetemSpec)[]

interface Rule {
  readonly broken: (spec: NetemSpec) => boolean
  readonly message: string
}

const given = (value: unknown): boolean => value !== undefined

const RULES: readonly Rule[] = [
  {
    broken: (spec) => given(spec.delay) && given(spec.rtt),
    message: 'delay is one way and rtt a round trip: give one of them',
  },
  {
    broken: (spec) => given(spec.reorder) && (spec.delay ?? spec.rtt ?? 0) === 0,
    message: 'reordering means that some packets overtake delayed ones: it needs a delay',
  },
  {
    broken: (spec) => given(spec.gap) && !given(spec.reorder),
    message: 'gap belongs to reorder: give both',
  },
  {
    broken: (spec) => given(spec.correlation) && !given(spec.jitter),
    message: 'correlation is that of the jitter: give both',
  },
  {
    broken: (spec) => given(spec.distribution) && !given(spec.jitter),
    message: 'distribution is that of the jitter: give both',
  },
  {
    broken: (spec) => spec.ecn === true && !given(spec.loss),
    message: 'ecn marks what loss would drop: it needs a loss',
  },
  {
    broken: (spec) => spec.keep_order === true && given(spec.reorder),
    message: 'keep_order and reorder exclude each other',
  },
  {
    broken: ({slot}) => slot?.max !== undefined && slot.max < slot.min,
    message: "the slot's max is below its min",
  },
]

/** Throws CONFIG_EMPTY when nothing is asked, and USAGE_INVALID when the parts contradict each other. */
export function checkNetemSense(spec: NetemSpec): void {
  if (IMPAIRMENTS.every((key) => !given(spec[key]))) {
    throw new UserError({
      code: 'CONFIG_EMPTY',
      message: 'the netem fault asks for nothing: give a delay, a loss, a rate or another impairment',
    })
  }
  const broken = RULES.filter((rule) => rule.broken(spec))
  if (broken.length > 0) {
    throw new UserError(broken.map(({message}) => ({code: 'USAGE_INVALID', message})))
  }
}
