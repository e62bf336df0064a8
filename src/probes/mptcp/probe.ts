import {UserError} from '../../core/errors.ts'
import type {MptcpFacts} from '../../core/facts.ts'
import type {Failure} from '../../core/failure.ts'
import type {Outcome, Phases, Reading} from '../../core/outcome.ts'
import type {Ports} from '../../core/ports.ts'
import type {MeasureRun, Probe, ProbeRequest} from '../probe.ts'
import {type Deadline, startDeadline} from '../shared/deadline.ts'
import type {Dialled} from '../shared/dial-addresses.ts'
import {agreedFamily, resolveTarget} from '../shared/resolve-target.ts'
import {observeConnection} from '../tcp/observe.ts'
import {judgeMptcp} from './judge.ts'
import {openKept} from './kept.ts'
import {type MptcpOptions, mptcpOptions} from './options.ts'
import {type MptcpRequest, memoryOf} from './request.ts'
import {type Transport, openTransport} from './transport.ts'

/** Opens an MPTCP connection per sample, or keeps one, and tells whether it became one; `rtt` is the handshake time, or that of an answer. */
export const mptcp: Probe<MptcpOptions> = {
  kind: 'mptcp',
  summary: 'connect by Multipath TCP: used or fallen back, why, and how many subflows',
  example: 'mptcp://192.0.2.1:443',
  defaultPort: null,
  // Without MPTCP sockets the samples themselves say what is missing.
  needs: [],
  schema: mptcpOptions,
  open: async (request, ports) => {
    const checked = checkTarget(request, ports)
    if (request.options.keep) return Promise.resolve(openKept(request, checked, ports))
    return Promise.resolve({
      method: null,
      measure: async (run) => measure(checked, run, ports),
      close: async () => Promise.resolve(),
    })
  },
  attune: (options, fields) => (fields.includes('mptcp.used') ? {...options, allow_fallback: true} : options),
}

function checkTarget(request: ProbeRequest<MptcpOptions>, ports: Ports): MptcpRequest {
  const {url, family, source} = request
  const usage = (message: string, advice: readonly string[] = []): UserError =>
    new UserError({code: 'USAGE_INVALID', message, advice})
  if (url.port === null) throw usage(`"${url.text}" names no port`, [`add the port: mptcp://${url.host}:443`])
  if (url.path !== '' || Object.keys(url.query).length > 0)
    throw usage(`"${url.text}": an MPTCP target ends with its port`)
  const agreed = agreedFamily(url.host, family, source)
  return {...request, port: url.port, family: agreed, memory: memoryOf(request, ports)}
}

async function measure(request: MptcpRequest, run: MeasureRun, ports: Ports): Promise<Outcome> {
  const missing = request.options.transport === 'mptcp' ? await ports.mptcp.missing() : null
  if (missing) {
    const because = {code: 'CAPABILITY_MISSING' as const, text: missing.text, advice: missing.remedies}
    return {status: 'skipped', because}
  }
  const {clock} = ports
  const started = clock.now()
  const deadline = startDeadline({clock, after: run.timeout, level: 'sample', parent: run.signal})
  try {
    const {url, family, port} = request
    const found = await resolveTarget(url.host, family, ports, deadline)
    const resolve: Pick<Phases, 'resolve'> = found.took === null ? {} : {resolve: found.took}
    if (found.status === 'failed') {
      const partial = {port, phase: {...resolve, total: found.took}}
      return {status: 'failed', failure: found.failure, partial, took: clock.now() - started}
    }
    const tried = await connect(request, found.addresses, {ports, deadline})
    const reading = readingOf(tried, port, resolve)
    const took = clock.now() - started
    return tried.failure
      ? {status: 'failed', failure: tried.failure, partial: reading, took}
      : {status: 'ok', reading, took}
  } finally {
    deadline.stop()
  }
}

interface Tried {
  readonly dialled: Dialled
  readonly failure: Failure | null
  readonly facts: MptcpFacts | null
}

interface Surroundings {
  readonly ports: Ports
  readonly deadline: Deadline
}

async function connect(
  request: MptcpRequest,
  addresses: Parameters<typeof openTransport>[0]['addresses'],
  {ports, deadline}: Surroundings,
): Promise<Tried> {
  const {port, source, interface: device, memory} = request
  const transport = await openTransport({addresses, port, source, interface: device, deadline, memory}, ports)
  const {dialled} = transport
  if (dialled.status === 'failed') return {dialled, failure: explained(dialled.failure), facts: null}
  try {
    return {dialled, ...(await observe(request.options, {dialled, transport}, {ports, deadline}))}
  } finally {
    transport.close()
  }
}

/** The kernel gives up MPTCP only after some seconds of silence. */
function explained(failure: Failure): Failure {
  if (failure.code !== 'TCP_TIMEOUT') return failure
  const advice =
    'allow more time: after dropped MPTCP SYNs, kernels try plain TCP only after 3 to 8s (-t 10s)'
  return {...failure, advice: [advice, ...failure.advice]}
}

interface Standing {
  readonly dialled: Dialled & {status: 'connected'}
  readonly transport: Transport
}

async function observe(
  options: MptcpOptions,
  {dialled, transport}: Standing,
  {ports, deadline}: Surroundings,
): Promise<Pick<Tried, 'failure' | 'facts'>> {
  const {stream, winner, took: rtt} = dialled
  const {clock} = ports
  const {send, hold} = options
  const plain = {banner: false, ...(send === undefined ? {} : {send}), ...(hold === undefined ? {} : {hold})}
  const {failure} = await observeConnection({
    stream,
    family: winner.family,
    rtt,
    options: plain,
    deadline,
    clock,
  })
  if (!failure) await waitForSubflows(options, transport, {ports, deadline})
  const facts = await transport.facts(stream)
  return {failure: failure ?? judgeMptcp(options, facts, deadline), facts}
}

/** Short against the round trip that a further subflow needs, long against the cost of a look. */
const LOOK_EVERY = 10

async function waitForSubflows(
  {subflows: wanted = 0}: MptcpOptions,
  transport: Transport,
  {ports, deadline}: Surroundings,
): Promise<void> {
  for (;;) {
    const seen = transport.look()
    if (!seen.used || (seen.subflows ?? 0) >= wanted || deadline.signal.aborted) return
    await ports.clock.sleep(LOOK_EVERY, deadline.signal).catch(() => {})
  }
}

function readingOf({dialled, facts}: Tried, port: number, resolve: Pick<Phases, 'resolve'>): Reading {
  const total = (resolve.resolve ?? 0) + dialled.took
  const phase = {...resolve, connect: dialled.took, total}
  const {addresses} = dialled
  if (dialled.status === 'failed') return {...dialled.address, port, phase, addresses}
  const more = facts ? {mptcp: facts} : {}
  return {...dialled.winner, port, rtt: dialled.took, phase, addresses, ...more}
}
