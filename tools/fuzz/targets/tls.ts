/** Everything that reads what a TLS or STARTTLS server sends. The first octet of an input chooses the reader. */
import {readFileSync} from 'node:fs'
import {planDialogue} from '../../../src/probes/starttls/steps.ts'
import {STARTTLS_PROTOCOLS} from '../../../src/probes/starttls/protocols.ts'
import {certificateFacts, mustStaple, parseCertificateDer} from '../../../src/probes/tls/certificate.ts'
import {VERSION} from '../../../src/probes/tls/enumerate/client-hello.ts'
import {ciphersOf, groupsOf} from '../../../src/probes/tls/enumerate/offered.ts'
import {readFlight} from '../../../src/probes/tls/enumerate/server-flight.ts'
import {judgeOcsp} from '../../../src/probes/tls/ocsp.ts'
import {describePlaintext} from '../../../src/probes/tls/plaintext.ts'
import {readTranscript} from '../../../src/probes/tls/transcript.ts'
import type {FuzzTarget} from '../target.ts'

interface Recorded {
  readonly received: string
  readonly secrets: readonly string[]
}

function flights(): readonly Recorded[] {
  const path = new URL('../../../test/fixtures/tls/flights.json', import.meta.url)
  return Object.values(JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, Recorded>>)
}

const FLIGHTS = flights()
const CHAIN = FLIGHTS.flatMap(
  ({received, secrets}) =>
    readTranscript({received: Buffer.from(received, 'base64'), cut: false, secrets}).chain ?? [],
)
const [LEAF, ISSUER] = CHAIN.map(parseCertificateDer)

const STEPS = STARTTLS_PROTOCOLS.flatMap((protocol) =>
  planDialogue(protocol, {host: 'example.org', localAddress: '192.0.2.7'}).flatMap(({hear}) => hear ?? []),
)

/** What servers say; each goes to every step of every protocol. */
const WORDS: readonly string[] = [
  '220-mail.test\r\n220 ready\r\n250-mail\r\n250 STARTTLS\r\n',
  '* OK hello\r\n* CAPABILITY IMAP4rev1 STARTTLS\r\nn1 OK done\r\nn2 OK begin\r\n',
  '+OK list\r\nSTLS\r\n.\r\n-ERR no\r\n',
  '101 list\r\nSTARTTLS\r\n.\r\n382 begin\r\n',
  '"IMPLEMENTATION" "x"\r\n"STARTTLS"\r\nOK "hello"\r\n',
  "<?xml version='1.0'?><stream:stream id='1'><stream:features><starttls/></stream:features><proceed/>",
  '0\f\u0002\u0001\u0001x\u0007\n\u0001\0\u0004\0\u0004\0',
  '\u0020\0\0\0\n8.0.36\0aaaabbbbbbbb\0\0\u008a\0\0\0\0\0\0\0',
  'SE\0\0\0\u0010SFATAL\0Mno\0\0',
]

const PLANS = [VERSION.tls13, VERSION.tls12, VERSION.tls10, VERSION.ssl3].map((version) => ({
  version,
  ciphers: ciphersOf(version),
  groups: groupsOf(version),
  shares: true,
  sni: 'example.org',
  alpn: [],
  random: new Uint8Array(32),
}))

const READERS: readonly ((bytes: Uint8Array) => void)[] = [
  (received) => {
    for (const {secrets} of FLIGHTS) {
      const {bytes, chain, ocsp} = readTranscript({received, cut: false, secrets})
      if (bytes !== received.length) throw new Error('not all octets were counted')
      const [leaf, issuer] = (chain ?? []).map(parseCertificateDer)
      judgeOcsp(ocsp, leaf ?? undefined, issuer ?? undefined, 0)
    }
  },
  (bytes) => {
    const certificate = parseCertificateDer(bytes)
    if (!certificate) return
    mustStaple(certificate)
    // oxlint-disable-next-line no-control-regex -- looking for them is the point
    if (/[\u0000-\u001F\u007F-\u009F]/.test(JSON.stringify(certificateFacts(certificate)))) {
      throw new Error('control characters in the facts')
    }
  },
  (bytes) => {
    judgeOcsp(bytes, LEAF ?? undefined, ISSUER ?? undefined, 0)
  },
  (bytes) => {
    for (const plan of PLANS) {
      const flight = readFlight(bytes, plan, true)
      if (flight.type === 'accepted' && !plan.ciphers.includes(flight.cipher)) {
        throw new Error(`accepted cipher ${flight.cipher}, which was not offered`)
      }
    }
  },
  (bytes) => {
    for (const hear of STEPS) {
      const heard = hear(bytes)
      if (heard.type === 'go' && heard.used > bytes.length) throw new Error('used more than there was')
    }
  },
  (bytes) => {
    describePlaintext(bytes)
  },
]

export const target: FuzzTarget = {
  corpus: () => {
    const sent = FLIGHTS.map(({received}) => Buffer.from(received, 'base64'))
    const words = WORDS.map((text) => Buffer.from(text, 'latin1'))
    const inputs = [sent, CHAIN, CHAIN, sent, words, words]
    return inputs.flatMap((list, reader) => list.map((bytes) => Buffer.concat([Buffer.of(reader), bytes])))
  },
  run: (input) => {
    const [chosen = 0] = input
    READERS[chosen % READERS.length]?.(input.subarray(1))
  },
}
