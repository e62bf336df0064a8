/** Puts faults in force and takes them back: preflight, snapshot, ledger, apply, read back, undo, compare. */
import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import type {GuardLink, Ports} from '../core/ports.ts'
import {type CloseWorld, KERNEL_LOCK, closeEntry, closeUnderLock} from './close-entry.ts'
import type {CompiledPlan} from './compile-plan.ts'
import type {ActiveFault, FaultBinding, FaultEngine, FaultPlan, FaultRequest} from './fault.ts'
import {faultKey} from './fault-key.ts'
import {refuseWhenHalted} from './halt.ts'
import {type Home, type ProcessIdentity, findHome, identify} from './identity.ts'
import {applyKept} from './kept-link.ts'
import {shareJoints} from './share-joints.ts'
import {type Watch, readBack, readCounters, runSteps} from './kernel-fault.ts'
import {type Ledger, type LedgerEntry, isOpen, openLedger} from './ledger.ts'
import {makeEntry} from './make-entry.ts'
import {planFault} from './plan-fault.ts'
import {applyCarrierFault} from './carrier-fault.ts'
import {applyProxyFault} from './proxy-fault.ts'
import {type ProxyBoard, openProxyBoard} from './proxy-board.ts'
import {type Tools, openTools} from './tools.ts'

export type FaultPorts = Pick<
  Ports,
  'clock' | 'exec' | 'files' | 'host' | 'capabilities' | 'resolver' | 'locks' | 'guards' | 'sockets'
>

export interface FaultEngineOptions {
  /** Unique name of the run; faults of different runs never get into each other's way. */
  readonly run: string
  /** Only plans: nothing is started or written. */
  readonly dryRun?: boolean
}

export function openFaultEngine(ports: FaultPorts, options: FaultEngineOptions): FaultEngine {
  return new Engine(ports, options)
}

/** It ends with this process: a proxy's fault, or one on a link of a lab of ours. */
function isOwn({backend, request}: FaultPlan): boolean {
  return backend === 'proxy' || (backend === 'carrier' && request?.binding.carrier !== undefined)
}

class Engine implements FaultEngine {
  readonly #ports: FaultPorts
  readonly #options: FaultEngineOptions
  readonly #tools: Tools
  readonly #ledger: Ledger
  readonly #board: ProxyBoard = openProxyBoard()
  readonly #active = new Map<string, ActiveFault>()
  #home: Promise<Home> | undefined
  #self: Promise<ProcessIdentity> | undefined
  #guard: Promise<GuardLink> | undefined
  #detached = false

  constructor(ports: FaultPorts, options: FaultEngineOptions) {
    this.#ports = ports
    this.#options = options
    this.#tools = openTools(ports)
    this.#ledger = openLedger(ports.files, ports.host)
  }

  async plan(request: FaultRequest): Promise<FaultPlan> {
    const {plan} = await this.#compile(request)
    // Started ahead, so that putting a fault in force does not wait for a program to start.
    if (this.#options.dryRun !== true && !isOwn(plan)) {
      this.#startGuard().catch(() => {})
    }
    return plan
  }

  async apply(plan: FaultPlan, binding: FaultBinding): Promise<ActiveFault> {
    await refuseWhenHalted(this.#ports)
    if (!plan.request) throw new TypeError('the plan was not made by a fault engine')
    const request = {...plan.request, id: plan.id, binding}
    const active = isOwn(plan) ? await this.#applyOwn(request) : await this.#applyKernel(request)
    this.#active.set(plan.id, active)
    return active
  }

  async detach(): Promise<void> {
    const guard = await this.#startGuard()
    const keeper = await identify(this.#ports.files, guard.pid)
    const {entries} = await this.#ledger.all()
    for (const entry of entries.filter((one) => one.run === this.#options.run && isOpen(one))) {
      await this.#ledger.write({...entry, detached: true, owner: keeper})
    }
    guard.detach()
    this.#detached = true
    this.#active.clear()
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#active.values()].map(async (fault) => fault.remove()))
    this.#active.clear()
    const guard = await this.#guard?.catch(() => undefined)
    this.#guard = undefined
    if (!guard || this.#detached) return
    const {entries} = await this.#ledger.all()
    // What could not be undone stays with the guard, which tries again when this process is gone.
    if (entries.every((entry) => entry.run !== this.#options.run || !isOpen(entry))) guard.release()
  }

  async #compile(request: FaultRequest): Promise<CompiledPlan> {
    const {entries} = await this.#ledger.all()
    const world = {ports: this.#ports, tools: this.#tools, entries}
    return planFault(request, faultKey(this.#options.run, request.id), world)
  }

  /** What netdrill does itself, to connections through its proxy or to packets that it carries. */
  async #applyOwn(request: FaultRequest): Promise<ActiveFault> {
    const {plan, blueprint, situation} = await this.#compile(request)
    const {carrier} = request.binding
    if (blueprint.backend === 'carrier' && carrier)
      return applyCarrierFault({plan, blueprint, scope: situation.scope, carrier}, this.#ports.clock)
    if (blueprint.backend !== 'proxy' || !request.binding.proxy) {
      throw new TypeError('a proxy fault was planned without a proxy')
    }
    return applyProxyFault(
      {plan, effects: blueprint.effects, control: request.binding.proxy},
      this.#board,
      this.#ports.clock,
    )
  }

  /** One at a time on this machine: what is there must not change between the look and the act. */
  async #applyKernel(request: FaultRequest): Promise<ActiveFault> {
    const guard = await this.#startGuard()
    const release = await this.#ports.locks.hold(KERNEL_LOCK)
    try {
      const compiled = await this.#compile(request)
      const owner = {run: this.#options.run, home: await this.#findHome(), self: await this.#whoAmI(), guard}
      const entry = await makeEntry(compiled, owner, {
        ports: this.#ports,
        tools: this.#tools,
        ledger: this.#ledger,
      })
      await shareJoints(this.#ledger, entry)
      await this.#ledger.write(entry)
      guard.look()
      return await this.#putInForce(compiled, entry)
    } finally {
      await release()
    }
  }

  /** From here on the ledger knows: whatever goes wrong, the undo is done. */
  async #putInForce(compiled: CompiledPlan, entry: LedgerEntry): Promise<ActiveFault> {
    const {clock} = this.#ports
    const started = clock.now()
    try {
      const {failure, forgotten} = await runSteps(this.#tools, compiled.plan.place, compiled.plan)
      if (failure !== null) throw await this.#giveUp(compiled.plan, entry, failure)
      await applyKept(compiled, this.#ports.sockets)
      const took = clock.now() - started
      const watch = this.#watch(forgotten)
      const {asAsked, text} = await readBack(watch, compiled)
      await this.#ledger.write({...entry, state: 'applied'})
      return this.#activeFault(compiled, {entry, watch, took, asAsked, text})
    } catch (error) {
      await closeUnderLock(await this.#closeWorld(), entry.id, 'owner')
      throw error
    }
  }

  #activeFault(
    compiled: CompiledPlan,
    done: {
      readonly entry: LedgerEntry
      readonly watch: Watch
      readonly took: number
      readonly asAsked: boolean
      readonly text: string
    },
  ): ActiveFault {
    let removal: ReturnType<ActiveFault['remove']> | undefined
    return {
      plan: compiled.plan,
      readback: done.text,
      asAsked: done.asAsked,
      took: done.took,
      counters: async () => {
        const entry = await this.#ledger.read(done.entry.id)
        return readCounters(done.watch, compiled, entry?.joints ?? [])
      },
      remove: async () => {
        removal ??= this.#remove(compiled.plan.id, done.entry)
        return removal
      },
    }
  }

  async #remove(id: string, entry: LedgerEntry): ReturnType<ActiveFault['remove']> {
    this.#active.delete(id)
    return closeEntry(await this.#closeWorld(), entry.id, 'owner')
  }

  /** Undoes what was done so far; the error tells whether that worked. */
  async #giveUp(plan: FaultPlan, entry: LedgerEntry, failure: string): Promise<UserError> {
    const {restored, differences} = await closeUnderLock(await this.#closeWorld(), entry.id, 'owner')
    if (restored) {
      return new UserError(
        {
          code: 'FAULT_APPLY',
          message: `${plan.name}: ${failure}`,
          advice: ['what was done before is undone', 'netdrill doctor tells what the kernel can do'],
        },
        EXIT.fail,
      )
    }
    return new UserError(
      {
        code: 'FAULT_LEFTOVERS',
        message: `${plan.name}: ${failure}; and the undo left something: ${differences.join('; ')}`,
        advice: ['netdrill fault recover'],
      },
      EXIT.leftovers,
    )
  }

  async #closeWorld(): Promise<CloseWorld> {
    const {files, clock, locks, sockets, host} = this.#ports
    const home = await this.#findHome()
    const undo = {tools: this.#tools, files, clock, home, sockets, stateFolder: host.stateFolder}
    return {undo, ledger: this.#ledger, locks, clock}
  }

  #watch(forgotten: number): Watch {
    const {files, clock, host, sockets} = this.#ports
    return {tools: this.#tools, files, clock, sockets, stateFolder: host.stateFolder, forgotten}
  }

  async #findHome(): Promise<Home> {
    this.#home ??= findHome(this.#ports)
    return this.#home
  }

  async #whoAmI(): Promise<ProcessIdentity> {
    this.#self ??= identify(this.#ports.files, this.#ports.host.pid)
    return this.#self
  }

  /** The guard of this run; one that was killed is replaced. */
  async #startGuard(): Promise<GuardLink> {
    const known = await this.#guard?.catch(() => null)
    if (known && (await identify(this.#ports.files, known.pid)).start === 0) this.#guard = undefined
    if (known === null) this.#guard = undefined
    this.#guard ??= this.#ports.guards.start(this.#options.run)
    return this.#guard
  }
}
