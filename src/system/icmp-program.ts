/** ICMP echo through the `ping` program: for machines where we may not open an ICMP socket ourselves. */
import type {EchoExtra, EchoRequest, EchoResult, EchoSocket, EchoSocketRequest, Exec} from '../core/ports.ts'
import type {Family} from '../core/outcome.ts'
import type {Millis} from '../core/units.ts'
import {parsePingProgram} from './icmp-program-output.ts'

/** Time for starting the program, on top of the deadline; then it is ended. */
const GRACE: Millis = 100
/** For one echo on the loopback interface. */
const TRIAL: Millis = 2000

export type PingProgramOpening =
  | {readonly status: 'open'; readonly socket: EchoSocket}
  | {readonly status: 'missing'; readonly because: string}

/**
 * Gives the way to ping through the program, which is tried once per family, by pinging this machine: whether it may
 * open a socket. A way that is there stays; one that is not is looked for again the next time.
 */
export function pingProgram(exec: Exec): (request: EchoSocketRequest) => Promise<PingProgramOpening> {
  const trials = new Map<Family, Promise<string | null>>()
  return async (request) => {
    const {family} = request
    const trial = trials.get(family) ?? tryProgram(exec, family)
    trials.set(family, trial)
    const because = await trial
    if (because === null) return {status: 'open', socket: programSocket(exec, request)}
    trials.delete(family)
    return {status: 'missing', because}
  }
}

/** Why the program is of no use; null when it is. */
async function tryProgram(exec: Exec, family: Family): Promise<string | null> {
  const args = ['-n', '-c', '1', '-W', '1', family === 4 ? '127.0.0.1' : '::1']
  const result = await exec.run({file: 'ping', args: [`-${family}`, ...args], timeout: TRIAL})
  if (result.notFound) return 'there is no ping program'
  if (result.exitCode === null && !result.timedOut) return 'the ping program can not be started by this user'
  const seen = parsePingProgram(result.stdout, result.stderr)
  return seen.status === 'forbidden' ? `the ping program fails: ${seen.because}` : null
}

function programSocket(exec: Exec, request: EchoSocketRequest): EchoSocket {
  const listeners = new Set<(extra: EchoExtra) => void>()
  const ended = new AbortController()
  return {
    method: 'ping program',
    clock: 'user',
    echo: async (echo) => {
      const result = await runPing(exec, request, {
        ...echo,
        signal: AbortSignal.any([echo.signal, ended.signal]),
      })
      for (const rtt of result.duplicates) {
        for (const listener of listeners) listener({kind: 'duplicate', sequence: echo.sequence, rtt})
      }
      return result.outcome
    },
    onExtra: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => ended.abort(),
  }
}

async function runPing(
  exec: Exec,
  request: EchoSocketRequest,
  echo: EchoRequest,
): Promise<{outcome: EchoResult; duplicates: readonly Millis[]}> {
  if (echo.signal.aborted) return {outcome: {status: 'aborted', took: 0}, duplicates: []}
  const result = await exec.run({
    file: 'ping',
    args: pingArguments(request, echo),
    timeout: echo.timeout + GRACE,
    signal: echo.signal,
  })
  if (echo.signal.aborted) return {outcome: {status: 'aborted', took: result.took}, duplicates: []}
  const seen = parsePingProgram(result.stdout, result.stderr)
  switch (seen.status) {
    case 'reply': {
      const {duplicates, ...reply} = seen
      const isLate = reply.rtt > echo.timeout
      return {outcome: isLate ? {status: 'timeout', took: echo.timeout} : reply, duplicates}
    }
    case 'failed':
      return {outcome: {...seen, took: result.took}, duplicates: []}
    case 'timeout':
      return {outcome: {status: 'timeout', took: Math.max(result.took, echo.timeout)}, duplicates: []}
    case 'forbidden': {
      const error = {code: 'EPERM', syscall: 'socket', message: seen.because, local: true}
      return {outcome: {status: 'failed', error, took: result.took}, duplicates: []}
    }
  }
}

/** Flags that both iputils and busybox know. `-W` takes whole seconds in busybox; a shorter deadline is ours to keep. */
function pingArguments(request: EchoSocketRequest, echo: EchoRequest): readonly string[] {
  const {family, source, ttl, dscp, dontFragment} = request
  return [
    `-${family}`,
    '-n',
    '-c',
    '1',
    '-W',
    String(Math.max(1, Math.ceil(echo.timeout / 1000))),
    '-s',
    String(echo.size),
    ...(ttl === undefined ? [] : ['-t', String(ttl)]),
    // These two are iputils' own: busybox refuses them, and that is told.
    ...(dscp === undefined ? [] : ['-Q', String(dscp << 2)]),
    ...(dontFragment === true ? ['-M', 'do'] : []),
    ...(request.interface === undefined ? [] : ['-I', request.interface]),
    ...(source === undefined ? [] : ['-I', source]),
    '--',
    echo.address,
  ]
}
