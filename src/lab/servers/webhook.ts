/** A receiver of webhooks: what an alert is posted to, so that it can be seen whether it arrives, and how often. */
import http, {type IncomingMessage} from 'node:http'
import {answerAfter, misbehave} from './behaviour.ts'
import {runTcpServer} from './connections.ts'
import {webhookOptions} from './options.ts'
import {parseOptions} from './parse-options.ts'
import {readMessage} from './read-message.ts'
import type {StartServer} from './server.ts'

/** Longer messages are refused. */
const MOST_BYTES = 1_048_576

/** Tells of each POST or PUT that it answers well; a message that it refuses has not arrived. GET says how many have. */
export const startWebhook: StartServer = async (request) => {
  const options = parseOptions(webhookOptions, request.options)
  let messages = 0
  const server = http.createServer((incoming, response) => {
    void readBody(incoming).then((body) => {
      const isMessage = incoming.method === 'POST' || incoming.method === 'PUT'
      const status = body === null ? 413 : isMessage ? options.status : 200
      answerAfter(request.clock, options.delay, () => {
        if (isMessage && body !== null && status < 300) {
          messages++
          const path = incoming.url ?? '/'
          request.tell?.({type: 'webhook-received', path, incidents: readMessage(body, path)})
        }
        response.writeHead(status, {'content-type': 'application/json'})
        response.end(`${JSON.stringify({messages})}\n`)
      })
    })
  })
  if (options.behaviour !== 'serve') {
    server.removeAllListeners('connection')
    server.on('connection', (socket) => misbehave(options.behaviour, socket))
  }
  return runTcpServer(server, request)
}

/** Null for one that is too long; a message that was not sent to its end gets no answer. */
async function readBody(incoming: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = []
  let size = 0
  return new Promise((resolve) => {
    incoming.on('data', (part: Buffer) => {
      size += part.length
      if (size <= MOST_BYTES) parts.push(part)
    })
    incoming.on('error', () => undefined)
    incoming.on('end', () => resolve(size > MOST_BYTES ? null : Buffer.concat(parts).toString('utf8')))
  })
}
