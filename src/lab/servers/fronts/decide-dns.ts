/** What a front does with one DNS message. */
import type {DnsFrontAnswer, DnsFrontEffect} from '../../../core/proxy-effects.ts'
import type {Millis} from '../../../core/units.ts'
import {type Question, decodeQuestion, encodeAnswer} from '../dns/message.ts'
import {typeNumber} from '../../../probes/dns/codec/registry.ts'
import type {Gate} from './gate.ts'
import {fitsName} from './name-pattern.ts'

export interface DnsVerdict {
  readonly delay: Millis
  /** `real`: the server behind is asked; `none`: silence. */
  readonly answer: Buffer | 'real' | 'none'
}

const PASS: DnsVerdict = {delay: 0, answer: 'real'}

/** The first fault whose names, types and choice fit decides; delays of several add. What is no question passes. */
export function decideDns(
  message: Buffer,
  by: 'udp' | 'tcp',
  gates: readonly Gate<DnsFrontEffect>[],
): DnsVerdict {
  const question = decodeQuestion(message)
  if (!question) return PASS
  let delay: Millis = 0
  for (const gate of gates) {
    const {effect} = gate
    if (!fits(question, effect) || !gate.opens(message)) continue
    delay += effect.delay
    if (effect.answer !== undefined) return {delay, answer: answerTo(question, effect, effect.answer, by)}
  }
  return {delay, answer: 'real'}
}

function fits(question: Question, {names, types}: DnsFrontEffect): boolean {
  const typeFits = types === undefined || types.some((name) => typeNumber(name) === question.type)
  return typeFits && fitsName(question.name, names)
}

const RCODES: Partial<Record<DnsFrontAnswer, number>> = {
  formerr: 1,
  servfail: 2,
  nxdomain: 3,
  notimp: 4,
  refused: 5,
}

function answerTo(
  question: Question,
  {addresses, ttl}: DnsFrontEffect,
  answer: DnsFrontAnswer,
  by: 'udp' | 'tcp',
): DnsVerdict['answer'] {
  const empty = {rcode: RCODES[answer] ?? 0, addresses: [], ttl}
  switch (answer) {
    case 'drop':
      return 'none'
    case 'truncated':
      // Over TCP there is no limit to exceed: who gets there gets the real answer.
      return by === 'udp' ? encodeAnswer(question, {...empty, truncated: true}) : 'real'
    case 'malformed':
      // The header promises an answer that isn't there.
      return promisingMore(encodeAnswer(question, empty))
    case 'wrong':
      return encodeAnswer(question, {
        ...empty,
        addresses: addresses.filter((address) => question.type === (address.includes(':') ? 28 : 1)),
      })
    case 'nxdomain':
    case 'servfail':
    case 'refused':
    case 'notimp':
    case 'formerr':
    case 'nodata':
      return encodeAnswer(question, empty)
  }
}

function promisingMore(message: Buffer): Buffer {
  message.writeUInt16BE(2, 6)
  return message
}
