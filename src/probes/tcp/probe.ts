import {UserError} from '../../core/errors.ts'
import type {Failure} from '../../core/failure.ts'
import type {Outcome, Phases, Reading} from '../../core/outcome.ts'
import type {Ports} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import type {MeasureRun, Probe, ProbeRequest} from '../probe.ts'
import {type Deadline, startDeadline} from '../shared/deadline.ts'
import {type DialPlan, type Dialled, dialAddresses} from '../shared/dial-addresses.ts'
import {type Resolution, agreedFamily, resolveTarget} from '../shared/resolve-target.ts'
import {type EveryAddress, dialEvery} from './every-address.ts'
import {KeptProber} from './kept.ts'
import type {Observed} from './observation.ts'
import {observeConnection} from './observe.ts'
import {type AddressCoverage, type TcpOptions, tcpOptions} from './options.ts'

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
    const {addresses: coverage, keep} = request.options
    if (keep === true && coverage !== 'all') {
      const {url, source, interface: device} = request
      return Promise.resolve(new KeptProber({url, ...target, coverage, source, interface: device}, ports))
    }
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
  checkOptions(request.options)
  return {port: url.port, family: agreedFamily(url.host, request.family, request.source)}
}

function checkOptions(options: TcpOptions): void {
  const {dialogue, send, banner, expect_banner: expected} = options
  if (dialogue && (send !== undefined || expected !== undefined || banner)) {
    const message = 'dialogue says what is sent and expected; send, banner and expect_banner contradict it'
    throw new UserError({code: 'USAGE_INVALID', message, advice: ['make them steps of the dialogue']})
  }
  const {keep, hold, addresses} = options
  const others = dialogue ?? send ?? expected ?? hold
  if (keep === true && (others !== undefined || banner || addresses === 'all')) {
    const message = 'keep pings one connection; send, banner, dialogue, hold and addresses: all contradict it'
    throw new UserError({code: 'USAGE_INVALID', message})
  }
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
    return await connectAndObserve({request, resolution, deadline, started, onTimed: run.onTimed}, ports)
  } finally {
    deadline.stop()
  }
}

interface Attempt {
  readonly request: TcpRequest
  readonly resolution: Resolution & {status: 'resolved'}
  readonly deadline: Deadline
  readonly started: Millis
  readonly onTimed: MeasureRun['onTimed'] | undefined
}

async function connectAndObserve(attempt: Attempt, ports: Ports): Promise<Outcome> {
  const {request, resolution, deadline, started, onTimed} = attempt
  const {clock} = ports
  const {port, options, source, interface: device} = request
  const plan = {addresses: resolution.addresses, port, source, interface: device, deadline}
  const observe = async ({stream, winner, took: rtt}: Connected, more = {}): Promise<Observed> =>
    observeConnection({stream, family: winner.family, rtt, options, deadline, clock, ...more})
  if (options.addresses === 'all') {
    const every = await dialEvery(plan, async (dialled) => observe(dialled), ports)
    return outcomeOfAll(every, attempt, clock.now() - started)
  }
  const dialled = await dialSome(plan, options.addresses, ports)
  if (dialled.status === 'failed') {
    return failedOutcome(dialled.failure, readingOfFailure(dialled, attempt), clock.now() - started)
  }
  const observed = await observe(dialled, {onTimed})
  dialled.stream.close()
  const reading = readingOf(dialled, observed, attempt)
  const took = clock.now() - started
  return observed.failure ? failedOutcome(observed.failure, reading, took) : {status: 'ok', reading, took}
}

type Connected = Dialled & {status: 'connected'}

async function dialSome(
  plan: Omit<DialPlan, 'strategy'>,
  coverage: Exclude<AddressCoverage, 'all'>,
  ports: Ports,
): Promise<Dialled> {
  const strategy = coverage === 'race' ? 'race' : 'order'
  if (coverage !== 'first') return dialAddresses({...plan, strategy}, ports)
  const dialled = await dialAddresses({...plan, strategy, addresses: plan.addresses.slice(0, 1)}, ports)
  const rest = plan.addresses.slice(1).map((each) => ({...each, status: 'not-tried' as const}))
  return {...dialled, addresses: [...dialled.addresses, ...rest]}
}

function outcomeOfAll({failure, slowest, addresses}: EveryAddress, attempt: Attempt, took: Millis): Outcome {
  const {request, resolution} = attempt
  const reading = slowest
    ? {...readingOf(slowest.dialled, slowest.observed, attempt), addresses}
    : {port: request.port, phase: phasesOf(resolution.took, null, null), addresses}
  if (!failure) return {status: 'ok', reading, took}
  // The address that the failure is about, not the slowest one.
  const about = addresses.find((each) => each.failure?.code === failure.code)
  const {address, family} = about ?? reading
  const place = address === undefined || family === undefined ? {} : {address, family}
  return failedOutcome(failure, {...reading, ...place}, took)
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
    tcp: {
      local: stream.local,
      remote: stream.remote,
      banner: observed.banner,
      ...(observed.dialogue ? {dialogue: observed.dialogue} : {}),
    },
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
