/** The one source of network changes of a process, as long as somebody listens. */
import type {NetworkListener, NetworkState} from '../../core/network-port.ts'
import type {Clock} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import type {IpMonitorHandlers} from './ip-monitor.ts'
import type {NetworkLook} from './look-network.ts'
import {type Difference, NetworkTable} from './network-table.ts'
import {parseIpLine} from './parse-ip-line.ts'

export interface NetworkDoors {
  readonly clock: Pick<Clock, 'now' | 'after'>
  /** Gives a function that ends it. */
  readonly startMonitor: (handlers: IpMonitorHandlers) => () => void
  /** Null where the program is missing. */
  readonly lookByProgram: () => Promise<NetworkLook | null>
  readonly lookWithoutProgram: () => Promise<NetworkLook>
}

/** Kernels don't tell the IPv4 routes that go with a link or an address: after a loss all is looked at again, once for a burst. */
const LOOK_AFTER_LOSS: Millis = 50
/** While changes are told: a socket whose buffer was full has lost some. */
const LOOK_WATCHED: Millis = 60_000
/** While nothing is told. */
const LOOK_ALONE: Millis = 500
/** Between the end of a monitor and the start of the next one; doubled up to the most. */
const RESTART: Millis = 200
const RESTART_MOST: Millis = 60_000
/** A monitor that has lived so long was a good one. */
const LIVED: Millis = 60_000
/** So often at most is looked again at once because something changed meanwhile. */
const LOOKS = 5

export class NetworkSource {
  readonly #doors: NetworkDoors
  readonly #listeners = new Set<NetworkListener>()
  readonly #ready = new WeakSet<NetworkListener>()
  #table = new NetworkTable()
  #unknown = 0
  #restarts = 0
  #monitored = false
  #looked = false
  #restartAfter: Millis = RESTART
  #startedAt: Millis = 0
  /** Lines that came before the first look was over. */
  readonly #early: string[] = []
  /** Something came while a look was under way. */
  #told = false
  #hasProgram = false
  #stopMonitor: () => void = () => {}
  #cancelLook: () => void = () => {}
  #cancelRestart: () => void = () => {}
  #looking = false
  /** Answers of looks from before the last stop mean nothing. */
  #life = 0

  constructor(doors: NetworkDoors) {
    this.#doors = doors
  }

  add(listener: NetworkListener): void {
    this.#listeners.add(listener)
    if (this.#listeners.size === 1) this.#start()
    else if (this.#looked) this.#tellReady(listener)
  }

  remove(listener: NetworkListener): void {
    if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return
    this.#life += 1
    this.#stopMonitor()
    this.#cancelLook()
    this.#cancelRestart()
    this.#table = new NetworkTable()
    this.#looked = false
    this.#looking = false
    this.#early.length = 0
    this.#monitored = false
    this.#restartAfter = RESTART
  }

  state(): NetworkState {
    const method = this.#looked ? (this.#monitored ? 'ip monitor' : 'polling') : 'none yet'
    return {
      links: this.#table.links(),
      routes: this.#table.routes(),
      method,
      unknownLines: this.#unknown,
      restarts: this.#restarts,
    }
  }

  #start(): void {
    this.#startMonitor()
    void this.#look()
  }

  #startMonitor(): void {
    const {clock, startMonitor} = this.#doors
    this.#monitored = true
    this.#startedAt = clock.now()
    this.#stopMonitor = startMonitor({
      onLine: (line) => {
        this.#told = true
        if (this.#looked) this.#read(line)
        else this.#early.push(line)
      },
      onEnd: (because) => this.#lost(because),
    })
  }

  #lost(because: string): void {
    const {clock} = this.#doors
    this.#monitored = false
    if (clock.now() - this.#startedAt >= LIVED) this.#restartAfter = RESTART
    const first = this.#restartAfter === RESTART
    // Once is enough, for a program that isn't there too.
    if (first) this.#trouble(`${because}; looking every ${LOOK_ALONE}ms instead until it runs again`)
    this.#cancelRestart = clock.after(this.#restartAfter, () => {
      this.#restarts += 1
      this.#startMonitor()
      void this.#look()
    })
    this.#restartAfter = Math.min(RESTART_MOST, this.#restartAfter * 2)
    this.#lookIn(LOOK_ALONE)
  }

  #read(line: string): void {
    if (line.trim() === '') return
    const read = parseIpLine(line)
    if (read === null) {
      this.#unknown += 1
      return
    }
    const differences = this.#table.add(read)
    this.#tell(differences)
    if (differences.some(({what}) => LOSES_ROUTES.has(what))) this.#lookIn(LOOK_AFTER_LOSS)
  }

  #lookIn(wait: Millis): void {
    this.#cancelLook()
    this.#cancelLook = this.#doors.clock.after(wait, () => void this.#look())
  }

  async #look(): Promise<void> {
    if (this.#looking) return
    this.#looking = true
    const life = this.#life
    for (let left = LOOKS; left > 0; left -= 1) {
      this.#told = false
      const seen = await this.#see()
      if (life !== this.#life) return
      // What was told meanwhile is perhaps newer than what was seen: taking that in would be a change that never was.
      if (this.#looked && this.#told && left > 1) continue
      if (seen) this.#take(seen)
      break
    }
    this.#looking = false
    this.#lookIn(this.#monitored ? LOOK_WATCHED : LOOK_ALONE)
  }

  /** Null when a program that is there does not answer now: the other way numbers interfaces differently. */
  async #see(): Promise<NetworkLook | null> {
    const {lookByProgram, lookWithoutProgram} = this.#doors
    const seen = await lookByProgram()
    this.#hasProgram ||= seen !== null
    return this.#hasProgram ? seen : lookWithoutProgram()
  }

  #take({lines, routes, unknownLines}: NetworkLook): void {
    this.#unknown += unknownLines
    const differences = this.#table.replace(lines, routes)
    if (this.#looked) {
      this.#tell(differences)
      return
    }
    this.#looked = true
    for (const listener of this.#listeners) this.#tellReady(listener)
    for (const line of this.#early.splice(0)) this.#read(line)
  }

  #tell(differences: readonly Difference[]): void {
    const at = this.#doors.clock.now()
    for (const difference of differences) {
      for (const listener of this.#listeners) listener.onChange({...difference, at})
    }
  }

  #tellReady(listener: NetworkListener): void {
    if (this.#ready.has(listener)) return
    this.#ready.add(listener)
    listener.onReady?.()
  }

  #trouble(text: string): void {
    for (const listener of this.#listeners) listener.onTrouble?.(text)
  }
}

const LOSES_ROUTES: ReadonlySet<Difference['what']> = new Set([
  'link-removed',
  'link-down',
  'address-removed',
])
