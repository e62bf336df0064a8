/** Changes sound inputs at random and looks for exceptions and for readers that don't come back. */
import {seededRandom} from '../../src/core/random.ts'
import type {Random} from '../../src/core/ports.ts'
import type {FuzzTarget} from './target.ts'

export interface FuzzRun {
  readonly seconds: number
  readonly seed: number
}

/** An input for which a reader takes longer than this has found something too. */
const LONGEST_MS = 1000
/** So many inputs are remembered beside the sound ones. */
const MOST_KEPT = 500
const LARGEST = 65_536

/** The exit status: 0 when nothing was found. What was found is printed with the input that shows it. */
export async function fuzz(name: string, target: FuzzTarget, {seconds, seed}: FuzzRun): Promise<number> {
  const random = seededRandom(seed)
  const sound = target.corpus()
  const kept = [...sound]
  const started = performance.now()
  let count = 0
  while (performance.now() - started < seconds * 1000) {
    count++
    const input = mutate(pick(kept, random), kept, random)
    const because = await tryOne(target, input)
    if (because !== null) {
      process.stderr.write(`fuzz ${name}: input ${count} of seed ${seed}: ${because}\n`)
      process.stderr.write(`base64: ${Buffer.from(input).toString('base64')}\n`)
      await target.close?.()
      return 1
    }
    // Changes of changes go where a single change doesn't.
    if (random.next() < 0.02) {
      if (kept.length < sound.length + MOST_KEPT) kept.push(input)
      else kept[sound.length + Math.floor(random.next() * MOST_KEPT)] = input
    }
  }
  await target.close?.()
  process.stdout.write(`fuzz ${name}: ${count} inputs in ${seconds} s with seed ${seed}, nothing found\n`)
  return 0
}

async function tryOne(target: FuzzTarget, input: Uint8Array): Promise<string | null> {
  const started = performance.now()
  try {
    // Most readers don't wait for anything, and a microtask per input would halve their pace.
    const running = target.run(input)
    if (running) await running
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
  const took = performance.now() - started
  return took > LONGEST_MS ? `took ${took.toFixed(0)} ms` : null
}

function pick(inputs: readonly Uint8Array[], random: Random): Uint8Array {
  return inputs[Math.floor(random.next() * inputs.length)] ?? new Uint8Array()
}

/** One to eight changes: an octet, a length field, a cut, a repetition, a piece of another input. */
function mutate(input: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(input)
  const changes = 1 + Math.floor(random.next() * 8)
  for (let change = 0; change < changes; change++) bytes = changeOnce(bytes, pick(others, random), random)
  return bytes.subarray(0, LARGEST)
}

const TELLING = [0, 1, 0x7f, 0x80, 0x81, 0x84, 0xff]

function changeOnce(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const below = (limit: number): number => Math.floor(random.next() * limit)
  // The first octet is the target's own.
  const at = 1 + below(Math.max(1, bytes.length))
  const length = below(Math.min(64, bytes.length))
  switch (below(6)) {
    case 0:
      return bytes.with(Math.min(at, bytes.length - 1), below(256))
    case 1:
      return bytes.with(Math.min(at, bytes.length - 1), TELLING[below(TELLING.length)] ?? 0)
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at)])
    case 4: {
      const from = below(other.length)
      return Buffer.concat([bytes.subarray(0, at), other.subarray(from, from + length), bytes.subarray(at)])
    }
    default:
      return bytes.subarray(0, Math.max(1, at))
  }
}
