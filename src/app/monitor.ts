/** The monitor command from its flags to the exit code. */
import type {ConnectionState, RunEvent} from '../core/events.ts'
import {EXIT} from '../core/exit-codes.ts'
import {HOST} from '../core/place.ts'
import type {Ports} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import type {WatchSpec} from '../core/watch.ts'
import {AgentSession} from '../lab/agent-session.ts'
import {MonitorFacts, isDown} from '../reporters/monitor-facts.ts'
import {monitorFigures} from '../reporters/monitor-figures.ts'
import type {CheckTarget, LoadedCheck} from '../scenarios/check/check-spec.ts'
import {loadCheck} from '../scenarios/check/load-check.ts'
import {openJournal} from '../scenarios/journal/writer.ts'
import {packageVersion} from '../system/package-root.ts'
import {type EndingSignal, endProcess, onEndingSignal} from '../system/signals.ts'
import {checkRedactor} from './check-redact.ts'
import {readSources} from './documents.ts'
import {type ListenRequest, openExposure} from './monitor-listen.ts'
import {markMaker} from './marks.ts'
import {type MonitorDisplayRequest, openMonitorDisplay} from './monitor-display.ts'
import {readDurationFlag} from './read-duration.ts'

export interface MonitorFlags {
  readonly files: readonly string[]
  readonly only: readonly string[]
  readonly tags: readonly string[]
  readonly for?: string | undefined
  /** Folder of the journal; null writes none: a watch may go on for weeks. */
  readonly journal: string | null
  readonly display: MonitorDisplayRequest
  readonly expose: ListenRequest
}

type Ending = 'time' | 'quit' | EndingSignal

/** Watches until its time is over, a key or a signal; gives the exit code. Throws `UserError` before anything is sent. */
export async function monitorDocuments(flags: MonitorFlags, ports: Ports): Promise<number> {
  const lasts = flags.for === undefined ? null : readDurationFlag('--for', flags.for)
  const env = (name: string): string | undefined => ports.host.env(name)
  const loaded = await loadCheck(await readSources(flags.files, ports), {
    env,
    only: flags.only,
    tags: flags.tags,
  })
  const watch = new Watch(ports, lasts)
  return watch.run(flags, loaded)
}

class Watch {
  readonly #ports: Ports
  readonly #origin: Millis
  readonly #lasts: Millis | null
  readonly #states = new Map<string, ConnectionState>()
  #over = false
  #end: (why: Ending) => void = () => {}
  readonly #ended = new Promise<Ending>((resolve) => (this.#end = resolve))

  constructor(ports: Ports, lasts: Millis | null) {
    this.#ports = ports
    this.#lasts = lasts
    this.#origin = ports.clock.now()
  }

  async run(flags: MonitorFlags, loaded: LoadedCheck): Promise<number> {
    const {clock, random} = this.#ports
    const redactor = checkRedactor(loaded.secrets)
    const exposure = await openExposure(flags.expose, () => this.#elapsed())
    const session = await AgentSession.open(this.#ports, {
      name: 'this machine',
      place: HOST,
      origin: this.#origin,
      seed: random.seed,
    })
    const id = `monitor-${new Date(clock.wall()).toISOString().replace(/[-:]|\..*/g, '')}`
    const journal = flags.journal === null ? null : await openJournal(this.#ports.files, flags.journal, id)
    const display = await openMonitorDisplay(flags.display, {
      now: () => this.#elapsed(),
      after: (wait, callback) => clock.after(wait, callback),
      onKey: (what) => {
        if (what === 'mark') publish(mark())
        else this.#end(what === 'quit' ? 'quit' : 'SIGINT')
      },
    })
    const facts = new MonitorFacts()
    const mark = markMaker(() => this.#elapsed())
    const forget = this.#watchSignals()
    const publish = (event: RunEvent): void => {
      if (event.type === 'state-changed') this.#states.set(event.target, event.to)
      const safe = redactor.event(event)
      journal?.write(safe)
      if (journal) facts.add(safe)
      exposure.show(safe)
      display.show(safe)
    }
    try {
      publish(this.#started(id, loaded, exposure.url))
      for (const target of loaded.targets) publish(this.#added(target))
      void session.ended.then((because) => this.#lost(because, publish))
      await session.watch(loaded.targets.map(watchSpec), publish)
      if (this.#lasts !== null) clock.after(this.#lasts, () => this.#end('time'))
      const why = await this.#ended
      this.#over = true
      const down = [...this.#states.values()].some(isDown)
      await session.unwatch().catch(() => undefined)
      if (journal) publish({at: this.#elapsed(), type: 'figures', figures: monitorFigures(facts)})
      publish({at: this.#elapsed(), type: 'run-ended', journal: journal?.path ?? null})
      return exitOf(why, down)
    } finally {
      forget()
      await session.close()
      await journal?.close()
      await exposure.close()
      await display.close()
    }
  }

  #elapsed(): Millis {
    return this.#ports.clock.now() - this.#origin
  }

  /** The agent ends by itself only when something is badly wrong: say so, and stop rather than show old figures. */
  #lost(because: string, publish: (event: RunEvent) => void): void {
    if (this.#over) return
    publish({
      at: this.#elapsed(),
      type: 'notice',
      level: 'error',
      code: null,
      text: `the prober ended: ${because}`,
    })
    this.#end('SIGTERM')
  }

  #watchSignals(): () => void {
    let seen = false
    return onEndingSignal((signal) => {
      if (seen) endProcess(exitOf(signal, false))
      seen = true
      this.#end(signal)
    })
  }

  #started(id: string, {files, targets}: LoadedCheck, url: string | null): RunEvent {
    const {os, kernel, node, arch} = this.#ports.host.platform
    return {
      at: this.#elapsed(),
      type: 'run-started',
      run: {
        id,
        purpose: 'monitor',
        command: 'monitor',
        title: `${files.join(', ')}: ${targets.length} target${targets.length === 1 ? '' : 's'}`,
        version: packageVersion(),
        seed: this.#ports.random.seed,
        started: new Date(this.#ports.clock.wall()).toISOString(),
        platform: `${os} ${kernel} ${arch}, Node ${node}`,
        backends: url === null ? [] : [`${url}/metrics, /status and /healthz answer`],
      },
    }
  }

  #added({name, url, interval, timeout, policy}: CheckTarget): RunEvent {
    return {
      at: this.#elapsed(),
      type: 'target-added',
      target: {
        name,
        url: url.text,
        kind: url.kind,
        role: 'target',
        interval,
        timeout,
        policy: policy?.name ?? null,
      },
    }
  }
}

function watchSpec(target: CheckTarget): WatchSpec {
  const {name, url, interval, timeout, family, options, policy, fall, rise} = target
  return {name, url: url.text, role: 'target', interval, timeout, family, options, policy, fall, rise}
}

/** Signals as everywhere; otherwise whether everything was up when the watch ended. */
function exitOf(why: Ending, down: boolean): number {
  if (why === 'SIGINT') return EXIT.interrupted
  if (why !== 'time' && why !== 'quit') return EXIT.terminated
  return down ? EXIT.fail : EXIT.pass
}
