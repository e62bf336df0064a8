/**
 * The far end: obeys a drill that runs on another host, with an engine, ledger and guard of this one. When the drill is gone, by
 * the end of its connection or by silence, everything is undone.
 */
import {isUserError} from '../../core/errors.ts'
import {EXIT} from '../../core/exit-codes.ts'
import {HOST} from '../../core/place.ts'
import type {ActiveFault, FaultEngine, FaultPlan, FaultSpec} from '../fault.ts'
import {type FaultEngineOptions, type FaultPorts, openFaultEngine} from '../engine.ts'
import {faultKey} from '../fault-key.ts'
import {readHalt, refuseWhenHalted} from '../halt.ts'
import {isOpen, openLedger} from '../ledger.ts'
import {FaultOperations} from '../operations.ts'
import {resolveDestinations} from '../resolve-destinations.ts'
import {
  type Answers,
  type FromHost,
  type HostedRequest,
  type Order,
  SILENCE,
  type ToHost,
  WIRE,
  decodeWords,
  encodeWords,
} from './words.ts'

export interface ServeLine {
  onLine(listener: (line: string) => void): void
  /** The connection has ended, or we are to end. */
  onEnd(listener: () => void): void
  send(line: string): void
}

export interface ServeWorld {
  readonly ports: FaultPorts
  readonly line: ServeLine
  readonly version: string
  /** Calls back once when somebody halts all faults here; the returned function stops that. */
  readonly watchHalt: (onHalt: (because: string) => void) => () => void
}

/** Resolves when the other side has gone and nothing of its run is in force here. */
export async function serveFaults(world: ServeWorld): Promise<void> {
  const {line, ports} = world
  const server = new FaultServer(world)
  const say = (words: FromHost): void => line.send(encodeWords(words))
  let turn: Promise<void> = Promise.resolve()
  const gone = new Promise<void>((resolve) => {
    let over = false
    let cancel = (): void => undefined
    const end = (): void => {
      over = true
      cancel()
      resolve()
    }
    const wait = (): void => {
      cancel()
      cancel = ports.clock.after(SILENCE, end)
    }
    wait()
    line.onEnd(end)
    line.onLine((text) => {
      // What a network held back must not begin anything once the end has come.
      const words = over ? null : decodeWords<ToHost>(text)
      if (!words) return
      wait()
      if ('beat' in words) return say({say: 'beat'})
      // One after the other, as they came.
      turn = turn.then(async () => {
        say(await answer(words.id, async () => server.obey(words.order)))
        if (words.order.do === 'close') end()
      })
    })
  })
  const forgetHalt = world.watchHalt((because) => say({say: 'halted', because}))
  say(helloOf(world))
  await gone
  forgetHalt()
  await turn
  await server.close()
}

async function answer(id: number, act: () => Promise<unknown>): Promise<FromHost> {
  try {
    return {re: id, ok: await act()}
  } catch (error) {
    if (isUserError(error)) return {re: id, problems: error.problems, exit: error.exit}
    const message = error instanceof Error ? error.message : String(error)
    return {re: id, problems: [{code: 'INTERNAL', message}], exit: EXIT.internal}
  }
}

function helloOf({version, ports: {host}}: ServeWorld): FromHost {
  const [client, , server] = (host.env('SSH_CONNECTION') ?? '').split(' ')
  const ends = client && server ? {client, server} : null
  return {say: 'hello', wire: WIRE, version, uid: host.uid, ends}
}

/** Held as long as a run is served, so that whoever settles it afterwards waits for the end of the one before. */
function lockOf(run: string): string {
  return faultKey(run, 'host')
}

class FaultServer {
  readonly #world: ServeWorld
  readonly #plans = new Map<string, FaultPlan>()
  readonly #active = new Map<string, ActiveFault>()
  #run = ''
  #engine: FaultEngine | null = null
  #release: () => Promise<void> = async () => undefined

  constructor(world: ServeWorld) {
    this.#world = world
  }

  async obey(order: Order): Promise<Answers[Order['do']]> {
    switch (order.do) {
      case 'open':
        return this.#open(order)
      case 'plan':
        return this.#plan(order.request)
      case 'apply':
        return this.#apply(order)
      case 'counters':
        return this.#fault(order.id).counters()
      case 'remove':
        return this.#fault(order.id).remove()
      case 'look':
        return this.#look(order.id)
      case 'detach':
        await this.#opened().detach?.()
        return null
      case 'settle':
        return this.#settle(order.run)
      case 'close':
        await this.#engine?.close()
        return null
    }
  }

  async close(): Promise<void> {
    await this.#engine?.close()
    await this.#release()
  }

  async #open({run, dryRun}: FaultEngineOptions & {readonly dryRun: boolean}): Promise<null> {
    const {ports} = this.#world
    if (!dryRun) {
      await refuseWhenHalted(ports)
      this.#release = await ports.locks.hold(lockOf(run))
    }
    this.#run = run
    this.#engine = openFaultEngine(ports, {run, dryRun})
    return null
  }

  /** Names mean what they mean here. */
  async #plan(request: HostedRequest): Promise<Answers['plan']> {
    const {on: _, ...spec} = await this.#resolve(request.spec)
    const binding = {place: HOST, device: null, proxy: null}
    const plan = await this.#opened().plan({...request, spec, binding})
    this.#plans.set(request.id, plan)
    const {request: _request, ...told} = plan
    return {plan: told, to: spec.scope?.to ?? null}
  }

  async #resolve(spec: FaultSpec): Promise<FaultSpec> {
    const {to} = spec.scope ?? {}
    if (to === undefined) return spec
    const addresses = await resolveDestinations(to.split(','), this.#world.ports.resolver)
    return {...spec, scope: {...spec.scope, to: addresses.join(',')}}
  }

  async #apply({planned, id}: Extract<Order, {do: 'apply'}>): Promise<Answers['apply']> {
    const plan = this.#plans.get(planned)
    if (!plan?.request) throw new TypeError(`${planned} was not planned here`)
    const active = await this.#opened().apply({...plan, id}, plan.request.binding)
    this.#active.set(id, active)
    const {readback, asAsked, took} = active
    return {readback, asAsked, took}
  }

  async #look(id: string): Promise<Answers['look']> {
    const {files, host} = this.#world.ports
    const entry = await openLedger(files, host).read(faultKey(this.#run, id))
    if (entry && isOpen(entry)) return null
    return (await readHalt({files, host})) ? 'halted' : 'cleared'
  }

  async #settle(run: string): Promise<Answers['settle']> {
    const {ports} = this.#world
    const release = await ports.locks.hold(lockOf(run))
    try {
      const operations = await FaultOperations.open(ports)
      const {faults} = await operations.list()
      const ids = faults.flatMap(({entry}) => (entry.run === run ? [entry.id] : []))
      const closed = await operations.clear(ids, 'clear')
      return closed.map(({entry, differences}) => ({key: entry.id, differences}))
    } finally {
      await release()
    }
  }

  #opened(): FaultEngine {
    if (!this.#engine) throw new TypeError('nothing was opened before')
    return this.#engine
  }

  #fault(id: string): ActiveFault {
    const active = this.#active.get(id)
    if (!active) throw new TypeError(`${id} is not in force here`)
    return active
  }
}
