import {describe, expect, it} from 'vitest'
import {arrivedAt} from '../../../src/system/kernel-stamp.ts'

const EPOCH = 1_800_000_000_000_000_000n

/** Every reading of either clock takes so many nanoseconds, in this order; then 400 each. */
function clocks(...readings: readonly bigint[]) {
  let now = 1_000_000_000n
  const left = [...readings]
  const read = (): bigint => (now += left.shift() ?? 400n)
  return {ffi: {realtime: () => EPOCH + read()}, monotonic: read, at: (time: bigint) => EPOCH + time}
}

describe('when a packet arrived', () => {
  it('is what the stamp says, on the other clock', () => {
    const {ffi, monotonic, at} = clocks()
    const arrived = arrivedAt(ffi, at(999_000_000n), monotonic)
    expect(Number(arrived - 999_000_000n)).toBeLessThan(500)
  })

  it.each([
    ['before', [400n, 50_000n]],
    ['after', [400n, 400n, 50_000n]],
    ['twice', [400n, 50_000n, 400n, 400n, 70_000n]],
  ])('does not suffer from a processor lost %s the second clock', (_, readings) => {
    const {ffi, monotonic, at} = clocks(...readings)
    const arrived = arrivedAt(ffi, at(999_000_000n), monotonic)
    expect(Math.abs(Number(arrived - 999_000_000n))).toBeLessThan(500)
  })

  it('is the best that could be read on a machine that is always slow', () => {
    const slow = Array.from({length: 60}, () => 20_000n)
    const {ffi, monotonic, at} = clocks(...slow)
    const arrived = arrivedAt(ffi, at(999_000_000n), monotonic)
    expect(Math.abs(Number(arrived - 999_000_000n))).toBeLessThan(40_000)
  })

  it.each([
    ['there is no stamp', null],
    ['the wall clock was set back', EPOCH + 5_000_000_000n],
    ['the wall clock was set ahead', EPOCH - 90_000_000_000n],
  ])('is now when %s', (_, stamp) => {
    const {ffi, monotonic} = clocks()
    expect(arrivedAt(ffi, stamp, monotonic)).toBeLessThan(1_000_010_000n)
    expect(arrivedAt(ffi, stamp, monotonic)).toBeGreaterThan(1_000_000_000n)
  })
})
