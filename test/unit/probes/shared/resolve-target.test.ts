import {expect, test} from 'vitest'
import type {Failure} from '../../../../src/core/failure.ts'
import type {NetError, ResolvedAddress, SystemResolver} from '../../../../src/core/ports.ts'
import {startDeadline} from '../../../../src/probes/shared/deadline.ts'
import {agreedFamily, resolveTarget} from '../../../../src/probes/shared/resolve-target.ts'
import {FakeClock} from '../../../support/fake-clock.ts'

function resolverOf(answer: readonly ResolvedAddress[] | NetError | 'silent'): SystemResolver {
  return {
    configuration: async () => Promise.resolve({servers: [], search: [], ndots: 1}),
    lookup: async (_name, _family, signal) =>
      new Promise((resolve) => {
        if (answer !== 'silent') return resolve(answer)
        const onAbort = (): void => resolve({code: 'ABORT_ERR', message: 'aborted'})
        if (signal.aborted) onAbort()
        else signal.addEventListener('abort', onAbort, {once: true})
      }),
  }
}

async function resolve(
  host: string,
  answer: Parameters<typeof resolverOf>[0],
  user = new AbortController().signal,
): ReturnType<typeof resolveTarget> {
  const clock = new FakeClock()
  const deadline = startDeadline({clock, after: 400, level: 'sample', parent: user})
  const running = resolveTarget(host, 0, {resolver: resolverOf(answer), clock}, deadline)
  await clock.advance(1000)
  deadline.stop()
  return running
}

async function failureOf(...args: Parameters<typeof resolve>): Promise<Failure> {
  const found = await resolve(...args)
  if (found.status !== 'failed') throw new Error('resolved')
  return found.failure
}

test('a literal address passes without asking, and has no resolve phase', async () => {
  expect(await resolve('fe80::1%lo', 'silent')).toEqual({
    status: 'resolved',
    addresses: [{address: 'fe80::1%lo', family: 6}],
    took: null,
  })
})

test('addresses keep their order, without repeats', async () => {
  const a: ResolvedAddress = {address: '192.0.2.1', family: 4}
  const b: ResolvedAddress = {address: '2001:db8::1', family: 6}
  expect(await resolve('host.example', [b, a, b])).toMatchObject({addresses: [b, a], took: 0})
})

test.for([
  ['EAI_NONAME', 'DNS_NXDOMAIN'],
  ['EAI_NODATA', 'DNS_NODATA'],
  ['EAI_AGAIN', 'DNS_SYSTEM'],
  ['EAI_FAIL', 'DNS_SYSTEM'],
  ['EAI_WHATEVER', 'DNS_SYSTEM'],
  ['EMFILE', 'LOCAL_FILES_EXHAUSTED'],
] as const)('%s is %s', async ([code, expected]) => {
  const failure = await failureOf('host.example', {code, message: 'x'})
  expect(failure).toMatchObject({code: expected, stage: 'resolve', cause: code})
})

test('no addresses at all is NODATA', async () => {
  expect((await failureOf('host.example', [])).code).toBe('DNS_NODATA')
})

test.for([['a..b'], [`${'a'.repeat(64)}.example`], [`${'abcdefg.'.repeat(32)}example`], ['.']])(
  '%s is a bad name and is not asked for',
  async ([host]) => {
    expect((await failureOf(host ?? '', 'silent')).code).toBe('DNS_BAD_NAME')
  },
)

test('a silent resolver is a timeout of the resolver, an abort is not', async () => {
  expect((await failureOf('host.example', 'silent')).code).toBe('DNS_TIMEOUT')
  expect((await failureOf('host.example', 'silent', AbortSignal.abort())).code).toBe('CANCELLED')
})

test.for([
  ['host.example', 0, undefined, 0],
  ['host.example', 4, undefined, 4],
  ['::1', 0, undefined, 6],
  ['host.example', 0, '192.0.2.1', 4],
  ['192.0.2.9', 4, '192.0.2.1', 4],
] as const)('%s, -%s, source %s agree on %s', ([host, family, source, expected]) => {
  expect(agreedFamily(host, family, source)).toBe(expected)
})

test.for([
  ['::1', 4, undefined],
  ['192.0.2.1', 0, '::1'],
  ['host.example', 6, '192.0.2.1'],
] as const)('%s, -%s, source %s contradict each other', ([host, family, source]) => {
  expect(() => agreedFamily(host, family, source)).toThrow(/IPv[46], but .* is IPv[46]/)
})
