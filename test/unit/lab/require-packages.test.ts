import {describe, expect, it} from 'vitest'
import type {Capability} from '../../../src/core/capabilities.ts'
import {isUserError} from '../../../src/core/errors.ts'
import {EXIT} from '../../../src/core/exit-codes.ts'
import type {LabSpec} from '../../../src/lab/lab.ts'
import {requirePackages} from '../../../src/lab/require-packages.ts'

type Server = LabSpec['servers'][string]

const server = (kind: Server['kind']): Server => ({
  node: 'bob',
  kind,
  port: 7080,
  proxy: false,
  options: {},
})

const capabilities = (status: 'present' | 'missing') => ({
  check: async (capability: Capability) =>
    Promise.resolve({capability, status, found: '', why: '', remedy: ''}),
  all: async () => Promise.resolve([]),
})

describe('a package that netdrill does not bring along', () => {
  it('is asked for before anything is built, with how it gets to where netdrill is', async () => {
    const lab = {servers: {echo: server('tcp-echo'), answering: server('webrtc')}}
    const error = await requirePackages(lab, {capabilities: capabilities('missing')}).catch(
      (one: unknown) => one,
    )
    if (!isUserError(error)) throw new Error('it was not refused')
    expect(error.exit).toBe(EXIT.capability)
    const [problem] = error.problems
    expect(problem?.code).toBe('CAPABILITY_MISSING')
    expect(problem?.message).toContain('the server answering')
    expect(problem?.advice?.join('\n')).toMatch(
      /npm install werift\n.*npm install --global werift\n.*npx --package/,
    )
  })

  it.each([
    [{servers: {answering: server('webrtc')}}, 'present'],
    [{servers: {echo: server('tcp-echo')}}, 'missing'],
  ] as const)('is not asked for by %j where it is %s', async (lab, status) => {
    await expect(requirePackages(lab, {capabilities: capabilities(status)})).resolves.toBeUndefined()
  })
})
