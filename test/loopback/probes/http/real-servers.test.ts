import {execFile} from 'node:child_process'
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {Outcome, Reading} from '../../../../src/core/outcome.ts'
import {http} from '../../../../src/probes/http/probe.ts'
import {type Issued, type Workshop, openWorkshop} from '../../../support/certificates.ts'
import {type Site, startSite} from '../../../support/http-programs.ts'
import {measureOnce} from '../../../support/measure-once.ts'

let workshop: Workshop
let root: Issued
let folder: string
let site: Site
beforeAll(async () => {
  workshop = await openWorkshop()
  root = await workshop.authority({name: 'root'})
  const leaf = await workshop.leaf({name: 'leaf', san: ['DNS:one.test', 'DNS:two.test']}, root)
  folder = await mkdtemp(join(tmpdir(), 'netdrill-site-'))
  await writeFile(join(folder, 'site.pem'), `${leaf.key}\n${leaf.certificate}\n`)
  site = await startSite(folder, join(folder, 'site.pem'))
})
afterAll(async () => {
  await site?.stop()
  await workshop.remove()
  await rm(folder, {recursive: true, force: true})
})

interface Curl {
  readonly http_code: number
  readonly http_version: string
  readonly size_download: number
  readonly remote_ip: string
  readonly remote_port: number
  readonly num_redirects: number
  readonly url_effective: string
  readonly exitcode: number
}

/** What curl saw, and the body. */
async function curl(url: string, ...args: string[]): Promise<Curl & {readonly body: string}> {
  const file = join(folder, `body-${Math.random().toString(36).slice(2)}`)
  const words = ['-sS', '-q', '--noproxy', '*', '-o', file, '-w', '%{json}', '--max-time', '5', ...args, url]
  const {stdout} = await promisify(execFile)('curl', words).catch((error: {stdout: string}) => error)
  const body = await readFile(file, 'utf8').catch(() => '')
  return {...(JSON.parse(stdout) as Curl), body}
}

function readingOf(outcome: Outcome): Reading {
  if (outcome.status === 'skipped') throw new Error('skipped')
  return outcome.status === 'ok' ? outcome.reading : outcome.partial
}

/** The probe shows line breaks as blanks. */
const inOneLine = (text: string): string => text.replace(/\r?\n/g, ' ')

interface Case {
  readonly url: (site: Site) => string
  readonly options: (site: Site) => Readonly<Record<string, unknown>>
  readonly curl: (site: Site) => readonly string[]
  readonly ok: boolean
}

const resolve = (port: number): string[] => [`one.test:${port}:127.0.0.1`, `two.test:${port}:127.0.0.1`]
const plainly = (at: Site): Case['options'] extends (site: Site) => infer R ? R : never => ({
  resolve: [...resolve(at.nginx), ...resolve(at.plain), ...resolve(at.secure)],
  ca: [root.certificateFile],
})
const resolved = (at: Site): string[] => [
  ...[at.nginx, at.plain, at.secure].flatMap((port) => resolve(port).flatMap((word) => ['--resolve', word])),
  '--cacert',
  root.certificateFile,
]

const CASES: readonly (readonly [string, Case])[] = [
  [
    'the first site of nginx',
    {url: (at) => `http://one.test:${at.nginx}/`, options: plainly, curl: resolved, ok: true},
  ],
  [
    'the second site by its name alone',
    {url: (at) => `http://two.test:${at.nginx}/`, options: plainly, curl: resolved, ok: true},
  ],
  [
    'a name that leads elsewhere, by connect-to',
    {
      url: () => 'http://two.test/',
      options: (at) => ({connect_to: `two.test:80:127.0.0.1:${at.plain}`}),
      curl: (at) => ['--connect-to', `two.test:80:127.0.0.1:${at.plain}`],
      ok: true,
    },
  ],
  [
    'haproxy over HTTP/2',
    {url: (at) => `https://one.test:${at.secure}/`, options: plainly, curl: resolved, ok: true},
  ],
  [
    'haproxy over HTTP/1.1, when only that is offered',
    {
      url: (at) => `https://one.test:${at.secure}/`,
      options: (at) => ({...plainly(at), http: '1.1'}),
      curl: (at) => [...resolved(at), '--http1.1'],
      ok: true,
    },
  ],
  [
    'a redirect that is followed',
    {
      url: (at) => `https://one.test:${at.secure}/moved`,
      options: (at) => ({...plainly(at), max_redirects: 3}),
      // The site behind the proxy names itself; curl goes there as well.
      curl: (at) => [...resolved(at), '-L', '--max-redirs', '3'],
      ok: true,
    },
  ],
  [
    'a redirect to another site',
    {
      url: (at) => `http://one.test:${at.nginx}/away`,
      options: (at) => ({...plainly(at), max_redirects: 3}),
      curl: (at) => [...resolved(at), '-L', '--max-redirs', '3'],
      ok: true,
    },
  ],
  [
    'a redirect that is not',
    {url: (at) => `http://one.test:${at.nginx}/moved`, options: plainly, curl: resolved, ok: true},
  ],
  [
    'a busy site',
    {url: (at) => `https://one.test:${at.secure}/busy`, options: plainly, curl: resolved, ok: false},
  ],
  [
    'a backend that is gone',
    {url: (at) => `https://one.test:${at.secure}/nobody`, options: plainly, curl: resolved, ok: false},
  ],
  [
    'a site that wants to know who asks',
    {url: (at) => `http://one.test:${at.nginx}/secret`, options: plainly, curl: resolved, ok: false},
  ],
]

describe('netdrill and curl agree on', () => {
  it.each(CASES)('%s', async (_name, {url, options, curl: args, ok}) => {
    const [outcome, seen] = await Promise.all([
      measureOnce(http, url(site), {options: options(site)}),
      curl(url(site), ...args(site)),
    ])
    const reading = readingOf(outcome)
    const {phase} = reading
    expect(outcome.status).toBe(ok ? 'ok' : 'failed')
    expect({
      http_code: reading.http?.status,
      http_version: reading.http?.version,
      size_download: reading.http?.size,
      remote_ip: reading.address,
      remote_port: reading.port,
      num_redirects: reading.http?.redirects.length,
      url_effective: reading.http?.url,
      body: inOneLine(reading.http?.body ?? ''),
    }).toEqual({
      http_code: seen.http_code,
      http_version: seen.http_version,
      size_download: seen.size_download,
      remote_ip: seen.remote_ip,
      remote_port: seen.remote_port,
      num_redirects: seen.num_redirects,
      url_effective: seen.url_effective,
      body: inOneLine(seen.body),
    })
    const parts = Object.entries(phase ?? {}).filter(([name]) => name !== 'total')
    expect(parts.reduce((sum, [, took]) => sum + took, 0)).toBeCloseTo(phase?.total ?? -1, 6)
  })

  it('the wait that a busy site asks for, and what a login opens', async () => {
    const busy = await measureOnce(http, `https://one.test:${site.secure}/busy`, {options: plainly(site)})
    expect(busy).toMatchObject({
      failure: {
        code: 'HTTP_UNAVAILABLE',
        advice: expect.arrayContaining([expect.stringContaining('7 s')]) as string[],
      },
    })
    await writeFile(join(folder, 'login'), 'user:correct-horse\n')
    const options = {...plainly(site), basic: `file:${folder}/login`}
    const known = await measureOnce(http, `http://one.test:${site.nginx}/secret`, {options})
    expect(readingOf(known).http).toMatchObject({status: 200, body: 'welcome '})
  })
})
