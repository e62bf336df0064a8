import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {type Running, plainHttp} from '../../support/http-servers.ts'
import {startProgram} from '../../support/program.ts'

const SECRET = 'correct-horse-battery'
let server: Running
let url: string

beforeAll(async () => {
  server = await plainHttp((request, response) => {
    const status = Number(request.url?.slice(1) ?? '') || 200
    response.writeHead(status, {
      'content-type': 'application/json',
      'x-echo': request.headers.authorization ?? '',
    })
    response.end('{"state":"fine"}')
  })
  url = `http://127.0.0.1:${server.port}`
})
afterAll(async () => server.stop())

const run = async (...args: readonly string[]) =>
  startProgram(['probe', 'http', ...args], {env: {API_LOGIN: `user:${SECRET}`}}).result

describe('netdrill probe http', () => {
  it.each([
    [['/200'], 0],
    [['/503'], 1],
    [['/503', '-e', 'http.status == 503'], 0],
    [['/200', '-e', 'http.status == 204'], 1],
    [['/200', '-e', 'http.json.state == fine', '-e', 'http.header.Content-Type has json'], 0],
    [['/200', '-e', 'http.body matches "fine"', '-e', 'http.size == 16B'], 0],
  ] as const)('%j ends with %i', async ([path, ...rest], code) => {
    const result = await run(url + path, ...rest)
    expect(result.code, result.stdout + result.stderr).toBe(code)
  })

  it('shows no secret in any form of output', async () => {
    for (const form of [['--json'], ['--jsonl'], ['--verbose']]) {
      const {stdout, stderr, code} = await run(`${url}/200`, '--basic', 'env:API_LOGIN', ...form)
      expect(code, stderr).toBe(0)
      expect(stdout).toContain('[redacted]')
      expect(stdout + stderr).not.toContain(SECRET)
      expect(stdout + stderr).not.toContain(Buffer.from(`user:${SECRET}`).toString('base64'))
    }
  })

  it.each([
    [['--basic', 'user:hunter2']],
    [['--header', 'Authorization: hunter2']],
    [['--proxy', 'http://user:hunter2@127.0.0.1:1']],
  ])('refuses a secret in the command line, and does not repeat it: %j', async (args) => {
    const {code, stdout, stderr} = await run(`${url}/200`, ...args)
    expect(code).toBe(2)
    expect(stdout + stderr).not.toContain('hunter2')
  })
})
