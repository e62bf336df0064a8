import type {EmitEvent} from '../../core/events.ts'
import type {InterfaceFacts} from '../../core/network-events.ts'
import type {Files, Ports} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import {type InterfaceSign, type KnownSpeeds, bestSpeeds, interfaceSigns} from './judge-interface.ts'
import {bondFile, readBonding} from './read-bonding.ts'
import {readIdentities, readInterfaces} from './read-interfaces.ts'
import {type LinkIdentity, readSpeed} from './read-speed.ts'

export interface InterfaceWatchRun {
  /** Start of the run on the monotonic clock. */
  readonly origin: Millis
  readonly emit: EmitEvent
  /** Interfaces that targets are reached through now. */
  readonly devices: () => ReadonlySet<string>
}

type Doors = Pick<Ports, 'clock' | 'exec'> & {readonly files: Pick<Files, 'readText'>}

const EVERY: Millis = 5000
const LIMIT: Millis = 2000

/** Looks at the counters, speeds and bonds of the interfaces in use, and warns of what got worse since the last look. */
export class InterfaceWatch {
  readonly #ports: Doors
  readonly #run: InterfaceWatchRun
  readonly #seen = new Map<string, InterfaceFacts>()
  readonly #speeds = new Map<string, KnownSpeeds>()
  /** What is warned of, by interface. */
  readonly #warned = new Map<string, ReadonlySet<string>>()
  #cancel: () => void = () => {}
  #looking = false
  #again = false
  #over = false

  constructor(ports: Doors, run: InterfaceWatchRun) {
    this.#ports = ports
    this.#run = run
    this.#arm()
  }

  /** Looks at once: something has changed. */
  hurry(): void {
    if (this.#looking) this.#again = true
    else if (!this.#over) {
      this.#cancel()
      void this.#look()
    }
  }

  stop(): void {
    this.#over = true
    this.#cancel()
  }

  #arm(): void {
    this.#cancel = this.#ports.clock.after(this.#again ? 0 : EVERY, () => void this.#look())
    this.#again = false
  }

  async #look(): Promise<void> {
    this.#looking = true
    const devices = [...this.#run.devices()].filter((device) => device !== 'lo')
    const all = devices.length > 0 ? await this.#read(devices) : []
    this.#looking = false
    if (this.#over) return
    for (const facts of all) this.#take(facts)
    this.#arm()
  }

  async #read(devices: readonly string[]): Promise<readonly InterfaceFacts[]> {
    const args = ['-s', '-s', '-d', '-json', 'link', 'show']
    const {stdout} = await this.#ports.exec.run({file: 'ip', args, timeout: LIMIT})
    const all = readInterfaces(stdout)
    const identities = readIdentities(stdout)
    return Promise.all(
      devices.flatMap((device) => {
        const [facts, identity] = [all.get(device), identities.get(device)]
        return facts && identity ? [this.#complete(facts, identity)] : []
      }),
    )
  }

  /** What `ip` does not tell: the speed, and what a bond thinks of its members. */
  async #complete(facts: InterfaceFacts, identity: LinkIdentity): Promise<InterfaceFacts> {
    const {files} = this.#ports
    const text = facts.bond ? await files.readText(bondFile(facts.device)).catch(() => null) : null
    const bond = readBonding(text ?? '') ?? facts.bond
    return {...facts, ...(await readSpeed(identity, files)), ...(bond && {bond})}
  }

  #take(now: InterfaceFacts): void {
    const {device} = now
    const before = this.#seen.get(device)
    this.#seen.set(device, now)
    const at = this.#ports.clock.now() - this.#run.origin
    if (!before || isOther(before, now)) this.#run.emit({at, type: 'interface-seen', interface: now})
    const known = this.#speeds.get(device) ?? new Map()
    this.#warn(device, before ? interfaceSigns(before, now, known) : [])
    this.#speeds.set(device, bestSpeeds(known, now))
  }

  /** Told when it begins, when something new is added, and when nothing is left. */
  #warn(device: string, signs: readonly InterfaceSign[]): void {
    const warned = this.#warned.get(device)
    const isNew = signs.some(({what}) => warned?.has(what) !== true)
    if (!isNew && !(warned && signs.length === 0)) return
    const active = signs.length > 0
    if (active) this.#warned.set(device, new Set(signs.map(({what}) => what)))
    else this.#warned.delete(device)
    const because = active ? signs.map(({text}) => text).join(', ') : 'nothing got worse since the last look'
    const at = this.#ports.clock.now() - this.#run.origin
    this.#run.emit({at, type: 'interface-warning', device, active, because})
  }
}

/** Packets alone are no news. */
function isOther(before: InterfaceFacts, now: InterfaceFacts): boolean {
  return JSON.stringify({...before, packets: 0}) !== JSON.stringify({...now, packets: 0})
}
