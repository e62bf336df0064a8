import {execFileSync} from 'node:child_process'
import {afterEach, beforeEach, expect, it} from 'vitest'

const NAMESPACE = 'smoke'

const inside = (...argv: string[]): string =>
  execFileSync('ip', ['netns', 'exec', NAMESPACE, ...argv], {encoding: 'utf8'})

/** Median of nine round trips in milliseconds: single ones jump on an emulated processor. */
function medianRoundTrip(): number {
  const text = inside('ping', '-c', '9', '-i', '0.1', '127.0.0.1')
  const times = [...text.matchAll(/time=([\d.]+)/g)].map((match) => Number(match[1]))
  return times.sort((one, other) => one - other)[4] ?? Number.NaN
}

beforeEach(() => {
  execFileSync('ip', ['netns', 'add', NAMESPACE])
  inside('ip', 'link', 'set', 'lo', 'up')
})

afterEach(() => {
  execFileSync('ip', ['netns', 'del', NAMESPACE])
})

it('has a kernel whose netem delays packets in both directions', () => {
  const before = medianRoundTrip()
  inside('tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '200ms')
  const added = medianRoundTrip() - before
  expect(added).toBeGreaterThan(380)
  expect(added).toBeLessThan(700)
})
