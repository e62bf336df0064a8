import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {openPorts} from '../../../../src/app/ports.ts'
import type {Outcome} from '../../../../src/core/outcome.ts'
import {parseTargetUrl} from '../../../../src/core/target.ts'
import type {Prober} from '../../../../src/probes/probe.ts'
import {websocket} from '../../../../src/probes/websocket/probe.ts'
import {readFile} from 'node:fs/promises'
import {type Issued, type Workshop, openWorkshop} from '../../../support/certificates.ts'
import {nginxWebSocket} from '../../../support/nginx-websocket.ts'
import {type Running} from '../../../support/tls-servers.ts'
import {wsServer} from '../../../support/websocket-servers.ts'

async function open(url: string, options: Readonly<Record<string, unknown>>): Promise<Prober> {
  const parsed = parseTargetUrl(url)
  if (!parsed.ok) throw new Error(parsed.because)
  return websocket.open(
    {url: parsed.value, family: 0, options: websocket.schema.parse(options)},
    openPorts(1),
  )
}

const {signal} = new AbortController()
const take = async (prober: Prober, seq: number, timeout = 3000): Promise<Outcome> =>
  prober.measure({seq, timeout, signal})

function shortOf(outcome: Outcome): readonly [string, boolean | undefined] {
  if (outcome.status === 'skipped') return ['skipped', undefined]
  const code = outcome.status === 'ok' ? 'ok' : outcome.failure.code
  const reading = outcome.status === 'ok' ? outcome.reading : outcome.partial
  return [code, reading.websocket?.reused]
}

describe('a connection that is kept', () => {
  test('serves all samples, tells its end in between once, and is dialled anew', async () => {
    let connections = 0
    let end: () => void = () => undefined
    const server = await wsServer({
      onConnection: (socket) => {
        connections += 1
        end = () => socket.close(1001, 'restart')
      },
    })
    const prober = await open(`ws://127.0.0.1:${server.port}/`, {keep: true})
    try {
      expect(shortOf(await take(prober, 1))).toEqual(['ok', false])
      const second = await take(prober, 2)
      expect(shortOf(second)).toEqual(['ok', true])
      expect(second).toMatchObject({
        reading: {phase: {}, rtt: expect.any(Number), websocket: {pings: 1, pongs: 1}},
      })
      expect(connections).toBe(1)
      end()
      await new Promise((resolve) => setTimeout(resolve, 50))
      const third = await take(prober, 3)
      expect(shortOf(third)).toEqual(['WS_CLOSED', true])
      expect(third).toMatchObject({
        partial: {websocket: {close_code: 1001, close_reason: 'restart', pings: 0}},
      })
      expect(shortOf(await take(prober, 4))).toEqual(['ok', false])
      expect(connections).toBe(2)
    } finally {
      await prober.close()
      await server.stop()
    }
  })

  test('that rested for long and ended meanwhile says nothing about the target', async () => {
    const server = await wsServer({
      onConnection: (socket) => void setTimeout(() => socket.terminate(), 50),
    })
    const prober = await open(`ws://127.0.0.1:${server.port}/`, {keep: true})
    try {
      expect(shortOf(await take(prober, 1))[0]).toBe('ok')
      await new Promise((resolve) => setTimeout(resolve, 150))
      expect(shortOf(await take(prober, 9))).toEqual(['ok', false])
    } finally {
      await prober.close()
      await server.stop()
    }
  })
})

describe('over TLS and through nginx', () => {
  let workshop: Workshop
  let root: Issued
  let leaf: Issued
  let backend: Running
  let proxy: Running

  beforeAll(async () => {
    workshop = await openWorkshop()
    root = await workshop.authority({name: 'root'})
    leaf = await workshop.leaf({name: 'leaf', san: ['DNS:localhost', 'IP:127.0.0.1']}, root)
    backend = await wsServer()
    proxy = await nginxWebSocket(workshop.folder, {
      ...{chain: leaf.certificateFile, key: leaf.keyFile},
      backend: backend.port,
    })
  })
  afterAll(async () => {
    await proxy.stop()
    await backend.stop()
    await workshop.remove()
  })

  const through = async (path: string, options = {}): Promise<Outcome> => {
    const ca = root.certificateFile
    const prober = await open(`wss://127.0.0.1:${proxy.port}${path}`, {ca, ...options})
    try {
      return await take(prober, 1)
    } finally {
      await prober.close()
    }
  }

  test('a proxy that passes the upgrade on', async () => {
    const outcome = await through('/good')
    expect(shortOf(outcome)).toEqual(['ok', false])
    expect(outcome).toMatchObject({
      reading: {tls: {trusted: true}, phase: {tls: expect.any(Number)}, websocket: {clean: true}},
    })
  })

  test('a proxy that drops the upgrade: the backend sees plain HTTP', async () => {
    expect(shortOf(await through('/dropped'))[0]).toBe('HTTP_VERSION_REFUSED')
  })

  test('a proxy whose backend is gone', async () => {
    expect(shortOf(await through('/gone'))[0]).toBe('HTTP_BAD_GATEWAY')
  })

  test('a proxy that ends what is idle, which pings prevent', async () => {
    const idle = await through('/good', {ping: false, hold: '2500ms'})
    expect(shortOf(idle)[0]).toBe('WS_DROPPED')
    const busy = await through('/good', {hold: '2500ms', ping_interval: '300ms'})
    expect(shortOf(busy)[0]).toBe('ok')
  })

  test('a certificate that deserves no trust: nothing is sent', async () => {
    const outcome = await through('/good', {ca: []})
    expect(shortOf(outcome)[0]).toBe('TLS_CERT_UNKNOWN_ISSUER')
    expect(shortOf(await through('/good', {ca: [], verify: false}))[0]).toBe('ok')
  })

  test('wss at a server of our own', async () => {
    const [key, cert] = await Promise.all([
      readFile(leaf.keyFile, 'utf8'),
      readFile(leaf.certificateFile, 'utf8'),
    ])
    const server = await wsServer({tls: {key, cert}})
    const prober = await open(`wss://127.0.0.1:${server.port}/`, {ca: root.certificateFile, keep: true})
    try {
      expect(shortOf(await take(prober, 1))).toEqual(['ok', false])
      expect(shortOf(await take(prober, 2))).toEqual(['ok', true])
      await server.stop()
      const [code] = shortOf(await take(prober, 3))
      expect(['WS_DROPPED', 'TCP_RESET']).toContain(code)
    } finally {
      await prober.close()
    }
  })
})
