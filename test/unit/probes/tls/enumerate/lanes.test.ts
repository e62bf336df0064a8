import {expect, test} from 'vitest'
import {Lanes} from '../../../../../src/probes/tls/enumerate/lanes.ts'

/** Runs so many tasks, each of which ends when it is let go, and tells how many ran at a time. */
async function most(
  lanes: Lanes,
  tasks: number,
  after: (done: number) => void = () => undefined,
): Promise<number[]> {
  const seen: number[] = []
  let busy = 0
  let done = 0
  await Promise.all(
    Array.from({length: tasks}, async () =>
      lanes.run(async () => {
        busy++
        seen.push(busy)
        await Promise.resolve()
        await Promise.resolve()
        busy--
        done++
        after(done)
      }),
    ),
  )
  return seen
}

test('never more at a time than there are lanes, and all of them are used', async () => {
  const seen = await most(new Lanes(3), 20)
  expect(seen).toHaveLength(20)
  expect(Math.max(...seen)).toBe(3)
})

test('after it was narrowed, one at a time', async () => {
  const lanes = new Lanes(4)
  const seen = await most(lanes, 12, (done) => {
    if (done === 4) lanes.narrow()
  })
  expect(seen).toHaveLength(12)
  expect(seen.slice(-4)).toEqual([1, 1, 1, 1])
})

test('a task that fails gives its lane back', async () => {
  const lanes = new Lanes(1)
  await expect(lanes.run(async () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await expect(lanes.run(async () => Promise.resolve(7))).resolves.toBe(7)
})
