import * as fc from 'fast-check'
import {expect, it} from 'vitest'
import {http} from '../../../../src/probes/http/probe.ts'
import {rawHttp} from '../../../support/http-servers.ts'
import {measureOnce} from '../../../support/measure-once.ts'

const piece = fc.oneof(
  fc.constantFrom(
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 301 x\r\n',
    '\r\n',
    'content-length: 5\r\n',
    'location: /\r\n',
  ),
  fc.constantFrom(
    'transfer-encoding: chunked\r\n',
    '5\r\nabcde\r\n',
    '0\r\n\r\n',
    'upgrade: x\r\nconnection: upgrade\r\n',
  ),
  fc.string({maxLength: 40}),
)

it('any answer gives an outcome with a known code, and in time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, {maxLength: 8}),
      fc.constantFrom('end' as const, 'reset' as const),
      async (pieces, then) => {
        const server = await rawHttp(pieces.join(''), then)
        try {
          const url = `http://127.0.0.1:${server.port}/`
          const outcome = await measureOnce(http, url, {options: {max_redirects: 2}, timeout: 2000})
          const code = outcome.status === 'failed' ? outcome.failure.code : null
          expect(code).not.toBe('UNKNOWN')
          expect(code).not.toBe('HTTP_TIMEOUT')
        } finally {
          await server.stop()
        }
      },
    ),
    {numRuns: 150},
  )
}, 60_000)
