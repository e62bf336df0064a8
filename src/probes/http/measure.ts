/** One sample: a request, and those to which redirects lead. */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {Reading} from '../../core/outcome.ts'
import type {Ports} from '../../core/ports.ts'
import {shorten} from '../../core/text.ts'
import type {Deadline} from '../shared/deadline.ts'
import {type Hop, measureHop} from './hop.ts'
import {type Journey, buildFacts, contentLength, sumPhases} from './http-facts.ts'
import {type HttpRequest, nextStep, urlText} from './request.ts'
import {judgeStatus} from './status.ts'
import type {HttpTarget} from './target.ts'

export interface Measured {
  readonly failure: Failure | null
  readonly reading: Reading
}

export async function measureHttp(target: HttpTarget, deadline: Deadline, ports: Ports): Promise<Measured> {
  const {journey, failure} = await travel(target, deadline, ports)
  const {last} = journey
  const http = buildFacts(journey, target, ports.clock.wall())
  const phase = sumPhases([...journey.followed, last].map((hop) => hop.phase))
  const {total = 0, resolve = 0} = phase
  const complete = last.exchange?.status === 'complete'
  const found = failure ?? judge(target, last, http)
  const reading: Reading = {
    ...last.where,
    // What the target took; how long its name took to resolve is another question.
    ...(complete ? {rtt: total - resolve} : {}),
    phase,
    ...(last.tls ? {tls: last.tls} : {}),
    http,
  }
  return {failure: found && {...found, message: target.secrets.redact(found.message)}, reading}
}

interface Travelled {
  readonly journey: Journey
  /** Of a hop or of a redirect; null when there was an answer. */
  readonly failure: Failure | null
}

async function travel(target: HttpTarget, deadline: Deadline, ports: Ports): Promise<Travelled> {
  const followed: (Hop & {location: string})[] = []
  const seen = new Set<string>()
  let request: HttpRequest = target.request
  for (;;) {
    seen.add(keyOf(request))
    const last = await measureHop(target, request, {deadline, ports})
    const step = last.exchange?.head && !last.failure ? nextStep(request, last.exchange.head) : null
    const journey = {followed, last}
    if (target.options.max_redirects === 0 || step === null || step.type === 'answer') {
      return {journey, failure: last.failure}
    }
    const failure = refuse(step, {seen, count: followed.length, most: target.options.max_redirects})
    if (failure || step.type === 'invalid') return {journey, failure}
    followed.push({...last, location: step.location})
    request = step.request
  }
}

function keyOf({method, url, trusted}: HttpRequest): string {
  return `${method} ${urlText(url)} ${trusted}`
}

function refuse(
  step: Exclude<ReturnType<typeof nextStep>, {type: 'answer'}>,
  {seen, count, most}: {readonly seen: ReadonlySet<string>; readonly count: number; readonly most: number},
): Failure | null {
  if (step.type === 'invalid') {
    return makeFailure('HTTP_REDIRECT_INVALID', `the redirect leads to "${shorten(step.location, 200)}"`)
  }
  const goal = shorten(urlText(step.request.url), 200)
  if (seen.has(keyOf(step.request))) {
    return makeFailure('HTTP_REDIRECT_LOOP', `the redirect leads back to ${goal}`)
  }
  if (count < most) return null
  return makeFailure(
    'HTTP_TOO_MANY_REDIRECTS',
    `more than ${most} redirects in a row; the next leads to ${goal}`,
  )
}

/** Size first: the status of a body that is too large may well be right. */
function judge(
  {options}: HttpTarget,
  {exchange, request}: Hop,
  http: NonNullable<Reading['http']>,
): Failure | null {
  if (!exchange?.head) return null
  const {status, reason, headers} = exchange.head
  const {max_size: most, status: expected} = options
  const promised = request.method === 'HEAD' ? null : contentLength(headers)
  const size = Math.max(exchange.body.received, promised ?? 0)
  const wrong = judgeStatus({url: http.url, status, reason, expected, retryAfter: http.retry_after})
  if (wrong || most === undefined || size <= most) return wrong
  const shown = promised === null && exchange.body.cut ? `more than ${most}` : String(size)
  return makeFailure('HTTP_BODY_TOO_LARGE', `${http.url}: the body has ${shown} octets, ${most} are allowed`)
}
