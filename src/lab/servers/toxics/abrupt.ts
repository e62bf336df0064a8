/** Toxics that swallow, end, stall or change a stream. */
import type {Stage, StageDoor} from './stage.ts'

const NO_LIMIT = Number.POSITIVE_INFINITY
/** What may wait behind a stalled handshake. */
const STALLED = 65_536
/** RFC 8446 §5.1: the content type of a record with handshake messages. */
const TLS_HANDSHAKE = 22

interface Waiter {
  /** Waits anew from the stage's start; 0 means at once when `zero` says so, and never otherwise. */
  set(): void
  cancel(): void
}

function waitFor(door: StageDoor, name: string, zero: 'at once' | 'never', act: () => void): Waiter {
  const began = door.clock.now()
  let cancel = (): void => {}
  return {
    set: () => {
      cancel()
      const wait = door.attribute(name)
      if (wait === 0 && zero === 'never') return
      cancel = door.clock.after(Math.max(0, began + wait - door.clock.now()), act)
    },
    cancel: () => cancel(),
  }
}

/** Nothing passes; the connection ends after `timeout`, or when the toxic goes, since bytes are missing by then. */
export function timeoutStage(door: StageDoor): Stage {
  const waiter = waitFor(door, 'timeout', 'never', () => door.close())
  waiter.set()
  return {
    limit: NO_LIMIT,
    take: () => {},
    changed: () => waiter.set(),
    release: () => {
      waiter.cancel()
      door.close()
    },
    stop: () => waiter.cancel(),
  }
}

/** Nothing passes; both sides get an RST after `timeout`, idle connections too. */
export function resetStage(door: StageDoor): Stage {
  const waiter = waitFor(door, 'timeout', 'at once', () => door.reset())
  let swallowed = false
  waiter.set()
  return {
    limit: NO_LIMIT,
    take: () => {
      swallowed = true
    },
    changed: () => waiter.set(),
    release: () => {
      waiter.cancel()
      if (swallowed) door.close()
    },
    stop: () => waiter.cancel(),
  }
}

/** The connection ends after so many bytes. */
export function limitStage(door: StageDoor): Stage {
  let passed = 0
  const check = (): void => {
    if (passed >= door.attribute('bytes')) door.close()
  }
  return {
    limit: NO_LIMIT,
    take: (chunk) => {
      if (chunk === null) {
        door.emit(null)
        return
      }
      const part = chunk.subarray(0, Math.max(0, door.attribute('bytes') - passed))
      passed += part.length
      if (part.length > 0) door.emit(part)
      check()
    },
    changed: () => {
      if (passed > 0) check()
    },
    release: () => {},
    stop: () => {},
  }
}

/** A FIN after `timeout`; what comes later on this stream is lost. */
export function halfCloseStage(door: StageDoor): Stage {
  let over = false
  const end = (): void => {
    if (over) return
    over = true
    door.emit(null)
  }
  const waiter = waitFor(door, 'timeout', 'at once', end)
  waiter.set()
  return {
    limit: NO_LIMIT,
    take: (chunk) => {
      if (chunk === null) end()
      else if (!over) door.emit(chunk)
    },
    changed: () => waiter.set(),
    release: () => waiter.cancel(),
    stop: () => waiter.cancel(),
  }
}

/** A stream that starts with a TLS handshake record stalls before it; another one passes. */
export function tlsStallStage(door: StageDoor): Stage {
  return holdingStage(door, (first) => first?.[0] === TLS_HANDSHAKE)
}

/** Everything stalls, from where the stream is now. */
export function stallStage(door: StageDoor): Stage {
  return holdingStage(door, () => true)
}

/** Holds what comes from the first piece on, if that is one to hold. */
function holdingStage(door: StageDoor, holds: (first: Buffer | null) => boolean): Stage {
  let state: 'unknown' | 'stalled' | 'open' = 'unknown'
  const waiting: (Buffer | null)[] = []
  const open = (): void => {
    state = 'open'
    for (const chunk of waiting.splice(0)) {
      door.hold(-(chunk?.length ?? 0))
      door.emit(chunk)
    }
  }
  const waiter = waitFor(door, 'timeout', 'never', open)
  return {
    limit: STALLED,
    take: (chunk) => {
      if (state === 'unknown') {
        state = holds(chunk) ? 'stalled' : 'open'
        if (state === 'stalled') waiter.set()
      }
      if (state === 'open') {
        door.emit(chunk)
        return
      }
      waiting.push(chunk)
      door.hold(chunk?.length ?? 0)
    },
    changed: () => {
      if (state === 'stalled') waiter.set()
    },
    release: () => {
      waiter.cancel()
      open()
    },
    stop: () => waiter.cancel(),
  }
}

/** Turns one bit of each byte that the draw hits. */
export function corruptStage(door: StageDoor): Stage {
  return plain(door, (chunk) => corrupt(chunk, door.attribute('probability'), door.random))
}

export function corrupt(chunk: Buffer, probability: number, random: StageDoor['random']): Buffer {
  const changed = Buffer.from(chunk)
  for (const [index, byte] of changed.entries()) {
    if (random.next() < probability) changed[index] = byte ^ (1 << Math.floor(random.next() * 8))
  }
  return changed
}

export function garbageStage(door: StageDoor): Stage {
  let done = 0
  return plain(door, (chunk) => {
    const count = Math.min(chunk.length, Math.max(0, door.attribute('bytes') - done))
    if (count === 0) return chunk
    done += count
    const changed = Buffer.from(chunk)
    for (let index = 0; index < count; index++) changed[index] = Math.floor(door.random.next() * 256)
    return changed
  })
}

function plain(door: StageDoor, change: (chunk: Buffer) => Buffer): Stage {
  return {
    limit: NO_LIMIT,
    take: (chunk) => door.emit(chunk === null ? null : change(chunk)),
    changed: () => {},
    release: () => {},
    stop: () => {},
  }
}
