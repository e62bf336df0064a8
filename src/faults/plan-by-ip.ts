/** The blueprint of faults that change links, addresses and routes. Pure. */
import type {Capability} from '../core/capabilities.ts'
import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import type {NetworkState} from './backends/network-state.ts'
import {hasAll, missingError} from './choose-backend.ts'
import type {ExpectedEffect} from './fault.ts'
import {ENDED_BY_GUARD} from './guard-warning.ts'
import type {Blueprint, NetworkChange, Situation} from './situation.ts'

/** What every fault needs that is planned here. */
export const IP_NEEDS: readonly Capability[] = ['linux', 'net-admin', 'ip']

export interface IpChange extends Omit<NetworkChange, 'before'> {
  readonly effect: ExpectedEffect
}

/** `change` gets the device (empty where none is needed) and what is there now. */
export function planByIp(
  situation: Situation,
  words: string,
  change: (device: string, state: NetworkState) => IpChange,
): Blueprint {
  const {network, device} = situation
  if (!hasAll(situation, IP_NEEDS)) throw missingError(situation, `the fault "${words}"`, [IP_NEEDS])
  if (network === null) {
    throw new UserError(
      {
        code: 'CAPABILITY_MISSING',
        message: `the fault "${words}" can not be had here: ip does not tell in known words what is there, so it could not be put back`,
        advice: ['netdrill doctor shows which ip was found'],
      },
      EXIT.capability,
    )
  }
  const {effect, ...rest} = change(device?.name ?? '', network)
  return {
    backend: 'ip',
    because: 'links, addresses and routes are changed by ip',
    words,
    effect,
    warnings: [ENDED_BY_GUARD],
    notes: ['routes, addresses, metrics and lifetimes are written down before, and put back'],
    change: {...rest, before: network.lines},
  }
}
