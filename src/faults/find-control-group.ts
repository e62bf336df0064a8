/** Finds the control group that a fault names, and refuses one that netdrill or the machine lives in. Reads only. */
import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import {ancestorsOf} from './find-process.ts'
import {readGroupLimit} from './process-limits.ts'
import type {SightWorld} from './sight.ts'

export interface ControlGroup {
  /** Such as `/system.slice/nginx.service`. */
  readonly name: string
  readonly folder: string
  /** Its `memory.max`: bytes, or `max`. */
  readonly before: string
  /** Bytes. */
  readonly used: number
}

/** The tree of v2 may hang below that of v1; there it has the memory only where v1 left it out. */
const ROOTS = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified']

/** Throws CAPABILITY_MISSING (exit 6) where the kernel has no limit for it, FAULT_LOCKOUT (exit 7) for our own. */
export async function findControlGroup(
  asked: string,
  world: Pick<SightWorld, 'files' | 'host'>,
): Promise<ControlGroup> {
  const name = `/${asked.replace(/^\//, '')}`
  await refuseOwn(name, world)
  const found: {readonly folder: string}[] = []
  for (const root of ROOTS) {
    const folder = `${root}${name}`
    if ((await readGroupLimit(world.files, `${folder}/cgroup.procs`)) === null) continue
    found.push({folder})
    const before = await readGroupLimit(world.files, `${folder}/memory.max`)
    const used = Number(await readGroupLimit(world.files, `${folder}/memory.current`))
    if (before !== null && Number.isFinite(used)) return {name, folder, before, used}
  }
  throw new UserError(
    found.length === 0
      ? {
          code: 'USAGE_INVALID',
          message: `there is no control group ${name} (v2) on this machine`,
          advice: [
            'the last field of /proc/PID/cgroup names that of a process, in the line that begins with 0::',
          ],
        }
      : {
          code: 'CAPABILITY_MISSING',
          message: `the control group ${name} has no memory.max: the memory controller of cgroup v2 is not on there`,
          advice: ['name a process instead: its address space is limited then'],
        },
    found.length === 0 ? EXIT.usage : EXIT.capability,
  )
}

/** A group holds those below it: nobody that keeps us or the machine alive may live in it. */
async function refuseOwn(name: string, {files, host}: Pick<SightWorld, 'files' | 'host'>): Promise<void> {
  for (const pid of await ancestorsOf(host.pid, {files})) {
    const text = await files.readText(`/proc/${pid}/cgroup`).catch(() => null)
    const its = /^0::(.*)$/m.exec(text ?? '')?.[1]
    if (its !== name && its?.startsWith(`${name}/`) !== true) continue
    const who = pid === 1 ? 'the first process of the machine' : 'netdrill, or what it was started from,'
    throw new UserError(
      {
        code: 'FAULT_LOCKOUT',
        message: `${who} lives in the control group ${name}`,
        advice: ['name the group, or the process, that is to be hit'],
      },
      EXIT.refused,
    )
  }
}
