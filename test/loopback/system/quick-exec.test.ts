import {describe, expect, it} from 'vitest'
import type {Exec, ExecRequest} from '../../../src/core/ports.ts'
import {systemExec} from '../../../src/system/exec.ts'
import {quickExec} from '../../../src/system/quick-exec.ts'

const sh = (script: string, more: Partial<ExecRequest> = {}): ExecRequest => ({
  file: 'sh',
  args: ['-c', script],
  ...more,
})

describe.each<[string, Exec]>([
  ['execa', systemExec],
  ['the quick way', quickExec],
])('a program run by %s', (_, exec) => {
  it('gives both outputs and its exit code, in a fixed locale', async () => {
    const result = await exec.run(sh('echo out $LC_ALL $MORE; echo err >&2; exit 3', {env: {MORE: 'yes'}}))
    expect(result).toMatchObject({
      stdout: 'out C yes\n',
      stderr: 'err\n',
      exitCode: 3,
      timedOut: false,
      notFound: false,
    })
    expect(result.took).toBeGreaterThan(0)
  })

  it('is told apart from one that is not there, and from one that may not be started', async () => {
    const missing = await exec.run({file: 'no-such-program-here', args: []})
    expect(missing).toMatchObject({exitCode: null, notFound: true})
    const forbidden = await exec.run({file: '/etc', args: []})
    expect(forbidden).toMatchObject({exitCode: null, notFound: false})
  })

  it('is ended at its timeout', async () => {
    const result = await exec.run(sh('echo early; exec sleep 30', {timeout: 150}))
    expect(result).toMatchObject({stdout: 'early\n', exitCode: null, timedOut: true})
  })

  it('is killed when it does not obey', async () => {
    const result = await exec.run(sh('trap "" TERM; while :; do :; done', {timeout: 50}))
    expect(result).toMatchObject({exitCode: null, timedOut: true})
  })

  it('is ended by a signal, also by one that was there before', async () => {
    const stop = new AbortController()
    const running = exec.run(sh('exec sleep 30', {signal: stop.signal}))
    stop.abort()
    expect(await running).toMatchObject({exitCode: null, timedOut: false})
    expect(await exec.run(sh('exec sleep 30', {signal: stop.signal}))).toMatchObject({exitCode: null})
  })

  it('takes no part in shell syntax', async () => {
    const result = await exec.run({file: 'printf', args: ['%s', '$(id); "x"']})
    expect(result.stdout).toBe('$(id); "x"')
  })

  it('reads its input', async () => {
    expect((await exec.run({file: 'cat', args: [], input: 'in'})).stdout).toBe('in')
  })
})
