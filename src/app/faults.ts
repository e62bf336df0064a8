/** Faults by hand: one plan, or one fault put in force, kept for its time and taken back. */
import {EXIT, type ExitCode} from '../core/exit-codes.ts'
import {HOST} from '../core/place.ts'
import type {Ports} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {openFaultEngine} from '../faults/engine.ts'
import type {ActiveFault, FaultBinding, FaultEngine, FaultPlan, FaultRequest} from '../faults/fault.ts'
import {readHalt, refuseWhenHalted} from '../faults/halt.ts'
import {openLedger} from '../faults/ledger.ts'
import {type ServedFault, type ServedWords, enterServed, isAsked} from '../faults/served.ts'
import {UserError} from '../core/errors.ts'
import {countDown} from './count-down.ts'
import {type OwnProxy, PLANNED_PROXY, openOwnProxy} from './fault-proxy.ts'
import {findKeptDevice} from './kept-carriers.ts'
import type {NamedFault} from './fault-document.ts'
import {applyThere, planThere} from './fault-on-host.ts'
import {type FaultWords, readFault} from './fault-request.ts'
import {noEffect} from './no-effect.ts'
import {effectWords} from './fault-views.ts'

export interface FaultOrder {
  readonly words: FaultWords
  readonly lasts: Millis
  readonly allow: FaultRequest['allow']
  /** `LISTEN=UPSTREAM`; null for none. */
  readonly proxy: string | null
}

/** Planned, not done; nothing is written, started or changed. */
export async function planOrder(order: FaultOrder, ports: Ports): Promise<FaultPlan> {
  const id = freshId(ports)
  const engine = openFaultEngine(ports, {run: id, dryRun: true})
  const named = await readFault(order.words, ports)
  if (named.spec.on !== undefined) return planThere(order, {id, named}, ports)
  return engine.plan(
    requestOf(order, named, {id, binding: bindingOf(order.proxy === null ? null : PLANNED_PROXY, ports)}),
  )
}

/** What the foreground tells while it waits. */
export interface ApplyTeller {
  planned(plan: FaultPlan): void
  /** With a proxy: what clients have to know. */
  inForce(fault: ActiveFault, proxy: Pick<OwnProxy, 'listens' | 'caFile'> | null): void
  left(left: Millis): void
}

export type ApplyEnd =
  | {readonly how: 'detached'; readonly id: string; readonly fault: ActiveFault}
  | {
      /** `lost`: the connection to the other host that it is on. */
      readonly how: 'over' | 'interrupted' | 'cleared' | 'halted' | 'lost'
      readonly id: string
      readonly fault: ActiveFault
      readonly took: Millis
      readonly restored: boolean
      readonly differences: readonly string[]
    }

export interface ApplyOptions {
  readonly detach: boolean
  readonly signal: AbortSignal
  readonly tell: ApplyTeller
}

/** Throws `UserError` when it can't be put in force; otherwise the fault is over, or the guard's, when this resolves. */
export async function applyOrder(order: FaultOrder, options: ApplyOptions, ports: Ports): Promise<ApplyEnd> {
  if (options.detach && order.proxy !== null) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: '--detach leaves the fault to the guard, and a proxy lives in this process: choose one',
    })
  }
  await refuseWhenHalted(ports)
  const id = freshId(ports)
  const named = await readFault(order.words, ports)
  if (named.spec.on !== undefined) return applyThere(order, {id, named}, options, ports)
  const proxy = order.proxy === null ? null : await openOwnProxy(order.proxy, named.spec, ports)
  const binding = bindingOf(proxy?.control ?? null, ports)
  const engine = openFaultEngine(ports, {run: id})
  let served: ServedFault | null = null
  try {
    const plan = await engine.plan(requestOf(order, named, {id, binding}))
    options.tell.planned(plan)
    if (proxy && plan.backend === 'proxy') served = await enterServed(servedWords(plan, id, proxy), ports)
    const fault = await engine.apply(plan, binding)
    options.tell.inForce(fault, proxy)
    if (fault.asAsked === false) throw await noEffect(fault)
    return await keep({id, fault, engine}, order.lasts, options, ports)
  } finally {
    await engine.close()
    await proxy?.close()
    await served?.end()
  }
}

/** 0 after an orderly end, 4 when it was ended before its time, 5 when something is left. */
export function exitOf(end: ApplyEnd): ExitCode {
  if (end.how === 'detached') return EXIT.pass
  if (!end.restored) return EXIT.leftovers
  return end.how === 'over' || end.how === 'cleared' ? EXIT.pass : EXIT.aborted
}

interface Kept {
  readonly id: string
  readonly fault: ActiveFault
  readonly engine: FaultEngine
}

/** What the ledger says about a fault of our own proxy. */
function servedWords(
  {name, kind, summary, lasts, steps}: FaultPlan,
  id: string,
  {listens, upstream, caFile}: OwnProxy,
): ServedWords {
  const does = steps.flatMap(({do: act}) => (act.type === 'impair' ? act.effects.map(effectWords) : []))
  const files = caFile === null ? [] : [caFile]
  return {id, name, kind, summary, lasts, served: {proxies: [{name, listens, upstream, does}], files}}
}

async function keep(kept: Kept, lasts: Millis, options: ApplyOptions, ports: Ports): Promise<ApplyEnd> {
  const {id, fault, engine} = kept
  if (options.detach) {
    await engine.detach?.()
    return {how: 'detached', id, fault}
  }
  const how = await waitForEnd(id, lasts, options, ports)
  const {took, restored, differences} = await fault.remove()
  return {how, id, fault, took, restored, differences}
}

async function waitForEnd(
  id: string,
  lasts: Millis,
  {signal, tell}: ApplyOptions,
  ports: Ports,
): Promise<'over' | 'interrupted' | 'cleared' | 'halted'> {
  const ledger = openLedger(ports.files, ports.host)
  const look = async (): Promise<'cleared' | 'halted' | null> => {
    const entry = await ledger.read(id)
    if (entry && isAsked(entry)) return (await readHalt(ports)) ? 'halted' : 'cleared'
    return !entry && (await readHalt(ports)) ? 'halted' : null
  }
  return countDown({lasts, clock: ports.clock, signal, left: (left) => tell.left(left), look})
}

function requestOf(
  order: FaultOrder,
  {name, spec}: NamedFault,
  {id, binding}: {readonly id: string; readonly binding: FaultBinding},
): FaultRequest {
  return {id, name, spec, binding, lasts: order.lasts, allow: order.allow}
}

function bindingOf(proxy: FaultBinding['proxy'], ports: Pick<Ports, 'files' | 'host'>): FaultBinding {
  return {place: HOST, device: null, proxy, kept: findKeptDevice(ports)}
}

/** Short enough to type, long enough not to meet another one. */
export function freshId(ports: Pick<Ports, 'clock' | 'host'>): string {
  const stamp = Math.floor(ports.clock.wall() / 10).toString(36)
  return `f${stamp.slice(-6)}${(ports.host.pid % 1296).toString(36).padStart(2, '0')}`
}
