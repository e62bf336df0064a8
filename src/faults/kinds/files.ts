/** `files`: a program may open no further files or connections: EMFILE, as when it leaks descriptors. */
import * as z from 'zod'
import type {Capability} from '../../core/capabilities.ts'
import {UserError} from '../../core/errors.ts'
import {hasAll, missingError} from '../choose-backend.ts'
import type {FaultScope} from '../fault.ts'
import {findNodeProcess, findProcess} from '../find-process.ts'
import type {PlannedKind} from '../kind.ts'
import {planLimit, refuseSpareAndMax} from '../limit-process.ts'
import {isLower, readLimit} from '../process-limits.ts'
import {type NamedProcess, nameOf, processShape, whichProcess} from '../process-shape.ts'
import {scopeSchema} from '../scope-schema.ts'
import type {Sight, SightWorld} from '../sight.ts'
import type {Blueprint, Situation} from '../situation.ts'

export const filesSchema = z.strictObject({
  kind: z.literal('files'),
  spare: z
    .int()
    .min(0)
    .max(1_000_000)
    .optional()
    .describe('so many more than are open now; 0 if neither this nor max is given'),
  max: z.int().min(1).max(1_000_000).optional().describe('so many in all, as `ulimit -n` counts them'),
  ...processShape,
  scope: scopeSchema.optional(),
})
export interface FilesSpec extends NamedProcess {
  readonly kind: 'files'
  readonly spare?: number | undefined
  readonly max?: number | undefined
  readonly scope?: FaultScope | undefined
}

const NEEDS: readonly Capability[] = ['linux', 'prlimit']

export const files: PlannedKind<FilesSpec> = {
  kind: 'files',
  summary: 'let a program open no further files or connections: EMFILE',
  example: 'netdrill fault plan files --pidfile /run/nginx.pid --set spare=2',
  needs: [NEEDS],
  schema: filesSchema,
  needsDevice: false,
  shapes: false,
  names: true,
  look,
  plan: planFiles,
}

async function look(spec: FilesSpec, world: SightWorld): Promise<Sight | null> {
  refuseSpareAndMax(spec)
  const name = nameOf(spec)
  const process = name === null ? await findNodeProcess(world) : await findProcess(name, world)
  if (process === null) throw whichProcess(', or a lab node whose own probes are hit')
  const {pid} = process.who
  const limit = await readLimit(world.files, pid, 'nofile')
  const open = await world.files.list(`/proc/${pid}/fd`).catch(() => null)
  if (limit === null || open === null || open.length === 0)
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `what process ${pid} has open can not be read from here`,
      advice: ['run netdrill as its user or as root'],
    })
  return {type: 'files', process, limit, open: open.map(Number)}
}

function planFiles(spec: FilesSpec, situation: Situation): Blueprint {
  if (!hasAll(situation, NEEDS))
    throw missingError(situation, 'limiting the open files of a process', [NEEDS])
  const {sight} = situation
  if (sight?.type !== 'files') throw new TypeError('a limit of open files was planned without a process')
  const {process, limit, open} = sight
  const during = spec.max ?? leastLimit(open, spec.spare ?? 0)
  if (!isLower(during, limit)) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `process ${process.who.pid} may have ${limit.soft} files open already: ${during} would take nothing away`,
    })
  }
  return planLimit(
    {process, limit: 'nofile', before: limit, during, unit: 'open files'},
    {
      may: `may open ${spareOf(open, during)} files more than the ${open.length} it has`,
      warnings: [],
      felt: 'what is open stays open; opening, accepting and connecting fail with EMFILE',
    },
  )
}

function spareOf(open: readonly number[], limit: number): number | string {
  const spare = Math.max(0, limit - open.filter((number) => number < limit).length)
  return spare === 0 ? 'no' : spare
}

/** The kernel gives the lowest free number, and none from the limit on: so many free ones have to lie below it. */
function leastLimit(open: readonly number[], spare: number): number {
  const taken = new Set(open)
  let limit = 0
  for (let free = 0; free <= spare; limit++) if (!taken.has(limit)) free++
  return limit - 1
}
