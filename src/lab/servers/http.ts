import http from 'node:http'
import {answerAfter, misbehave} from './behaviour.ts'
import {runTcpServer} from './connections.ts'
import type {StartServer} from './server.ts'
import {httpOptions} from './options.ts'
import {parseOptions} from './parse-options.ts'
import {echoWebSockets} from './websocket-echo.ts'

const COUNT = '/count/'

/**
 * Answers every request with the configured status and body, and echoes WebSockets. `/status/503` asks for another status
 * once; `/count/PATH` tells how often the path was asked for, which no front and no client can make up.
 */
export const startHttp: StartServer = async (request) => {
  const options = parseOptions(httpOptions, request.options)
  const counts = new Map<string, number>()
  const server = http.createServer((incoming, response) => {
    incoming.resume()
    const url = incoming.url ?? ''
    if (url.startsWith(COUNT)) {
      response.end(String(counts.get(url.slice(COUNT.length - 1)) ?? 0))
      return
    }
    counts.set(url, (counts.get(url) ?? 0) + 1)
    const asked = /^\/status\/([2-5]\d\d)$/.exec(url)?.[1]
    answerAfter(request.clock, options.delay, () => {
      response.writeHead(asked === undefined ? options.status : Number(asked), {'content-type': 'text/plain'})
      response.end(options.body)
    })
  })
  echoWebSockets(server)
  if (options.behaviour !== 'serve') {
    server.removeAllListeners('connection')
    server.on('connection', (socket) => misbehave(options.behaviour, socket))
  }
  return runTcpServer(server, request)
}
