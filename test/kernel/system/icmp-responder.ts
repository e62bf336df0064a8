/**
 * Runs inside a namespace whose kernel does not answer pings, and answers them badly: by payload size, twice (100),
 * after 400 ms (101), with another content (102), with another identifier (103), or well. Prints `ready`.
 */
import * as C from '../../../src/system/ffi-constants.ts'
import {encodeSocketAddress} from '../../../src/system/ffi-address.ts'
import {receiveMessage} from '../../../src/system/ffi-message.ts'
import {loadFfi, openIcmpRaw} from '../../../src/system/ffi.ts'
import {checksum, decodeEchoRequest, splitIpv4} from '../../../src/system/icmp-packet.ts'

const ffi = await loadFfi()
if (!ffi) throw new Error('no koffi')
const fd = openIcmpRaw(ffi, 4)
if (fd < 0) throw new Error(`no raw socket: ${fd}`)

function reply(identifier: number, sequence: number, payload: Buffer): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(8), payload])
  bytes.writeUInt16BE(identifier, 4)
  bytes.writeUInt16BE(sequence, 6)
  bytes.writeUInt16BE(checksum(bytes), 2)
  return bytes
}

ffi.watch(fd, () => {
  for (;;) {
    const message = receiveMessage(ffi, fd)
    if (typeof message === 'number') return
    const packet = splitIpv4(message.data)
    const request = packet && decodeEchoRequest(4, packet.payload)
    const to = message.from && encodeSocketAddress(message.from)
    if (!request || !to) continue
    const {identifier, sequence, payload} = request
    const send = (bytes: Buffer): void => {
      ffi.libc.sendto(fd, bytes, C.MSG_DONTWAIT, to)
    }
    const good = reply(identifier, sequence, payload)
    if (payload.length === 102) send(reply(identifier, sequence, Buffer.alloc(102, 7)))
    else if (payload.length === 103) send(reply((identifier + 1) & 0xffff, sequence, payload))
    else if (payload.length === 101) setTimeout(() => send(good), 400)
    else send(good)
    if (payload.length === 100) send(good)
  }
})
process.stdout.write('ready\n')
