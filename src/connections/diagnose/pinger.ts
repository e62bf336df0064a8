/** Echo requests for a diagnosis: small ones, and as large as the link allows. */
import type {MtuSeen, PingSeen} from '../../advice/observed.ts'
import type {Family} from '../../core/outcome.ts'
import type {EchoResult, EchoSocket, ResolvedAddress} from '../../core/ports.ts'
import type {Bytes, Millis} from '../../core/units.ts'
import {classifyEcho, classifyEchoError} from '../../probes/ping/classify.ts'
import type {WalkRun} from './walk-run.ts'

/** Headers before the payload: IP without options, and ICMP echo. */
const HEADERS: Readonly<Record<Family, Bytes>> = {4: 28, 6: 48}
const SMALL: Bytes = 56
const LARGEST: Bytes = 65_507
/** Packet sizes with a meaning: PPPoE, WireGuard, common tunnels, the least of IPv6 (RFC 8200 section 5), and half-way down to 576. */
const STEPS: readonly Bytes[] = [9000, 1492, 1460, 1420, 1400, 1340, 1280, 1000, 576]
/** How long a small request is waited for, and how often it is sent at once: one lost packet proves nothing. */
const PATIENCE: Millis = 1200

export interface Pinger {
  /** Two requests at once; the first reply counts. */
  ping(target: ResolvedAddress): Promise<PingSeen>
  /** Sends packets of that size (headers included) that may not be fragmented; null when one can't tell. */
  pathMtu(target: ResolvedAddress, link: Bytes, rtt: Millis): Promise<MtuSeen | null>
  close(): void
}

export function openPinger(run: WalkRun): Pinger {
  return new WalkPinger(run)
}

type Opened = {readonly socket: EchoSocket} | {readonly seen: PingSeen}

class WalkPinger implements Pinger {
  readonly #run: WalkRun
  readonly #sockets = new Map<Family, Promise<Opened>>()
  #sequence = 0

  constructor(run: WalkRun) {
    this.#run = run
  }

  close(): void {
    for (const opening of this.#sockets.values()) {
      void opening.then((opened) => 'socket' in opened && opened.socket.close())
    }
    this.#sockets.clear()
  }

  async ping(target: ResolvedAddress): Promise<PingSeen> {
    const opened = await this.#open(target)
    if ('seen' in opened) return opened.seen
    const wait = Math.min(PATIENCE, this.#run.deadline.left())
    const results = [0, 1].map(async () => this.#echo(opened.socket, target, SMALL, wait))
    const seen = await firstReply(results)
    if (seen.status === 'reply') return {status: 'reply', rtt: seen.rtt}
    return {status: 'failed', failure: classifyEcho(seen, target, wait)}
  }

  async pathMtu(target: ResolvedAddress, link: Bytes, rtt: Millis): Promise<MtuSeen | null> {
    const opened = await this.#open(target)
    if ('seen' in opened) return null
    const wait = Math.min(Math.max(300, 4 * rtt + 100), 900)
    const headers = HEADERS[target.family]
    const full = Math.min(link, LARGEST + headers)
    const send = async (size: Bytes): Promise<EchoResult> =>
      this.#echo(opened.socket, target, size - headers, Math.min(wait, this.#run.deadline.left()))
    const first = await send(full)
    const known = judgeFirst(first, full, link)
    if (known !== 'silent') return known
    const smaller = STEPS.filter((size) => size < full && (target.family === 4 || size >= 1280))
    const [again, ...rest] = await Promise.all([full, ...smaller].map(send))
    const second = again ? judgeFirst(again, full, link) : null
    if (second !== 'silent') return second
    const passes = smaller.find((_, index) => rest[index]?.status === 'reply')
    if (passes === undefined) return null
    const lost = [full, ...smaller].findLast((size) => size > passes) ?? full
    return {status: 'silent', passes, lost, link}
  }

  async #echo(
    socket: EchoSocket,
    target: ResolvedAddress,
    size: Bytes,
    timeout: Millis,
  ): Promise<EchoResult> {
    const {signal} = this.#run.deadline
    this.#sequence++
    return socket.echo({address: target.address, sequence: this.#sequence, size, timeout, signal})
  }

  async #open(target: ResolvedAddress): Promise<Opened> {
    const known = this.#sockets.get(target.family)
    if (known) return known
    const opening = this.#openSocket(target)
    this.#sockets.set(target.family, opening)
    return opening
  }

  async #openSocket(target: ResolvedAddress): Promise<Opened> {
    const opening = await this.#run.ports.icmp.open({
      family: target.family,
      // What the kernel remembers of the path must not hide what it is now.
      dontFragment: true,
      ...placeOf(this.#run),
    })
    switch (opening.status) {
      case 'open':
        return {socket: opening.socket}
      case 'failed':
        return {seen: {status: 'failed', failure: classifyEchoError(opening.error, target)}}
      case 'missing':
        return {seen: {status: 'unseen', because: `ping: ${opening.tried.join('; ')}`}}
    }
  }
}

function placeOf({from: {source, interface: device}}: WalkRun): {source?: string; interface?: string} {
  return {
    ...(source === undefined ? {} : {source}),
    ...(device === undefined ? {} : {interface: device}),
  }
}

/** A reply as soon as there is one, else the last thing that happened. */
async function firstReply(results: readonly Promise<EchoResult>[]): Promise<EchoResult> {
  return new Promise((resolve, reject) => {
    let open = results.length
    for (const each of results) {
      each.then((result) => {
        open--
        if (result.status === 'reply' || open === 0) resolve(result)
      }, reject)
    }
  })
}

/** `silent` asks for more; null means that one can't tell. */
function judgeFirst(result: EchoResult, full: Bytes, link: Bytes): MtuSeen | 'silent' | null {
  switch (result.status) {
    case 'reply':
      return {status: 'full', mtu: full}
    case 'timeout':
      return 'silent'
    case 'failed':
      return result.mtu !== undefined && result.mtu > 0 ? {status: 'reported', mtu: result.mtu, link} : null
    case 'aborted':
      return null
  }
}
