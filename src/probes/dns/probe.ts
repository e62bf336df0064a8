import {makeFailure} from '../../core/codes/index.ts'
import type {Outcome, Phases, Reading} from '../../core/outcome.ts'
import type {Ports} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import type {MeasureRun, Probe, ProbeRequest} from '../probe.ts'
import {type Deadline, startDeadline} from '../shared/deadline.ts'
import {agreedFamily} from '../shared/resolve-target.ts'
import {type Ask, askOf} from './ask.ts'
import {type Asked, askServers} from './ask-servers.ts'
import {compareServers} from './compare-servers.ts'
import type {SecureMeans} from './exchange.ts'
import {type DnsOptions, dnsOptions} from './options.ts'
import {openSecureMeans} from './secure-means.ts'
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
    const secure = await openSecureMeans(request, ports)
    const known = {...request, family, secure}
    return {
      method: null,
      measure: async (run) => ('badName' in ask ? badName(ask.badName) : measure(known, ask, run, ports)),
      close: async () => Promise.resolve(),
    }
  },
}

function badName(because: string): Outcome {
  return {status: 'failed', failure: makeFailure('DNS_BAD_NAME', because), partial: {phase: {}}, took: 0}
}

type Known = ProbeRequest<DnsOptions> & {readonly secure: SecureMeans | null}

async function measure(request: Known, ask: Ask, run: MeasureRun, ports: Ports): Promise<Outcome> {
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

async function answerWithin(request: Known, ask: Ask, deadline: Deadline, ports: Ports): Promise<Unfinished> {
  const found = await findServers(request.url, request, ports, deadline)
  if (found.status === 'failed') {
    return {status: 'failed', failure: found.failure, partial: {phase: phasesOf(found.resolve, null)}}
  }
  const {servers} = found
  const {source, secure, interface: device} = request
  const plan = {ask, servers, source, secure, interface: device, deadline}
  const asked = await (ask.options.compare ? compareServers(plan, ports) : askServers(plan, ports))
  const reading = readingOf(asked, found.resolve)
  return asked.failure
    ? {status: 'failed', failure: asked.failure, partial: reading}
    : {status: 'ok', reading}
}

function readingOf(asked: Asked, resolve: Millis | null): Reading {
  const {server, facts, wait, connect, tls, addresses} = asked
  return {
    ...server,
    ...(wait === null ? {} : {rtt: (connect ?? 0) + (tls?.took ?? 0) + wait}),
    phase: phasesOf(resolve, asked),
    addresses,
    ...(facts ? {dns: facts} : {}),
    ...(tls ? {tls: tls.facts} : {}),
  }
}

/** `wait` is the time to the answer; servers that failed before count in `total` only. */
function phasesOf(resolve: Millis | null, asked: Asked | null): Phases {
  const {connect = null, tls = null, wait = null, took = 0} = asked ?? {}
  const steps = {resolve, connect, tls: tls?.took ?? null, wait}
  const taken = Object.entries(steps).filter(([, time]) => time !== null)
  return {...Object.fromEntries(taken), total: (resolve ?? 0) + took}
}
