import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, beforeEach, expect, it} from 'vitest'
import {namespacesMissing} from '../../support/namespaces.ts'
import {requireBundle, runProgram} from '../../support/program.ts'

const DRILL = `version: 1
title: Two delays at once
lab:
  isolation: required
  nodes: [client, server]
  links: [{between: [client, server], subnet: 10.92.0.0/24}]
defaults: {interval: 20ms, timeout: 2s}
targets: {link: {url: 'ping://{server}'}}
faults:
  there: {kind: netem, delay: 120ms, scope: {from: client, to: server}}
  more: {kind: netem, delay: 80ms, scope: {from: client, to: server, protocol: icmp}}
  back: {kind: netem, delay: 60ms, scope: {from: server, to: client}}
drill:
  timeline:
    - {at: 1s, inject: there, for: 4s}
    - {at: 2s, inject: more, for: 3s}
    - {at: 2s, inject: back, for: 4s}
  settle: 3s
  expect: ['link.loss <= 50%']
`

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nd-together-'))
  await writeFile(join(folder, 'd.yaml'), DRILL)
})
afterAll(async () => rm(folder, {recursive: true, force: true}))
beforeEach((ctx) => {
  const lack = namespacesMissing()
  if (lack !== null) ctx.skip(lack)
  requireBundle()
})

it('proves each of several delays of one link with what the others add taken off, there and back', async () => {
  const {code, stdout, stderr} = await runProgram(['drill', 'run', 'd.yaml', '--json'], {
    env: {XDG_STATE_HOME: folder},
    cwd: folder,
  })
  const {faults} = JSON.parse(stdout) as {
    faults: {name: string; proofs: {what: string; asked: string; measured: string; verdict: string}[]}[]
  }
  const trips = faults.flatMap(({name, proofs}) =>
    proofs.filter(({what}) => what === 'link round trip').map((proof) => ({name, ...proof})),
  )
  const about = JSON.stringify({trips, stderr})
  expect(trips, about).toMatchObject([
    {name: 'there', asked: expect.stringContaining('+120ms beside more and back') as string},
    {name: 'more', asked: expect.stringContaining('+80ms beside there and back') as string},
  ])
  expect(
    trips.map(({verdict}) => verdict),
    about,
  ).toEqual(['verified', 'verified'])
  expect(code, about).toBe(0)
})
