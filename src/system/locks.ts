import {createHash} from 'node:crypto'
import {type Server, createServer} from 'node:net'
import type {Host, Locks} from '../core/ports.ts'

/** Between two tries. */
const RETRY = 3
/** Holders work for milliseconds, on an emulated machine for seconds; a stopped one must not stop others for ever. */
const PATIENCE = 30_000

/**
 * A lock is a listening socket in the abstract namespace of unix(7): taken atomically, and released by the kernel
 * when its process ends in whatever way, so that no lock is ever stale.
 */
export function systemLocks(host: Host): Locks {
  const realm = createHash('sha256').update(`${host.uid}:${host.stateFolder}`).digest('hex').slice(0, 24)
  return {
    hold: async (name) => {
      if (host.platform.os !== 'linux') return async () => {}
      const server = await claim(`\0netdrill/${realm}/${name}`)
      return async () => new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

async function claim(address: string): Promise<Server> {
  const deadline = process.hrtime.bigint() + BigInt(PATIENCE) * 1_000_000n
  for (;;) {
    const server = await listen(address)
    if (server) return server
    if (process.hrtime.bigint() > deadline)
      throw new Error(`another netdrill has held the lock for ${PATIENCE} ms`)
    await new Promise((resolve) => setTimeout(resolve, RETRY))
  }
}

async function listen(address: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null)
      else reject(error)
    })
    server.listen(address, () => resolve(server))
  })
}
