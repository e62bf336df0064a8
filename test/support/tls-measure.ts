import {openPorts} from '../../src/app/ports.ts'
import type {TlsFacts} from '../../src/core/facts.ts'
import type {Outcome} from '../../src/core/outcome.ts'
import type {Ports} from '../../src/core/ports.ts'
import {parseTargetUrl} from '../../src/core/target.ts'
import {tls} from '../../src/probes/tls/probe.ts'

export interface TlsMeasureSetup {
  readonly timeout?: number
  /** Moves the wall clock by so many days. */
  readonly shiftDays?: number
  readonly signal?: AbortSignal
  readonly ports?: Partial<Ports>
}

const DAY = 86_400_000

/** One sample of `tls://localhost:PORT` (or another host) through the real ports. */
export async function measureTls(
  target: number | string,
  options: Readonly<Record<string, unknown>> = {},
  setup: TlsMeasureSetup = {},
): Promise<Outcome> {
  const parsed = parseTargetUrl(typeof target === 'number' ? `tls://127.0.0.1:${target}` : target)
  if (!parsed.ok) throw new Error(parsed.because)
  const real = openPorts(1)
  const shift = (setup.shiftDays ?? 0) * DAY
  const clock = {...real.clock, wall: () => real.clock.wall() + shift}
  const ports = {...real, clock, ...setup.ports}
  const prober = await tls.open(
    {url: parsed.value, family: 0, options: tls.schema.parse({sni: 'localhost', ...options})},
    ports,
  )
  const signal = setup.signal ?? new AbortController().signal
  try {
    return await prober.measure({seq: 0, timeout: setup.timeout ?? 5000, signal})
  } finally {
    await prober.close()
  }
}

/** `ok`, or the failure's code. */
export function codeOf(outcome: Outcome): string {
  return outcome.status === 'failed' ? outcome.failure.code : outcome.status
}

export function factsOf(outcome: Outcome): TlsFacts {
  const reading =
    outcome.status === 'ok' ? outcome.reading : outcome.status === 'failed' ? outcome.partial : null
  if (!reading?.tls) throw new Error(`no TLS facts in ${JSON.stringify(outcome)}`)
  return reading.tls
}

export function messageOf(outcome: Outcome): string {
  return outcome.status === 'failed' ? outcome.failure.message : ''
}
