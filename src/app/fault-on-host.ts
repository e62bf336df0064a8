/** A fault of a document on another host: kept over one ssh connection, in the foreground or by the guard there. */
import {UserError, atPosition} from '../core/errors.ts'
import {HOST} from '../core/place.ts'
import type {Ports} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import type {FaultBinding, FaultPlan} from '../faults/fault.ts'
import {readHalt} from '../faults/halt.ts'
import type {HostedEngine} from '../faults/hosts/hosted-engine.ts'
import {countDown} from './count-down.ts'
import type {NamedFault} from './fault-document.ts'
import type {ApplyEnd, ApplyOptions, FaultOrder} from './faults.ts'
import {noEffect} from './no-effect.ts'
import {openEngineOnHosts} from './open-fault-engine.ts'

const THERE: FaultBinding = {place: HOST, device: null, proxy: null}

interface Named {
  readonly id: string
  readonly named: NamedFault
}

/** Planned there, not done; nothing is written or changed on either side. */
export async function planThere(order: FaultOrder, {id, named}: Named, ports: Ports): Promise<FaultPlan> {
  refuseProxy(order)
  const engine = await openEngineOnHosts({run: id, dryRun: true, onTrouble: () => undefined}, ports)
  try {
    return await planned(engine, order, {id, named})
  } finally {
    await engine.close()
  }
}

/** Throws `UserError` when it can't be put in force; otherwise the fault is over, or the guard's there, when this resolves. */
export async function applyThere(
  order: FaultOrder,
  {id, named}: Named,
  options: ApplyOptions,
  ports: Ports,
): Promise<ApplyEnd> {
  refuseProxy(order)
  const trouble = new AbortController()
  const engine = await openEngineOnHosts(
    {run: id, onTrouble: (because) => trouble.abort(new Error(because))},
    ports,
  )
  try {
    const plan = await planned(engine, order, {id, named})
    options.tell.planned(plan)
    const fault = await engine.apply(plan, THERE)
    options.tell.inForce(fault, null)
    if (fault.asAsked === false) throw await noEffect(fault)
    if (options.detach) {
      await engine.detach?.()
      return {how: 'detached', id, fault}
    }
    const how = await waitForEnd({engine, plan}, options, {trouble: trouble.signal, ports})
    return {how, id, fault, ...(await fault.remove())}
  } finally {
    await engine.close()
  }
}

async function planned(engine: HostedEngine, order: FaultOrder, {id, named}: Named): Promise<FaultPlan> {
  const {name, spec, position} = named
  const {lasts, allow} = order
  try {
    return await engine.plan({id, name, spec, binding: THERE, lasts, allow})
  } catch (error) {
    throw atPosition(error, position)
  }
}

async function waitForEnd(
  {engine, plan}: {readonly engine: HostedEngine; readonly plan: FaultPlan},
  {signal, tell}: ApplyOptions,
  {trouble, ports}: {readonly trouble: AbortSignal; readonly ports: Ports},
): Promise<'over' | 'interrupted' | 'cleared' | 'halted' | 'lost'> {
  const look = async (): Promise<'cleared' | 'halted' | 'lost' | null> =>
    (await readHalt(ports)) ? 'halted' : engine.look(plan)
  const left = (time: Millis): void => tell.left(time)
  return countDown({lasts: plan.lasts, clock: ports.clock, signal, wake: trouble, left, look})
}

function refuseProxy({proxy}: FaultOrder): void {
  if (proxy === null) return
  throw new UserError({
    code: 'USAGE_INVALID',
    message: '--proxy starts a proxy on this machine, and the fault is on another one: leave out one of them',
  })
}
