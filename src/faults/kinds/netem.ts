/** `netem`: delay, jitter, loss, duplication, corruption, reordering and rate, by the kernel's network emulator. */
import type {Capability} from '../../core/capabilities.ts'
import {type LimitRequest, computeLimit, explainLimit} from '../../core/netem-limit.ts'
import {formatDuration, formatPercent, formatRate} from '../../core/units.ts'
import {SHAPING_NEEDS, hasAnySet, missingError} from '../choose-backend.ts'
import type {ExpectedEffect} from '../fault.ts'
import type {PlannedKind} from '../kind.ts'
import {combineChances, expectedBurst, expectedDelay, expectedLoss, oneWayDelay} from '../netem-arithmetic.ts'
import {delayEffects, rateEffects} from '../proxy-effects.ts'
import type {Blueprint, Situation} from '../situation.ts'
import {netemCarrier} from './netem-carrier.ts'
import {needsOrderGuard, netemLeaf} from './netem-leaf.ts'
import {checkNetemSense} from './netem-sense.ts'
import {type LossModel, type NetemSpec, netemSchema} from './netem-spec.ts'
import {keptNotes} from '../kept-notes.ts'
import {proxyRoundTrip} from './proxy.ts'
import {rate as rateKind} from './rate.ts'

const NEEDS: readonly (readonly Capability[])[] = SHAPING_NEEDS.map((needs) => [...needs, 'qdisc-netem'])

export const netem: PlannedKind<NetemSpec> = {
  kind: 'netem',
  summary: 'delay, jitter, loss, duplicate, corrupt, reorder or limit what leaves towards the scope',
  example: 'netdrill fault plan netem --delay 100ms --jitter 20ms --loss 5% --to 10.0.0.2 --device eth0',
  needs: NEEDS,
  schema: netemSchema,
  needsDevice: true,
  shapes: true,
  plan: planNetem,
}

function planNetem(spec: NetemSpec, situation: Situation): Blueprint {
  checkNetemSense(spec)
  const words = describe(spec)
  if (situation.carried && !spec.ecn && !situation.proxyOnly) return byCarrier(spec, situation, words)
  const kernel = hasAnySet(situation, NEEDS)
  if (kernel) return byKernel(spec, situation, words)
  if (situation.proxy && isProxyable(spec)) return byProxy(spec, situation, words)
  if (isOnlyRate(spec) && spec.rate !== undefined && !situation.proxyOnly) {
    const plan = rateKind.plan({kind: 'rate', rate: spec.rate, scope: spec.scope}, situation)
    return {...plan, because: `there is no netem here; ${plan.because}`}
  }
  throw missingError(situation, `the fault "${words}"`, NEEDS, isProxyable(spec))
}

function byKernel(spec: NetemSpec, situation: Situation, words: string): Blueprint {
  const delay = oneWayDelay(spec, situation.crossings)
  const takesSeed = (situation.tcVersion ?? 0) >= 6.06 && (situation.kernelVersion ?? 0) >= 6.06
  return {
    backend: 'netem',
    because: 'this kernel has netem, which does all of it',
    words,
    effect: effectOf(spec, situation, delay),
    warnings: warningsOf(spec, delay, takesSeed),
    notes: notesOf(spec, situation, delay),
    leaf: netemLeaf({spec, delay, takesSeed}),
    mix: {type: 'netem', spec: oneWay(spec, delay), takesSeed},
  }
}

/** In a lab, on a link that was built for it: the same effect, by packets that netdrill carries itself. */
function byCarrier(spec: NetemSpec, situation: Situation, words: string): Blueprint {
  const delay = oneWayDelay(spec, 1)
  return {
    backend: 'carrier',
    because: 'netdrill carries the packets of this link itself, so the kernel need not',
    words,
    effect: effectOf(spec, situation, delay),
    warnings: warningsOf(spec, delay, true),
    notes: [
      ...when(spec.corrupt !== undefined, 'damaged packets fail their checksum: they count as lost'),
      ...(situation.kept?.end ? keptNotes(situation.kept.end, situation.lasts) : []),
    ],
    carry: netemCarrier(spec, delay),
    arriving: spec.direction === 'in',
  }
}

/** What is joined with other faults of the same packets: the scope and the ways of asking are done with. */
function oneWay(
  {scope: _scope, rtt: _rtt, direction: _way, replace_root: _root, offload: _offload, ...spec}: NetemSpec,
  delay: number,
): NetemSpec {
  return {...spec, delay}
}

/** What a proxy can imitate: delay, jitter and rate of a stream. Lost or reordered packets it never sees. */
function isProxyable(spec: NetemSpec): boolean {
  const packets = [spec.loss, spec.duplicate, spec.corrupt, spec.reorder, spec.slot, spec.ecn]
  return packets.every((value) => value === undefined || value === false)
}

function byProxy(spec: NetemSpec, situation: Situation, words: string): Blueprint {
  // The proxy delays both directions, netem one: halved, the round trip becomes what was asked.
  const latency = (spec.rtt ?? spec.delay ?? 0) / 2
  const jitter = Math.round(Math.min((spec.jitter ?? 0) / Math.sqrt(2), latency) * 1000) / 1000
  return {
    backend: 'proxy',
    because: situation.proxyOnly
      ? 'the lab runs on loopback, so its proxy does it'
      : 'the kernel way is closed here (no netem), and a proxy stands in front of the target',
    words,
    effect: {
      ...(latency > 0 ? {rtt: proxyRoundTrip(latency, jitter)} : {}),
      ...(spec.rate === undefined ? {} : {rate: spec.rate}),
    },
    warnings: [],
    notes: [
      'half of the delay is put on each direction, so that the round trip is as asked',
      'the TCP handshake with the proxy itself is not delayed',
    ],
    effects: [...delayEffects(latency, jitter), ...rateEffects(spec.rate)],
  }
}

function effectOf(spec: NetemSpec, situation: Situation, delay: number): ExpectedEffect {
  const {crossings} = situation
  const {mean, spread} = expectedDelay(spec, delay, crossings)
  // A damaged packet fails its checksum and is lost as well.
  const lost = spec.ecn ? 0 : spec.loss ? expectedLoss(spec.loss) : 0
  const oneWay = 1 - (1 - lost) * (1 - (spec.corrupt?.chance ?? 0))
  return {
    ...(mean > 0 || spread > 0 ? {rtt: {mean, spread}} : {}),
    ...(oneWay > 0 ? {loss: combineChances(oneWay, crossings)} : {}),
    ...(spec.rate === undefined ? {} : {rate: spec.rate}),
  }
}

function warningsOf(spec: NetemSpec, delay: number, takesSeed: boolean): readonly string[] {
  const enough = computeLimit(limitRequest(spec, delay))
  return [
    ...when(
      spec.limit !== undefined && spec.limit < enough,
      `the limit of ${spec.limit ?? 0} packets may overflow and lose more than asked; ${enough} would do`,
    ),
    ...when(
      (spec.jitter ?? 0) > delay,
      'the jitter is larger than the delay: negative waits become 0, so the mean is above the delay',
    ),
    ...when(
      spec.seed !== undefined && !takesSeed,
      'the seed is ignored: tc and the kernel need to be 6.6 or newer',
    ),
  ]
}

function notesOf(spec: NetemSpec, {crossings, device}: Situation, delay: number): readonly string[] {
  const request = limitRequest(spec, delay)
  const burst = spec.loss ? expectedBurst(spec.loss) : null
  const share =
    spec.rtt === undefined ? 'a round trip takes twice the delay' : 'each gets half of the round trip'
  return [
    ...when(spec.limit === undefined, explainLimit(request, computeLimit(request))),
    ...when(needsOrderGuard(spec), 'a rate of 100gbit keeps the packets in order in spite of the jitter'),
    ...when(crossings === 2, `on loopback both directions leave by the same device: ${share}`),
    ...when(spec.corrupt !== undefined, 'damaged packets fail their checksum: they count as lost'),
    ...when(
      typeof spec.distribution === 'object',
      'the delays scatter as a table says; tc finds it in TC_LIB_DIR while it runs',
    ),
    ...when(burst !== null, `lost packets come in bursts of ${Number((burst ?? 0).toFixed(2))} on average`),
    ...when(
      spec.loss !== undefined && !spec.ecn && device?.ingress === undefined,
      device?.offload
        ? 'packets are lost at the sender'
        : 'packets are lost at the sender; a large one that is split later counts as one, unless --offload off',
    ),
  ]
}

function limitRequest(spec: NetemSpec, delay: number): LimitRequest {
  return {delay, jitter: spec.jitter ?? 0, rate: spec.rate ?? null}
}

function when(condition: boolean, text: string): readonly string[] {
  return condition ? [text] : []
}

function isOnlyRate(spec: NetemSpec): boolean {
  const others = [spec.delay, spec.rtt, spec.jitter]
  return (
    spec.rate !== undefined &&
    isProxyable(spec) &&
    others.every((value) => value === undefined || value === 0)
  )
}

function describe(spec: NetemSpec): string {
  const parts = [
    spec.delay === undefined ? '' : `${formatDuration(spec.delay)} delay`,
    spec.rtt === undefined ? '' : `${formatDuration(spec.rtt)} round trip`,
    spec.jitter === undefined ? '' : `±${formatDuration(spec.jitter)} ${describeShape(spec)}jitter`,
    spec.loss ? describeLoss(spec.loss) : '',
    spec.duplicate ? `${formatPercent(spec.duplicate.chance)} duplicated` : '',
    spec.corrupt ? `${formatPercent(spec.corrupt.chance)} corrupted` : '',
    spec.reorder ? `${formatPercent(spec.reorder.chance)} reordered` : '',
    spec.rate === undefined ? '' : formatRate(spec.rate),
    spec.slot ? `bursts every ${formatDuration(spec.slot.min)}` : '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}

function describeShape({distribution}: NetemSpec): string {
  return typeof distribution === 'object' ? 'recorded ' : ''
}

function describeLoss(loss: LossModel): string {
  const model = loss.model === 'random' ? '' : ` (${loss.model})`
  return `${formatPercent(expectedLoss(loss))} loss${model}`
}
