/** A fault that changes while it is in force: its states one after the other, from a ramp, a list or a trace. */
import type * as z from 'zod'
import {type Position, UserError} from '../../core/errors.ts'
import {suggest} from '../../core/text.ts'
import type {Millis} from '../../core/units.ts'
import type {FaultSpec} from '../../faults/fault.ts'
import {loadFault} from '../../faults/registry.ts'

export interface FaultState {
  readonly spec: FaultSpec
  readonly lasts: Millis
}

/** Where a key of the change was written. */
export type PlaceOf = (key: string) => Position

/** The fault with some keys replaced, each read by the schema of the kind. Throws with the place of the mistake. */
export async function changeFault(
  fault: FaultSpec,
  changes: Readonly<Record<string, unknown>>,
  placeOf: PlaceOf,
): Promise<FaultSpec> {
  const {schema} = await loadFault(fault.kind)
  const shape = (schema as z.ZodObject).shape as Readonly<Record<string, z.ZodType>>
  const known = Object.keys(shape).filter((key) => key !== 'kind' && key !== 'scope')
  const entries = Object.entries(changes).map(([key, value]) => {
    const kind = known.includes(key) ? shape[key] : undefined
    if (!kind) throw unknownKey({kind: fault.kind, key, known, position: placeOf(key)})
    const read = kind.safeParse(value)
    if (read.success) return [key, read.data] as const
    const message = `${key}: ${read.error.issues[0]?.message ?? 'not a value of this key'}`
    throw new UserError({code: 'CONFIG_INVALID', message, position: placeOf(key)})
  })
  return {...fault, ...Object.fromEntries(entries)}
}

/**
 * From one state of a fault to another in steps of equal length; the first step is the one, the last the other.
 * What the first does not have counts as 0.
 */
export function rampFault(
  from: FaultSpec,
  to: FaultSpec,
  {steps, lasts}: {readonly steps: number; readonly lasts: Millis},
): readonly FaultState[] {
  return Array.from({length: steps}, (_, step) => ({
    spec: blend(from, to, step / (steps - 1)) as FaultSpec,
    lasts: lasts / steps,
  }))
}

/** Texts and switches have no way in between: they are at once what they become. */
function blend(from: unknown, to: unknown, share: number): unknown {
  if (typeof to === 'number') {
    const start = typeof from === 'number' ? from : 0
    const value = start + (to - start) * share
    const counts = Number.isInteger(start) && Number.isInteger(to) && Math.max(start, to) > 1
    return counts ? Math.round(value) : Number(value.toFixed(6))
  }
  if (typeof to !== 'object' || to === null || Array.isArray(to)) return to
  const start = (typeof from === 'object' && from !== null ? from : {}) as Readonly<Record<string, unknown>>
  return Object.fromEntries(Object.entries(to).map(([key, value]) => [key, blend(start[key], value, share)]))
}

function unknownKey({
  kind,
  key,
  known,
  position,
}: {
  readonly kind: string
  readonly key: string
  readonly known: readonly string[]
  readonly position: Position
}): UserError {
  const near = suggest(key, known)
  const advice = [near === null ? `known: ${known.join(', ')}` : `did you mean "${near}"?`]
  return new UserError({
    code: 'CONFIG_UNKNOWN_KEY',
    message: `a ${kind} fault has no ${key}`,
    position,
    advice,
  })
}
