import {expect, test} from 'vitest'
import {seededRandom} from '../../../../src/core/random.ts'
import {parsePayload, showBytes} from '../../../../src/probes/udp/payload.ts'
import {UDP_PRESETS, presetOfPort, presetPayload} from '../../../../src/probes/udp/presets.ts'

test.for([
  ['hello', '68656c6c6f'],
  ['', ''],
  ['hex:', ''],
  ['hex:0a0B', '0a0b'],
  ['hex:0a 0b:0c', '0a0b0c'],
  ['héx:', '68c3a9783a'],
] as const)('the payload %j is the octets %s', ([text, hex]) => {
  const parsed = parsePayload(text)
  expect(parsed.ok && Buffer.from(parsed.value).toString('hex')).toBe(hex)
})

test.for(['hex:0', 'hex:xy', 'hex:0a0'])('%s is refused', (text) => {
  expect(parsePayload(text)).toMatchObject({ok: false})
})

test.for([
  [Buffer.from('pong\r\n'), 'pong'],
  [Buffer.from([0, 1, 2, 255]), 'hex:000102ff'],
  [Buffer.from('grün'), 'grün'],
  [Buffer.from('\u001B]0;title\u0007x'), 'hex:1b5d303b7469746c650778'],
  [Buffer.from('\u001B[31mred'), 'red'],
  [Buffer.from('x'.repeat(600)), `${'x'.repeat(512)}…`],
  [Buffer.alloc(0), ''],
] as const)('%o is shown as %s', ([bytes, shown]) => {
  expect(showBytes(bytes)).toBe(shown)
})

test('presets are fresh each time, and of the right length', () => {
  const random = seededRandom(1)
  const lengths = UDP_PRESETS.map((preset) => [preset, presetPayload(preset, random).length])
  expect(Object.fromEntries(lengths)).toEqual({dns: 17, ntp: 48, snmp: 43})
  expect(presetPayload('ntp', random)).not.toEqual(presetPayload('ntp', random))
})

test('well-known ports have their preset', () => {
  expect([53, 123, 161, 514].map(presetOfPort)).toEqual(['dns', 'ntp', 'snmp', null])
})
