/** What every line of a journal has. */
import * as z from 'zod'
import {millis} from '../../config/outcome-schema.ts'

const at = millis.describe('milliseconds since the start of the run, on the monotonic clock')
/** The shape of an event of this type. */
export const line = <const T extends string, S extends z.core.$ZodLooseShape>(
  type: T,
  shape: S,
): z.ZodObject<{at: typeof at; type: z.ZodLiteral<T>} & S, z.core.$strict> =>
  z.strictObject({at, type: z.literal(type), ...shape})
