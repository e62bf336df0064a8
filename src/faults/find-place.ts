/** Where a fault acts, when its scope names a namespace, a process or a container. Reads only. */
import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import {HOST, type Place, describePlace} from '../core/place.ts'
import type {Host} from '../core/ports.ts'
import type {FaultRequest} from './fault.ts'
import type {Tools} from './tools.ts'

/** In the order in which they are asked. */
const ENGINES = ['docker', 'podman'] as const

/** Throws USAGE_INVALID for what isn't there, CAPABILITY_MISSING (exit 6) for what can't be looked at from here. */
export async function findPlace(
  request: FaultRequest,
  tools: Tools,
  host: Pick<Host, 'uid'>,
): Promise<Place> {
  const {place} = request.binding
  const {namespace, pid, container} = request.spec.scope ?? {}
  const named = namespace ?? pid ?? container
  if (named === undefined) return place
  if (place.kind !== 'host') {
    throw usage(
      `the fault acts in ${describePlace(place)}: leave out the scope's namespace, pid or container`,
    )
  }
  if (namespace !== undefined) return {kind: 'netns', name: namespace}
  if (pid !== undefined) return ofProcess({pid, what: 'process', name: String(pid)}, tools, host)
  return ofContainer(container ?? '', tools, host)
}

interface Inhabitant {
  readonly pid: number
  readonly what: 'process' | 'container'
  readonly name: string
}

/** A process in our own namespace is no place of its own: a fault there would hit this machine. */
async function ofProcess(who: Inhabitant, tools: Tools, host: Pick<Host, 'uid'>): Promise<Place> {
  const [own, its] = await Promise.all([spaces('self', tools), spaces(String(who.pid), tools)])
  if (its === null) throw await unreadable(who, tools)
  if (own !== null && its.net === own.net) return HOST
  // Root of this machine may enter any network; everybody else only through the user namespace that owns it.
  const user = host.uid !== 0 && its.user !== own?.user
  return {kind: 'process', pid: who.pid, user, name: who.name, what: who.what}
}

interface Spaces {
  readonly net: string
  readonly user: string
}

async function spaces(pid: string, tools: Tools): Promise<Spaces | null> {
  const args = [`/proc/${pid}/ns/net`, `/proc/${pid}/ns/user`]
  const result = await tools.run(HOST, {type: 'exec', file: 'readlink', args})
  const [net, user] = result.stdout.split('\n')
  return result.exitCode === 0 && net && user ? {net, user} : null
}

async function unreadable({pid, what, name}: Inhabitant, tools: Tools): Promise<UserError> {
  const there = await tools.run(HOST, {type: 'exec', file: 'readlink', args: ['-e', `/proc/${pid}`]})
  if (there.exitCode !== 0)
    return usage(`there is no process ${pid}${what === 'container' ? ` (container ${name})` : ''}`)
  return new UserError(
    {
      code: 'CAPABILITY_MISSING',
      message: `the namespaces of process ${pid} can not be read from here`,
      advice: ['run netdrill as root, or as the user of that process'],
    },
    EXIT.capability,
  )
}

/** The first process of a container, as the engine that runs it tells. */
async function ofContainer(name: string, tools: Tools, host: Pick<Host, 'uid'>): Promise<Place> {
  const said: string[] = []
  for (const file of ENGINES) {
    const args = ['inspect', '--type', 'container', '--format', '{{.State.Pid}}', name]
    const result = await tools.run(HOST, {type: 'exec', file, args})
    if (result.notFound) continue
    const pid = Number(result.stdout.trim())
    if (result.exitCode === 0 && Number.isInteger(pid) && pid > 0) {
      return ofProcess({pid, what: 'container', name}, tools, host)
    }
    if (result.exitCode === 0 && pid === 0) throw usage(`the container ${name} does not run (${file})`)
    said.push(`${file}: ${result.stderr.trim().split('\n')[0] ?? 'no answer'}`)
  }
  if (said.length > 0) throw usage(`there is no container ${name}`, said)
  throw new UserError(
    {
      code: 'CAPABILITY_MISSING',
      message: `the container ${name} can not be found: neither docker nor podman is here`,
      advice: ['name a process of it instead: --pid'],
    },
    EXIT.capability,
  )
}

function usage(message: string, advice: readonly string[] = []): UserError {
  return new UserError({code: 'USAGE_INVALID', message, advice})
}
