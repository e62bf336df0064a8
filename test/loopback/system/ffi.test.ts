import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import {readFileSync, readlinkSync} from 'node:fs'
import {afterEach, beforeAll, describe, expect, it} from 'vitest'
import * as C from '../../../src/system/ffi-constants.ts'
import {encodeSocketAddress} from '../../../src/system/ffi-address.ts'
import {readErrorQueue, receiveMessage} from '../../../src/system/ffi-message.ts'
import {type Ffi, bindAddress, bindToDevice, errnoName, intOption, loadFfi} from '../../../src/system/ffi.ts'

let ffi: Ffi
const open: number[] = []

beforeAll(async () => {
  const loaded = await loadFfi()
  if (!loaded) throw new Error('koffi is installed here, but could not be loaded')
  ffi = loaded
})

afterEach(() => {
  for (const fd of open.splice(0)) ffi.libc.close(fd)
})

function udp(): number {
  const fd = ffi.libc.socket(C.AF_INET, C.SOCK_DGRAM | C.SOCK_NONBLOCK, 0)
  open.push(fd)
  return fd
}

function loopback(port: number): Buffer {
  const address = encodeSocketAddress({address: '127.0.0.1', port})
  if (!address) throw new Error('unreachable')
  return address
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const {port} = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}

describe('the C library', () => {
  it('gives a failed call as negative errno', () => {
    expect(errnoName(ffi.libc.socket(9999, 1, 0))).toBe('EAFNOSUPPORT')
    expect(errnoName(ffi.libc.close(9999))).toBe('EBADF')
    expect(errnoName(bindToDevice(ffi, udp(), 'no-such-device'))).toBe('ENODEV')
    expect(errnoName(bindAddress(ffi, udp(), {address: '192.0.2.99', port: 0}))).toBe('EADDRNOTAVAIL')
    expect(errnoName(bindAddress(ffi, udp(), {address: 'nonsense', port: 0}))).toBe('EINVAL')
  })

  it('tells what is not there yet from a message', () => {
    const result = receiveMessage(ffi, udp())
    expect(typeof result === 'number' && errnoName(result)).toBe('EAGAIN')
  })

  it('sets and reads options', () => {
    const fd = udp()
    expect(ffi.libc.setsockopt(fd, C.IPPROTO_IP, C.IP_TTL, intOption(7))).toBe(0)
    const value = Buffer.alloc(4)
    expect(ffi.libc.getsockopt(fd, C.IPPROTO_IP, C.IP_TTL, value)).toBe(4)
    expect(value.readInt32LE(0)).toBe(7)
  })

  it('receives data, sender and control messages', async () => {
    const fd = udp()
    expect(bindAddress(ffi, fd, {address: '127.0.0.1', port: 0})).toBe(0)
    expect(ffi.libc.setsockopt(fd, C.SOL_SOCKET, C.SO_TIMESTAMPNS, intOption(1))).toBe(0)
    expect(ffi.libc.setsockopt(fd, C.IPPROTO_IP, C.IP_RECVTTL, intOption(1))).toBe(0)
    const ready = new Promise<void>((resolve) => {
      const watch = ffi.watch(fd, () => {
        watch.close()
        resolve()
      })
    })
    const sender = createSocket('udp4')
    sender.send('hello', portOf(fd), '127.0.0.1')
    await ready
    const message = receiveMessage(ffi, fd)
    const {port} = sender.address()
    sender.close()
    if (typeof message === 'number') throw new Error(errnoName(message))
    expect(message.data.toString()).toBe('hello')
    expect(message.from).toEqual({address: '127.0.0.1', port})
    expect(message.control.map(({level, type}) => [level, type])).toEqual([
      [C.SOL_SOCKET, C.SO_TIMESTAMPNS],
      [C.IPPROTO_IP, C.IP_TTL],
    ])
  })

  it('reads who refused a datagram from the error queue, again and again', async () => {
    const fd = udp()
    expect(ffi.libc.setsockopt(fd, C.IPPROTO_IP, C.IP_RECVERR, intOption(1))).toBe(0)
    const port = await freePort()
    for (let round = 0; round < 2; round++) {
      const ready = Promise.withResolvers<void>()
      const watch = ffi.watch(fd, ready.resolve)
      expect(ffi.libc.sendto(fd, Buffer.from('anyone?'), 0, loopback(port))).toBe(7)
      await ready.promise
      const [entry, ...more] = readErrorQueue(ffi, fd)
      watch.close()
      expect(more).toEqual([])
      expect(entry).toMatchObject({origin: 'icmp', type: 3, code: 3, from: '127.0.0.1'})
      expect(entry?.to).toEqual({address: '127.0.0.1', port})
      expect(entry && errnoName(-entry.errno)).toBe('ECONNREFUSED')
      expect(entry?.data.toString()).toBe('anyone?')
    }
  })

  it('keeps a socket open through a second descriptor', () => {
    const fd = udp()
    const second = ffi.libc.dup(fd)
    open.push(second)
    ffi.libc.close(open.shift() ?? -1)
    expect(ffi.libc.setsockopt(second, C.IPPROTO_IP, C.IP_TTL, intOption(9))).toBe(0)
  })
})

function portOf(fd: number): number {
  // No getsockname among the wrappers: the kernel lists it.
  const text = readFileSync('/proc/self/net/udp', 'utf8')
  const inode = /\d+/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[0] ?? ''
  const line = text.split('\n').find((each) => each.trim().split(/\s+/)[9] === inode)
  return Number.parseInt(/:([0-9A-F]{4}) /.exec(line ?? '')?.[1] ?? '0', 16)
}
