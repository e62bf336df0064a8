/**
 * Carries the packets of one link from one end to the other, in place of a kernel that can't delay or lose them. What
 * each packet suffers is decided by a `LinkStage` per fault; several faults act one after the other.
 */
import type {LinkFaultCount, LinkMatch, LinkOrder, LinkState} from '../../core/link-effects.ts'
import type {Alarm, PacketDoor, PacketPort} from '../../core/packet-port.ts'
import type {Clock} from '../../core/ports.ts'
import {seededRandom} from '../../core/random.ts'
import type {Millis} from '../../core/units.ts'
import {damageFrame} from './damage.ts'
import {FRAME_HEADER, matcherOf} from './frame.ts'
import {LinkStage} from './link-stage.ts'
import {SendQueue} from './send-queue.ts'

interface InForce {
  readonly order: LinkOrder
  readonly means: (frame: Buffer) => boolean
  readonly stage: LinkStage
  readonly count: {-readonly [Key in keyof LinkFaultCount]: number}
  readonly cancel: () => void
  /** A later state of the same fault has begun. */
  over: boolean
}

interface Waiting {
  readonly port: PacketPort
  readonly frame: Buffer
  /** The fault that makes it wait; null when it is not one alone. */
  readonly by: string | null
}

/** A packet on its way through the faults. */
interface Traveller {
  readonly at: Millis
  readonly damages: readonly number[]
}

export interface CarrierDoors {
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly packets: PacketDoor
  /** Of the run: with the name of a fault it decides what happens to which packet. */
  readonly seed: number
}

/** Every alarm takes some microseconds: at ten thousand packets a second and more, several leave by one of them. */
const APART: Millis = 0.1

/** A lab may be kept for weeks. */
const COUNTS_KEPT = 500

const EVERYTHING: LinkMatch = {to: [], from: [], port: null, protocol: null, family: null}

export class LinkCarrier {
  readonly #link: string
  readonly #seed: number
  readonly #clock: Pick<Clock, 'now' | 'after'>
  readonly #ports: readonly [PacketPort, PacketPort]
  readonly #alarm: Alarm
  readonly #queue = new SendQueue<Waiting>()
  readonly #inForce = new Map<string, InForce>()
  readonly #counts = new Map<string, LinkFaultCount>()
  /** Of what each end sends: those that may mean it. */
  #bySender: readonly [readonly InForce[], readonly InForce[]] = [[], []]
  #packets = 0
  #bytes = 0
  #rings: Millis | null = null
  #rang: Millis = -Infinity

  private constructor(
    link: string,
    clock: Pick<Clock, 'now' | 'after'>,
    {
      ports,
      alarm,
      seed,
    }: {
      readonly ports: readonly [PacketPort, PacketPort]
      readonly alarm: Alarm
      readonly seed: number
    },
  ) {
    this.#link = link
    this.#seed = seed
    this.#clock = clock
    this.#ports = ports
    this.#alarm = alarm
    ports[0].onFrame((frame) => this.#carry(frame, 0))
    ports[1].onFrame((frame) => this.#carry(frame, 1))
  }

  /** From then on packets pass between the two devices. Throws `UserError` (exit 6) where they can't be read. */
  static async open(
    link: string,
    devices: readonly [string, string],
    doors: CarrierDoors,
  ): Promise<LinkCarrier> {
    const ports = [await doors.packets.open(devices[0]), await doors.packets.open(devices[1])] as const
    // It rings for nobody before the carrier is there.
    let carrier: LinkCarrier | null = null
    const alarm = await doors.packets.alarm(() => carrier?.deliver())
    carrier = new LinkCarrier(link, doors.clock, {ports, alarm, seed: doors.seed})
    return carrier
  }

  /** The same name again replaces it. */
  set(order: LinkOrder): void {
    this.clear(order.fault)
    for (const [fault, other] of this.#inForce) {
      if (other.order.series !== order.series) continue
      other.over = true
      this.#release(fault)
    }
    const count = {matched: 0, affected: 0, lost: 0, overflowed: 0}
    this.#forgetOld()
    this.#counts.delete(order.fault)
    this.#counts.set(order.fault, count)
    this.#inForce.set(order.fault, {
      order,
      means: matcherOf(order.match, order.arriving),
      stage: new LinkStage(order.effect, seededRandom(order.seed ?? this.#seed).fork(order.fault)),
      count,
      over: false,
      cancel: order.lasts === null ? () => {} : this.#clock.after(order.lasts, () => this.clear(order.fault)),
    })
    this.#sort()
  }

  #sort(): void {
    const living = [...this.#inForce.values()].filter(({over}) => !over)
    const of = (sender: 0 | 1): readonly InForce[] => living.filter(({order}) => order.sender === sender)
    this.#bySender = [of(0), of(1)]
  }

  /** What waits because of it alone leaves at once, in order: what comes next must not overtake it. */
  clear(fault: string): void {
    this.#inForce.get(fault)?.cancel()
    if (this.#inForce.delete(fault)) this.#sort()
    this.#release(fault)
  }

  /** The counts of faults that have ended, the oldest first. */
  #forgetOld(): void {
    const ended = [...this.#counts.keys()].filter((fault) => !this.#inForce.has(fault))
    for (const fault of ended.slice(0, Math.max(0, ended.length - COUNTS_KEPT))) this.#counts.delete(fault)
  }

  #release(fault: string): void {
    for (const {port, frame} of this.#queue.pull(({by}) => by === fault)) port.send(frame)
  }

  state(): LinkState {
    return {
      link: this.#link,
      packets: this.#packets,
      bytes: this.#bytes,
      orders: [...this.#inForce.values()].map(({order}) => order),
      faults: Object.fromEntries([...this.#counts].map(([fault, count]) => [fault, {...count}])),
    }
  }

  close(): void {
    for (const fault of [...this.#inForce.keys()]) this.clear(fault)
    this.#alarm.close()
    for (const port of this.#ports) port.close()
  }

  /** Sends what is due, and sets the alarm for what comes next. */
  deliver(): void {
    this.#rings = null
    this.#rang = this.#clock.now()
    for (;;) {
      const item = this.#queue.take(this.#rang)
      if (!item) break
      item.port.send(item.frame)
    }
    this.#arm()
  }

  #carry(frame: Buffer, sender: 0 | 1): void {
    this.#packets += 1
    this.#bytes += frame.length - FRAME_HEADER
    const port = this.#ports[sender === 0 ? 1 : 0]
    const meant = this.#bySender[sender].filter((fault) => fault.means(frame))
    if (meant.length === 0) {
      port.send(frame)
      return
    }
    const now = this.#clock.now()
    const by = meant.length === 1 ? (meant[0]?.order.fault ?? null) : null
    let travellers: readonly Traveller[] = [{at: now, damages: []}]
    for (const fault of meant) travellers = travellers.flatMap((one) => suffer(one, fault, frame.length))
    for (const {at, damages} of travellers) {
      // Copied: the port reads the next frame into the same memory.
      const own = at > now || damages.length > 0 ? Buffer.from(frame) : frame
      for (const where of damages) damageFrame(own, where)
      if (at > now) this.#queue.add(at, {port, frame: own, by})
      else port.send(own)
    }
    this.#arm()
  }

  #arm(): void {
    const {next} = this.#queue
    if (next === null) return
    const at = Math.max(next, this.#rang + APART)
    if (this.#rings !== null && this.#rings <= at) return
    this.#rings = at
    this.#alarm.set(at)
  }
}

function suffer({at, damages}: Traveller, {stage, count}: InForce, length: number): readonly Traveller[] {
  const {departures, overflowed} = stage.pass(at, length - FRAME_HEADER)
  count.matched += 1
  if (overflowed) count.overflowed += 1
  if (departures.length === 0) count.lost += 1
  const [first] = departures
  const untouched = departures.length === 1 && first && first.at <= at && first.damage === null
  if (!untouched) count.affected += 1
  return departures.map((one) => ({
    at: one.at,
    damages: one.damage === null ? damages : [...damages, one.damage],
  }))
}

/** What a link of the document does to everything that passes it. */
export function shapeOrders(effectOf: (sender: 0 | 1) => LinkOrder['effect']): readonly LinkOrder[] {
  return ([0, 1] as const).map((sender) => ({
    fault: `link-${sender}`,
    series: `link-${sender}`,
    lasts: null,
    sender,
    arriving: false,
    match: EVERYTHING,
    effect: effectOf(sender),
    seed: null,
  }))
}
