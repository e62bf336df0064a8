/** Runs inside a network namespace: takes one sample of each target, all at once, and prints the outcomes as JSON. */
import {registerHooks} from 'node:module'
import {openPorts} from '../../../src/app/ports.ts'
import type {Outcome} from '../../../src/core/outcome.ts'
import {parseTargetUrl} from '../../../src/core/target.ts'
import {loadProbe} from '../../../src/probes/registry.ts'
import {keepErrors} from '../../../src/system/keep-errors.ts'

export interface MeasureHere {
  readonly url: string
  readonly timeout: number
  readonly options?: Readonly<Record<string, unknown>>
  readonly interface?: string
  readonly source?: string
  /** As an agent does it; otherwise as a command does that lives for one sample. */
  readonly keepErrors?: boolean
  /** As on a machine without koffi. */
  readonly withoutKoffi?: boolean
}

async function measure(request: MeasureHere): Promise<Outcome> {
  if (request.keepErrors === true) keepErrors()
  if (request.withoutKoffi === true) hideKoffi()
  const url = parseTargetUrl(request.url)
  if (!url.ok) throw new Error(url.because)
  const probe = await loadProbe(url.value.kind)
  const options: unknown = probe.schema.parse(request.options ?? {})
  const {interface: device, source} = request
  const more = {
    ...(device === undefined ? {} : {interface: device}),
    ...(source === undefined ? {} : {source}),
  }
  const prober = await probe.open({url: url.value, family: 0, options, ...more}, openPorts(1))
  try {
    return await prober.measure({seq: 0, timeout: request.timeout, signal: new AbortController().signal})
  } finally {
    await prober.close()
  }
}

function hideKoffi(): void {
  registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier === 'koffi') throw new Error('koffi is hidden')
      return next(specifier, context)
    },
  })
}

const requests = JSON.parse(process.argv[2] ?? '[]') as readonly MeasureHere[]
process.stdout.write(JSON.stringify(await Promise.all(requests.map(measure))))
