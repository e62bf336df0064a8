import {beforeAll, describe, expect, it} from 'vitest'
import {requireBundle, runProgram} from '../../support/program.ts'

beforeAll(requireBundle)

describe('explain', () => {
  it.each([
    ['TCP_REFUSED', /^TCP_REFUSED: port closed/],
    ['tcp-refused', /^TCP_REFUSED: port closed/],
    ['3', /^exit code 3: inconclusive/],
    ['130', /^exit code 130: interrupted/],
    ['config_unknown_key', /^CONFIG_UNKNOWN_KEY: unknown key/],
    ['dns', /DNS_NXDOMAIN.*\n.*DNS_NODATA/],
  ])('finds %s', async (word, text) => {
    const {stdout, stderr, code} = await runProgram(['explain', word])
    expect(stdout).toMatch(text)
    expect({stderr, code}).toEqual({stderr: '', code: 0})
  })

  it('suggests the nearest code', async () => {
    const {stderr, code} = await runProgram(['explain', 'tpc_refusd'])
    expect(stderr).toContain('did you mean TCP_REFUSED?')
    expect(code).toBe(2)
  })

  it('asks for a code when there is none', async () => {
    expect(await runProgram(['explain'])).toMatchObject({code: 2, stdout: ''})
  })

  it('lists all codes in lines that fit a terminal', async () => {
    const {stdout} = await runProgram(['explain', '--list'])
    expect(stdout).toContain('TLS_CERT_EXPIRED')
    expect(stdout).toContain('FAULT_LOCKOUT')
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  it('gives JSON', async () => {
    const one = JSON.parse((await runProgram(['explain', 'tls_alert', '--json'])).stdout) as unknown
    expect(one).toMatchObject({
      schema: 'netdrill/explain/1',
      code: 'TLS_ALERT',
      stage: 'tls',
      retry: 'ladder',
    })
    const all = JSON.parse((await runProgram(['explain', '--list', '--json'])).stdout) as {codes: unknown[]}
    expect(all.codes.length).toBeGreaterThan(50)
  })
})
