import {inPlace, type Command} from '../core/place-command.ts'
import type {Place} from '../core/place.ts'
import type {SpawnOptions} from '../core/ports.ts'

/**
 * The command that runs `words` in `place`, or in a network namespace that is made for it: then only the user
 * namespace of the place is entered. `nsenter`, `unshare` and `ip netns exec` replace themselves by the program, so
 * the process id stays.
 */
export function agentCommand(place: Place, options: SpawnOptions, words: readonly string[]): Command {
  const {unshare} = options
  const mounts = options.mounts === true ? ['--mount'] : []
  const [file = '', ...args] = words
  if (unshare === undefined) return inPlace(place, file, args)
  switch (unshare) {
    case 'network': {
      const alone = ['--net', ...mounts, '--', ...words]
      if (place.kind !== 'process' || !place.user) return {file: 'unshare', args: alone}
      return {
        file: 'nsenter',
        args: ['-t', String(place.pid), '-U', '--preserve-credentials', '--', 'unshare', ...alone],
      }
    }
    case 'user-and-network':
      return {file: 'unshare', args: ['--user', '--map-root-user', '--net', ...mounts, '--', ...words]}
  }
}
