/** The `peers` section of a document, and the specs that follow from it. */
import * as z from 'zod'
import {durationBetween, nameSchema} from '../../config/quantities.ts'
import {addressFamily} from '../../core/address.ts'
import type {PeerAddress, PeerSpec, SignalSpec} from '../../core/peer-spec.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** Each has a socket per address of its own. */
const MOST_ALIKE = 500

/** `192.0.2.7:40000` or `[2001:db8::7]:40000`. */
const ENDPOINT = /^(?:\[([0-9a-fA-F:.]+)\]|([\d.]+)):(\d{1,5})$/

const endpoint = z.string().transform((text, context): PeerAddress => {
  const match = ENDPOINT.exec(text)
  const address = match?.[1] ?? match?.[2] ?? ''
  const port = Number(match?.[3])
  if (addressFamily(address) !== null && port >= 1 && port <= 65_535) return {address, port}
  context.addIssue({code: 'custom', message: `"${text}" is no address with a port, such as 192.0.2.7:40000`})
  return z.NEVER
})

/** RFC 8445 section 5.3: 24 bits of randomness in the fragment and 128 in the password, at least. */
const credentials = z.strictObject({
  ufrag: z.string().regex(/^[A-Za-z0-9+/]{4,256}$/, 'an ufrag has 4 to 256 letters, digits, + and /'),
  pwd: z.string().regex(/^[A-Za-z0-9+/]{22,256}$/, 'a pwd has 22 to 256 letters, digits, + and /'),
})

const signal = z.union([
  z.strictObject({file: z.strictObject({out: z.string().min(1), in: z.string().min(1)})}),
  z.strictObject({
    http: z.string().regex(/^https?:\/\//, 'an http hook is a URL such as https://example.org/signal'),
  }),
  z.strictObject({command: z.array(z.string().min(1)).min(1)}),
  z.strictObject({
    peer: nameSchema,
    delay: durationBetween(0, MINUTE).default(0).meta({
      description: 'What is told takes so long on its way.',
    }),
  }),
])

const peerSchema = z
  .strictObject({
    role: z
      .enum(['controlling', 'controlled'])
      .meta({description: 'The controlling side chooses the pair; one on each side.'}),
    local: credentials.meta({description: 'Ours: what the other side proves its requests with.'}),
    remote: credentials.meta({description: 'Theirs.'}),
    candidates: z.array(endpoint).default([]).meta({
      description: 'Where the other side is reached; none for one that comes to us.',
    }),
    bind: z
      .array(z.string().refine((text) => addressFamily(text) !== null, 'an address'))
      .default([])
      .meta({
        description:
          'Local addresses to use, the preferred one first; by default all that may reach the candidates, also those that come later.',
      }),
    port: z.int().min(0).max(65_535).default(0).meta({description: 'The local port; 0 takes any.'}),
    count: z.int().min(1).max(MOST_ALIKE).optional().meta({
      description:
        'So many peers that are alike: NAME-1, NAME-2 and so on; ports and those of the candidates count upwards.',
    }),
    check: durationBetween(100, HOUR).default(5000).meta({description: 'Health is looked at this often.'}),
    consent_interval: durationBetween(100, MINUTE).default(5000).meta({
      description: 'Consent is asked for this often, give or take a fifth (RFC 7675).',
    }),
    consent_timeout: durationBetween(1000, HOUR).default(30_000).meta({
      description: 'Without a proof for so long nothing more is sent over a pair (RFC 7675).',
    }),
    keepalive: durationBetween(100, 15_000).default(2000).meta({
      description: 'Something is sent at least this often; 2s to 15s are usual.',
    }),
    inactive: durationBetween(100, HOUR).default(10_000).meta({
      description: 'Nothing proven for so long means that the peer is lost.',
    }),
    failures: z.int().min(1).max(1000).default(3).meta({
      description: 'So do so many consent checks in a row without an answer.',
    }),
    combine: z.enum(['any', 'all']).default('any').meta({description: 'Whether one of the two is enough.'}),
    restart_after: durationBetween(0, HOUR).default(2000).meta({
      description: 'From lost to the first restart: it may heal by itself.',
    }),
    max_restarts: z.int().min(0).max(1000).default(3),
    restart_timeout: durationBetween(100, HOUR)
      .default(10_000)
      .meta({description: 'How long one restart may take.'}),
    refund_after: durationBetween(0, 24 * HOUR)
      .default(MINUTE)
      .meta({
        description: 'Restarts no longer count after so long without a loss.',
      }),
    on_failed: z.enum(['close', 'keep']).default('close').meta({
      description: 'A peer that failed is removed after its grace, or kept and tried on.',
    }),
    grace: durationBetween(0, 24 * HOUR).default(30_000),
    tie_breaker: z.int().min(0).optional().meta({
      description:
        'The larger one wins where both sides offer a restart at once; by default drawn at random.',
    }),
    from: nameSchema.optional().meta({
      description: 'In a drill: the node of the lab that keeps it; that of the drill by default.',
    }),
    signal: signal.optional().meta({
      description:
        'Where restart offers go, as JSON: a pair of files, a URL, a program with its arguments, or in a drill another of its peers.',
    }),
  })
  .refine(({inactive, keepalive}) => inactive >= 2 * keepalive, {
    error: 'inactive has to be at least twice the keepalive, or one lost packet means that the peer is lost',
    path: ['inactive'],
  })
  .refine(({count, signal: hook}) => count === undefined || !(hook && 'file' in hook), {
    error: 'so many peers would write the same file: give them an http, command or peer hook',
    path: ['signal'],
  })
  .refine(({count = 1, port, candidates}) => highestPort(port, candidates) + count - 1 <= 65_535, {
    error: 'the ports of so many peers go beyond 65535',
    path: ['count'],
  })

function highestPort(port: number, candidates: readonly PeerAddress[]): number {
  return Math.max(port, ...candidates.map((candidate) => candidate.port))
}

export const peersSchema = z.record(nameSchema, peerSchema).superRefine((peers, context) => {
  for (const [name, {count = 0}] of Object.entries(peers)) {
    const taken = members(name, count).find((member) => Object.hasOwn(peers, member))
    if (taken !== undefined)
      context.addIssue({
        code: 'custom',
        message: `${name} with its count has a ${taken} as well`,
        path: [taken],
      })
  }
})

/** The names of so many that are alike. */
function members(set: string, count: number): readonly string[] {
  return Array.from({length: count}, (_, index) => memberName(set, index))
}

/** `index` from 0, names from 1. */
function memberName(set: string, index: number): string {
  return `${set}-${index + 1}`
}

export type PeersDocument = z.output<typeof peersSchema>

export function peerSpecs(document: PeersDocument | undefined): readonly PeerSpec[] {
  const peers = document ?? {}
  return Object.entries(peers).flatMap(([name, peer]) => {
    const {count} = peer
    const spec = peerSpec(name, peer)
    return count === undefined
      ? [spec]
      : Array.from({length: count}, (_, index) => oneOfMany(spec, {index, peers}))
  })
}

function peerSpec(name: string, peer: PeersDocument[string]): PeerSpec {
  const {role, local, remote, candidates, bind, port, check, keepalive, inactive, failures} = peer
  return {
    ...{name, role, local, remote, candidates, bind, port, check, keepalive, inactive, failures},
    combine: peer.combine,
    grace: peer.grace,
    consentInterval: peer.consent_interval,
    consentTimeout: peer.consent_timeout,
    restartAfter: peer.restart_after,
    maxRestarts: peer.max_restarts,
    restartTimeout: peer.restart_timeout,
    refundAfter: peer.refund_after,
    onFailed: peer.on_failed,
    signal: peer.signal === undefined ? null : signalSpec(peer.signal),
    ...(peer.tie_breaker !== undefined && {tieBreaker: peer.tie_breaker}),
  }
}

/** It talks to its like on the other side: the same number, on ports that are as much further. */
function oneOfMany(
  spec: PeerSpec,
  {index, peers}: {readonly index: number; readonly peers: PeersDocument},
): PeerSpec {
  const {name, port, candidates, signal: hook} = spec
  const isPaired = hook?.type === 'peer' && peers[hook.peer]?.count !== undefined
  return {
    ...spec,
    name: memberName(name, index),
    set: name,
    port: port === 0 ? 0 : port + index,
    candidates: candidates.map((candidate) => ({...candidate, port: candidate.port + index})),
    signal: isPaired ? {...hook, peer: memberName(hook.peer, index)} : hook,
  }
}

function signalSpec(given: z.output<typeof signal>): SignalSpec {
  if ('file' in given) return {type: 'file', ...given.file}
  if ('http' in given) return {type: 'http', url: given.http}
  return 'peer' in given ? {type: 'peer', ...given} : {type: 'command', argv: given.command}
}
