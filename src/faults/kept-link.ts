/**
 * Faults on a link of a lab that another process keeps. That process carries the link and ends each fault when its time is over,
 * whoever else is alive; the ledger knows whom to ask for an earlier end.
 */
import {isDeepStrictEqual} from 'node:util'
import type {LinkOrder} from '../core/link-effects.ts'
import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import {
  type KeptEnd,
  type KeptLink,
  LINK_WORDS,
  type LinkQuestion,
  type LinkReply,
  type PrivateSockets,
} from '../core/kept-links.ts'
import type {Readback} from './backends/readback.ts'
import {orderOf, plainly} from './carrier-fault.ts'
import type {CompiledPlan} from './compile-plan.ts'
import type {FaultCounters} from './fault.ts'
import {isAlive} from './identity.ts'
import type {LedgerEntry} from './ledger.ts'
import type {UndoResult, UndoWorld} from './undo.ts'

/** Null for a fault of another backend, or of the lab of this very process. */
export function keptEnd({blueprint, situation}: CompiledPlan): KeptEnd | null {
  return blueprint.backend === 'carrier' ? (situation.kept?.end ?? null) : null
}

/** Puts it in force. Throws FAULT_APPLY when the keeper refuses, or isn't there. */
export async function applyKept(compiled: CompiledPlan, sockets: PrivateSockets): Promise<void> {
  const end = keptEnd(compiled)
  const {link = ''} = end ?? {}
  if (end) await ask(end, {link, fault: compiled.situation.id, set: keptOrder(compiled, end)}, sockets)
}

/** What the keeper says that it does must equal what was ordered. */
export async function readKept(
  compiled: CompiledPlan,
  end: KeptEnd,
  sockets: PrivateSockets,
): Promise<Readback> {
  const {link} = end
  const {order} = await ask(end, {link, fault: compiled.situation.id}, sockets)
  const asAsked = isDeepStrictEqual(order, plainly(keptOrder(compiled, end)))
  const words = asAsked ? compiled.blueprint.words : 'something else'
  return {asAsked, text: order === null ? '' : `link ${link}: ${words}`}
}

function keptOrder({plan, blueprint, situation}: CompiledPlan, {sender}: KeptEnd): LinkOrder {
  if (blueprint.backend !== 'carrier') throw new TypeError('the plan is for another backend')
  return orderOf({id: situation.id, plan, blueprint, scope: situation.scope, sender})
}

export async function countKept(
  end: KeptLink,
  fault: string,
  sockets: PrivateSockets,
): Promise<FaultCounters | null> {
  const {count} = await ask(end, {link: end.link, fault}, sockets)
  return count
}

/** Where the keeper is gone, its lab is, and the link with it. */
export async function endKept(world: UndoWorld, {id, home, carried}: LedgerEntry): Promise<UndoResult> {
  if (!carried || home.boot !== world.home.boot) return GONE
  try {
    const {order} = await ask(carried, {link: carried.link, fault: id, clear: true}, world.sockets)
    return order === null ? GONE : left(`the link ${carried.link} still has the fault ${id}`)
  } catch (error) {
    if (!(await isAlive(world.files, carried.keeper))) return GONE
    return left(error instanceof Error ? error.message : String(error))
  }
}

const GONE: UndoResult = {restored: true, differences: []}

function left(what: string): UndoResult {
  return {restored: false, differences: [what]}
}

async function ask(
  {lab, socket, keeper}: KeptLink,
  question: Omit<LinkQuestion, 'schema'>,
  sockets: PrivateSockets,
): Promise<Exclude<LinkReply, {problem: string}>> {
  const problem = (because: string): UserError =>
    new UserError(
      {
        code: 'FAULT_APPLY',
        message: `the lab ${lab} (process ${keeper.pid}) can not be asked about its link ${question.link}: ${because}`,
        advice: ['netdrill lab list shows whether it is up'],
      },
      EXIT.fail,
    )
  const line = JSON.stringify({schema: LINK_WORDS, ...question})
  const answer = await sockets.ask(socket, line).catch((error: unknown) => {
    throw problem(error instanceof Error ? error.message : String(error))
  })
  const reply = parseReply(answer)
  if (!reply) throw problem('its answer is not understood; is it of another version of netdrill?')
  if ('problem' in reply) throw problem(reply.problem)
  return reply
}

function parseReply(text: string): LinkReply | null {
  try {
    const value = JSON.parse(text) as Partial<LinkReply> | null
    return value?.schema === LINK_WORDS ? (value as LinkReply) : null
  } catch {
    return null
  }
}
