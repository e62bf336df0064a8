/** What reads the datagrams of a STUN server, and of anybody who forges them. */
import {Buffer} from 'node:buffer'
import {StunError, decodeStun, encodeBindingRequest} from '../../../src/probes/stun/message.ts'
import {showBytes} from '../../../src/probes/udp/payload.ts'
import type {FuzzTarget} from '../target.ts'

/** The sample responses of RFC 5769 sections 2.2 and 2.3, and one that redirects. */
const SAMPLES = [
  '0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96',
  '010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c',
  '0111001c2112a4420102030405060708090a0b0c000900080000030047 6f2e2e8023000800010d96c0000209'.replace(
    ' ',
    '',
  ),
]

export const target: FuzzTarget = {
  corpus: () => [...SAMPLES.map((hex) => Buffer.from(hex, 'hex')), encodeBindingRequest(Buffer.alloc(12, 7))],
  run: (input) => {
    showBytes(input)
    try {
      const {transaction} = decodeStun(input)
      if (transaction !== Buffer.from(input.subarray(8, 20)).toString('hex'))
        throw new Error('another transaction')
    } catch (error) {
      if (!(error instanceof StunError)) throw error
    }
  },
}
