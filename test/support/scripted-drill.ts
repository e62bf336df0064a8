import type {RunEvent} from '../../src/core/events.ts'
import {makeFailure} from '../../src/core/codes/index.ts'
import type {Sample} from '../../src/core/outcome.ts'
import {HOST} from '../../src/core/place.ts'
import type {Ports} from '../../src/core/ports.ts'
import {seededRandom} from '../../src/core/random.ts'
import type {Millis} from '../../src/core/units.ts'
import type {WatchSpec} from '../../src/core/watch.ts'
import {UserError} from '../../src/core/errors.ts'
import {parseCondition} from '../../src/config/conditions/parse.ts'
import type {ActiveFault, FaultEngine, FaultPlan, FaultRequest} from '../../src/faults/fault.ts'
import type {Lab, OpenLabOptions} from '../../src/lab/lab.ts'
import type {DrillCondition, DrillSpec, During} from '../../src/scenarios/drill-spec.ts'
import {type DrillResult, type DrillRun, runDrill} from '../../src/scenarios/runner.ts'
import {FakeNetwork} from './fake-network.ts'
import {FakeClock} from './fake-clock.ts'

/** How the scripted world misbehaves. */
export interface Script {
  /** Faults have no effect although they report success. */
  readonly uselessFaults?: boolean
  /** The target fails in the baseline. */
  readonly sickBaseline?: boolean
  /** The target never comes back. */
  readonly neverRecovers?: boolean
  /** Faults hit the control target as well. */
  readonly broadFaults?: boolean
  readonly applyFails?: boolean
  readonly leavesBehind?: string
  readonly planFails?: UserError
  /** Faults of this engine instead, which keeps this time. */
  readonly other?: {
    readonly clock: FakeClock
    readonly isInForce: () => boolean
    /** `stop` ends the drill. */
    readonly open: (stop: (because: string) => void) => FaultEngine
  }
  readonly openAlerts?: DrillRun['openAlerts']
  readonly openNotifier?: DrillRun['openNotifier']
}

export function condition(text: string, during: During = 'drill'): DrillCondition {
  return {condition: parseCondition(text, {subjects: ['api', 'control']}), text, during, position: null}
}

export function drillSpec(change: Partial<DrillSpec> = {}): DrillSpec {
  const target = {interval: 100, timeout: 500, options: {}, policy: null, fall: 1, rise: 1} as const
  return {
    name: 'test',
    title: 'Test',
    description: '',
    file: 'test.yaml',
    targets: [
      {...target, name: 'api', url: 'tcp://127.0.0.1:1', role: 'target'},
      {...target, name: 'control', url: 'tcp://127.0.0.1:2', role: 'control'},
    ],
    faults: {outage: {kind: 'partition', scope: {to: '127.0.0.1', port: 1}}},
    lab: null,
    from: null,
    timeline: [{at: 2000, lasts: 3000, fault: 'outage'}],
    settle: 5000,
    steady: [condition('api.loss <= 0%', 'baseline')],
    abortWhen: [],
    expect: [condition('api.recovery < 2s')],
    repeat: 1,
    ...change,
  }
}

/** Runs a drill on a fake clock against a scripted lab and fault engine; `during` may interfere at a time. */
export async function runScripted(
  spec: DrillSpec,
  script: Script = {},
  interfere?: {readonly at: Millis; readonly act: (stop: AbortController) => void},
): Promise<{result: DrillResult | Error; events: RunEvent[]; inForce: number; clock: FakeClock}> {
  const clock = script.other?.clock ?? new FakeClock()
  const events: RunEvent[] = []
  const world = new ScriptedWorld(clock, script)
  const stop = new AbortController()
  if (interfere) clock.after(interfere.at, () => interfere.act(stop))
  const running = runDrill({
    spec,
    ports: {clock, random: seededRandom(1), network: new FakeNetwork()} as unknown as Ports,
    engine: script.other?.open((because) => stop.abort(new Error(because))) ?? world.engine,
    openLab: async (options) => world.lab(options),
    origin: clock.now(),
    info: {id: 'r', command: 'drill run', title: spec.title, version: '0', platform: 'test'},
    emit: (event) => events.push(event),
    signal: stop.signal,
    ...(script.openAlerts && {openAlerts: script.openAlerts}),
    ...(script.openNotifier && {openNotifier: script.openNotifier}),
  }).catch((error: unknown) => error as Error)
  let result: DrillResult | Error | undefined
  void running.then((value) => {
    result = value
  })
  for (let step = 0; step < 2000 && result === undefined; step++) await clock.advance(50)
  if (result === undefined) throw new Error('the drill did not end')
  return {result, events, inForce: world.inForce, clock}
}

class ScriptedWorld {
  inForce = 0
  #hadFault = false
  readonly #clock: FakeClock
  readonly #script: Script

  constructor(clock: FakeClock, script: Script) {
    this.#clock = clock
    this.#script = script
  }

  readonly engine: FaultEngine = {
    plan: async (request) => {
      if (this.#script.planFails) throw this.#script.planFails
      return planOf(request)
    },
    apply: async (plan) => this.#apply(plan),
    close: async () => undefined,
  }

  async #apply(plan: FaultPlan): Promise<ActiveFault> {
    if (this.#script.applyFails) throw new UserError({code: 'FAULT_APPLY', message: 'nft said no'})
    this.inForce += 1
    this.#hadFault = true
    const {leavesBehind} = this.#script
    return {
      plan,
      readback: 'there',
      asAsked: true,
      took: 5,
      counters: async () => ({matched: 10, affected: 10}),
      remove: async () => {
        this.inForce -= 1
        return {
          took: 5,
          restored: leavesBehind === undefined,
          differences: leavesBehind ? [leavesBehind] : [],
        }
      },
    }
  }

  #isDown(role: string): boolean {
    const {sickBaseline, uselessFaults, broadFaults, neverRecovers} = this.#script
    if (role === 'control') return (broadFaults ?? false) && this.inForce > 0
    if (sickBaseline && !this.#hadFault) return true
    if (neverRecovers && this.#hadFault) return true
    const isInForce = this.#script.other?.isInForce() ?? this.inForce > 0
    if (isInForce) this.#hadFault = true
    return isInForce && !uselessFaults
  }

  lab(options: OpenLabOptions): Lab {
    const timers: (() => void)[] = []
    return {
      isolation: 'loopback',
      notes: ['scripted'],
      resolve: (url) => url,
      servers: () => ({}),
      place: () => HOST,
      link: () => null,
      proxyOf: () => null,
      watch: async (_node, targets, emit) => {
        for (const target of targets) timers.push(this.#watch(target, emit, options.origin))
      },
      unwatch: async () => {
        for (const cancel of timers.splice(0)) cancel()
      },
      down: async () => undefined,
    }
  }

  /** One sample per interval; the state follows the last sample. */
  #watch(target: WatchSpec, emit: (event: RunEvent) => void, origin: Millis): () => void {
    let seq = 0
    let up = true
    let cancel = (): void => undefined
    const at = (): Millis => this.#clock.now() - origin
    const tick = (): void => {
      const down = this.#isDown(target.role)
      emit({at: at(), type: 'sample', target: target.name, sample: sampleOf(seq++, at(), down)})
      if (down === up) {
        up = !down
        const [from, to] = down
          ? (['connected', 'reconnecting'] as const)
          : (['reconnecting', 'connected'] as const)
        emit({at: at(), type: 'state-changed', target: target.name, from, to, because: 'script'})
      }
      cancel = this.#clock.after(target.interval, tick)
    }
    cancel = this.#clock.after(0, tick)
    return () => cancel()
  }
}

function sampleOf(seq: number, sentAt: Millis, down: boolean): Sample {
  if (!down)
    return {seq, sentAt, outcome: {status: 'ok', took: 1, reading: {rtt: 1, phase: {connect: 1, total: 1}}}}
  return {
    seq,
    sentAt,
    outcome: {
      status: 'failed',
      took: 1,
      partial: {phase: {}},
      failure: makeFailure('TCP_TIMEOUT', 'silence'),
    },
  }
}

function planOf(request: FaultRequest): FaultPlan {
  return {
    id: request.id,
    name: request.name,
    kind: request.spec.kind,
    backend: 'nft',
    because: 'scripted',
    summary: 'drop',
    place: request.binding.place,
    device: null,
    lasts: request.lasts,
    steps: [],
    blastRadius: [],
    effect: {blocked: 'drop'},
    endsByKernel: true,
    warnings: [],
  }
}
