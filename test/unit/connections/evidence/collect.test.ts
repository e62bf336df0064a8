import {describe, expect, it} from 'vitest'
import {collectEvidence} from '../../../../src/connections/evidence/collect.ts'
import type {ExecResult, Ports} from '../../../../src/core/ports.ts'

const DONE: ExecResult = {exitCode: 0, stdout: 'x', stderr: '', took: 1, timedOut: false, notFound: false}

function ports(
  answer: (file: string) => Partial<ExecResult>,
  uid = 0,
): Pick<Ports, 'exec' | 'files' | 'host'> {
  return {
    exec: {run: async ({file}) => Promise.resolve({...DONE, ...answer(file)})},
    files: {
      readText: async (path: string) => Promise.resolve(path.includes('mptcp') ? '1\n' : null),
      list: async (folder: string) =>
        Promise.resolve(
          folder.endsWith('mptcp') ? ['enabled'] : folder.endsWith('net') ? ['lo', 'eth9'] : [],
        ),
    } as unknown as Ports['files'],
    host: {uid} as unknown as Ports['host'],
  }
}

async function collect(from: ReturnType<typeof ports>): Promise<Map<string, string>> {
  const found = await collectEvidence(from, {signal: new AbortController().signal, progress: () => undefined})
  return new Map(found.map((one) => [one.name, one.text ?? `because ${one.because}`]))
}

describe('evidence', () => {
  it.each([
    ['a program that is missing', {notFound: true}, 'because the program ip is not installed'],
    ['one that hangs', {timedOut: true, exitCode: null}, 'because ip did not end within 5 s'],
    ['one that fails', {exitCode: 2, stderr: 'No way\nmore'}, 'because ip ended with 2: No way'],
    ['one that says nothing', {stdout: ' \n'}, 'because there was nothing in it'],
    ['one that answers', {stdout: '[]'}, '[]'],
  ])('tells of %s', async (_, result, text) => {
    const found = await collect(ports((file) => (file === 'ip' ? result : {})))
    expect(found.get('interfaces/links.json')).toBe(text)
    expect(found.get('connections/summary.txt')).toBe('x')
  })

  it('adds that rights may be what is missing', async () => {
    const found = await collect(ports(() => ({exitCode: 1, stderr: 'denied'}), 1000))
    expect(found.get('interfaces/firewall.txt')).toBe('because nft ended with 1: denied, without root')
  })

  it('reads folders of the kernel, and asks each link but the loopback', async () => {
    const found = await collect(ports(() => ({})))
    expect(found.get('mptcp/settings.txt')).toBe('# enabled\n1\n')
    expect(found.has('interfaces/eth9/statistics.txt')).toBe(true)
    expect(found.has('interfaces/lo/statistics.txt')).toBe(false)
  })

  it('keeps the end of what is too long, and of a kernel log what concerns networks', async () => {
    const log = `usb 1-1: new device\neth0: Link is Down\n${'tcp '.repeat(2_000_000)}\n`
    const found = await collect(ports((file) => (file === 'dmesg' ? {stdout: log} : {})))
    const text = found.get('errors/kernel-ring.txt') ?? ''
    expect(text.startsWith('[the beginning is left out]\n')).toBe(true)
    expect(text.length).toBeLessThan(5_100_000)
    const short = await collect(ports((file) => (file === 'dmesg' ? {stdout: log.slice(0, 40)} : {})))
    expect(short.get('errors/kernel-ring.txt')).toBe('eth0: Link is Down\n')
  })

  it('ends when it is interrupted', async () => {
    const stop = new AbortController()
    const asked = collectEvidence(
      ports(() => ({})),
      {
        signal: stop.signal,
        progress: () => stop.abort(new Error('enough')),
      },
    )
    await expect(asked).rejects.toThrow('enough')
  })
})
