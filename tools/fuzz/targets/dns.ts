/** What reads the answers of a resolver, and of anybody who forges them. */
import {Buffer} from 'node:buffer'
import type {Ask} from '../../../src/probes/dns/ask.ts'
import {decodeMessage} from '../../../src/probes/dns/codec/message.ts'
import {DnsFormatError} from '../../../src/probes/dns/codec/reader.ts'
import {dnsOptions} from '../../../src/probes/dns/options.ts'
import {factsOf} from '../../../src/probes/dns/facts.ts'
import {judgeReply} from '../../../src/probes/dns/judge-reply.ts'
import {queryOf} from '../../../src/probes/dns/query.ts'
import type {FuzzTarget} from '../target.ts'

const ASK: Ask = {
  question: {labels: [Buffer.from('www'), Buffer.from('example')], type: 255, class: 1},
  name: 'www.example.',
  options: dnsOptions.parse({nsid: true, cookie: true, subnet: '192.0.2.0/24', dnssec: true}),
  cookie: Buffer.alloc(8, 7),
}
const SERVER = {address: '192.0.2.53', family: 4, port: 53} as const
const QUERY_ID = 0x1234
const NOW = 1_700_000_000

/** A name, then type, class IN, TTL 60 and data with its length; `c00c` points at the question. */
const record = (type: string, data: string): string =>
  `c00c${type}00010000003c${(data.length / 2).toString(16).padStart(4, '0')}${data}`

const QUESTION = '03777777076578616d706c650000ff0001'
const message = (...records: readonly string[]): Buffer =>
  Buffer.from(
    `12348180000100${records.length.toString(16).padStart(2, '0')}00000000${QUESTION}${records.join('')}`,
    'hex',
  )

/** One record of each kind whose data is taken apart. */
const CORPUS = [
  message(record('0001', 'c0000207')),
  message(record('001c', '20010db8000000000000000000000001')),
  message(record('0005', 'c010'), record('000f', '000ac010')),
  message(record('0006', 'c010c01000000001000000020000000300000004 00000005'.replace(' ', ''))),
  message(record('0010', '05706c61696e00')),
  message(record('002e', '00010d020000012c70dbd88065920080ec7e076578616d706c6500aabbccdd')),
  message(record('002f', 'c0100006400000000003')),
  message(record('0032', '0100000a04aabbccdd14000102030405060708090a0b0c0d0e0f10111213000140')),
  message(record('0041', '000100000100030268320004 0004c0000201'.replace(' ', ''))),
  message(record('0101', '0005697373756563612e6578616d706c65')),
  message(record('0023', '0064000a01750745325504736970210a6578616d706c6500')),
]

export const target: FuzzTarget = {
  corpus: () => [...CORPUS, Buffer.from(queryOf(ASK, QUERY_ID))],
  run: (input) => {
    const verdict = judgeReply(input, QUERY_ID, ASK)
    try {
      const read = verdict.verdict === 'ours' ? verdict.message : decodeMessage(input)
      const about = {
        transport: 'udp',
        truncated: false,
        rejected: 0,
        connect: null,
        tls: null,
        wait: 1,
      } as const
      factsOf({status: 'received', message: read, bytes: input.length, ...about}, ASK, SERVER, NOW)
    } catch (error) {
      if (!(error instanceof DnsFormatError)) throw error
    }
  },
}
