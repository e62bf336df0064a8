import {describe, expect, it} from 'vitest'
import type {EchoEngine} from '../../../src/system/icmp-engine.ts'
import {EngineShelf} from '../../../src/system/icmp-shelf.ts'

const REFUSED = {code: 'EACCES', syscall: 'socket', message: 'socket: EACCES'}

function makeEngine(told: string[] = []): {engine: EchoEngine; closed: Promise<void>} {
  const {promise, resolve} = Promise.withResolvers<void>()
  const engine: EchoEngine = {
    kind: 'raw',
    echo: async () => Promise.resolve({status: 'timeout', took: 0}),
    cancel: () => {},
    wake: () => told.push('wake'),
    rest: () => told.push('rest'),
    close: resolve,
  }
  return {engine, closed: promise}
}

describe('the shelf of ICMP sockets', () => {
  it('makes one for all who ask at once or one after the other', () => {
    const shelf = new EngineShelf(60_000)
    let made = 0
    const make = (): EchoEngine => {
      made++
      return makeEngine().engine
    }
    const first = shelf.take('raw 4', make)
    expect(shelf.take('raw 4', make)).toBe(first)
    shelf.putBack('raw 4')
    shelf.putBack('raw 4')
    expect(shelf.take('raw 4', make)).toBe(first)
    expect(shelf.take('raw 6', make)).not.toBe(first)
    expect(made).toBe(2)
  })

  it('closes one that nobody has used for a while, and makes another after that', async () => {
    const shelf = new EngineShelf(5)
    const {engine, closed} = makeEngine()
    shelf.take('raw 4', () => engine)
    shelf.putBack('raw 4')
    // The shelf itself keeps no process alive: something else has to, meanwhile.
    const alive = setTimeout(() => {}, 30_000)
    await closed
    clearTimeout(alive)
    const other = makeEngine().engine
    expect(shelf.take('raw 4', () => other)).toBe(other)
  })

  it('lets nothing listen while nobody uses it', () => {
    const shelf = new EngineShelf(60_000)
    const told: string[] = []
    const {engine} = makeEngine(told)
    for (let times = 0; times < 2; times++) {
      shelf.take('raw 4', () => engine)
      shelf.take('raw 4', () => engine)
      shelf.putBack('raw 4')
      shelf.putBack('raw 4')
    }
    expect(told).toEqual(['wake', 'rest', 'wake', 'rest'])
  })

  it('does not ask again at once for what was refused', () => {
    const shelf = new EngineShelf(60_000)
    expect(shelf.take('raw 4', () => REFUSED)).toBe(REFUSED)
    expect(shelf.take('raw 4', () => makeEngine().engine)).toBe(REFUSED)
  })
})
