import {UserError} from '../../core/errors.ts'
import type {Probe, ProbeRequest} from '../probe.ts'
import {parseTargetUrl} from '../../core/target.ts'
import {agreedFamily} from '../shared/resolve-target.ts'
import type {Endpoint} from './message.ts'
import {type StunOptions, stunOptions} from './options.ts'
import {StunSample, type StunRequest} from './sample.ts'

const DEFAULT_PORT = 3478

/** Sends one binding request per sample; `rtt` ends when the answer came. */
export const stun: Probe<StunOptions> = {
  kind: 'stun',
  summary: 'ask a STUN server for the mapped address: NAT, its mapping, UDP blocked',
  example: 'stun://192.0.2.1:3478',
  defaultPort: DEFAULT_PORT,
  needs: [],
  schema: stunOptions,
  open: async (request, ports) => {
    const checked = checkTarget(request)
    return Promise.resolve({
      method: null,
      measure: async (run) => new StunSample(checked, run, ports).measure(),
      close: async () => Promise.resolve(),
    })
  },
}

function checkTarget(request: ProbeRequest<StunOptions>): StunRequest {
  const {url, family, source, options} = request
  if (url.path !== '' || Object.keys(url.query).length > 0)
    throw usage(`"${url.text}": a STUN target ends with its port`)
  if (options.second !== undefined && options.mapping)
    throw usage('second and mapping contradict each other', ['use one of them'])
  return {
    ...request,
    port: url.port ?? DEFAULT_PORT,
    family: agreedFamily(url.host, family, source),
    second: options.second === undefined ? null : readServer(options.second),
  }
}

/** `HOST`, `HOST:PORT` or `[ADDRESS]:PORT`. */
function readServer(text: string): Endpoint {
  const bare = text.replace(/^stun:(?:\/\/)?/i, '')
  const host = !bare.startsWith('[') && bare.split(':').length > 2 ? `[${bare}]` : bare
  const parsed = parseTargetUrl(`stun://${host}`)
  if (!parsed.ok || parsed.value.path !== '' || /\s/.test(bare))
    throw usage(`"${text}" is not a server such as stun.example.net:3478`)
  return {address: parsed.value.host, port: parsed.value.port ?? DEFAULT_PORT}
}

function usage(message: string, advice: readonly string[] = []): UserError {
  return new UserError({code: 'USAGE_INVALID', message, advice})
}
