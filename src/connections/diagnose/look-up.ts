/** The name as programs resolve it: getaddrinfo(3), in this process or in one that can be ended. */
import type {LookupSeen} from '../../advice/observed.ts'
import {addressFamily} from '../../core/address.ts'
import {makeFailure} from '../../core/codes/index.ts'
import type {Family} from '../../core/outcome.ts'
import type {Millis} from '../../core/units.ts'
import {startDeadline} from '../../probes/shared/deadline.ts'
import {resolveTarget} from '../../probes/shared/resolve-target.ts'
import type {WalkRun} from './walk-run.ts'

/** The library may be at its second server only by then; the walk goes on with what the resolvers said. */
const LOOKUP_LIMIT: Millis = 1800

/**
 * getaddrinfo can't be interrupted, and a process can't end before it: with a silent resolver that takes ten seconds.
 * `safe` says that every resolver answers; otherwise getent(1) asks, which can be ended.
 */
export async function lookUp(
  run: WalkRun,
  host: string,
  family: Family,
  safe: boolean,
): Promise<LookupSeen | null> {
  return safe ? lookUpHere(run, host, family) : lookUpByProgram(run, host, family)
}

async function lookUpHere(run: WalkRun, host: string, family: Family): Promise<LookupSeen> {
  const {clock} = run.ports
  const after = Math.min(LOOKUP_LIMIT, run.deadline.left())
  const deadline = startDeadline({clock, after, level: 'step', parent: run.deadline.signal})
  const started = clock.now()
  try {
    const found = await resolveTarget(host, family, run.ports, deadline)
    const took = clock.now() - started
    if (found.status === 'resolved') {
      return {status: 'found', addresses: found.addresses.map(({address}) => address), took}
    }
    if (deadline.signal.aborted) return {status: 'slow', took}
    return {status: 'failed', failure: found.failure, took}
  } finally {
    deadline.stop()
  }
}

/** Shorter, since it begins later. */
const PROGRAM_LIMIT: Millis = 1400

async function lookUpByProgram(run: WalkRun, host: string, family: Family): Promise<LookupSeen> {
  const timeout = Math.max(1, Math.min(PROGRAM_LIMIT, run.deadline.left()))
  const args = [`ahostsv${family}`, '--', host]
  const {signal} = run.deadline
  const {stdout, exitCode, notFound, took} = await run.ports.exec.run({file: 'getent', args, timeout, signal})
  if (notFound || exitCode === null) return {status: 'slow', took}
  const first = stdout.split('\n').map((line) => line.split(/\s+/)[0] ?? '')
  // IPv4 addresses in IPv6 clothes are getent's, not the name's.
  const addresses = first.filter((text) => addressFamily(text) === family && !text.startsWith('::ffff:'))
  if (addresses.length > 0) return {status: 'found', addresses: [...new Set(addresses)], took}
  return {status: 'failed', failure: makeFailure('DNS_SYSTEM', `getent finds no address of ${host}`), took}
}
