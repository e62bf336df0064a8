/** The ways by which a message reaches a receiver: one attempt each. */
import {makeFailure} from '../../core/codes/index.ts'
import type {Exec} from '../../core/ports.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import type {Webhooks} from '../../core/webhook-port.ts'
import type {AttemptOutcome} from '../../policies/executor.ts'
import {classifyNetError} from '../../probes/shared/classify-net-error.ts'
import type {Message} from './message.ts'
import type {NotifyWay} from './receiver-spec.ts'

export interface NotifyDoors {
  readonly exec: Exec
  readonly webhooks: Webhooks
  /** Rings where somebody can hear it; false where nobody can. */
  readonly ring: () => boolean
}

export interface DeliverOptions {
  readonly timeout: Millis
  readonly signal: AbortSignal
}

export async function deliver(
  way: NotifyWay,
  message: Message,
  {timeout, signal, ...doors}: DeliverOptions & NotifyDoors,
): Promise<AttemptOutcome<null>> {
  switch (way.kind) {
    case 'webhook':
      return post(way, message, {signal, webhooks: doors.webhooks})
    case 'command':
      return run(way.argv, message, {timeout, signal, exec: doors.exec})
    case 'bell':
      doors.ring()
      return DONE
  }
}

const DONE: AttemptOutcome<null> = {status: 'ok', value: null}

async function post(
  {url, headers}: NotifyWay & {kind: 'webhook'},
  message: Message,
  {signal, webhooks}: {readonly signal: AbortSignal; readonly webhooks: Webhooks},
): Promise<AttemptOutcome<null>> {
  const own = {'content-type': 'application/json', 'user-agent': 'netdrill'}
  const result = await webhooks.post({
    url,
    headers: {...own, ...lowerCase(headers)},
    body: message.json,
    signal,
  })
  switch (result.status) {
    case 'aborted':
      return {status: 'failed', failure: makeFailure('CANCELLED', 'the message was given up')}
    case 'failed':
      return {
        status: 'failed',
        // The URL may be a secret, so the message doesn't name it.
        failure: classifyNetError(result.error, {stage: 'connect', peer: 'the receiver', family: null}),
      }
    case 'answered': {
      const {code, retryAfter} = result
      if (code >= 200 && code < 300) return DONE
      const isTemporary = code >= 500 || code === 408 || code === 429
      const failure = makeFailure(
        isTemporary ? 'NOTIFY_UNAVAILABLE' : 'NOTIFY_REFUSED',
        `the receiver answered ${code}`,
      )
      return {status: 'failed', failure, ...(retryAfter === null ? {} : {retryAfter})}
    }
  }
}

function lowerCase(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

async function run(
  argv: readonly string[],
  message: Message,
  {timeout, signal, exec}: DeliverOptions & Pick<NotifyDoors, 'exec'>,
): Promise<AttemptOutcome<null>> {
  const [file = '', ...args] = argv.map((argument) => fillIn(argument, message))
  const {receiver, status, firing, resolved, text} = message
  const result = await exec.run({
    file,
    args,
    input: `${message.json}\n`,
    timeout,
    signal,
    env: {
      NETDRILL_NOTIFY_RECEIVER: receiver,
      NETDRILL_NOTIFY_STATUS: status,
      NETDRILL_NOTIFY_FIRING: String(firing),
      NETDRILL_NOTIFY_RESOLVED: String(resolved),
      NETDRILL_NOTIFY_TEXT: text,
    },
  })
  if (result.exitCode === 0) return DONE
  if (result.notFound)
    return {status: 'failed', failure: makeFailure('NOTIFY_NO_COMMAND', 'the program could not be started')}
  const how = result.timedOut
    ? `the program took longer than ${formatDuration(timeout)}`
    : result.exitCode === null
      ? 'the program was ended by a signal'
      : `the program ended with exit code ${result.exitCode}`
  const said = result.stderr.trim().split('\n').at(-1)?.slice(0, 200) ?? ''
  return {status: 'failed', failure: makeFailure('NOTIFY_COMMAND', said === '' ? how : `${how}: ${said}`)}
}

/** `{text}` and `{status}` in arguments. */
function fillIn(argument: string, {text, status}: Message): string {
  return argument.replaceAll(/\{(text|status)\}/g, (_, name: string) => (name === 'text' ? text : status))
}
