/** The opening handshake over a connection (RFC 6455 section 4). */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {Family} from '../../core/outcome.ts'
import type {ByteStream, Ports} from '../../core/ports.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import {judgeStatus, parseRetryAfter} from '../http/status.ts'
import {classifyNetError} from '../shared/classify-net-error.ts'
import {type Deadline, abortOwner} from '../shared/deadline.ts'
import {type UpgradeAnswer, encodeUpgrade, readAnswer, upgradeProblem} from './handshake.ts'
import type {WebSocketTarget} from './target.ts'

export interface Upgraded {
  readonly failure: Failure | null
  readonly answer: UpgradeAnswer | null
  /** What came behind the head. */
  readonly rest: Uint8Array
  /** From the request to the end of the head; null without one. */
  readonly wait: Millis | null
}

interface Line {
  readonly stream: ByteStream
  readonly family: Family
}

/** The stream stays open. */
export async function upgrade(
  target: WebSocketTarget,
  line: Line,
  deadline: Deadline,
  {clock}: Pick<Ports, 'clock'>,
): Promise<Upgraded> {
  const {protocols, headers, origin = null} = target.options
  const {authorization} = target.secrets
  const key = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64')
  const request = {url: target.url, key, protocols, headers, origin, authorization}
  const started = clock.now()
  const error = await line.stream.write(encodeUpgrade(request))
  if (error) return nothing(classifyNetError(error, contextOf(line, 'send')))
  const head = await readHead(line, deadline)
  if ('code' in head) return nothing(head)
  const {answer, rest} = head
  const wait = clock.now() - started
  const failure = judge(target, answer, {request, remote: line.stream.remote, now: clock.wall()})
  return {failure, answer, rest, wait}
}

function nothing(failure: Failure): Upgraded {
  return {failure, answer: null, rest: new Uint8Array(), wait: null}
}

function contextOf({stream, family}: Line, stage: 'send' | 'receive') {
  return {stage, peer: stream.remote, family}
}

async function readHead(
  line: Line,
  deadline: Deadline,
): Promise<{readonly answer: UpgradeAnswer; readonly rest: Uint8Array} | Failure> {
  const {stream} = line
  let bytes: Buffer = Buffer.alloc(0)
  for (;;) {
    const event = await stream.read(deadline.signal)
    if (event.type === 'error') return classifyNetError(event.error, contextOf(line, 'receive'))
    if (event.type === 'aborted') return outOfTime(line, deadline)
    if (event.type === 'end') {
      const when = bytes.length > 0 ? 'within the response head' : 'without a response'
      return makeFailure('HTTP_CLOSED', `${stream.remote} closed the connection ${when}`)
    }
    bytes = Buffer.concat([bytes, event.data])
    const so = readAnswer(bytes)
    if (so.type === 'head') return so
    if (so.type === 'nonsense') {
      const text = `${stream.remote} answered with something else than HTTP/1: ${so.because}`
      const tls = bytes[0] === 0x15 || bytes[0] === 0x16
      return makeFailure('HTTP_MALFORMED', text, {
        advice: tls ? ['the port speaks TLS: write wss://'] : [],
      })
    }
  }
}

function outOfTime({stream}: Line, deadline: Deadline): Failure {
  const owner = abortOwner(deadline.signal)
  if (owner?.by !== 'deadline')
    return makeFailure('CANCELLED', `the upgrade at ${stream.remote} was cancelled`)
  const text = `${stream.remote} sent no answer to the upgrade within ${formatDuration(owner.after)}`
  return makeFailure('HTTP_TIMEOUT', text)
}

interface Asked {
  readonly request: Parameters<typeof upgradeProblem>[1]
  readonly remote: string
  readonly now: number
}

function judge(
  target: WebSocketTarget,
  answer: UpgradeAnswer,
  {request, remote, now}: Asked,
): Failure | null {
  const {status, reason, headers} = answer
  const {redact} = target.secrets
  if (status === 101) {
    const wrong = upgradeProblem(answer, request)
    if (wrong === null) return null
    return makeFailure('WS_BAD_ACCEPT', redact(`${remote} switched protocols, but ${wrong}`))
  }
  const url = `${target.url.origin}${target.url.pathname}`
  if (status < 400) {
    const goal = headers.get('location')
    const where = goal === undefined ? '' : `, to ${goal}`
    const text = redact(`${url} answered ${status} ${reason}${where} instead of switching to WebSocket`)
    return makeFailure('WS_NOT_UPGRADED', text, {cause: String(status)})
  }
  const retryAfter = parseRetryAfter(headers.get('retry-after'), now)
  return judgeStatus({url, status, reason: redact(`${reason} to the upgrade`), expected: ['101'], retryAfter})
}
