import type {AddedFault} from './fault-events.ts'

/** What people call it: its name, with its track and its number where there are several. */
export function faultLabel({name, track, part}: Pick<AddedFault, 'name' | 'track' | 'part'>): string {
  const number = part ? ` ${part.number}/${part.of}` : ''
  return `${track === undefined ? '' : `${track}: `}${name}${number}`
}
