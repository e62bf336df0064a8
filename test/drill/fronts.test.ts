import {mkdtemp, readFile, readdir, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {readJournal} from '../../src/scenarios/journal/reader.ts'
import {runProgram} from '../support/program.ts'

/** Every front in one drill without rights: each proven by the code that its targets fail with. */
const DRILL = `version: 1
title: Fronts
lab:
  isolation: none
  nodes: [client, server]
  servers:
    api: {node: server, kind: tls-echo, port: 7443, proxy: true}
    web: {node: server, kind: http, port: 7080, proxy: true}
    names: {node: server, kind: dns, port: 7053, proxy: true, options: {records: {api.test: 192.0.2.1}}}
    outside: {node: server, kind: upstream, port: 7444, options: {to: "127.0.0.1:9"}}
    control: {node: server, kind: tcp-echo, port: 7007}
defaults: {interval: 100ms, timeout: 400ms}
targets:
  api: {url: "tls://{api}"}
  web: {url: "http://{web}/"}
  names: {url: "dns://{names}/api.test"}
  control: {url: "tcp://{control}", role: control}
faults:
  old: {kind: tls-front, certificate: expired, scope: {to: api}}
  busy: {kind: http-front, status: 503, retry_after: 1s, share: 50%, scope: {to: web}}
  lost: {kind: dns-front, answer: servfail, scope: {to: names}}
  slow: {kind: proxy, toxics: ["latency=40ms,stream=upstream"], scope: {to: api}}
drill:
  timeline:
    - {at: 1s, inject: slow, for: 1500ms}
    - {at: 1s, inject: lost, for: 1s}
    - {at: 1500ms, inject: busy, for: 1500ms}
    # A certificate does not get better by asking again: nobody does after the first answer.
    - {at: 3s, inject: old, for: 500ms}
  settle: 1s
  expect:
    - control.loss <= 0%
`

describe('a drill with fronts', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fronts-'))
  })
  afterEach(async () => rm(folder, {recursive: true, force: true}))

  it('proves each by what its targets fail with', async () => {
    await writeFile(join(folder, 'drill.yaml'), DRILL)
    const env = {XDG_STATE_HOME: join(folder, 'state'), XDG_RUNTIME_DIR: folder, HOME: folder}
    const {code, stdout, stderr} = await runProgram(['drill', 'run', join(folder, 'drill.yaml')], {env})
    expect({code, stderr, stdout}).toMatchObject({code: 0})
    const place = join(folder, 'state/netdrill/journals')
    const [name = ''] = await readdir(place)
    const {events} = readJournal(name, await readFile(join(place, name), 'utf8'))
    const proofs = events.flatMap((event) => (event.type === 'fault-measured' ? event.proofs : []))
    const measured = proofs.map(({what, verdict}) => `${what}: ${verdict}`)
    expect(measured.filter((line) => !line.endsWith(': verified'))).toEqual([])
    expect(measured).toEqual(
      expect.arrayContaining([
        'api fails: verified',
        'web fails: verified',
        'names fails: verified',
        'api round trip: verified',
      ]),
    )
  })
})
