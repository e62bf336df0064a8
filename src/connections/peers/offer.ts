/** What both sides of a restart tell each other, through whatever signalling there is. */
import * as z from 'zod'
import {addressFamily} from '../../core/address.ts'

const candidate = z.object({
  address: z.string().refine((text) => addressFamily(text) !== null),
  port: z.int().min(1).max(65_535),
})

/** RFC 8445 section 5.3: 24 bits of randomness in the fragment, 128 in the password, at least. */
const shape = {
  ufrag: z
    .string()
    .min(4)
    .max(256)
    .regex(/^[\w+/]+$/),
  pwd: z
    .string()
    .min(22)
    .max(256)
    .regex(/^[\w+/]+$/),
  candidates: z.array(candidate).max(64),
}

export const signalMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('offer'),
    /** Made anew for each offer, so that an old answer is told from its own. */
    id: z.string().min(1).max(64),
    /** Decides when both sides offer at once: the larger one wins. Decimal. */
    tieBreaker: z.string().regex(/^\d{1,20}$/),
    reason: z.string().max(300),
    ...shape,
  }),
  z.object({type: z.literal('answer'), id: z.string().min(1).max(64), ...shape}),
])

export type SignalMessage = z.infer<typeof signalMessage>
export type Offer = Extract<SignalMessage, {type: 'offer'}>
export type Answer = Extract<SignalMessage, {type: 'answer'}>

/** Null for a text that is no such message. */
export function parseSignal(text: string): SignalMessage | null {
  try {
    const parsed = signalMessage.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
