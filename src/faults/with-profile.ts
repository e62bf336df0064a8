/** A netem fault with the figures of a link profile. Pure. */
import {type LinkProfile, profileFault} from '../core/link-profile.ts'
import type {FaultSpec} from './fault.ts'
import type {NetemSpec} from './kinds/netem-spec.ts'

/** The word by which a fault names a link profile; null where it names none. */
export function profileOf(fault: FaultSpec): string | null {
  return isNetem(fault) ? (fault.profile ?? null) : null
}

export function isNetem(fault: FaultSpec): fault is NetemSpec {
  return fault.kind === 'netem'
}

/** What the fault itself says counts; of what arrives the rate is that of the downlink. */
export function withProfile({profile: _word, ...own}: NetemSpec, profile: LinkProfile): NetemSpec {
  return {...figuresOf(own, profile), ...own}
}

/** The other way round: the profile counts, as the state that the fault is in. */
export function becomeProfile({delay: _delay, ...own}: NetemSpec, profile: LinkProfile): NetemSpec {
  return {...own, ...figuresOf({...own, rtt: undefined}, profile)}
}

function figuresOf({delay, rtt: asked, direction}: Omit<NetemSpec, 'profile'>, profile: LinkProfile) {
  const rate = direction === 'in' ? profile.down : profile.up
  const {rtt, ...rest} = profileFault({...profile, up: rate})
  return {...rest, ...(delay === undefined && asked === undefined && rtt !== undefined && {rtt})}
}
