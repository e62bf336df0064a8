/** Turns "run this program there" into an argument array. Pure: nothing is run here. */
import type {Place} from './place.ts'

export interface Command {
  readonly file: string
  readonly args: readonly string[]
}

/**
 * The command that runs `file` in the network namespace of `place`, with as few rights as that takes: the host runs
 * it as it is, a lab node is entered by its process (and its user namespace, where we made that too, with our own
 * user kept), a named namespace by `ip netns exec`. Only the network is entered (and the mounts of a node that has a
 * resolv.conf of its own): files and processes stay ours.
 */
export function inPlace(place: Place, file: string, args: readonly string[]): Command {
  switch (place.kind) {
    case 'host':
      return {file, args}
    case 'process': {
      const user = place.user ? ['-U', '--preserve-credentials'] : []
      const mounts = place.mounts === true ? ['-m'] : []
      return {file: 'nsenter', args: ['-t', String(place.pid), ...user, '-n', ...mounts, '--', file, ...args]}
    }
    case 'netns':
      return {file: 'ip', args: ['netns', 'exec', place.name, file, ...args]}
  }
}

/** Where tc, nft and ip live; Debian leaves these folders out of the PATH of ordinary users. */
const TOOL_FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

/** The user's PATH first, then the folders where system tools live; empty parts, which mean "here", are left out. */
export function toolPath(path: string | undefined): string {
  const own = (path ?? '').split(':').filter((folder) => folder.startsWith('/'))
  return [...new Set([...own, ...TOOL_FOLDERS])].join(':')
}
