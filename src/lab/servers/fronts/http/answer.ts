/** What is answered, before it is slowed down or cut. */
import {STATUS_CODES} from 'node:http'
import type {HttpFrontEffect} from '../../../../core/proxy-effects.ts'
import type {ServerAnswer} from './forward.ts'

export interface Answer {
  readonly status: number
  readonly reason: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Buffer
}

/** Larger answers of the server behind are cut off there; a front holds them in memory. */
const LONGEST_BODY = 16 * 2 ** 20
const UNAUTHORIZED = 401

/** An answer made up, or the server's own with its whole body. */
export async function answerOf(effect: HttpFrontEffect, ask: () => Promise<ServerAnswer>): Promise<Answer> {
  const status = effect.status ?? (effect.token ? UNAUTHORIZED : undefined)
  const own = Object.entries(effect.headers)
  if (status !== undefined) {
    const reason = STATUS_CODES[status] ?? ''
    const body = Buffer.from(effect.body ?? `${status} ${reason}\n`)
    const challenge = effect.token ? ([['WWW-Authenticate', 'Bearer error="invalid_token"']] as const) : []
    return {status, reason, headers: [['Content-Type', 'text/plain'], ...challenge, ...own], body}
  }
  const answer = await ask()
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length > LONGEST_BODY) break
  }
  const headers = answer.headers.filter(([name]) => !/^(content-length|transfer-encoding)$/i.test(name))
  const body = effect.body === undefined ? Buffer.concat(chunks) : Buffer.from(effect.body)
  return {status: answer.status, reason: answer.reason, headers: [...headers, ...own], body}
}

/** Whether more than another answer is asked for: then it is written byte by byte, and the connection ends after it. */
export function isShaped({headerTime, bodyRate, cut, close}: HttpFrontEffect): boolean {
  return headerTime > 0 || bodyRate !== undefined || cut !== undefined || close !== undefined
}

/** RFC 9112 §2.1. */
export function headBytes({status, reason, headers, body}: Answer, announceClose: boolean): Buffer {
  const lines = [
    `HTTP/1.1 ${status} ${reason}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${body.length}`,
    ...(announceClose ? ['Connection: close'] : []),
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}
