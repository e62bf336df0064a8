/** What the probes learn about a service; these names are the fields of conditions and of the JSON output. */
import type {Phases} from './outcome.ts'

export type * from './transport-facts.ts'

/** One resource record as it was on the wire. `data` is its text form (RFC 1035 master file syntax). */
export interface DnsRecord {
  readonly name: string
  readonly type: string
  readonly class: string
  /** Seconds. */
  readonly ttl: number
  readonly data: string
}

export interface DnsFacts {
  readonly rcode: string
  readonly question: {readonly name: string; readonly type: string; readonly class: string}
  /** The data of the answer records of the asked type. */
  readonly answers: readonly string[]
  /** The smallest TTL of the answer section in seconds; null without answers. */
  readonly ttl: number | null
  /** Set header flags among `aa tc rd ra ad cd`. */
  readonly flags: readonly string[]
  readonly ad: boolean
  /** SOA serial, when an SOA record was in the answer or authority section. */
  readonly serial: number | null
  /** Who answered, `address:port`. */
  readonly resolver: string
  readonly transport: 'udp' | 'tcp' | 'dot' | 'doh'
  /** True when the UDP answer was cut and TCP was used. */
  readonly truncated: boolean
  /** Answers thrown away because of a wrong id, question or source. */
  readonly rejected: number
  readonly sections: {
    readonly answer: readonly DnsRecord[]
    readonly authority: readonly DnsRecord[]
    readonly additional: readonly DnsRecord[]
  }
  readonly bytes: number
  /** The server's name of itself (RFC 5001); null when it gave none. Absent when not asked for, as the next two. */
  readonly nsid?: string | null
  /** For which network the answer holds (RFC 7871), such as `192.0.2.0/24, scope /20`; null when the server ignored it. */
  readonly subnet?: string | null
  /** The server's cookie (RFC 7873) in hexadecimal; null when it gave none. */
  readonly cookie?: string | null
  /** Extended errors (RFC 8914), such as `DNSSEC bogus (6): text`. Absent without any. */
  readonly errors?: readonly string[]
  /** The signatures in the answer section. Absent without any. */
  readonly signatures?: readonly SignatureFacts[]
  /** Whole days until the first of them ends; negative when it has. */
  readonly rrsig_days_left?: number
  /** Whether all resolvers gave the same answer; absent when one was asked. */
  readonly agree?: boolean
  /** The largest SOA serial less the smallest. */
  readonly serial_spread?: number
  /** In the order in which they were named. */
  readonly compared?: readonly ComparedResolver[]
}

/** One DNSSEC signature (RFC 4034 section 3.1). */
export interface SignatureFacts {
  /** The record type that it signs. */
  readonly covers: string
  readonly signer: string
  /** Of the IANA registry of DNSSEC algorithms. */
  readonly algorithm: number
  /** ISO 8601. */
  readonly valid_from: string
  readonly valid_to: string
  readonly days_left: number
}

/** What one of several resolvers said. */
export interface ComparedResolver {
  readonly resolver: string
  /** It says something else than most. */
  readonly differs: boolean
  readonly rcode: string | null
  readonly answers: readonly string[]
  readonly ttl: number | null
  readonly serial: number | null
  /** In milliseconds; null without an answer. */
  readonly rtt: number | null
  /** Why it gave no answer that counts; null when it did. */
  readonly code: string | null
}

export interface CertificateFacts {
  readonly subject: string
  readonly issuer: string
  readonly names: readonly string[]
  readonly serial: string
  /** ISO 8601. */
  readonly valid_from: string
  readonly valid_to: string
  readonly sha256: string
  /** Such as `RSA 2048` or `EC prime256v1`. */
  readonly key: string
}

export interface ResumptionFacts {
  /** The server gave a ticket or session id. */
  readonly offered: boolean
  readonly accepted: boolean
  /** Handshake times in milliseconds, without the TCP connect. */
  readonly full_ms: number
  readonly resumed_ms: number | null
  /** What the resumed handshake was faster; negative when it was slower. */
  readonly saved_ms: number | null
}

/** The dialogue in plain text before a handshake. */
export interface StarttlsFacts {
  readonly protocol: string
  /** The steps that were begun, in order; the last one is where it failed, if it did. */
  readonly steps: readonly {readonly name: string; readonly took_ms: number}[]
  /** How many steps the dialogue has. */
  readonly of: number
  readonly took_ms: number
  /** The server agreed, and nothing else came before the handshake. */
  readonly agreed: boolean
}

/** From best to worst. */
export const TLS_STRENGTHS = ['strong', 'acceptable', 'weak', 'broken'] as const
export type TlsStrength = (typeof TLS_STRENGTHS)[number]

/** Something a server accepts, with what is to be thought of it. */
export interface TlsOffer {
  readonly name: string
  readonly strength: TlsStrength
  /** What lowers the strength; null when it is `strong`. */
  readonly reason: string | null
}
export interface TlsCipherOffer extends TlsOffer {
  /** The number on the wire, such as `0x1301`. */
  readonly id: string
  /** Length of the key of the cipher. */
  readonly bits: number
  /** The group that was used with it, or `dhe2048` for a group of the server's own; null without one. */
  readonly group: string | null
}
export interface TlsGroupOffer extends TlsOffer {
  /** Holds against a quantum computer of the future that reads what is recorded today. */
  readonly post_quantum: boolean
}
/** Whose order of preference decides; null when there is nothing to choose between, or it could not be told. */
export type TlsOrder = 'server' | 'client' | null

export interface TlsVersionOffer extends TlsOffer {
  /** In the order in which the server chooses, or in ours when it goes by the client. */
  readonly ciphers: readonly TlsCipherOffer[]
  readonly order: TlsOrder
  /** Only for the newest version before TLS 1.3, and for TLS 1.3. */
  readonly groups: readonly TlsGroupOffer[]
  readonly group_order: TlsOrder
}

/** What a server accepts, found out by handshakes that are begun and not ended. */
export interface TlsEnumeration {
  /** Newest first. */
  readonly versions: readonly string[]
  /** All of any version. */
  readonly ciphers: readonly string[]
  readonly groups: readonly string[]
  /** The worst of everything; null when nothing is accepted. */
  readonly weakest: TlsStrength | null
  /** Newest version first. */
  readonly offers: readonly TlsVersionOffer[]
  /** Versions about which nothing can be said, since the server gave no answer. */
  readonly unknown: readonly string[]
  /** Everything was asked and answered; otherwise the lists may lack something, and `stopped` says why. */
  readonly complete: boolean
  readonly stopped: string | null
  readonly connections: number
  readonly took_ms: number
}

export interface TlsFacts {
  readonly version: string | null
  readonly cipher: string | null
  readonly group: string | null
  readonly alpn: string | null
  readonly sni: string | null
  /** Whole days until the leaf expires, negative when it has. */
  readonly days_left: number | null
  readonly names: readonly string[]
  readonly issuer: string | null
  readonly subject: string | null
  /** The chain leads to a trusted root, is in date and the name matches. */
  readonly trusted: boolean
  /** Every reason against trust, not only the first, as failure codes. */
  readonly problems: readonly string[]
  /** The name or address that was matched against the certificate, and whether it did. */
  readonly name_matches: boolean | null
  /** Whether the server took up the session again: of the second connection when one was made for that. */
  readonly resumed: boolean
  /** Only when asked for: what a second connection with the session of the first gave. */
  readonly resumption?: ResumptionFacts
  /** Status of the stapled OCSP response: `good`, `revoked`, `unknown`, `absent`, or `invalid` when it proves nothing. */
  readonly ocsp?: string
  /** What the stapled response says beside its status; only of one that proves something. ISO 8601. */
  readonly ocsp_response?: {
    readonly this_update: string
    readonly next_update: string | null
    readonly revoked_at: string | null
  }
  /** The certificate demands that a response is stapled to it (RFC 7633). */
  readonly must_staple?: boolean
  /** As the server sent it, leaf first; the trusted root is usually not among them. */
  readonly chain: readonly CertificateFacts[]
  /** The number of the alert received, if one was. */
  readonly alert: number | null
  readonly client_certificate_requested: boolean | null
  /** Only when asked for. */
  readonly enumeration?: TlsEnumeration
  /** Only for a connection that began in plain text. */
  readonly starttls?: StarttlsFacts
}

export interface PingFacts {
  /** Time to live or hop limit of the reply. */
  readonly ttl: number | null
  /** ICMP header and payload of the reply; 0 when no reply came. */
  readonly bytes: number
  readonly sequence: number
  readonly duplicate: boolean
  /** Who stamped the reply's arrival. */
  readonly clock?: 'kernel' | 'user'
  /** What the path allows: when a packet was too big for it, or when it was searched for. */
  readonly mtu?: number
  /** Who reported the failure by ICMP, and how (RFC 792, RFC 4443). */
  readonly from?: string
  readonly icmp?: {readonly type: number; readonly code: number}
  /** Only when the path MTU was searched for. */
  readonly search?: MtuSearchFacts
}

/** How the path MTU was found, in octets of IP packets with their headers. */
export interface MtuSearchFacts {
  /** The MTU of the own link; null when the kernel did not say. */
  readonly link: number | null
  /** The smallest packet that did not get through; null when the largest there is did. */
  readonly over: number | null
  /** The router that named the MTU; null when nobody did. */
  readonly named_by: string | null
  /** What is too large vanishes without an ICMP message: a path MTU black hole. */
  readonly silent: boolean
  /** Every size between the two was ruled out. */
  readonly complete: boolean
  /** Requests that were sent. */
  readonly packets: number
}

/** How far a scripted dialogue came. */
export interface DialogueFacts {
  /** Steps that succeeded. */
  readonly done: number
  readonly of: number
  /** What expressions captured, by name; secret ones are replaced. Control characters removed. */
  readonly captures: Readonly<Record<string, string>>
}

export interface TcpFacts {
  readonly local: string
  readonly remote: string
  /** The first bytes the server sent, when they were waited for; control characters removed. */
  readonly banner: string | null
  /** Only with a scripted dialogue. */
  readonly dialogue?: DialogueFacts
}

/** What became of one datagram. */
export interface UdpFacts {
  /**
   * `open`: a reply came. `closed`: ICMP port unreachable. `filtered`: an ICMP message says that it is forbidden.
   * `open|filtered`: silence. Null: it could not be sent.
   */
  readonly state: 'open' | 'closed' | 'filtered' | 'open|filtered' | null
  readonly local: string
  readonly remote: string
  /** What was sent: octets, and the preset it comes from. */
  readonly sent: number
  readonly preset: string | null
  /** The first reply as text, or `hex:` and octets when it is no text; cut after 512 octets. Null without one. */
  readonly reply: string | null
  /** Octets of the whole reply. */
  readonly size: number | null
  /** Datagrams from other addresses and ports than the one that was asked. */
  readonly foreign: number
  /** Who sent the last one of those. */
  readonly foreign_from: string | null
  /** With a nonce: replies without it, late or replayed or made up. They are no activity. */
  readonly unmatched?: number
}

/** What a STUN server says about us; addresses as `address:port`. */
export interface StunFacts {
  /** Where the server saw the request come from; null without an answer. */
  readonly mapped: string | null
  readonly local: string
  /** `mapped` differs from `local`. */
  readonly nat: boolean | null
  /** Null where it was not asked for or can't be told; see RFC 4787 section 4.1. */
  readonly mapping: 'endpoint-independent' | 'address-dependent' | 'address-and-port-dependent' | null
  /** Further servers that were asked from the same local port. */
  readonly others: readonly {readonly server: string; readonly mapped: string | null}[]
  /** Datagrams that were sent, with repetitions. */
  readonly requests: number
  /** Datagrams that were no answer to our request. */
  readonly ignored: number
  readonly software: string | null
  /** The server knows only MAPPED-ADDRESS (RFC 3489). */
  readonly legacy: boolean
  /** The code of an error response. */
  readonly error: number | null
  /** Whom an answer 300 names. */
  readonly alternate: string | null
  /** Who accepts TCP connections while UDP stays silent. */
  readonly tcp: string | null
}

/** What a TURN server gave us; addresses as `address:port`. */
export interface TurnFacts {
  readonly transport: 'udp' | 'tcp' | 'tls'
  /** Where peers would reach us: on the server; null without an allocation. */
  readonly relayed: string | null
  /** Where the server sees us. */
  readonly mapped: string | null
  /** Of the allocation, in seconds. */
  readonly lifetime: number | null
  readonly realm: string | null
  /** Through the relay and back, in ms; null where that was not asked for, or failed. */
  readonly relay_rtt: number | null
  /** Requests that were sent, with repetitions. */
  readonly requests: number
  readonly software: string | null
  /** The code of the last error response that ended it. */
  readonly error: number | null
  /** Whom an answer 300 names. */
  readonly alternate: string | null
}

/** A redirect that was followed. */
export interface HttpRedirect {
  readonly url: string
  readonly status: number
  readonly location: string
  readonly version: string
  readonly address: string
  readonly port: number
  readonly phase: Phases
}

/** About the last response; `null` where none came. All text had control characters and our own secrets removed. */
export interface HttpFacts {
  readonly method: string
  /** Of the last request; differs from the target after redirects. */
  readonly url: string
  readonly status: number | null
  /** The reason phrase of HTTP/1. */
  readonly reason: string
  /** As the response says: `1.0`, `1.1` or `2`. */
  readonly version: string | null
  /** What the handshake agreed on. */
  readonly alpn: string | null
  /** By name in lower case; several field lines of a name are joined with a comma, `set-cookie` with a line break. */
  readonly header: Readonly<Record<string, string>>
  /** The beginning of the body as text. */
  readonly body: string | null
  /** The body is longer than `body`. */
  readonly body_cut: boolean
  /** Octets of the body: what came, or what Content-Length says where not all was read. Null when not known. */
  readonly size: number | null
  /** Reading stopped at the limit. */
  readonly truncated: boolean
  /** Seconds to wait, from Retry-After. */
  readonly retry_after: number | null
  /** Redirects that were followed, first one first. */
  readonly redirects: readonly HttpRedirect[]
  /** Phases of the last request alone, without those of `redirects`. */
  readonly phase: Phases
  /** `host:port` of the proxy. */
  readonly proxy: string | null
}
