import {addressFamily} from '../../core/address.ts'
import type {EmitEvent, RunEvent} from '../../core/events.ts'
import {type NetworkChange, type NetworkWatch, isNetworkLoss} from '../../core/network-port.ts'
import type {Ports} from '../../core/ports.ts'
import {parseTargetUrl} from '../../core/target.ts'
import type {Millis} from '../../core/units.ts'
import type {WatchSpec} from '../../core/watch.ts'
import {ChangeLimit} from './change-limit.ts'
import {type LinkJudgement, type LinkLoss, type Reach, judgeLink} from './judge-link.ts'
import {askRouteDevices} from './route-devices.ts'

export interface LinkWatchRun {
  /** Start of the run on the monotonic clock. */
  readonly origin: Millis
  readonly emit: EmitEvent
  /** Something that may bring this target back has come: a good time to try. */
  readonly onRestored?: (target: string) => void
}

interface Followed {
  reach: Reach
  /** The interface it is reached through, as far as is known. */
  device: string | null
  lost: LinkLoss | null
}

/** A burst of changes is one question. */
const ASK_AFTER: Millis = 10
/** With more addresses than this only targets that are bound to an interface are followed. */
const MOST_ASKED = 512

type Doors = Pick<Ports, 'clock' | 'exec' | 'network'>

/**
 * Knows without a sample when a target can't be reached from this machine: its interface, carrier, address or route is gone. A
 * target without `interface` and `source` is followed through whatever the kernel would send through.
 */
export class LinkWatch {
  readonly #doors: Doors
  readonly #run: LinkWatchRun
  readonly #limit: ChangeLimit
  #targets = new Map<string, Followed>()
  /** Interfaces of all targets; null while that has to be found out anew. */
  #devices: ReadonlySet<string | null> | null = null
  #watch: NetworkWatch | null = null
  #ready = false
  #asking = false
  #cancelAsk: (() => void) | null = null

  constructor(doors: Doors, run: LinkWatchRun) {
    this.#doors = doors
    this.#run = run
    this.#limit = new ChangeLimit((text) => this.#notice(text))
  }

  /** Follows these from now on; what is known of one that stays is kept. */
  replace(specs: readonly WatchSpec[]): void {
    this.#targets = new Map(
      specs.map((spec) => {
        const reach = reachOf(spec)
        const old = this.#targets.get(spec.name)
        const same =
          old && JSON.stringify({...old.reach, address: null}) === JSON.stringify({...reach, address: null})
        return [spec.name, same ? old : {reach, device: reach.interface, lost: null}]
      }),
    )
    this.#devices = null
    this.#watch ??= this.#doors.network.watch({
      onChange: (change) => this.#onChange(change),
      onReady: () => {
        this.#ready = true
        this.#judgeAll()
      },
      onTrouble: (text) => this.#notice(`network changes: ${text}`),
    })
    if (this.#ready) this.#judgeAll()
  }

  /** Interfaces that targets are reached through, as far as is known. */
  devices(): ReadonlySet<string> {
    return new Set([...this.#targets.values()].flatMap(({device}) => device ?? []))
  }

  /** Names of the targets that are reached through an interface, as far as is known. */
  targetsOf(device: string): readonly string[] {
    return [...this.#targets].flatMap(([name, followed]) => (followed.device === device ? [name] : []))
  }

  /** Learns from samples which address a name has. */
  see(event: RunEvent): void {
    if (event.type !== 'sample' || event.sample.outcome.status !== 'ok') return
    const {address} = event.sample.outcome.reading
    const followed = this.#targets.get(event.target)
    if (!followed || address === undefined || addressFamily(address) === null) return
    if (followed.reach.address === address) return
    followed.reach = {...followed.reach, address}
    this.#askSoon()
  }

  stop(): void {
    this.#cancelAsk?.()
    this.#watch?.stop()
    this.#watch = null
    this.#ready = false
    this.#targets.clear()
  }

  #onChange(change: NetworkChange): void {
    const {at, ...what} = change
    const isDefault = what.subject.startsWith('default')
    this.#devices ??= new Set([...this.#targets.values()].map(({device}) => device))
    const isOurs = what.device !== null && this.#devices.has(what.device)
    if ((isOurs || isDefault) && !what.subject.startsWith('fe80:') && this.#limit.allows(at)) {
      this.#run.emit({at: at - this.#run.origin, type: 'network-changed', ...what})
    }
    // What comes to an interface that nobody uses may be a better way; what it loses concerns nobody.
    if (isNetworkLoss(change) && !isOurs && !isDefault && what.device !== null) return
    if (isOurs) this.#judgeAtOnce()
    this.#askSoon()
  }

  #judgeAll(): void {
    this.#judgeAtOnce()
    this.#askSoon()
  }

  #judgeAtOnce(): void {
    for (const [name, followed] of this.#targets) this.#judge(name, followed)
  }

  #askSoon(): void {
    this.#cancelAsk?.()
    this.#cancelAsk = this.#doors.clock.after(ASK_AFTER, () => void this.#ask())
  }

  async #ask(): Promise<void> {
    if (this.#asking || !this.#ready) return
    this.#asking = true
    const open = [...this.#targets.values()].filter(
      ({reach}) => reach.interface === null && reach.address !== null,
    )
    const questions = new Map(
      open.flatMap(({reach: {address, source}}) =>
        address === null ? [] : [[`${address} ${source ?? ''}`, {address, source}] as const],
      ),
    )
    const asked = questions.size > MOST_ASKED ? [] : [...questions.values()]
    const devices = await askRouteDevices(asked, this.#doors)
    this.#asking = false
    if (!this.#ready) return
    for (const [name, followed] of this.#targets) {
      const {address} = followed.reach
      this.#judge(name, followed, address === null ? undefined : devices.get(address))
    }
  }

  #judge(target: string, followed: Followed, routed?: string | null): void {
    if (!this.#watch) return
    const judgement: LinkJudgement = judgeLink({...followed, routed}, this.#watch.state())
    const at = this.#doors.clock.now() - this.#run.origin
    if (judgement.lost) {
      const {lost} = judgement
      const device = lost.device ?? followed.device
      if (!followed.lost) this.#run.emit({at, type: 'link-lost', target, ...lost, device})
      followed.lost = lost
      return
    }
    if (judgement.device !== null && judgement.device !== followed.device) this.#devices = null
    followed.device = judgement.device ?? followed.device
    // Nothing was asked, so nothing was learnt.
    if (!followed.lost || (followed.reach.interface === null && routed === undefined)) return
    const because = restoredBy(followed.lost, followed.device)
    followed.lost = null
    this.#run.emit({at, type: 'link-restored', target, device: followed.device, because})
    this.#run.onRestored?.(target)
  }

  #notice(text: string): void {
    const at = this.#doors.clock.now() - this.#run.origin
    this.#run.emit({at, type: 'notice', level: 'info', code: null, text})
  }
}

function reachOf({url, interface: device, source}: WatchSpec): Reach {
  const parsed = parseTargetUrl(url)
  const host = parsed.ok ? parsed.value.host : ''
  return {
    interface: device ?? null,
    source: source ?? null,
    address: addressFamily(host) === null ? null : host,
  }
}

function restoredBy({cause, device: lost}: LinkLoss, device: string | null): string {
  switch (cause) {
    case 'carrier':
      return `${device ?? 'the interface'} has a carrier${lost === device ? ' again' : ''}`
    case 'link':
      return `${device ?? 'the interface'} is up${lost === device ? ' again' : ''}`
    case 'address':
      return 'the address is there again'
    case 'route':
      return device === null ? 'there is a route again' : `there is a route through ${device}`
  }
}
