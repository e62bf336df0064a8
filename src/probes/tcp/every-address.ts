/** Every address of a target has to answer. */
import type {Failure} from '../../core/failure.ts'
import type {AddressOutcome} from '../../core/outcome.ts'
import type {Ports, ResolvedAddress} from '../../core/ports.ts'
import {type DialPlan, type Dialled, dialAddresses} from '../shared/dial-addresses.ts'
import {pickFailure} from '../shared/pick-failure.ts'
import type {Observed} from './observation.ts'

type Connected = Dialled & {readonly status: 'connected'}

export interface EveryAddress {
  /** Names every address that failed; null when all answered. */
  readonly failure: Failure | null
  /** The one whose times and facts stand for all: the slowest that answered. Null when none connected. */
  readonly slowest: {readonly dialled: Connected; readonly observed: Observed} | null
  /** In the resolver's order. */
  readonly addresses: readonly AddressOutcome[]
}

/** Connects to all at once and watches each connection; closes what it opened. */
export async function dialEvery(
  plan: Omit<DialPlan, 'strategy'>,
  observe: (dialled: Connected) => Promise<Observed>,
  ports: Pick<Ports, 'dial' | 'clock'>,
): Promise<EveryAddress> {
  const tries = await Promise.all(
    plan.addresses.map(async (address) => dialOne({...plan, addresses: [address]}, observe, ports)),
  )
  const addresses = tries.map((each, index) => outcomeOf(each, plan.addresses[index]))
  const connected = tries.flatMap(({dialled, observed}) =>
    dialled.status === 'connected' && observed ? [{dialled, observed}] : [],
  )
  const slowest = connected.toSorted((a, b) => b.dialled.took - a.dialled.took)[0] ?? null
  return {failure: summed(addresses), slowest, addresses}
}

interface Try {
  readonly dialled: Dialled
  /** Null when it did not connect. */
  readonly observed: Observed | null
}

async function dialOne(
  plan: Omit<DialPlan, 'strategy'>,
  observe: (dialled: Connected) => Promise<Observed>,
  ports: Pick<Ports, 'dial' | 'clock'>,
): Promise<Try> {
  const dialled = await dialAddresses({...plan, strategy: 'order'}, ports)
  if (dialled.status === 'failed') return {dialled, observed: null}
  const observed = await observe(dialled)
  dialled.stream.close()
  return {dialled, observed}
}

function outcomeOf({dialled, observed}: Try, address: ResolvedAddress | undefined): AddressOutcome {
  const [outcome] = dialled.addresses
  if (!outcome) throw new Error(`no outcome for ${address?.address ?? 'an address'}`)
  if (dialled.status === 'failed') return {...outcome, status: 'failed', failure: dialled.failure}
  return observed?.failure ? {...outcome, status: 'failed', failure: observed.failure} : outcome
}

/** The failure that says most, and whom else it is about. */
function summed(addresses: readonly AddressOutcome[]): Failure | null {
  const failed = addresses.filter(({failure}) => failure !== undefined)
  const failure = pickFailure(failed.flatMap((each) => each.failure ?? []))
  if (!failure || addresses.length < 2) return failure
  const names = failed.map(({address}) => address).join(', ')
  const count = `${failed.length} of ${addresses.length} addresses failed: ${names}`
  return {...failure, message: `${failure.message} (${count})`}
}
