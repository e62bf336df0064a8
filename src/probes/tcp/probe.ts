import {UserError} from '../../core/errors.ts'
import type {Failure} from '../../core/failure.ts'
import type {Outcome, Phases, Reading} from '../../core/outcome.ts'
import type {Ports} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import type {MeasureRun, Probe, ProbeRequest} from '../probe.ts'
import {type Deadline, startDeadline} from '../shared/deadline.ts'
import {type Dialled, dialAddresses} from '../shared/dial-addresses.ts'
import {type Resolution, agreedFamily, resolveTarget} from '../shared/resolve-target.ts'
import {type Observed, observeConnection} from './observe.ts'
import {type TcpOptions, tcpOptions} from './options.ts'

/** Opens a TCP connection per sample and watches it shortly; `rtt` is the winning address's handshake time. */
export const tcp: Probe<TcpOptions> = {
  kind: 'tcp',
  summary: 'connect to a TCP port and tell closed, filtered, forbidden and reset apart',
  example: 'tcp://192.0.2.1:443',
  defaultPort: null,
  needs: [],
  schema: tcpOptions,
  open: async (request, ports) => {
    const target = checkTarget(request)
    return Promise.resolve({
      method: null,
      measure: async (run) => measure({...request, ...target}, run, ports),
      close: async () => Promise.resolve(),
    })
  },
}

type TcpRequest = ProbeRequest<TcpOptions> & {readonly port: number}

function checkTarget(request: ProbeRequest<TcpOptions>): Pick<TcpRequest, 'port' | 'family'> {
  const {url} = request
  if (url.port === null) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `"${url.text}" names no port`,
      advice: [`add the port: tcp://${url.host}:443`],
    })
  }
  if (url.path !== '' || Object.keys(url.query).length > 0) {
    throw new UserError({code: 'USAGE_INVALID', message: `"${url.text}": a TCP target ends with its port`})
  }
  return {port: url.port, family: agreedFamily(url.host, request.family, request.source)}
}

async function measure(request: TcpRequest, run: MeasureRun, ports: Ports): Promise<Outcome> {
  const {clock} = ports
  const started = clock.now()
  const deadline = startDeadline({clock, after: run.timeout, level: 'sample', parent: run.signal})
  try {
    const resolution = await resolveTarget(request.url.host, request.family, ports, deadline)
    if (resolution.status === 'failed') {
      const phase = phasesOf(resolution.took, null, null)
      return failedOutcome(resolution.failure, {port: request.port, phase}, clock.now() - started)
    }
    return await connectAndObserve({request, resolution, deadline, started}, ports)
  } finally {
    deadline.stop()
  }
}

interface Attempt {
  readonly request: TcpRequest
  readonly resolution: Resolution & {status: 'resolved'}
  readonly deadline: Deadline
  readonly started: Millis
}

async function connectAndObserve(attempt: Attempt, ports: Ports): Promise<Outcome> {
  const {request, resolution, deadline, started} = attempt
  const {clock} = ports
  const {port, options, source, interface: device} = request
  const {addresses} = resolution
  const plan = {addresses, port, strategy: options.strategy, source, interface: device, deadline}
  const dialled = await dialAddresses(plan, ports)
  if (dialled.status === 'failed') {
    return failedOutcome(dialled.failure, readingOfFailure(dialled, attempt), clock.now() - started)
  }
  const {stream, winner, took: rtt} = dialled
  const observed = await observeConnection({stream, family: winner.family, rtt, options, deadline, clock})
  stream.close()
  const reading = readingOf(dialled, observed, attempt)
  const took = clock.now() - started
  return observed.failure ? failedOutcome(observed.failure, reading, took) : {status: 'ok', reading, took}
}

function failedOutcome(failure: Failure, partial: Reading, took: Millis): Outcome {
  return {status: 'failed', failure, partial, took}
}

function readingOf(
  dialled: Dialled & {status: 'connected'},
  observed: Observed,
  {request, resolution}: Attempt,
): Reading {
  const {stream, winner, addresses} = dialled
  const won = addresses.find(({status}) => status === 'ok')
  const connect = (won?.startedAfter ?? 0) + dialled.took
  return {
    ...winner,
    port: request.port,
    rtt: dialled.took,
    phase: phasesOf(resolution.took, connect, observed.wait),
    addresses,
    tcp: {local: stream.local, remote: stream.remote, banner: observed.banner},
  }
}

function readingOfFailure(dialled: Dialled & {status: 'failed'}, {request, resolution}: Attempt): Reading {
  return {
    ...dialled.address,
    port: request.port,
    phase: phasesOf(resolution.took, dialled.took, null),
    addresses: dialled.addresses,
  }
}

/** `total` leaves the hold out: it is our patience, not the target's time. */
function phasesOf(resolve: Millis | null, connect: Millis | null, wait: Millis | null): Phases {
  return {
    ...(resolve === null ? {} : {resolve}),
    ...(connect === null ? {} : {connect}),
    ...(wait === null ? {} : {wait}),
    total: (resolve ?? 0) + (connect ?? 0) + (wait ?? 0),
  }
}
