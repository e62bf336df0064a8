/** The step of faults that a process of ours keeps: started now, told to let go at the end. Pure. */
import type {Step} from './fault.ts'

export const HOLDER_NOTE =
  'a process of netdrill holds it, and ends by itself when the time is over, whoever is still alive'

/** Started in the place of the fault; told to end here, since it may outlive that place. */
export function holdStep(id: string, expect: string, why: string): readonly Step[] {
  return [
    {
      do: {type: 'exec', file: 'holder', args: ['start', id]},
      undo: {type: 'none'},
      verify: {type: 'act', expect},
      why,
    },
    {
      do: {type: 'none'},
      undo: {type: 'exec', file: 'holder', args: ['stop', id]},
      onHost: true,
      verify: {type: 'none', expect: 'looked at when the fault is over'},
      why: 'it lets go when the fault is over',
    },
  ]
}
