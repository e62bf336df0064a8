import {LINK_WORDS, type LinkReply} from '../../core/kept-links.ts'
import type {LinkControl, LinkState} from '../../core/link-effects.ts'
import {questionSchema} from './order-schema.ts'

/** So many faults at a time on one link; each costs time for every packet. */
const MOST_ORDERS = 32

/**
 * Does what a fault process asks of a link, and tells how the fault stands then. Never throws: what is not understood,
 * or can't be done, is the answer.
 */
export async function answerQuestion(
  line: string,
  linkOf: (name: string) => Pick<LinkControl, 'set' | 'clear' | 'state'> | null,
): Promise<string> {
  return JSON.stringify(await replyTo(line, linkOf))
}

async function replyTo(
  line: string,
  linkOf: (name: string) => Pick<LinkControl, 'set' | 'clear' | 'state'> | null,
): Promise<LinkReply> {
  const parsed = questionSchema.safeParse(parseJson(line))
  if (!parsed.success) return problem(`not a question of ${LINK_WORDS}`)
  const {fault, set, clear} = parsed.data
  const link = linkOf(parsed.data.link)
  if (!link) return problem(`the link ${parsed.data.link} is not carried`)
  try {
    const before = await link.state()
    if (set && before.orders.length >= MOST_ORDERS)
      return problem(`${MOST_ORDERS} faults are on this link already`)
    if (set) await link.set(set)
    if (clear) await link.clear(fault)
    return standing(fault, set || clear ? await link.state() : before)
  } catch (error) {
    return problem(error instanceof Error ? error.message : String(error))
  }
}

function standing(fault: string, {orders, faults}: LinkState): LinkReply {
  const order = orders.find((one) => one.fault === fault) ?? null
  return {schema: LINK_WORDS, order, count: faults[fault] ?? null}
}

function problem(text: string): LinkReply {
  return {schema: LINK_WORDS, problem: text}
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}
