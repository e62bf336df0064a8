import {describe, expect, it} from 'vitest'
import {judgeProbe, readExpectations} from '../../../src/app/probe-judge.ts'
import {makeFailure} from '../../../src/core/codes/index.ts'
import type {RunEvent} from '../../../src/core/events.ts'
import type {TlsFacts} from '../../../src/core/facts.ts'
import type {AddressOutcome, Outcome, Reading} from '../../../src/core/outcome.ts'
import type {ProbeKind} from '../../../src/core/target.ts'
import {SummaryFold} from '../../../src/probes/summary.ts'
import {probeHuman} from '../../../src/reporters/probe-human.ts'

interface Scene {
  readonly kind: ProbeKind
  readonly target: string
  readonly events: readonly (Outcome | RunEvent)[]
  readonly expect?: readonly string[]
  readonly interrupted?: boolean
}

/** What a terminal of 80 columns shows, without colours. */
function play({kind, target, events, expect: texts = [], interrupted = false}: Scene, color = false): string {
  const fold = new SummaryFold({target, kind, started: '2026-01-01T00:00:00.000Z'})
  const human = probeHuman({color, width: 80, quiet: false, verbose: false})
  let seq = 0
  let shown = ''
  for (const each of events) {
    if ('status' in each) seq++
    const event: RunEvent =
      'type' in each
        ? each
        : {at: seq * 1000, type: 'sample', target, sample: {seq, sentAt: seq * 1000 - 900, outcome: each}}
    fold.add(event)
    shown += human.show(event)
  }
  const signal = interrupted ? 'SIGINT' : null
  return (
    shown + human.end(judgeProbe(fold.result(), readExpectations(kind, texts), {signal, style: 'netdrill'}))
  )
}

const reply = (rtt: number, ttl = 61): Outcome => ({
  status: 'ok',
  reading: {
    address: '10.99.0.2',
    family: 4,
    rtt,
    phase: {wait: rtt, total: rtt},
    ping: {ttl, bytes: 64, sequence: 1, duplicate: false, clock: 'kernel'},
    method: 'icmp datagram socket',
  },
  took: rtt,
})
const failed = (
  code: Parameters<typeof makeFailure>[0],
  message: string,
  partial: Partial<Reading> = {},
): Outcome => ({
  status: 'failed',
  failure: makeFailure(code, message),
  partial: {phase: {}, ...partial},
  took: 1,
})

const certificate = {
  subject: 'CN=api.internal',
  issuer: 'CN=Example Issuing CA 3, O=Example',
  names: ['api.internal', '*.api.internal'],
  serial: '0A',
  valid_from: '2025-11-01T00:00:00.000Z',
  valid_to: '2026-01-15T00:00:00.000Z',
  sha256: 'AB:CD:EF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC',
  key: 'EC prime256v1',
}
const TLS: TlsFacts = {
  version: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  group: 'X25519MLKEM768',
  alpn: 'h2',
  sni: 'api.internal',
  days_left: 14,
  names: certificate.names,
  issuer: certificate.issuer,
  subject: certificate.subject,
  trusted: true,
  problems: [],
  name_matches: true,
  resumed: false,
  chain: [certificate, {...certificate, subject: certificate.issuer}],
  alert: null,
  client_certificate_requested: false,
}

describe('probe on a terminal', () => {
  it('shows a series of pings', () => {
    const extra = (seq: number, kind: 'late' | 'duplicate'): RunEvent => ({
      at: 1,
      type: 'reply-extra',
      target: 'ping 10.99.0.2',
      seq,
      kind,
      rtt: 3010,
    })
    const missed: RunEvent = {at: 1, type: 'slot-missed', target: 'ping 10.99.0.2', seq: 4, because: 'busy'}
    const lost = failed('PING_TIMEOUT', '10.99.0.2 did not answer within 3s', {
      address: '10.99.0.2',
      family: 4,
    })
    const events = [
      reply(0.065),
      reply(12.345),
      extra(2, 'duplicate'),
      lost,
      missed,
      missed,
      extra(3, 'late'),
      reply(1503),
    ]
    expect(play({kind: 'ping', target: 'ping 10.99.0.2', events, expect: ['loss <= 50%']}))
      .toMatchInlineSnapshot(`
        "   1  10.99.0.2          0.065 ms  ttl 61
           2  10.99.0.2          12.35 ms  ttl 61
              duplicate reply to 2 after 3010 ms
           3  10.99.0.2                 -  PING_TIMEOUT: no echo reply
              late reply to 3 after 3010 ms, counted as lost all the same
              2 slots missed: the sample before was still under way
           4  10.99.0.2           1503 ms  ttl 61

        ping 10.99.0.2
          samples   4 sent, 3 received, 25% lost, 1 duplicate, 1 late, 2 slots missed in
                    4s
          rtt ms    min 0.065 avg 505.1 max 1503 stddev 864.2 jitter 93.89
                    p50 12.35 p90 1503 p95 1503 p99 1503
          failures  PING_TIMEOUT 1×
          method    icmp datagram socket, time stamps by the kernel

        met     loss <= 50%: it is 25%
        "
      `)
  })

  it('explains a failure with every address', () => {
    const refused = makeFailure('TCP_REFUSED', '[2001:db8::1]:443 refused the connection')
    const addresses: AddressOutcome[] = [
      {address: '2001:db8::1', family: 6, status: 'failed', took: 0.31, failure: refused},
      {
        address: '192.0.2.1',
        family: 4,
        status: 'failed',
        took: 3000,
        failure: makeFailure('TCP_TIMEOUT', 'x'),
      },
      {address: '192.0.2.2', family: 4, status: 'not-tried'},
    ]
    const outcome = failed(
      'TCP_REFUSED',
      '[2001:db8::1]:443 refused the connection (all 2 addresses tried failed)',
      {
        address: '2001:db8::1',
        family: 6,
        port: 443,
        addresses,
        phase: {resolve: 1.25, connect: 3000, total: 3001.25},
      },
    )
    expect(play({kind: 'tcp', target: 'tcp api.internal:443', events: [outcome]})).toMatchInlineSnapshot(`
      "   1  [2001:db8::1]:443           -  TCP_REFUSED: port closed

      tcp api.internal:443
        phases    resolve 1.250 + connect 3000 = 3001 ms

      FAILED  TCP_REFUSED: port closed
        seen      [2001:db8::1]:443 refused the connection (all 2 addresses tried
                  failed)
        where     stage connect, category network.refused
        cause     most likely the target
        addresses 2001:db8::1  TCP_REFUSED after 0.310 ms
                  192.0.2.1    TCP_TIMEOUT after 3000 ms
                  192.0.2.2    not tried
        next      check that the service runs and listens on this address: ss -ltn
                  check the port number
                  a firewall that rejects looks the same: look for reject rules on the
                  host
        more      netdrill explain TCP_REFUSED
      "
    `)
  })

  it('shows retries, and that the success is flaky', () => {
    const target = 'tcp 127.0.0.1:443'
    const refused = makeFailure('TCP_REFUSED', 'refused')
    const attempt = (n: number, failure: typeof refused | null): RunEvent => ({
      at: 1,
      type: 'attempt',
      target,
      attempt: n,
      phase: 'immediate',
      took: 1,
      failure,
    })
    const due = (n: number): RunEvent => ({
      at: 1,
      type: 'attempt-scheduled',
      target,
      attempt: n,
      phase: 'immediate',
      due: 5001,
      because: '',
    })
    const reading = {
      address: '127.0.0.1',
      family: 4,
      port: 443,
      rtt: 0.3,
      phase: {connect: 0.3, total: 0.3},
    } as const
    const outcome: Outcome = {status: 'ok', reading, took: 1}
    const events = [attempt(1, refused), due(2), attempt(2, refused), due(3), attempt(3, null), outcome]
    expect(play({kind: 'tcp', target, events})).toMatchInlineSnapshot(`
      "      attempt 1 failed: TCP_REFUSED; attempt 2 (immediate) in 5s
            attempt 2 failed: TCP_REFUSED; attempt 3 (immediate) in 5s
         1  127.0.0.1:443      0.300 ms  attempt 3: connected

      flaky: succeeded only after 3 attempts
      "
    `)
  })
})

describe('what a probe found out, on a terminal', () => {
  it('shows a certificate', () => {
    const phase = {resolve: 0.9, connect: 2.04, tls: 8.23, total: 11.17}
    const reading = {address: '10.0.0.9', family: 4, port: 443, rtt: 8.23, phase, tls: TLS} as const
    const scene: Scene = {
      kind: 'tls',
      target: 'tls api.internal',
      events: [{status: 'ok', reading, took: 12}],
      expect: ['tls.days_left > 21'],
    }
    expect(play(scene)).toMatchInlineSnapshot(`
      "   1  10.0.0.9:443       8.230 ms  TLSv1.3  TLS_AES_256_GCM_SHA384  14 days left

      tls api.internal
        phases    resolve 0.900 + connect 2.040 + tls 8.230 = 11.17 ms

      tls
        session   TLSv1.3 TLS_AES_256_GCM_SHA384 X25519MLKEM768 alpn h2
        sni       api.internal
        subject   CN=api.internal
        names     api.internal, *.api.internal
        issuer    CN=Example Issuing CA 3, O=Example
        valid     2025-11-01 to 2026-01-15, 14 days left
        key       EC prime256v1
        sha256    abcdef00112233445566778899aabbccddeeff00112233445566778899aabbcc
        chain     CN=api.internal  EC prime256v1, until 2026-01-15
                  └ CN=Example Issuing CA 3, O=Examp…  EC prime256v1, until 2026-01-15
        trusted   yes

      NOT met tls.days_left > 21: it is 14

      FAILED  EXPECT_MISMATCH: an expectation was not met
        seen      tls.days_left > 21: it is 14
        where     stage assert, category protocol.assertion
        cause     most likely the target
        next      compare the field's value with the condition
        more      netdrill explain EXPECT_MISMATCH
      "
    `)
  })

  it('shows the sections of a DNS answer', () => {
    const record = (name: string, type: string, data: string) => ({name, type, class: 'IN', ttl: 300, data})
    const dns = {
      rcode: 'NOERROR',
      question: {name: 'example.org.', type: 'A', class: 'IN'},
      answers: ['192.0.2.1', '192.0.2.2'],
      ttl: 300,
      flags: ['rd', 'ra'],
      ad: false,
      serial: null,
      resolver: '10.0.0.53:53',
      transport: 'udp',
      truncated: false,
      rejected: 1,
      sections: {
        answer: [record('example.org.', 'A', '192.0.2.1'), record('example.org.', 'A', '192.0.2.2')],
        authority: [record('example.org.', 'NS', `${'very-long-name.'.repeat(6)}example.org.`)],
        additional: [],
      },
      bytes: 78,
    } as const
    const reading = {
      address: '10.0.0.53',
      family: 4,
      port: 53,
      rtt: 4.2,
      phase: {wait: 4.2, total: 4.2},
      dns,
    } as const
    expect(
      play({kind: 'dns', target: 'dns example.org @10.0.0.53', events: [{status: 'ok', reading, took: 5}]}),
    ).toMatchInlineSnapshot(`
      "   1  10.0.0.53:53       4.200 ms  NOERROR  192.0.2.1, 192.0.2.2

      dns
        question  example.org. IN A
        rcode     NOERROR
        flags     rd ra
        from      10.0.0.53:53 over udp, 78 octets, 1 foreign answer rejected
        answer
          example.org.  300  A  192.0.2.1
          example.org.  300  A  192.0.2.2
        authority
          example.org.  300  NS  very-long-name.very-long-name.very-long-name.very-lo…
      "
    `)
  })

  it('says what is missing', () => {
    const because = {
      code: 'CAPABILITY_MISSING',
      text: 'no way to send a ping: icmp datagram socket: EACCES, net.ipv4.ping_group_range excludes this user; there is no ping program',
      advice: ['allow ICMP sockets to all users: sysctl -w net.ipv4.ping_group_range="0 2147483647"'],
    } as const
    const scene: Scene = {kind: 'ping', target: 'ping 10.0.0.1', events: [{status: 'skipped', because}]}
    expect(play(scene)).toMatchInlineSnapshot(`
      "   1  -                         -  skipped: no way to send a ping: icmp datagra…

      NOT MEASURED
        seen      no way to send a ping: icmp datagram socket: EACCES,
                  net.ipv4.ping_group_range excludes this user; there is no ping
                  program
        next      allow ICMP sockets to all users: sysctl -w
                  net.ipv4.ping_group_range="0 2147483647"
      "
    `)
  })

  it('keeps within the width, and says with colours what it says without', () => {
    const outcome = failed('UNKNOWN', `something ${'very '.repeat(40)}long`, {address: '10.0.0.1', family: 4})
    const scene: Scene = {kind: 'tcp', target: 'tcp 10.0.0.1:1', events: [outcome], interrupted: true}
    const plain = play(scene)
    for (const line of plain.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    // oxlint-disable-next-line no-control-regex -- taking the colours away again
    expect(play(scene, true).replaceAll(/\u001B\[\d+m/g, '')).toBe(plain)
  })
})
