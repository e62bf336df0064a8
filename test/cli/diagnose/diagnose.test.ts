import {type AddressInfo, type Server, createServer} from 'node:net'
import {createServer as createHttp} from 'node:http'
import {createServer as createHttps} from 'node:https'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {diagnosisSchema} from '../../../src/advice/diagnosis-schema.ts'
import {openWorkshop} from '../../support/certificates.ts'
import {runProgram, startProgram} from '../../support/program.ts'

const servers: Server[] = []
let web = 0
let silent = 0

async function listen(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

beforeAll(async () => {
  web = await listen(createHttp((_request, response) => response.end('hello')))
  silent = await listen(createServer((socket) => socket.on('error', () => {}).resume()))
})

afterAll(() => {
  for (const server of servers) server.close()
})

describe('netdrill diagnose', () => {
  it('finds nothing wrong with a healthy server, and says so in a document that fits its schema', async () => {
    const {code, stdout, stderr} = await runProgram(['diagnose', `http://127.0.0.1:${web}/`, '--json'])
    const document = diagnosisSchema.parse(JSON.parse(stdout))
    process.stdout.write(`diagnose of a healthy web server on loopback: ${document.duration_ms} ms\n`)
    expect(document).toMatchObject({verdict: 'nothing_wrong', exit: 0, schema: 'netdrill/diagnosis/1'})
    expect({code, stderr}).toEqual({code: 0, stderr: ''})
  })

  it('draws the ladder and the cause without escape codes into a pipe, and ends with 1', async () => {
    const {code, stdout} = await runProgram(['diagnose', 'tcp://127.0.0.1:1'])
    expect(code).toBe(1)
    expect(stdout).toMatch(/✓ link .*\n.*✓ route [^]*✗ tcp +127\.0\.0\.1 TCP_REFUSED\n\nCAUSE +TCP_REFUSED/)
    expect(stdout).toMatch(/^EVIDENCE /m)
    expect(stdout).toMatch(/^NOT +link, route, ping/m)
    expect(stdout).toMatch(/^NEXT /m)
    expect(stdout).not.toContain('\u001B')
  })

  it('asks from the address and with the roots it is told', async () => {
    const workshop = await openWorkshop()
    const root = await workshop.authority({name: 'root'})
    const leaf = await workshop.leaf({name: 'leaf', san: ['IP:127.0.0.1']}, root)
    const seen = new Set<string>()
    const server = createHttps({cert: leaf.certificate, key: leaf.key}, (_request, response) =>
      response.end(),
    )
    server.on('secureConnection', (socket) => void seen.add(socket.remoteAddress ?? ''))
    const url = `https://127.0.0.1:${await listen(server)}/`
    const [known, unknown] = await Promise.all([
      runProgram(['diagnose', url, '--source', '127.0.0.9', '--ca', root.certificateFile, '--json']),
      runProgram(['diagnose', url, '--interface', 'lo', '--source', '127.0.0.9', '--json']),
    ])
    await workshop.remove()
    expect(diagnosisSchema.parse(JSON.parse(known.stdout))).toMatchObject({verdict: 'nothing_wrong', exit: 0})
    expect(diagnosisSchema.parse(JSON.parse(unknown.stdout)).cause?.code).toBe('TLS_CERT_UNKNOWN_ISSUER')
    expect([...seen]).toEqual(['127.0.0.9'])
  })

  it('keeps to its time, and calls a server that stays silent by its name', async () => {
    const {code, stdout} = await runProgram(['diagnose', `http://127.0.0.1:${silent}/`, '-t', '4s', '--json'])
    const document = diagnosisSchema.parse(JSON.parse(stdout))
    expect({code, cause: document.cause?.code}).toEqual({code: 1, cause: 'HTTP_TIMEOUT'})
    expect(document.duration_ms).toBeLessThan(8000)
  })

  it.each([
    [['diagnose'], 'TARGET is missing'],
    [['diagnose', 'ftp://127.0.0.1/'], 'not a probe kind'],
    [['diagnose', 'tcp://127.0.0.1'], 'names no port'],
    [['diagnose', '127.0.0.1', '-t', '10ms'], '--timeout'],
    [['diagnose', '127.0.0.1', '-t', '5'], '--timeout'],
    [['diagnose', '127.0.0.1', '--control', 'gopher://x'], 'not a probe kind'],
    [['diagnose', '127.0.0.1', '--source', 'lo'], '--source: "lo" is no address'],
    [['diagnose', '127.0.0.1', '--source', '::1', '-4'], 'not of the family'],
  ])('%j is a mistake', async (args, says) => {
    const {code, stdout, stderr} = await runProgram(args)
    expect({code, stdout}).toEqual({code: 2, stdout: ''})
    expect(stderr).toContain(says)
  })

  it('shows what was measured until Ctrl-C, and ends with 130', async () => {
    const accepted = new Promise<void>((resolve) => servers[1]?.once('connection', () => resolve()))
    const program = startProgram(['diagnose', `http://127.0.0.1:${silent}/`, '-t', '20s', '--json'])
    await accepted
    program.child.kill('SIGINT')
    const {code, stdout} = await program.result
    const document = diagnosisSchema.parse(JSON.parse(stdout))
    expect({code, exit: document.exit, verdict: document.verdict}).toEqual({
      code: 130,
      exit: 130,
      verdict: 'interrupted',
    })
  })

  it('says what it could not look at without the ip program and without rights', async () => {
    const {code, stdout} = await runProgram(['diagnose', `tcp://127.0.0.1:${web}`, '--json'], {
      env: {PATH: '/nowhere'},
    })
    const document = diagnosisSchema.parse(JSON.parse(stdout))
    expect({code, verdict: document.verdict}).toEqual({code: 0, verdict: 'nothing_wrong'})
    expect(document.unseen.join()).toContain('the ip program is not installed')
    expect(document.steps.find(({layer}) => layer === 'link')?.status).toBe('unseen')
  })
})
