import fc from 'fast-check'
import {expect, test} from 'vitest'
import {NetworkTable} from '../../../src/system/network/network-table.ts'
import {type IpLine, parseIpLine} from '../../../src/system/network/parse-ip-line.ts'

const word = fc.oneof(
  fc.constantFrom(
    'Deleted',
    'default',
    'via',
    'dev',
    'inet',
    'inet6',
    'table',
    'metric',
    'nexthop',
    'FAILED',
  ),
  fc.constantFrom(
    '10.0.0.1',
    '10.0.0.0/8',
    'fe80::1',
    '3:',
    'eth0@if2:',
    'eth0',
    '<UP,LOWER_UP>',
    'qdisc',
    '\\',
  ),
  fc.string({unit: 'binary', maxLength: 12}),
)
const anyLine = fc.array(word, {maxLength: 14}).map((words) => words.join(' '))

test('no line is fatal, and what is read has the form it says', () => {
  fc.assert(
    fc.property(anyLine, (line) => {
      const read = parseIpLine(line)
      if (read === null || read.kind === 'other') return
      expect(typeof read.gone).toBe('boolean')
      expect(read).not.toMatchObject({name: expect.stringMatching(/[\s/]/) as string})
    }),
    {numRuns: 2000},
  )
})

const name = fc.stringMatching(/^[a-z][a-z0-9._-]{0,14}$/)
const index = fc.integer({min: 1, max: 5})
const link = fc.record({
  kind: fc.constant('link' as const),
  index,
  name,
  up: fc.boolean(),
  carrier: fc.boolean(),
  gone: fc.boolean(),
})

test('a link is read as it is written', () => {
  fc.assert(
    fc.property(link, fc.option(name), ({gone, up, ...rest}, peer) => {
      const carrier = rest.carrier && up
      const flags = [
        'BROADCAST',
        ...(up ? ['UP'] : []),
        ...(carrier ? ['LOWER_UP'] : up ? ['NO-CARRIER'] : []),
      ]
      const title = peer === null ? rest.name : `${rest.name}@${peer}`
      const line = `${gone ? 'Deleted ' : ''}${rest.index}: ${title}: <${flags.join(',')}> mtu 1500 qdisc noqueue state UP`
      expect(parseIpLine(line)).toEqual({...rest, up, carrier, gone})
    }),
  )
})

const address = fc.record({
  kind: fc.constant('address' as const),
  index,
  device: name,
  address: fc.ipV4().map((one) => `${one}/24`),
  gone: fc.boolean(),
})
const step: fc.Arbitrary<IpLine> = fc.oneof(
  link.map((one) => ({...one, carrier: one.carrier && one.up})),
  address,
)

const aLook = fc.uniqueArray(step, {
  maxLength: 10,
  selector: (one) =>
    'index' in one ? `${one.kind} ${one.kind === 'address' ? one.address : ''} ${one.index}` : '',
})

test('a table tells each change once, and its state is what the last look said', () => {
  fc.assert(
    fc.property(fc.array(step, {maxLength: 30}), aLook, (lines, seen) => {
      const table = new NetworkTable()
      for (const line of lines) {
        table.add(line)
        expect(table.add(line)).toEqual([])
      }
      const look = seen.map((one) => ({...one, gone: false}))
      table.replace(look, [])
      const fresh = new NetworkTable()
      fresh.replace(look, [])
      const byName = (one: {name: string}, other: {name: string}): number =>
        one.name.localeCompare(other.name)
      const plain = (all: NetworkTable): unknown =>
        all
          .links()
          .map((each) => ({...each, addresses: [...each.addresses].toSorted()}))
          .toSorted(byName)
      expect(plain(table)).toEqual(plain(fresh))
      expect(table.replace(look, [])).toEqual([])
    }),
  )
})
