import fc from 'fast-check'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {parseToxic} from '../../../src/lab/servers/toxics/toxic.ts'
import {type ToxicRig, endingOf, openToxicRig} from '../../support/toxic-rig.ts'

let rig: ToxicRig
let count = 0
beforeAll(async () => {
  rig = await openToxicRig()
})
afterAll(async () => rig.close())

const stream = fc.constantFrom('upstream', 'downstream')
const attributes = fc.oneof(
  fc.record({
    type: fc.constant('latency'),
    attributes: fc.record({latency: fc.nat(15), jitter: fc.nat(15)}),
  }),
  fc.record({
    type: fc.constant('slicer'),
    attributes: fc.record({
      average_size: fc.integer({min: 50, max: 4000}),
      size_variation: fc.nat(3000),
      delay: fc.nat(300),
    }),
  }),
  fc.record({
    type: fc.constant('bandwidth'),
    attributes: fc.record({rate: fc.integer({min: 500, max: 50_000})}),
  }),
  fc.record({type: fc.constant('slow_close'), attributes: fc.record({delay: fc.nat(10)})}),
)
const toxics = fc.array(fc.tuple(stream, attributes), {maxLength: 4})
const chunks = fc.array(fc.uint8Array({minLength: 1, maxLength: 9000}), {maxLength: 8})

describe('toxics that only delay', () => {
  it('let the same bytes through in the same order, also when they go in the middle', async () => {
    await fc.assert(
      fc.asyncProperty(toxics, chunks, fc.boolean(), async (list, parts, goes) => {
        count += 1
        const name = `property ${count}`
        const {listen} = await rig.book.create({
          name,
          listen: '127.0.0.1:0',
          upstream: rig.upstream,
          enabled: true,
          protocol: 'tcp',
        })
        for (const [index, [way, body]] of list.entries()) {
          await rig.book.addToxic(name, parseToxic({...body, stream: way, name: `${index}`}, 'tcp'))
        }
        const socket = await rig.connect(listen)
        const ending = endingOf(socket)
        for (const part of parts) socket.write(part)
        if (goes) for (const index of list.keys()) await rig.book.removeToxic(name, `${index}`)
        socket.end()
        const {how, data} = await ending
        await rig.book.delete(name)
        expect(how).toBe('end')
        expect(data.equals(Buffer.concat(parts))).toBe(true)
      }),
      {numRuns: 40, seed: 20_261_121},
    )
  })
})
