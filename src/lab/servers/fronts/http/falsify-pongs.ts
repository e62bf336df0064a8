/** Passes a WebSocket whose connection stays, but whose pongs come late, or are those of earlier pings. */
import type {Duplex} from 'node:stream'
import type {Clock} from '../../../../core/ports.ts'
import type {WebSocketFrontEffect} from '../../../../core/proxy-effects.ts'
import type {Gate} from '../gate.ts'
import {FrameCutter, PING, PONG, pongFrame} from './frames.ts'

export interface PongPath {
  readonly client: Duplex
  readonly server: Duplex
  readonly gate: Gate<WebSocketFrontEffect>
  readonly clock: Pick<Clock, 'after'>
}

/** What the last ping of this fault said, whichever connection it was on. */
const lastPings = new WeakMap<Gate<WebSocketFrontEffect>, Buffer>()

/** From `wait` after now until the fault is over. Returns what stops it, for when the connection is gone. */
export function falsifyPongs({client, server, gate, clock}: PongPath): () => void {
  const {end, wait, by} = gate.effect
  const waiting = new Set<() => void>()
  let acts = wait === 0
  const cancel = wait === 0 ? () => {} : clock.after(wait, () => (acts = true))
  const forget = gate.whenOver(() => (acts = false))
  const answers = new AnswerSkipper()
  const [fromServer, fromClient] = [new FrameCutter(), new FrameCutter()]
  server.on('data', (chunk: Buffer) => {
    const {answer, rest} = answers.push(chunk)
    if (answer.length > 0) client.write(answer)
    for (const {opcode, bytes} of fromServer.push(rest)) {
      if (!acts || end !== 'late-pongs' || opcode !== PONG) {
        client.write(bytes)
        continue
      }
      const stop = clock.after(by, () => {
        waiting.delete(stop)
        client.write(bytes)
      })
      waiting.add(stop)
    }
  })
  client.on('data', (chunk: Buffer) => {
    for (const {opcode, bytes, payload} of fromClient.push(chunk)) {
      if (acts && end === 'old-pongs' && opcode === PING) {
        client.write(pongFrame(lastPings.get(gate) ?? Buffer.alloc(payload.length)))
        lastPings.set(gate, Buffer.from(payload))
      } else server.write(bytes)
    }
  })
  client.once('end', () => server.end())
  server.once('end', () => client.end())
  return () => {
    cancel()
    forget()
    for (const stop of waiting) stop()
  }
}

/** The answer to the upgrade ends with an empty line; frames come after it. */
class AnswerSkipper {
  #head: Buffer | null = Buffer.alloc(0)

  push(chunk: Buffer): {readonly answer: Buffer; readonly rest: Buffer} {
    const none = Buffer.alloc(0)
    if (this.#head === null) return {answer: none, rest: chunk}
    const whole = Buffer.concat([this.#head, chunk])
    const end = whole.indexOf('\r\n\r\n')
    this.#head = end === -1 ? whole : null
    return end === -1
      ? {answer: none, rest: none}
      : {answer: whole.subarray(0, end + 4), rest: whole.subarray(end + 4)}
  }
}
