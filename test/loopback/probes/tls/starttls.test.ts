import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {Outcome} from '../../../../src/core/outcome.ts'
import {STARTTLS_PORTS, STARTTLS_PROTOCOLS} from '../../../../src/probes/starttls/protocols.ts'
import {tls} from '../../../../src/probes/tls/probe.ts'
import {type Issued, type Workshop, openWorkshop} from '../../../support/certificates.ts'
import {measureOnce} from '../../../support/measure-once.ts'
import {SCRIPTS, starttlsServer, type Mishap} from '../../../support/starttls-servers.ts'
import {codeOf, factsOf, measureTls, messageOf} from '../../../support/tls-measure.ts'
import {rawServer} from '../../../support/tls-servers.ts'

let workshop: Workshop
let root: Issued
let leaf: Issued

beforeAll(async () => {
  workshop = await openWorkshop()
  root = await workshop.authority({name: 'root'})
  leaf = await workshop.leaf({name: 'leaf', san: ['DNS:localhost']}, root)
})
afterAll(async () => workshop.remove())

async function probe(
  protocol: (typeof STARTTLS_PROTOCOLS)[number],
  setup: {readonly mishap?: Mishap; readonly slowly?: boolean; readonly timeout?: number} = {},
): Promise<Outcome> {
  const {timeout = 5000, ...script} = setup
  const server = await starttlsServer({protocol, key: leaf.key, cert: leaf.certificate, ...script})
  try {
    return await measureTls(server.port, {starttls: protocol, ca: root.certificateFile}, {timeout})
  } finally {
    await server.stop()
  }
}

const STEPS = STARTTLS_PROTOCOLS.flatMap((protocol) =>
  SCRIPTS[protocol].map((step, index) => ({
    protocol,
    of: SCRIPTS[protocol].length,
    ...step,
    step: index + 1,
  })),
)
/** All but the last word of MySQL, which the server does not answer. */
const ANSWERED = STEPS.filter(({good}) => good.length > 0)

describe.each(STARTTLS_PROTOCOLS.map((protocol) => ({protocol})))('$protocol', ({protocol}) => {
  test.each([false, true])('the handshake follows the dialogue (octet by octet: %s)', async (slowly) => {
    const outcome = await probe(protocol, {slowly})
    expect(messageOf(outcome)).toBe('')
    const facts = factsOf(outcome)
    expect(facts).toMatchObject({version: 'TLSv1.3', trusted: true})
    expect(facts.starttls).toMatchObject({
      protocol,
      of: SCRIPTS[protocol].length,
      agreed: true,
      steps: SCRIPTS[protocol].map(({name}) => ({name})),
    })
    if (outcome.status !== 'ok') throw new Error('not ok')
    const {connect = 0, starttls = 0, tls: shaken = 0, total} = outcome.reading.phase
    expect(starttls).toBeGreaterThan(0)
    expect(outcome.reading.rtt).toBeCloseTo(connect + starttls + shaken, 6)
    expect(total).toBeCloseTo(connect + starttls + shaken, 6)
  })
})

describe('a server that goes wrong', () => {
  const name = '$protocol, step $step of $of ($name)'

  test.each(ANSWERED)(`answers with garbage: ${name}`, async ({protocol, ...at}) => {
    const says = 'HELLO? \u001b[31mthis is no answer\r\n'
    const outcome = await probe(protocol, {mishap: {step: at.step, says}})
    expect(codeOf(outcome)).toBe('TLS_STARTTLS_MISMATCH')
    expectPlace(outcome, protocol, at)
    expect(messageOf(outcome)).toContain('"HELLO? this is no answer"')
    expect(messageOf(outcome)).not.toContain('\u001b')
  })

  test.each(STEPS.flatMap((step) => (['close', 'reset'] as const).map((end) => ({...step, end}))))(
    `ends the connection ($end): ${name}`,
    async ({protocol, end, good, after, ...at}) => {
      const outcome = await probe(protocol, {mishap: {step: at.step, end}})
      // A reset right after accepting may come before the connection counts as one. Where no answer is waited for, the
      // end shows in the handshake if it comes late.
      const also = [
        ...(end === 'reset' && after === undefined ? ['TCP_RESET'] : []),
        ...(good.length === 0 ? ['TLS_CLOSED'] : []),
      ]
      expect(['TLS_STARTTLS_CLOSED', ...also]).toContain(codeOf(outcome))
      if (codeOf(outcome) === 'TLS_STARTTLS_CLOSED') expectPlace(outcome, protocol, at)
    },
  )

  test.each(ANSWERED)(`stalls in the middle of its answer: ${name}`, async ({protocol, good, ...at}) => {
    const says = Buffer.from(good).subarray(0, Math.floor(good.length / 2))
    const outcome = await probe(protocol, {mishap: {step: at.step, says, end: 'stall'}, timeout: 300})
    expect(codeOf(outcome)).toBe('TLS_STARTTLS_TIMEOUT')
    expectPlace(outcome, protocol, at)
    const arrived = says.length === 0 ? 'nothing had arrived' : 'so far had arrived: '
    expect(messageOf(outcome)).toContain(`no complete answer within 300ms; ${arrived}`)
  })

  test.each(STEPS.flatMap(({refusal, ...step}) => (refusal === undefined ? [] : [{...step, refusal}])))(
    `refuses: ${name}`,
    async ({protocol, refusal, ...at}) => {
      const outcome = await probe(protocol, {mishap: {step: at.step, says: refusal}})
      expect(codeOf(outcome)).toBe('TLS_STARTTLS_REFUSED')
      expectPlace(outcome, protocol, at)
    },
  )

  test.each(STEPS.flatMap(({lacks, ...step}) => (lacks === undefined ? [] : [{...step, lacks}])))(
    `does not offer TLS: ${name}`,
    async ({protocol, lacks, ...at}) => {
      const outcome = await probe(protocol, {mishap: {step: at.step, says: lacks}})
      expect(codeOf(outcome)).toBe('TLS_STARTTLS_ABSENT')
      expectPlace(outcome, protocol, at)
    },
  )

  test.each(ANSWERED.filter(({step, of}) => step === of))(
    `slips plain text in behind the go-ahead: ${name}`,
    async ({protocol, ...at}) => {
      const outcome = await probe(protocol, {mishap: {step: at.step, adds: 'injected by whom?\r\n'}})
      expect(codeOf(outcome)).toBe('TLS_STARTTLS_INJECTION')
      expectPlace(outcome, protocol, at)
      expect(messageOf(outcome)).toContain(
        '19 octets of plain text followed the go-ahead: "injected by whom?"',
      )
    },
  )
})

function expectPlace(
  outcome: Outcome,
  protocol: string,
  {step, of, name}: {readonly step: number; readonly of: number; readonly name: string},
): void {
  expect(messageOf(outcome)).toContain(`(${protocol}), step ${step} of ${of} (${name}):`)
  const {starttls} = factsOf(outcome)
  expect(starttls).toMatchObject({protocol, agreed: false, of})
  expect(starttls?.steps.at(-1)?.name).toBe(name)
  expect(starttls?.steps).toHaveLength(step)
}

describe('what is no STARTTLS server', () => {
  test('a server with TLS from the start is told from one that stalls', async () => {
    const server = await rawServer((socket) => {
      socket.once('data', () => socket.write(Uint8Array.of(21, 3, 1, 0, 2, 2, 70)))
    })
    const outcome = await measureTls(server.port, {starttls: 'postgres'})
    await server.stop()
    expect(codeOf(outcome)).toBe('TLS_STARTTLS_MISMATCH')
    expect(outcome.status === 'failed' && outcome.failure.advice[0]).toContain('leave --starttls out')
  })

  test('a server that goes on in plain text after its go-ahead fails in the handshake', async () => {
    const server = await rawServer((socket) => {
      socket.write('220 mail\r\n')
      let heard = 0
      socket.on('data', () => {
        heard++
        socket.write(heard === 1 ? '250-m\r\n250 STARTTLS\r\n' : heard === 2 ? '220 go\r\n' : '500 what?\r\n')
      })
    })
    const outcome = await measureTls(server.port, {starttls: 'smtp'})
    await server.stop()
    expect(codeOf(outcome)).toBe('TLS_PLAINTEXT')
    expect(messageOf(outcome)).toContain('500 what?')
    expect(factsOf(outcome).starttls).toMatchObject({agreed: true})
  })

  test('an answer without end is not read for ever', async () => {
    const server = await rawServer((socket) => {
      const more = (): void => {
        while (!socket.destroyed && socket.write('220-'.padEnd(1000, 'x'))) {
          // Until the buffer is full.
        }
      }
      socket.on('drain', more)
      more()
    })
    const outcome = await measureTls(server.port, {starttls: 'smtp'})
    await server.stop()
    expect(codeOf(outcome)).toBe('TLS_STARTTLS_MISMATCH')
  })
})

describe('how it is asked for', () => {
  test('the URL may name the protocol, and resumption speaks it again', async () => {
    const server = await starttlsServer({protocol: 'imap', key: leaf.key, cert: leaf.certificate})
    const options = {sni: 'localhost', ca: root.certificateFile, resume: true}
    const outcome = await measureOnce(tls, `tls://127.0.0.1:${server.port}?starttls=imap`, {options})
    await server.stop()
    expect(codeOf(outcome)).toBe('ok')
    expect(factsOf(outcome).resumption).toMatchObject({offered: true})
  })

  test.each(STARTTLS_PROTOCOLS)('%s has its own default port', async (protocol) => {
    const asked: number[] = []
    const dial = {
      tcp: async ({port}: {readonly port: number}) => {
        asked.push(port)
        const error = {code: 'ECONNREFUSED', syscall: 'connect', message: ''}
        return Promise.resolve({status: 'failed' as const, error, took: 1})
      },
    }
    await measureOnce(tls, 'tls://127.0.0.1', {options: {starttls: protocol}, ports: {dial}})
    expect(asked).toEqual([STARTTLS_PORTS[protocol]])
  })

  test.each([
    ['tls://127.0.0.1?starttls=smpt', {}, 'starttls is one of'],
    ['tls://127.0.0.1?starttls=smtp', {starttls: 'imap'}, 'but the option says imap'],
    ['tls://127.0.0.1?sni=x', {}, 'only ?starttls=PROTOCOL'],
  ])('%s with %j is a mistake', async (url, options, because) => {
    await expect(measureOnce(tls, url, {options})).rejects.toThrow(because)
  })
})
