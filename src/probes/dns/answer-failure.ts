/** What an answer says against the question, if anything. */
import {type FailureCode, makeFailure} from '../../core/codes/index.ts'
import type {DnsFacts} from '../../core/facts.ts'
import type {Failure} from '../../core/failure.ts'
import type {DnsMessage} from './codec/message.ts'
import {extendedErrors} from './edns.ts'

const BY_RCODE: Readonly<Record<string, readonly [FailureCode, string]>> = {
  FORMERR: ['DNS_FORMERR', 'did not understand the question'],
  SERVFAIL: ['DNS_SERVFAIL', 'failed to get an answer'],
  NXDOMAIN: ['DNS_NXDOMAIN', 'says that the name does not exist'],
  NOTIMP: ['DNS_NOTIMP', 'does not support this kind of question'],
  REFUSED: ['DNS_REFUSED', 'refuses to answer'],
}

/** Null for an answer with records of the asked type. */
export function answerFailure(message: DnsMessage, facts: DnsFacts): Failure | null {
  const {rcode, resolver, question} = facts
  if (rcode === 'NOERROR' && facts.answers.length > 0) return null
  const asked = `${question.name} ${question.type}`
  const more = extendedErrors(message)
  const extra = more.length === 0 ? '' : ` (${more.join('; ')})`
  if (rcode === 'NOERROR') {
    return makeFailure('DNS_NODATA', `${resolver}: ${asked}: ${noData(message, facts)}${extra}`, {
      cause: rcode,
    })
  }
  const [code, say] = BY_RCODE[rcode] ?? ['DNS_RCODE', `answers with ${rcode}`]
  return makeFailure(code, `${resolver} ${say}: ${asked}${extra}`, {cause: rcode})
}

function noData(message: DnsMessage, {sections, question}: DnsFacts): string {
  const alias = sections.answer.findLast(({type}) => type === 'CNAME')
  if (alias) return `an alias of ${alias.data}, which has no record of type ${question.type}`
  const referral = sections.authority.some(({type}) => type === 'NS') && !message.flags.aa
  if (referral) return 'only a referral to other servers: this one does not resolve for us'
  if (message.flags.tc) return 'a truncated answer without a record'
  return `the name exists, but has no record of type ${question.type}`
}
