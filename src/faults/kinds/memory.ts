/** `memory`: a program, or a control group, gets no more memory: ENOMEM for the one, the kernel's killer for the other. */
import * as z from 'zod'
import {sizeSchema} from '../../config/quantities.ts'
import type {Capability} from '../../core/capabilities.ts'
import {UserError} from '../../core/errors.ts'
import {type Bytes, formatBytes} from '../../core/units.ts'
import {hasAll, missingError} from '../choose-backend.ts'
import type {FaultScope} from '../fault.ts'
import {findControlGroup} from '../find-control-group.ts'
import {findProcess} from '../find-process.ts'
import {ENDED_BY_GUARD} from '../guard-warning.ts'
import type {PlannedKind} from '../kind.ts'
import {planLimit, refuseSpareAndMax} from '../limit-process.ts'
import {groupLimitStep, isLower, readLimit} from '../process-limits.ts'
import {type NamedProcess, nameOf, processShape, whichProcess} from '../process-shape.ts'
import {scopeSchema} from '../scope-schema.ts'
import type {Sight, SightWorld} from '../sight.ts'
import type {Blueprint, Situation} from '../situation.ts'

export const memorySchema = z.strictObject({
  kind: z.literal('memory'),
  spare: sizeSchema.optional().describe('so much more than it has now; 0B if neither this nor max is given'),
  max: sizeSchema
    .optional()
    .describe('so much in all: of a process its addresses, of a group what it really uses'),
  ...processShape,
  group: z
    .string()
    .regex(/^\/?[^/.][^/]*(?:\/[^/.][^/]*)*$/)
    .optional()
    .describe('a control group (v2) instead of a process, such as /system.slice/nginx.service'),
  scope: scopeSchema.optional(),
})
export interface MemorySpec extends NamedProcess {
  readonly kind: 'memory'
  readonly spare?: Bytes | undefined
  readonly max?: Bytes | undefined
  readonly group?: string | undefined
  readonly scope?: FaultScope | undefined
}

const PROCESS: readonly Capability[] = ['linux', 'prlimit']
const GROUP: readonly Capability[] = ['linux']

export const memory: PlannedKind<MemorySpec> = {
  kind: 'memory',
  summary: 'give a program, or a control group, no more memory',
  example: 'netdrill fault plan memory --pidfile /run/nginx.pid --set spare=16MiB',
  needs: [PROCESS, GROUP],
  schema: memorySchema,
  needsDevice: false,
  shapes: false,
  names: true,
  look,
  plan: planMemory,
}

async function look(spec: MemorySpec, world: SightWorld): Promise<Sight | null> {
  refuseSpareAndMax(spec)
  const name = nameOf(spec)
  if ((name === null) === (spec.group === undefined)) throw whichProcess(', or a group')
  if (name === null) return {type: 'group', ...(await findControlGroup(spec.group ?? '', world))}
  const process = await findProcess(name, world)
  const {pid} = process.who
  const limit = await readLimit(world.files, pid, 'as')
  const status = await world.files.readText(`/proc/${pid}/status`).catch(() => null)
  const used = /^VmSize:\s+(\d+) kB/m.exec(status ?? '')?.[1]
  if (limit === null || used === undefined)
    throw usage(`how much memory process ${pid} has can not be read from here`)
  return {type: 'memory', process, limit, used: Number(used) * 1024}
}

function planMemory(spec: MemorySpec, situation: Situation): Blueprint {
  const {sight} = situation
  if (sight?.type === 'memory') return ofProcess(spec, situation, sight)
  if (sight?.type === 'group') return ofGroup(spec, situation, sight)
  throw new TypeError('a limit of memory was planned without a victim')
}

function ofProcess(
  spec: MemorySpec,
  situation: Situation,
  {process, limit, used}: Extract<Sight, {type: 'memory'}>,
): Blueprint {
  if (!hasAll(situation, PROCESS))
    throw missingError(situation, 'limiting the memory of a process', [PROCESS])
  const during = spec.max ?? used + (spec.spare ?? 0)
  const {who} = process
  if (!isLower(during, limit))
    throw usage(`process ${who.pid} is limited to ${limit.soft} bytes already: this would take nothing away`)
  return planLimit(
    {process, limit: 'as', before: limit, during, unit: 'bytes'},
    {
      may: `may have ${formatBytes(during)} of address space, of which it has ${formatBytes(used)}`,
      warnings: ['a program that does not expect to be refused memory may end itself'],
      felt: 'what it has stays; mapping more fails with ENOMEM. Addresses count, whether memory stands behind them or not',
    },
  )
}

/** The kernel rounds down to whole pages; so do we, to those of every architecture, that it shows what was asked. */
const PAGE = 65_536

function ofGroup(
  spec: MemorySpec,
  situation: Situation,
  {name, folder, before, used}: Extract<Sight, {type: 'group'}>,
): Blueprint {
  if (!hasAll(situation, GROUP)) throw missingError(situation, 'limiting the memory of a group', [GROUP])
  const asked = spec.max ?? used + (spec.spare ?? 0)
  const during = Math.max(PAGE, Math.floor(asked / PAGE) * PAGE)
  if (!isLower(during, {soft: before === 'max' ? 'unlimited' : before, hard: ''}))
    throw usage(`the group ${name} is limited to ${before} bytes already: this would take nothing away`)
  const trace = {type: 'group-limit', path: `${folder}/memory.max`, before, during: String(during)} as const
  return {
    backend: 'cgroup',
    because: 'the kernel keeps a limit for the group and all groups below it (cgroup v2)',
    words: `group ${name} may use ${formatBytes(during)} of memory, of which it uses ${formatBytes(used)}`,
    effect: {},
    warnings: [
      ENDED_BY_GUARD,
      'what the kernel can not take back it frees by killing a program of the group',
    ],
    notes: ['swap is not limited: where there is some, programs may get slow instead'],
    act: {
      steps: [
        groupLimitStep(
          trace,
          `memory.max of ${name} is ${during}`,
          'the limit of the group; the one from before comes back',
        ),
      ],
      hit: [`hit: every process of the group ${name} and of those below it`, 'not hit: every other process'],
      trace,
    },
  }
}

function usage(message: string): UserError {
  return new UserError({code: 'USAGE_INVALID', message})
}
