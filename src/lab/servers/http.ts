import http from 'node:http'
import {answerAfter, misbehave} from './behaviour.ts'
import {runTcpServer} from './connections.ts'
import type {StartServer} from './server.ts'
import {httpOptions} from './options.ts'
import {parseOptions} from './parse-options.ts'

/** Answers every request with the configured status and body; `/status/503` asks for another status once. */
export const startHttp: StartServer = async (request) => {
  const options = parseOptions(httpOptions, request.options)
  const server = http.createServer((incoming, response) => {
    incoming.resume()
    const asked = /^\/status\/([2-5]\d\d)$/.exec(incoming.url ?? '')?.[1]
    answerAfter(request.clock, options.delay, () => {
      response.writeHead(asked === undefined ? options.status : Number(asked), {'content-type': 'text/plain'})
      response.end(options.body)
    })
  })
  if (options.behaviour !== 'serve') {
    server.removeAllListeners('connection')
    server.on('connection', (socket) => misbehave(options.behaviour, socket))
  }
  return runTcpServer(server, request)
}
