/** `rate`: a limit in bits per second for what leaves by a device, by tbf, htb or netem, whichever the kernel has. */
import * as z from 'zod'
import {durationSchema, rateSchema, sizeSchema} from '../../config/quantities.ts'
import type {Capability} from '../../core/capabilities.ts'
import {UserError} from '../../core/errors.ts'
import {type BitsPerSecond, type Bytes, type Millis, formatDuration, formatRate} from '../../core/units.ts'
import {SHAPING_NEEDS, has, hasAll, hasAnySet, missingError} from '../choose-backend.ts'
import type {FaultScope} from '../fault.ts'
import {keptNotes} from '../kept-notes.ts'
import type {PlannedKind} from '../kind.ts'
import {rateEffects} from '../proxy-effects.ts'
import {scopeSchema, shapingKeys} from '../scope-schema.ts'
import type {Blueprint, Leaf, Situation} from '../situation.ts'
import {netemCarrier} from './netem-carrier.ts'

export const rateFaultSchema = z.strictObject({
  kind: z.literal('rate'),
  rate: rateSchema,
  burst: sizeSchema.optional().describe('what may pass at once; computed from the rate if not given'),
  queue: durationSchema.optional().describe('the longest wait in the queue before packets are dropped; 50ms'),
  algorithm: z.enum(['tbf', 'htb']).optional().describe('take this one; tbf if there is, else htb'),
  ...shapingKeys,
  scope: scopeSchema.optional(),
})
export interface RateSpec {
  readonly kind: 'rate'
  readonly rate: BitsPerSecond
  readonly burst?: Bytes | undefined
  readonly queue?: Millis | undefined
  readonly algorithm?: 'tbf' | 'htb' | undefined
  readonly direction?: 'out' | 'in' | undefined
  readonly replace_root?: boolean | undefined
  readonly offload?: 'off' | undefined
  readonly scope?: FaultScope | undefined
}

const withKernel = (...extra: readonly Capability[]): readonly (readonly Capability[])[] =>
  SHAPING_NEEDS.map((needs) => [...needs, ...extra])
const TBF = withKernel('qdisc-tbf')
const HTB = withKernel('qdisc-htb')

export const rate: PlannedKind<RateSpec> = {
  kind: 'rate',
  summary: 'limit the rate of what leaves towards the scope',
  example: 'netdrill fault plan rate --rate 10mbit --to 10.0.0.2 --port 443 --device eth0',
  needs: [...TBF, ...HTB],
  schema: rateFaultSchema,
  needsDevice: true,
  shapes: true,
  plan: planRate,
}

/** The longest wait in the queue: enough for a TCP window, short enough not to look like an outage. */
const QUEUE: Millis = 50
/** Ticks per second of the slowest usual kernel: the bucket has to last from one tick to the next (tbf(8)). */
const SLOWEST_HZ = 100

function planRate(spec: RateSpec, situation: Situation): Blueprint {
  checkSense(spec)
  const words = `rate limit ${formatRate(spec.rate)}`
  const effect = {rate: spec.rate}
  const algorithm = spec.algorithm ?? (has(situation, 'qdisc-tbf') ? 'tbf' : 'htb')
  const sets = algorithm === 'tbf' ? TBF : HTB
  if (hasAnySet(situation, sets)) {
    return {
      backend: algorithm,
      because: becauseOf(spec, algorithm),
      words,
      effect,
      warnings: [],
      notes: ['a rate limit delays as well: packets wait in its queue', ...ownDirection(situation)],
      mix: {type: 'rate', rate: spec.rate},
      leaf: algorithm === 'tbf' ? tbfLeaf(spec, situation) : htbLeaf(spec, situation),
    }
  }
  if (situation.carried && !situation.proxyOnly) return byCarrier(spec, situation, words)
  if (situation.proxy) {
    return {
      backend: 'proxy',
      because: situation.proxyOnly
        ? 'the lab runs on loopback, so its proxy does it'
        : 'the kernel can not shape here, and a proxy stands in front of the target',
      words,
      effect,
      warnings: [],
      notes: ['the proxy limits each direction by itself, and payload instead of packets'],
      effects: rateEffects(spec.rate),
    }
  }
  const wanted = spec.algorithm === undefined ? [...TBF, ...HTB] : sets
  throw missingError(situation, `the fault "${words}"`, wanted, true)
}

/** In a lab, where the kernel has neither tbf nor htb. */
function byCarrier(spec: RateSpec, situation: Situation, words: string): Blueprint {
  return {
    backend: 'carrier',
    because: 'netdrill carries the packets of this link itself, and the kernel can not shape here',
    words,
    effect: {rate: spec.rate},
    warnings: [],
    notes: [
      'a rate limit delays as well: packets wait in its queue',
      ...(situation.kept?.end ? keptNotes(situation.kept.end, situation.lasts) : []),
    ],
    carry: netemCarrier({kind: 'netem', rate: spec.rate, limit: queuePackets(spec, situation)}, 0),
    arriving: spec.direction === 'in',
  }
}

/** What waits at most, in packets of the device's largest size. */
function queuePackets(spec: RateSpec, situation: Situation): number {
  const bytes = (spec.rate / 8) * ((spec.queue ?? QUEUE) / 1000)
  return Math.max(2, Math.ceil(bytes / (situation.device?.mtu ?? 1500)))
}

function checkSense(spec: RateSpec): void {
  const problem = (message: string): UserError => new UserError({code: 'USAGE_INVALID', message})
  if (spec.rate < 8) throw problem(`${formatRate(spec.rate)} is less than one byte per second`)
  if (spec.queue !== undefined && spec.queue <= 0)
    throw problem('a queue of 0 would drop every packet that has to wait')
  if (spec.queue !== undefined && spec.queue > 60_000)
    throw problem(`a queue of ${formatDuration(spec.queue)} is longer than 1m`)
}

function becauseOf(spec: RateSpec, algorithm: 'tbf' | 'htb'): string {
  if (spec.algorithm !== undefined) return `${algorithm} was asked for`
  return algorithm === 'tbf' ? 'tbf limits exactly and this kernel has it' : 'this kernel has no tbf, but htb'
}

function ownDirection(situation: Situation): readonly string[] {
  return situation.crossings === 2 ? ['on loopback both directions share this limit'] : []
}

/** At least what the rate moves in one kernel tick, and room for two of the device's largest packets. */
function burstOf(spec: RateSpec, mtu: number): Bytes {
  return spec.burst ?? Math.max(Math.ceil(spec.rate / 8 / SLOWEST_HZ), 2 * (mtu + 64))
}

function tbfLeaf(spec: RateSpec, situation: Situation): Leaf {
  const burst = burstOf(spec, situation.device?.mtu ?? 1500)
  const rateBits = Math.round(spec.rate)
  const queue = Math.round((spec.queue ?? QUEUE) * 1000)
  return {
    kind: 'tbf',
    options: ['rate', `${rateBits}bit`, 'burst', `${burst}b`, 'latency', `${queue}us`],
    expect: {rate: Math.floor(rateBits / 8)},
  }
}

/** In an htb tree the class itself can limit; its leaf is a plain queue. */
function htbLeaf(spec: RateSpec, situation: Situation): Leaf {
  if (!hasAll(situation, ['qdisc-htb'])) throw missingError(situation, 'htb', HTB)
  const packets = queuePackets(spec, situation)
  return {
    kind: 'pfifo',
    options: ['limit', String(packets)],
    expect: {limit: packets},
    classRate: Math.round(spec.rate),
  }
}
