/** What a server answers to a ClientHello, read as far as it is not encrypted. Pure. */
import {
  MESSAGE,
  parseKeyExchange,
  parseServerHello,
  splitMessages,
  type HandshakeMessage,
  type ServerHello,
} from '../handshake.ts'
import {CONTENT, parseAlert, splitRecords} from '../records.ts'
import {groupName} from '../registry.ts'
import {VERSION, type HelloPlan} from './client-hello.ts'

export type Flight =
  /** Nothing decisive has arrived. */
  | {readonly type: 'more'}
  | {readonly type: 'accepted'; readonly cipher: number; readonly group: string | null}
  | {readonly type: 'refused'; readonly alert: number}
  /** It answers with another version, which says that it doesn't have this one. */
  | {readonly type: 'other-version'; readonly version: number}
  /** No TLS, damaged, or something that was not offered. */
  | {readonly type: 'nonsense'}

/** Never throws. `ended`: nothing more will come. */
export function readFlight(bytes: Uint8Array, plan: HelloPlan, ended: boolean): Flight {
  const {records, ends} = splitRecords(bytes)
  const content = records.filter(({type}) => type === CONTENT.handshake).map(({fragment}) => fragment)
  const {messages, rest} = splitMessages(Buffer.concat(content))
  const first = messages.find(({type}) => type === MESSAGE.serverHello)
  const hello = first ? parseServerHello(first.body) : null
  if (hello) return judge(hello, messages, plan, ended)
  const alert = records
    .filter(({type}) => type === CONTENT.alert)
    .map(({fragment}) => parseAlert(fragment))
    .findLast((each) => each !== null && (each.level === 'fatal' || ended))
  if (alert) return {type: 'refused', alert: alert.number}
  const damaged = ends === 'foreign' || rest === null || first !== undefined || isOdd(messages)
  return {type: damaged ? 'nonsense' : 'more'}
}

/** A HelloRequest (0) may precede; anything else must not. */
function isOdd(messages: readonly HandshakeMessage[]): boolean {
  return messages.some(({type}) => type !== 0)
}

function judge(
  hello: ServerHello,
  messages: readonly HandshakeMessage[],
  plan: HelloPlan,
  ended: boolean,
): Flight {
  const {version, cipher, group} = hello
  if (version !== plan.version) return {type: 'other-version', version}
  if (!plan.ciphers.includes(cipher)) return {type: 'nonsense'}
  if (version === VERSION.tls13) {
    const known = group !== null && plan.groups.includes(group)
    return known ? {type: 'accepted', cipher, group: groupName(group)} : {type: 'nonsense'}
  }
  const exchange = messages.find(({type}) => type === MESSAGE.serverKeyExchange)
  const done = messages.some(({type}) => type === MESSAGE.serverHelloDone)
  if (!exchange && !done && !ended) return {type: 'more'}
  const used = exchange ? parseKeyExchange(exchange.body) : null
  if (!used) return {type: 'accepted', cipher, group: null}
  return {type: 'accepted', cipher, group: 'group' in used ? groupName(used.group) : `dhe${used.dheBits}`}
}
