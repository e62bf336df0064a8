/** From an error of a socket to a failure: by code, step and ICMP message, never by text. */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure, Stage} from '../../core/failure.ts'
import type {Family} from '../../core/outcome.ts'
import type {NetError} from '../../core/ports.ts'
import {icmpMeaning} from './icmp-meaning.ts'
import {type Circumstances, NET_ERROR_RULES, type Rule} from './net-error-rules.ts'

export interface ErrorContext {
  /** The step that was under way. */
  readonly stage: Stage
  /** Who was talked to, for the message: `192.0.2.1:443`. */
  readonly peer: string
  /** Of the peer's address. */
  readonly family: Family | null
}

/**
 * Explains an error. An ICMP message behind it outranks the code, since the kernel folds several messages into
 * one code (`EHOSTUNREACH` for host unreachable and for administratively prohibited). An unknown code becomes
 * `UNKNOWN` with the code as cause.
 */
export function classifyNetError(error: NetError, context: ErrorContext): Failure {
  return classifyIcmp(error, context) ?? classifyCode(error, context)
}

function classifyIcmp(error: NetError, {peer, family}: ErrorContext): Failure | null {
  const {icmp} = error
  if (!icmp || family === null) return null
  const meaning = icmpMeaning(family, icmp)
  if (!meaning) return null
  const number = `type ${icmp.type} code ${icmp.code}`
  const sender = icmp.own === true ? 'this machine itself' : (icmp.from ?? 'an unknown address')
  const neighbour = icmp.own === true && meaning.code === 'NET_UNREACHABLE'
  const reason = neighbour ? `no answer to ${family === 4 ? 'ARP' : 'neighbour discovery'}: ` : ''
  const message = `${peer}: ${reason}ICMP ${meaning.name} (${number}) from ${sender}`
  return makeFailure(meaning.code, message, {cause: error.code})
}

function classifyCode(error: NetError, context: ErrorContext): Failure {
  const circumstances: Circumstances = {error, stage: context.stage, family: context.family}
  const rules = NET_ERROR_RULES[error.code] ?? []
  const rule = rules.find(({when}) => when?.(circumstances) ?? true)
  if (!rule) {
    const message = `${context.peer}: ${error.message}`
    return makeFailure('UNKNOWN', message, {cause: error.code, stage: context.stage})
  }
  return makeFailure(rule.code, `${context.peer} ${rule.say}`, details(rule, error, context.stage))
}

function details(rule: Rule, error: NetError, stage: Stage): Parameters<typeof makeFailure>[2] {
  return {
    cause: error.code,
    ...(rule.here ? {stage} : {}),
    ...(rule.advice ? {advice: rule.advice} : {}),
  }
}
