/**
 * What the two ends of a carried stream say to each other: a word and its arguments per line. A server that only echoes is an
 * other end too, as long as there is no key to prove.
 */
import {createHmac, timingSafeEqual} from 'node:crypto'
import {addressFamily} from '../core/address.ts'

/**
 * `hello` begins a connection, `welcome` answers it; both carry a proof of the key, or `-`. `dial` asks the other end to connect to
 * us, and `dialled` tells what became of it.
 */
export type StreamLine =
  | {readonly word: 'hello'; readonly session: string; readonly nonce: string; readonly proof: string}
  | {readonly word: 'welcome'; readonly nonce: string; readonly proof: string}
  | {readonly word: 'refused'}
  | {readonly word: 'data'; readonly session: string; readonly seq: number}
  | {readonly word: 'dial'; readonly token: string; readonly address: string; readonly port: number}
  | {readonly word: 'dialled'; readonly token: string; readonly result: string}
  | {readonly word: 'bye'}

/** Who proves: each side signs under its own name, so that no proof can be sent back as an answer. */
type Prover = 'client' | 'peer'

const MARK = 'netdrill'
/** Longer ones are none of ours. */
const LONGEST_LINE = 256
const TOKEN = /^[0-9a-f]{8,64}$/
const NO_PROOF = '-'

/** HMAC-SHA256 (RFC 2104) of who speaks, in which session, about which nonce; `-` without a key. */
export function proofOf(key: string | null, by: Prover, session: string, nonce: string): string {
  return key === null ? NO_PROOF : createHmac('sha256', key).update(`${by} ${session} ${nonce}`).digest('hex')
}

/** In a time that says nothing about how much of it was right. */
export function isProof(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}

export function encodeLine(line: StreamLine): Buffer {
  return Buffer.from(`${MARK} ${wordsOf(line).join(' ')}\n`)
}

function wordsOf(line: StreamLine): readonly (string | number)[] {
  switch (line.word) {
    case 'hello':
      return [line.word, line.session, line.nonce, line.proof]
    case 'welcome':
      return [line.word, line.nonce, line.proof]
    case 'data':
      return [line.word, line.session, line.seq]
    case 'dial':
      return [line.word, line.token, line.address, line.port]
    case 'dialled':
      return [line.word, line.token, line.result]
    case 'refused':
    case 'bye':
      return [line.word]
  }
}

const SEQ = /^\d{1,15}$/
const ANYTHING = /^/

/** What each word has to be followed by, and what is made of it. */
const LINES: Readonly<
  Record<string, {readonly shape: readonly RegExp[]; readonly make: (words: readonly string[]) => StreamLine}>
> = {
  hello: {
    shape: [TOKEN, TOKEN, ANYTHING],
    make: ([session = '', nonce = '', proof = '']) => ({word: 'hello', session, nonce, proof}),
  },
  welcome: {
    shape: [TOKEN, ANYTHING],
    make: ([nonce = '', proof = '']) => ({word: 'welcome', nonce, proof}),
  },
  refused: {shape: [], make: () => ({word: 'refused'})},
  data: {
    shape: [TOKEN, SEQ],
    make: ([session = '', seq = '']) => ({word: 'data', session, seq: Number(seq)}),
  },
  dial: {
    shape: [TOKEN, /^[0-9A-Fa-f:.]{2,45}$/, /^\d{1,5}$/],
    make: ([token = '', address = '', port = '']) => ({word: 'dial', token, address, port: Number(port)}),
  },
  dialled: {
    shape: [TOKEN, /^\w{1,64}$/],
    make: ([token = '', result = '']) => ({word: 'dialled', token, result}),
  },
  bye: {shape: [], make: () => ({word: 'bye'})},
}

/** Null for what is no line of ours. */
export function decodeLine(text: string): StreamLine | null {
  const [mark, word = '', ...rest] = text.trimEnd().split(' ')
  const known = Object.hasOwn(LINES, word) ? LINES[word] : undefined
  if (mark !== MARK || !known || rest.length !== known.shape.length) return null
  if (!known.shape.every((pattern, index) => pattern.test(rest[index] ?? ''))) return null
  const line = known.make(rest)
  return line.word === 'dial' && !isPlace(line) ? null : line
}

function isPlace({address, port}: {readonly address: string; readonly port: number}): boolean {
  return addressFamily(address) !== null && port > 0 && port < 65_536
}

/** Cuts what arrives into lines; an endless line is thrown away. */
export class LineCutter {
  #rest = ''

  add(data: Uint8Array): readonly StreamLine[] {
    const lines = (this.#rest + Buffer.from(data).toString('latin1')).split('\n')
    const rest = lines.pop() ?? ''
    this.#rest = rest.length > LONGEST_LINE ? '' : rest
    return lines.map(decodeLine).filter((line) => line !== null)
  }
}
