import type {Ask} from './ask.ts'
import {encodeQuery} from './codec/message.ts'
import {ednsOf} from './edns.ts'

/** The question as octets. */
export function queryOf(ask: Ask, id: number): Uint8Array {
  const {question, options} = ask
  return encodeQuery({id, question, rd: options.rd, cd: options.cd, edns: ednsOf(ask)})
}
