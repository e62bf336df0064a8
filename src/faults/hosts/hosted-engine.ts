/**
 * An engine whose faults may be on other hosts: those are planned, kept and undone by the netdrill there, one connection per host.
 * All others are the local engine's.
 */
import {UserError} from '../../core/errors.ts'
import {EXIT} from '../../core/exit-codes.ts'
import type {Millis} from '../../core/units.ts'
import type {ActiveFault, FaultBinding, FaultEngine, FaultPlan, FaultRequest} from '../fault.ts'
import {faultKey} from '../fault-key.ts'
import {HostLink, type LinkWorld} from './host-link.ts'
import {type NamedHost, isLost} from './host-problems.ts'
import {readHost} from './ssh-host.ts'

interface HostedEngineOptions extends LinkWorld {
  readonly run: string
  readonly dryRun?: boolean
  /** A host was lost, or somebody has halted all faults there: nothing new should be begun. */
  readonly onTrouble: (because: string) => void
}

export interface HostedEngine extends FaultEngine {
  /** Whether somebody on that host has ended the fault, or the connection has. */
  look(plan: FaultPlan): Promise<'cleared' | 'halted' | 'lost' | null>
}

type Removal = Awaited<ReturnType<ActiveFault['remove']>>

/** How long a lost host is called again, to look whether all is undone there; longer than it takes to notice that we are gone. */
const SETTLE_PATIENCE: Millis = 20_000
const SETTLE_EVERY: Millis = 1000

export function openHostedEngine(local: FaultEngine, options: HostedEngineOptions): HostedEngine {
  return new Hosts(local, options)
}

class Hosts implements HostedEngine {
  readonly #local: FaultEngine
  readonly #options: HostedEngineOptions
  readonly #hosts = new Map<string, Host>()
  #isLocalUsed = false

  constructor(local: FaultEngine, options: HostedEngineOptions) {
    this.#local = local
    this.#options = options
  }

  async plan(request: FaultRequest): Promise<FaultPlan> {
    const {on} = request.spec
    if (on !== undefined) return this.#hostOf(on).plan(request)
    this.#isLocalUsed = true
    return this.#local.plan(request)
  }

  async apply(plan: FaultPlan, binding: FaultBinding): Promise<ActiveFault> {
    return plan.on ? this.#hostOf(plan.on.name).apply(plan) : this.#local.apply(plan, binding)
  }

  async look(plan: FaultPlan): Promise<'cleared' | 'halted' | 'lost' | null> {
    return plan.on ? this.#hostOf(plan.on.name).look(plan.id) : null
  }

  async detach(): Promise<void> {
    for (const host of this.#hosts.values()) await host.detach()
    if (this.#isLocalUsed) await this.#local.detach?.()
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#hosts.values()].map(async (host) => host.close()))
    await this.#local.close()
  }

  #hostOf(name: string): Host {
    const known = this.#hosts.get(name)
    if (known) return known
    const remote = readHost(name)
    if (!remote)
      throw new UserError({
        code: 'CONFIG_INVALID',
        message: `"${name}" is not ssh://user@host or ssh://user@host:port`,
      })
    const host = new Host({...remote, name}, this.#options)
    this.#hosts.set(name, host)
    return host
  }
}

/** What one host has to do with this run. */
class Host {
  readonly #host: NamedHost
  readonly #options: HostedEngineOptions
  #link: Promise<HostLink> | undefined
  #settled: Promise<readonly {readonly key: string; readonly differences: readonly string[]}[]> | undefined

  constructor(host: NamedHost, options: HostedEngineOptions) {
    this.#host = host
    this.#options = options
  }

  async plan(request: FaultRequest): Promise<FaultPlan> {
    const link = await this.#connect()
    const {id, name, spec, lasts, allow} = request
    const {plan, to} = await link.ask<'plan'>({do: 'plan', request: {id, name, spec, lasts, allow}})
    const on = {name: this.#host.name, ends: link.hello.ends, to}
    return {...plan, summary: `${plan.summary} on ${on.name}`, on, request}
  }

  async apply(plan: FaultPlan): Promise<ActiveFault> {
    const {id, request} = plan
    const link = await this.#connect()
    const planned = request?.id ?? id
    const done = await link.ask<'apply'>({do: 'apply', planned, id}).catch(async (error: unknown) => {
      throw isLost(error) ? await this.#lostMeanwhile(plan) : error
    })
    let removal: Promise<Removal> | undefined
    return {
      plan,
      ...done,
      counters: async () => link.ask<'counters'>({do: 'counters', id}),
      remove: async () => {
        removal ??= this.#remove(link, id)
        return removal
      },
    }
  }

  async look(id: string): Promise<'cleared' | 'halted' | 'lost' | null> {
    const link = await this.#connect()
    return link.ask<'look'>({do: 'look', id}).catch((error: unknown) => {
      if (isLost(error)) return 'lost' as const
      throw error
    })
  }

  async detach(): Promise<void> {
    const link = await this.#connect()
    await link.ask<'detach'>({do: 'detach'})
  }

  async close(): Promise<void> {
    const link = await this.#link?.catch(() => null)
    await link?.close()
  }

  async #connect(): Promise<HostLink> {
    this.#link ??= this.#open()
    return this.#link
  }

  async #open(): Promise<HostLink> {
    const {run, dryRun = false, onTrouble} = this.#options
    const link = await HostLink.open(this.#host, this.#options, {
      lost: ({message}) => onTrouble(message),
      halted: (because) => onTrouble(`on ${this.#host.name} ${because}`),
    })
    try {
      await link.ask<'open'>({do: 'open', run, dryRun})
      return link
    } catch (error) {
      await link.close()
      throw error
    }
  }

  async #remove(link: HostLink, id: string): Promise<Removal> {
    const started = this.#options.clock.now()
    try {
      return await link.ask<'remove'>({do: 'remove', id})
    } catch (error) {
      if (isLost(error)) return this.#removalOf(id, started)
      const differences = [error instanceof Error ? error.message : String(error)]
      return {took: this.#options.clock.now() - started, restored: false, unknown: true, differences}
    }
  }

  /** The connection ended while the fault was being put in force, so nobody knows whether it was. */
  async #lostMeanwhile({id, name}: FaultPlan): Promise<UserError> {
    const {restored, differences} = await this.#removalOf(id, this.#options.clock.now())
    const message = `${name}: the connection to ${this.#host.name} was lost while it was put in force`
    if (restored) return new UserError({code: 'HOST_LOST', message: `${message}; it is undone`}, EXIT.fail)
    return new UserError(
      {
        code: 'FAULT_LEFTOVERS',
        message: `${message}; ${differences.join('; ')}`,
        advice: [`netdrill fault recover --on ${this.#host.name}`],
      },
      EXIT.leftovers,
    )
  }

  /** Calls the host again, to see the end of what is undone there without us. */
  async #removalOf(id: string, started: Millis): Promise<Removal> {
    const {clock, run} = this.#options
    this.#settled ??= this.#settle()
    try {
      const left = await this.#settled
      const key = faultKey(run, id)
      const differences = left.flatMap((one) => (one.key === key ? one.differences : []))
      return {took: clock.now() - started, restored: differences.length === 0, differences}
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error)
      return {
        took: clock.now() - started,
        restored: false,
        unknown: true,
        differences: [
          `nobody could look whether it is undone, since ${because}; the guard there ends it at the latest when its time is over: netdrill fault list --on ${this.#host.name}`,
        ],
      }
    }
  }

  async #settle(): Promise<readonly {readonly key: string; readonly differences: readonly string[]}[]> {
    const {clock, run} = this.#options
    const deadline = clock.now() + SETTLE_PATIENCE
    for (;;) {
      try {
        return await this.#callAgain(run)
      } catch (error) {
        if (clock.now() + SETTLE_EVERY >= deadline) throw error
        await clock.sleep(SETTLE_EVERY)
      }
    }
  }

  async #callAgain(run: string) {
    const ignore = {lost: (): void => undefined, halted: (): void => undefined}
    const link = await HostLink.open(this.#host, this.#options, ignore)
    try {
      return await link.ask<'settle'>({do: 'settle', run})
    } finally {
      await link.close()
    }
  }
}
