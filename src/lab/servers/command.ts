import net from 'node:net'
import type {Clock} from '../../core/ports.ts'
import {listen} from './listen.ts'
import {commandOptions} from './options.ts'
import {parseOptions} from './parse-options.ts'
import type {ServeRequest, StartServer} from './server.ts'

/** How often it is tried whether the program listens. */
const EVERY = 50

/** Starts a program and waits until its port accepts connections; throws when it ends before, or isn't up in time. */
export const startCommand: StartServer = async (request) => {
  const {command, env, patience} = parseOptions(commandOptions, request.options)
  const port = request.port === 0 ? await freePort(request) : request.port
  const [file = '', ...args] = command.map((word) =>
    word.replaceAll('{address}', request.address).replaceAll('{port}', String(port)),
  )
  const program = request.programs.start({file, args, env})
  const end = new AbortController()
  const outcome = await Promise.race([
    waitForPort(request, port, patience, end.signal),
    program.ended.then((how) => `${file}: ${how}`),
  ])
  end.abort()
  if (outcome !== null) {
    await program.stop()
    throw new Error(outcome)
  }
  return {address: request.address, port, close: async () => program.stop()}
}

/** Null as soon as it listens, else what is the matter. */
async function waitForPort(
  {address, clock}: Pick<ServeRequest, 'address' | 'clock'>,
  port: number,
  patience: number,
  signal: AbortSignal,
): Promise<string | null> {
  const end = clock.now() + patience
  while (!signal.aborted && clock.now() < end) {
    if (await listens(address, port)) return null
    await pause(clock, signal)
  }
  return `nothing listens on ${address}:${port} after ${patience / 1000} s`
}

async function pause(clock: Pick<Clock, 'sleep'>, signal: AbortSignal): Promise<void> {
  await clock.sleep(EVERY, signal).catch(() => {})
}

async function listens(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({host: address === '0.0.0.0' ? '127.0.0.1' : address, port})
    const tell = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => tell(true))
    socket.once('error', () => tell(false))
  })
}

/** One that nobody has now; it may be taken before the program gets there, which the program will then say. */
async function freePort({address, random}: Pick<ServeRequest, 'address' | 'random'>): Promise<number> {
  const listener = await listen(net.createServer(), address, 0, random)
  await listener.close()
  return listener.port
}
