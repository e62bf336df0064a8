import {makeFailure} from '../../core/codes/index.ts'
import type {Outcome, Phases, Reading} from '../../core/outcome.ts'
import type {Ports} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import type {MeasureRun, Probe, ProbeRequest} from '../probe.ts'
import {type Deadline, startDeadline} from '../shared/deadline.ts'
import {agreedFamily} from '../shared/resolve-target.ts'
import {type Ask, askOf} from './ask.ts'
import {type Asked, askServers} from './ask-servers.ts'
import {type DnsOptions, dnsOptions} from './options.ts'
import {DNS_PORT, findServers} from './servers.ts'

/**
 * Asks one question per sample with an own codec, so that rcode, flags, TTL and every section are seen. The name is
 * asked as it is: search domains are not applied. `rtt` is the time from the question to its answer.
 */
export const dns: Probe<DnsOptions> = {
  kind: 'dns',
  summary: 'ask a resolver and see rcode, flags, TTL and records',
  example: 'dns://192.0.2.53/name.example?type=AAAA',
  defaultPort: DNS_PORT,
  needs: [],
  schema: dnsOptions,
  open: async (request, ports) => {
    const ask = askOf(request.url, request.options)
    const family = agreedFamily(request.url.host, request.family, request.source)
    return Promise.resolve({
      method: null,
      measure: async (run) =>
        'badName' in ask ? badName(ask.badName) : measure({...request, family}, ask, run, ports),
      close: async () => Promise.resolve(),
    })
  },
}

function badName(because: string): Outcome {
  return {status: 'failed', failure: makeFailure('DNS_BAD_NAME', because), partial: {phase: {}}, took: 0}
}

async function measure(
  request: ProbeRequest<DnsOptions>,
  ask: Ask,
  run: MeasureRun,
  ports: Ports,
): Promise<Outcome> {
  const started = ports.clock.now()
  const deadline = startDeadline({
    clock: ports.clock,
    after: run.timeout,
    level: 'sample',
    parent: run.signal,
  })
  try {
    const outcome = await answerWithin(request, ask, deadline, ports)
    return {...outcome, took: ports.clock.now() - started}
  } finally {
    deadline.stop()
  }
}

type Unfinished =
  | {readonly status: 'ok'; readonly reading: Reading}
  | Pick<Outcome & {status: 'failed'}, 'status' | 'failure' | 'partial'>

async function answerWithin(
  request: ProbeRequest<DnsOptions>,
  ask: Ask,
  deadline: Deadline,
  ports: Ports,
): Promise<Unfinished> {
  const found = await findServers(request.url, request.family, ports, deadline)
  if (found.status === 'failed') {
    return {status: 'failed', failure: found.failure, partial: {phase: phasesOf(found.resolve, null)}}
  }
  const {servers} = found
  const {source, interface: device} = request
  const asked = await askServers({ask, servers, source, interface: device, deadline}, ports)
  const reading = readingOf(asked, found.resolve)
  return asked.failure
    ? {status: 'failed', failure: asked.failure, partial: reading}
    : {status: 'ok', reading}
}

function readingOf(asked: Asked, resolve: Millis | null): Reading {
  const {server, facts, wait, connect, addresses} = asked
  return {
    ...server,
    ...(wait === null ? {} : {rtt: (connect ?? 0) + wait}),
    phase: phasesOf(resolve, asked),
    addresses,
    ...(facts ? {dns: facts} : {}),
  }
}

/** `wait` is the time to the answer; servers that failed before count in `total` only. */
function phasesOf(resolve: Millis | null, asked: Asked | null): Phases {
  const connect = asked?.connect ?? null
  const wait = asked?.wait ?? null
  return {
    ...(resolve === null ? {} : {resolve}),
    ...(connect === null ? {} : {connect}),
    ...(wait === null ? {} : {wait}),
    total: (resolve ?? 0) + (asked?.took ?? 0),
  }
}
