import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {type Issued, type Workshop, openWorkshop} from '../../support/certificates.ts'
import {startProgram} from '../../support/program.ts'
import {starttlsServer} from '../../support/starttls-servers.ts'
import {nodeTls, type Running} from '../../support/tls-servers.ts'

let workshop: Workshop
let leaf: Issued
let server: Running

beforeAll(async () => {
  workshop = await openWorkshop()
  leaf = await workshop.selfSigned({name: 'leaf', san: ['DNS:localhost'], key: 'rsa2048'})
  server = await nodeTls({key: leaf.key, cert: leaf.certificate, ciphers: 'HIGH:!aNULL'})
})
afterAll(async () => {
  await server.stop()
  await workshop.remove()
})

const run = async (port: number, ...args: readonly string[]) => {
  const fixed = ['--sni', 'localhost', '--ca', leaf.certificateFile]
  return startProgram(['probe', 'tls', `127.0.0.1:${port}`, ...fixed, ...args]).result
}

describe('netdrill probe tls', () => {
  it.each([
    [['--enumerate'], 0],
    [['-e', 'tls.enumeration.weakest == weak'], 0],
    [['-e', 'tls.enumeration.weakest in [strong, acceptable]'], 1],
    [['-e', 'tls.enumeration.versions has TLSv1.3', '-e', 'tls.enumeration.groups has x25519'], 0],
    [
      ['-e', 'tls.enumeration.complete == true', '-e', 'tls.enumeration.ciphers has TLS_AES_256_GCM_SHA384'],
      0,
    ],
    [['-e', 'tls.enumeration.weakest == poor'], 2],
    [['--starttls', 'gopher'], 2],
  ] as const)('%j ends with %i', async (args, code) => {
    const result = await run(server.port, ...args)
    expect(result.code, result.stdout + result.stderr).toBe(code)
  })

  it('shows what is offered within the width of the terminal, without escape sequences in a pipe', async () => {
    const {stdout} = await run(server.port, '--enumerate')
    expect(stdout).toMatch(/weak {8}TLS_RSA_WITH_AES_256_GCM_SHA384 +no forward secrecy/)
    expect(stdout).not.toContain('\u001b')
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
  })

  it('enumerates once in a series', async () => {
    const {stdout} = await run(server.port, '--enumerate', '-c', '3', '-i', '20ms', '--json')
    const result = JSON.parse(stdout) as {
      readonly sent: number
      readonly tls: {readonly enumeration: {readonly complete: boolean; readonly offers: readonly unknown[]}}
    }
    expect(result.sent).toBe(3)
    expect(result.tls.enumeration.complete).toBe(true)
    expect(result.tls.enumeration.offers).toHaveLength(2)
  })

  it('enumerates for a check whose conditions ask for it', async () => {
    const path = join(workshop.folder, 'check.yaml')
    const wanted = ['tls.enumeration.complete == true', 'tls.enumeration.groups has x25519']
    const target = {url: `tls://127.0.0.1:${server.port}`, verify: false, expect: wanted}
    await writeFile(path, JSON.stringify({version: 1, targets: {shop: target}}))
    const {code, stdout, stderr} = await startProgram(['check', path]).result
    expect(code, stdout + stderr).toBe(0)
  })

  it('names the step of a dialogue that failed, and cleans what it quotes', async () => {
    const mishap = {step: 3, says: '454 \u001b]0;owned\u0007no key\r\n'}
    const mail = await starttlsServer({protocol: 'smtp', key: leaf.key, cert: leaf.certificate, mishap})
    const {stdout, code} = await run(mail.port, '--starttls', 'smtp')
    await mail.stop()
    expect(code).toBe(1)
    expect(stdout).toContain('TLS_STARTTLS_MISMATCH')
    expect(stdout).toContain('step 3 of 3 (STARTTLS)')
    expect(stdout).not.toContain('\u001b')
    expect(stdout).not.toContain('owned')
  })
})
