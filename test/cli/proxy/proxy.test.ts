import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import net from 'node:net'
import {createInterface} from 'node:readline'
import {afterEach, describe, expect, it} from 'vitest'
import {type ToxicRig, echoTime, openToxicRig} from '../../support/toxic-rig.ts'
import {runProgram} from '../../support/program.ts'

const children: ChildProcess[] = []
let rig: ToxicRig | undefined
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rig?.close()
})

/** Starts the built program; resolves with its lines until `ready`. */
async function start(
  ...args: readonly string[]
): Promise<{child: ChildProcess; lines: Record<string, unknown>[]}> {
  const child = spawn(process.execPath, ['bin/run.js', 'proxy', '--jsonl', '--quiet', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const lines: Record<string, unknown>[] = []
  const reader = createInterface({input: child.stdout})
  await new Promise<void>((resolve) => {
    reader.on('line', (line) => {
      const event = JSON.parse(line) as Record<string, unknown>
      lines.push(event)
      if (event['type'] === 'ready') resolve()
    })
  })
  return {child, lines}
}

const listenOf = (lines: readonly Record<string, unknown>[]): string =>
  String(lines.find(({type}) => type === 'listening')?.['listen'])

describe('netdrill proxy', () => {
  it('disturbs connections from one line, and tells at Ctrl-C what passed', async () => {
    rig = await openToxicRig()
    const {child, lines} = await start('--from', ':0', '--to', rig.upstream, '--toxic', 'latency=100ms')
    const socket = await rig.connect(listenOf(lines))
    expect(await echoTime(socket, Buffer.from('hello'))).toBeGreaterThanOrEqual(99)
    const ended = once(child, 'exit')
    child.kill('SIGINT')
    expect(await ended).toEqual([0, null])
    expect(lines.at(-1)).toMatchObject({
      type: 'end',
      proxies: [{name: 'proxy', connections: 1, sent: {upstream: 5, downstream: 5}}],
    })
  })

  it('serves the API where it is told, and leaves no listener when it is killed', async () => {
    rig = await openToxicRig()
    const {child, lines} = await start('--listen', '127.0.0.1:0')
    const api = String(lines.at(-1)?.['api'])
    const body = JSON.stringify({name: 'db', listen: '127.0.0.1:0', upstream: rig.upstream})
    const made = (await (await fetch(`${api}/proxies`, {method: 'POST', body})).json()) as {listen: string}
    await echoTime(await rig.connect(made.listen), Buffer.from('x'))
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    for (const address of [made.listen, new URL(api).host]) {
      const socket = net.connect({host: '127.0.0.1', port: Number(address.split(':').at(-1))})
      const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
      expect(error.code).toBe('ECONNREFUSED')
    }
  })

  it.each([
    {args: ['--from', ':0'], says: 'belong together'},
    {args: ['--from', ':0', '--to', 'x'], says: 'not an address with a port'},
    {args: ['--from', ':0', '--to', 'x:1', '--toxic', 'slow'], says: 'invalid toxic type'},
    {args: ['none.json'], says: 'none.json is not there'},
    {args: ['--listen', '203.0.113.1:8474'], says: 'EADDRNOTAVAIL'},
  ])('refuses $args: $says', async ({args, says}) => {
    const {code, stderr} = await runProgram(['proxy', ...args])
    expect(stderr).toContain(says)
    expect(code).toBe(2)
  })
})
