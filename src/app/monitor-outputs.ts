/** Where the events of a watch go: the journal, other programs, the display; secrets are taken out first. */
import type {RunEvent} from '../core/events.ts'
import type {Millis} from '../core/units.ts'
import {type MonitorFacts, isDown} from '../reporters/monitor-facts.ts'
import {monitorFigures} from '../reporters/monitor-figures.ts'
import type {Journal} from '../scenarios/journal/writer.ts'
import {type CheckRedactor, checkRedactor} from './check-redact.ts'
import {markMaker} from './marks.ts'
import type {MonitorDisplay} from './monitor-display.ts'
import type {Exposure} from './monitor-listen.ts'

export interface OutputOptions {
  readonly journal: Journal | null
  readonly exposure: Exposure
  /** All who look at the watch share them; they are kept here. */
  readonly facts: MonitorFacts
  readonly now: () => Millis
  /** Gives addresses other names, wherever they go. */
  readonly anonymise?: ((text: string) => string) | undefined
}

type Level = (RunEvent & {type: 'notice'})['level']

export class MonitorOutputs {
  readonly #options: OutputOptions
  readonly #mark: () => RunEvent
  readonly #secrets = new Set<string>()
  #redactor: CheckRedactor
  #display: MonitorDisplay | null = null
  readonly #listeners: ((event: RunEvent) => void)[] = []

  constructor(options: OutputOptions) {
    this.#options = options
    this.#mark = markMaker(options.now)
    this.#redactor = checkRedactor([], options.anonymise)
  }

  /** Where it listens for scrapers. */
  get url(): string | null {
    return this.#options.exposure.url
  }

  show(display: MonitorDisplay): void {
    this.#display = display
  }

  /** Who follows the run as it is told, without its secrets. */
  listen(listener: (event: RunEvent) => void): void {
    this.#listeners.push(listener)
  }

  /** Secrets of an older document stay secret. */
  keepSecret(values: readonly string[]): void {
    for (const value of values) this.#secrets.add(value)
    this.#redactor = checkRedactor([...this.#secrets], this.#options.anonymise)
  }

  publish(event: RunEvent): void {
    const safe = this.#redactor.event(event)
    const {journal, exposure, facts} = this.#options
    facts.add(safe)
    journal?.write(safe)
    exposure.show(safe)
    this.#display?.show(safe)
    for (const listener of this.#listeners) listener(safe)
  }

  mark(): void {
    this.publish(this.#mark())
  }

  notice(level: Level, text: string): void {
    this.publish({at: this.#options.now(), type: 'notice', level, code: null, text})
  }

  anyDown(): boolean {
    const {facts} = this.#options
    const lost = facts.peers.peers().some(({state}) => state === 'disconnected' || state === 'failed')
    return lost || facts.targets().some(({state}) => isDown(state))
  }

  /** The last that is told: a journal gets the figures, so that it can be compared with another one. */
  end(): void {
    const {journal, now} = this.#options
    if (journal) this.publish({at: now(), type: 'figures', figures: monitorFigures(this.#options.facts)})
    this.publish({at: now(), type: 'run-ended', journal: journal?.path ?? null})
  }

  async close(): Promise<void> {
    await this.#options.journal?.close()
    await this.#options.exposure.close()
    await this.#display?.close()
  }
}
