import fc from 'fast-check'
import {expect, test} from 'vitest'
import {type DnsMessage, decodeMessage, encodeQuery} from '../../../../src/probes/dns/codec/message.ts'
import {
  encodeName,
  formatName,
  isSameName,
  parseName,
  readName,
} from '../../../../src/probes/dns/codec/names.ts'
import {formatRdata} from '../../../../src/probes/dns/codec/rdata.ts'
import {DnsFormatError, Reader} from '../../../../src/probes/dns/codec/reader.ts'
import {KNOWN_TYPES, typeName, typeNumber} from '../../../../src/probes/dns/codec/registry.ts'
import {formatAddress} from '../../../../src/probes/dns/codec/text-forms.ts'
import {addressBytes} from '../../../../src/probes/dns/address-bytes.ts'
import {u16, wireRecord, wireReply} from '../../../support/dns-wire.ts'

const label = fc.uint8Array({minLength: 1, maxLength: 20})
const labels = fc.array(label, {maxLength: 8})
const u16s = fc.integer({min: 0, max: 0xff_ff})

/** True for a result as well as for the one error that is allowed. */
function isHandled(action: () => unknown): boolean {
  try {
    action()
    return true
  } catch (error) {
    return error instanceof DnsFormatError
  }
}

/** Everything that the probe does with a message. */
function readAll(bytes: Uint8Array): void {
  const message = decodeMessage(bytes)
  for (const section of [message.answer, message.authority, message.additional]) {
    for (const {labels: name, type, data} of section) {
      formatName(name)
      formatRdata(type, data)
    }
  }
}

test('every name survives its text and its wire form', () => {
  fc.assert(
    fc.property(labels, (name) => {
      const plain = name.map((each) => [...each])
      expect(parseName(formatName(name)).map((each) => [...each])).toEqual(plain)
      expect(readName(new Reader(encodeName(name))).map((each) => [...each])).toEqual(plain)
    }),
  )
})

test('the text of a name has printable ASCII only', () => {
  fc.assert(
    fc.property(labels, (name) => {
      expect(formatName(name)).toMatch(/^[\u0021-\u007E]+$/)
    }),
  )
})

test('names are equal to themselves in any case', () => {
  fc.assert(
    fc.property(labels, (name) => {
      const text = formatName(name)
      expect(isSameName(text.toUpperCase(), text)).toBe(true)
    }),
  )
})

test('every query decodes to what was asked', () => {
  const queries = fc.record({
    id: u16s,
    question: fc.record({labels, type: u16s, class: u16s}),
    rd: fc.boolean(),
    cd: fc.boolean(),
    edns: fc.option(
      fc.record({
        size: u16s,
        dnssecOk: fc.boolean(),
        options: fc.array(fc.record({code: u16s, data: fc.uint8Array({maxLength: 20})}), {maxLength: 4}),
      }),
    ),
  })
  fc.assert(
    fc.property(queries, (query) => {
      const message = decodeMessage(encodeQuery(query))
      const {id, rd, cd, question, edns} = query
      expect(message).toMatchObject({id, rcode: 0, flags: {qr: false, opcode: 0, rd, cd, ad: true}})
      expect(message.questions).toHaveLength(1)
      expect(message.questions[0]).toMatchObject({type: question.type, class: question.class})
      expect(formatName(message.questions[0]?.labels ?? [])).toBe(formatName(question.labels))
      expect(message.edns).toEqual(edns && {...edns, version: 0})
      expect(message.additional).toEqual([])
    }),
  )
})

test('records of any type and content keep their place and number', () => {
  const record = fc.record({
    name: fc.constantFrom('', 'a.example', 'b.c.example'),
    type: u16s.filter((type) => type !== 41),
    ttl: fc.integer({min: 0, max: 0x7f_ff_ff_ff}),
    data: fc.uint8Array({maxLength: 40}),
  })
  const section = fc.array(record, {maxLength: 4})
  fc.assert(
    fc.property(section, section, section, (answer, authority, additional) => {
      const bytes = wireReply({
        id: 7,
        bits: 0x8180,
        question: Buffer.of(0, 0, 1, 0, 1),
        answer,
        authority,
        additional,
      })
      const message = decodeMessage(bytes)
      const summary = (each: DnsMessage['answer']): unknown =>
        each.map(({type, ttl, data}) => [type, ttl, [...data.fork().rest()]])
      const wanted = (each: typeof answer): unknown => each.map(({type, ttl, data}) => [type, ttl, [...data]])
      expect(summary(message.answer)).toEqual(wanted(answer))
      expect(summary(message.authority)).toEqual(wanted(authority))
      expect(summary(message.additional)).toEqual(wanted(additional))
    }),
  )
})

test('random bytes give a message or a format error, never anything else', () => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 300}), (bytes) => {
      expect(isHandled(() => readAll(bytes))).toBe(true)
    }),
    {numRuns: 2000},
  )
})

test('random records behind a sound header give text or a format error, for every known type', () => {
  const types = KNOWN_TYPES.map((name) => typeNumber(name) ?? 0)
  const record = fc.record({type: fc.constantFrom(...types), data: fc.uint8Array({maxLength: 64})})
  fc.assert(
    fc.property(fc.array(record, {minLength: 1, maxLength: 3}), (records) => {
      const answer = records.map((each) => ({...each, name: 'a.example'}))
      expect(
        isHandled(() =>
          readAll(wireReply({id: 1, bits: 0x8180, question: Buffer.of(0, 0, 1, 0, 1), answer})),
        ),
      ).toBe(true)
    }),
    {numRuns: 3000},
  )
})

test('a sound message with any one octet changed gives a message or a format error', () => {
  const sound = wireReply({
    id: 1,
    bits: 0x8180,
    question: Buffer.concat([Buffer.from([1, 97, 0]), u16(6), u16(1)]),
    answer: [
      {name: 'a', type: 46, data: Buffer.concat([Buffer.alloc(18), Buffer.from([1, 97, 0, 9, 9])])},
      {name: 'a', type: 65, data: Buffer.from([0, 1, 0, 0, 1, 0, 3, 2, 104, 50, 0, 4, 0, 4, 1, 2, 3, 4])},
      {name: 'a', type: 47, data: Buffer.from([0xc0, 12, 0, 2, 0x40, 1])},
    ],
  })
  readAll(sound)
  for (let at = 0; at < sound.length; at++) {
    for (let value = 0; value < 256; value += 5) {
      const bytes = Buffer.from(sound)
      bytes[at] = value
      expect(isHandled(() => readAll(bytes))).toBe(true)
    }
  }
})

test('a chain of pointers ends, whatever it says', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({min: 0, max: 400}), {minLength: 1, maxLength: 200}), (targets) => {
      const bytes = Buffer.concat(targets.map((target) => u16(0xc0_00 | target)))
      expect(isHandled(() => readName(new Reader(bytes, bytes.length - 2)))).toBe(true)
    }),
  )
})

test('addresses survive their text', () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      expect(addressBytes(formatAddress(addressBytes(text)))).toEqual(addressBytes(text))
    }),
  )
  fc.assert(
    fc.property(fc.ipV4(), (text) => {
      expect(formatAddress(addressBytes(text))).toBe(text)
    }),
  )
})

test('IPv6 text is the canonical one, except for mapped addresses', () => {
  const word = fc.oneof(fc.constant(0), u16s)
  fc.assert(
    fc.property(fc.array(word, {minLength: 8, maxLength: 8}), (words) => {
      fc.pre(!(words.slice(0, 5).every((each) => each === 0) && words[5] === 0xff_ff))
      const text = words.map((each) => each.toString(16)).join(':')
      expect(formatAddress(Buffer.concat(words.map(u16)))).toBe(
        new URL(`http://[${text}]`).hostname.slice(1, -1),
      )
    }),
    {numRuns: 1000},
  )
})

test('every type number has a name that leads back to it', () => {
  fc.assert(
    fc.property(u16s, (value) => {
      expect(typeNumber(typeName(value))).toBe(value)
    }),
  )
})

test('an unknown type is written as RFC 3597 has it', () => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 30}), (data) => {
      const bytes = wireRecord({name: '', type: 65_280, data})
      const text = formatRdata(65_280, new Reader(bytes, bytes.length - data.length))
      const hex = Buffer.from(data).toString('hex').toUpperCase()
      expect(text).toBe(data.length === 0 ? String.raw`\# 0` : String.raw`\# ${data.length} ${hex}`)
    }),
  )
})
