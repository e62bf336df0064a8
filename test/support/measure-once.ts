import {openPorts} from '../../src/app/ports.ts'
import type {Outcome} from '../../src/core/outcome.ts'
import type {Ports} from '../../src/core/ports.ts'
import {parseTargetUrl} from '../../src/core/target.ts'
import type {Probe, ProbeRequest} from '../../src/probes/probe.ts'

export interface MeasureSetup {
  readonly timeout?: number
  readonly signal?: AbortSignal
  readonly options?: Readonly<Record<string, unknown>>
  /** Doors to use instead of the real ones. */
  readonly ports?: Partial<Ports>
  readonly request?: Partial<Omit<ProbeRequest<unknown>, 'url' | 'options'>>
}

/** Takes one sample of a target through the real ports. */
export async function measureOnce<O>(
  probe: Probe<O>,
  url: string,
  setup: MeasureSetup = {},
): Promise<Outcome> {
  const parsed = parseTargetUrl(url)
  if (!parsed.ok) throw new Error(parsed.because)
  const options = probe.schema.parse(setup.options ?? {})
  const request = {family: 0 as const, ...setup.request, url: parsed.value, options}
  const prober = await probe.open(request, {...openPorts(1), ...setup.ports})
  try {
    const signal = setup.signal ?? new AbortController().signal
    return await prober.measure({seq: 0, timeout: setup.timeout ?? 5000, signal})
  } finally {
    await prober.close()
  }
}
