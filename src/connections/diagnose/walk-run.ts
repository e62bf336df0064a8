/** What all steps of a diagnosis share: the ports, the user's abort, and what is left of the time. */
import type {Family, Outcome} from '../../core/outcome.ts'
import type {Clock, Ports} from '../../core/ports.ts'
import {type ProbeKind, parseTargetUrl} from '../../core/target.ts'
import type {Millis} from '../../core/units.ts'
import {loadProbe} from '../../probes/registry.ts'
import type {Deadline} from '../../probes/shared/deadline.ts'

/** Where everything is asked from, and whom it trusts. */
export interface Standpoint {
  /** A literal address of this machine. */
  readonly source?: string
  readonly interface?: string
  /** PEM files with further roots. */
  readonly ca: readonly string[]
}

export interface WalkRun {
  readonly ports: Ports
  readonly deadline: Deadline
  /** Told what is being looked at, for the progress line. */
  readonly progress: (text: string) => void
  readonly from: Standpoint
}

/** A probe that has less time than this would only measure the clock. */
const LEAST: Millis = 50

export interface OneProbe {
  readonly kind: ProbeKind
  readonly url: string
  readonly options?: Readonly<Record<string, unknown>>
  /** At most so long; less when the whole time is nearly over. */
  readonly within: Millis
  /** With less time than this it is not measured: silence would prove nothing. */
  readonly least?: Millis
  readonly family?: Family
}

/** Takes one sample; null when no time is left for it. */
export async function probeOnce(run: WalkRun, request: OneProbe): Promise<Outcome | null> {
  const timeout = Math.min(request.within, run.deadline.left())
  if (timeout < (request.least ?? LEAST) || run.deadline.signal.aborted) return null
  const parsed = parseTargetUrl(request.url)
  if (!parsed.ok) throw new TypeError(`${request.url}: ${parsed.because}`)
  const probe = await loadProbe(request.kind)
  const {ca, ...place} = run.from
  const trust = ca.length > 0 && (request.kind === 'tls' || request.kind === 'http') ? {ca} : {}
  const options: unknown = probe.schema.parse({...request.options, ...trust})
  const family: Family | 0 = request.family ?? 0
  const where = {url: parsed.value, family, ...place}
  const prober = await probe.open({...where, options}, run.ports)
  try {
    return await prober.measure({seq: 1, timeout, signal: run.deadline.signal})
  } finally {
    await prober.close()
  }
}

/** Watches how late a steady timer is at most; the returned function stops it and tells. */
export function watchStalls(clock: Pick<Clock, 'now' | 'after'>): () => Millis {
  let stalled: Millis = 0
  let due = clock.now() + TICK
  let cancel = clock.after(TICK, tick)
  function tick(): void {
    const late = clock.now() - due
    stalled = Math.max(stalled, late)
    due = clock.now() + TICK
    cancel = clock.after(TICK, tick)
  }
  return () => {
    cancel()
    return stalled
  }
}

const TICK: Millis = 50
/** Loads what will be needed while the walk still waits for answers, so that loading is no part of a measurement. */
export async function warmUp({ports}: WalkRun, kinds: readonly ProbeKind[]): Promise<void> {
  await Promise.all(kinds.map(loadProbe))
  if (kinds.includes('http')) await ports.http.client()
}
