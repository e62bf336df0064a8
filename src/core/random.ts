import type {Random} from './ports.ts'

/**
 * A seeded stream of randomness: SplitMix32 steps over a 32-bit state, good enough for jitter and sampling and the
 * same on every platform. Not for secrets.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return {
    seed: seed >>> 0,
    next: () => {
      state = (state + STEP) >>> 0
      return mix(state) / 2 ** 32
    },
    fork: (label) => seededRandom(mix(hash(label) ^ (seed >>> 0))),
  }
}

/**
 * The next number of one of very many streams whose states the caller keeps: the same as `seededRandom(states[index])`
 * would give, without an object per stream.
 */
export function drawFrom(states: Uint32Array, index: number): number {
  const state = ((states[index] ?? 0) + STEP) >>> 0
  states[index] = state
  return mix(state) / 2 ** 32
}

/** 2³² divided by the golden ratio, odd: every state comes once in a period. */
const STEP = 0x9e3779b9

function mix(value: number): number {
  let z = value
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
  return (z ^ (z >>> 16)) >>> 0
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (let index = 0; index < text.length; index++) h = Math.imul(h ^ text.charCodeAt(index), 0x01000193)
  return h >>> 0
}
