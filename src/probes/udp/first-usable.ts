/** Datagrams have no handshake to race with: the first address that this machine can send to is asked. */
import type {Failure} from '../../core/failure.ts'
import type {AddressOutcome} from '../../core/outcome.ts'
import type {ResolvedAddress} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'

/** What asking one address gave, as far as the choice needs to know. */
export interface TriedAddress {
  readonly failure: Failure | null
  /** Null when nothing was sent. */
  readonly wait: Millis | null
}

export interface FirstUsable<T> {
  readonly address: ResolvedAddress
  readonly tried: T
  readonly addresses: readonly AddressOutcome[]
}

/** Asks one address after the other until one is not refused by this machine itself. `addresses` is not empty. */
export async function askFirstUsable<T extends TriedAddress>(
  addresses: readonly ResolvedAddress[],
  ask: (address: ResolvedAddress) => Promise<T>,
): Promise<FirstUsable<T>> {
  const outcomes: AddressOutcome[] = []
  for (const [index, address] of addresses.entries()) {
    const tried = await ask(address)
    outcomes.push(outcomeOf(address, tried))
    if (tried.failure?.blame === 'local' && index < addresses.length - 1) continue
    const rest = addresses.slice(index + 1).map((each) => ({...each, status: 'not-tried' as const}))
    return {address, tried, addresses: [...outcomes, ...rest]}
  }
  throw new Error('no address was given')
}

function outcomeOf(address: ResolvedAddress, {failure, wait}: TriedAddress): AddressOutcome {
  const took = wait === null ? {} : {took: wait}
  if (!failure) return {...address, status: 'ok', ...took}
  return {...address, status: 'failed', ...took, failure}
}
