/** Where a command or a probe runs. */

/** The machine as it is, or the network namespace of a process (with its user namespace, when we made that too). */
export type Place =
  | {readonly kind: 'host'}
  | {
      readonly kind: 'process'
      readonly pid: number
      /** The process lives in a user namespace of ours that has to be entered as well (rootless lab). */
      readonly user: boolean
      /** It has a mount namespace of its own, with a resolv.conf of its own. */
      readonly mounts?: boolean
      /** For people: the lab node's name. */
      readonly name: string
      /** What bears the name; absent: a lab node. */
      readonly what?: 'process' | 'container'
    }
  | {readonly kind: 'netns'; readonly name: string}

export const HOST: Place = {kind: 'host'}

export function describePlace(place: Place): string {
  switch (place.kind) {
    case 'host':
      return 'this machine'
    case 'process':
      return `${place.what ?? 'node'} ${place.name}`
    case 'netns':
      return `namespace ${place.name}`
  }
}
