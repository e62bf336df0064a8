import {failureTable} from './entry.ts'

/** The dialogue in plain text before a handshake. The message names the step and quotes what arrived. */
export const STARTTLS_FAILURES = failureTable({
  TLS_STARTTLS_ABSENT: {
    stage: 'tls',
    category: 'protocol',
    detail: 'negotiation',
    blame: 'target',
    retry: 'config',
    title: 'server offers no STARTTLS',
    meaning:
      'The server speaks the protocol, but does not offer to change to TLS: it is not configured for it, or something on the path removes the offer (STRIPTLS).',
    advice: [
      'switch TLS on in the server, with a certificate and its key',
      'ask from another network: a middlebox may remove the offer',
    ],
  },
  TLS_STARTTLS_REFUSED: {
    stage: 'tls',
    category: 'protocol',
    detail: 'negotiation',
    blame: 'target',
    retry: 'ladder',
    title: 'server refuses STARTTLS',
    meaning:
      'The server answered a step of the dialogue with an error of the protocol: it turns this client away, or can not start TLS now.',
    advice: ["look into the server's log: often its key or certificate can not be read"],
  },
  TLS_STARTTLS_MISMATCH: {
    stage: 'tls',
    category: 'protocol',
    detail: 'malformed',
    blame: 'usage',
    retry: 'config',
    title: 'server speaks another protocol',
    meaning: 'What arrived at a step of the dialogue is no answer in the named protocol.',
    advice: ['check the port, and the protocol given with --starttls'],
  },
  TLS_STARTTLS_CLOSED: {
    stage: 'tls',
    category: 'protocol',
    detail: 'handshake',
    blame: 'target',
    retry: 'ladder',
    title: 'connection closed before TLS began',
    meaning: 'The peer closed or reset the connection at a step of the dialogue, without an answer.',
    advice: [
      "check the server's log: it may block this address or have no free connection",
      'check the protocol given with --starttls',
    ],
  },
  TLS_STARTTLS_TIMEOUT: {
    stage: 'tls',
    category: 'network',
    detail: 'timeout',
    blame: 'target',
    retry: 'ladder',
    title: 'dialogue before TLS stalls',
    meaning:
      'TCP is established, but the answer to a step of the dialogue was not complete before the deadline.',
    advice: [
      'a server that waits for TLS from the first octet is silent too: try without --starttls',
      'mail servers delay their greeting on purpose: give them time with --timeout 30s',
    ],
  },
  TLS_STARTTLS_INJECTION: {
    stage: 'tls',
    category: 'protocol',
    detail: 'malformed',
    blame: 'path',
    retry: 'never',
    title: 'plain text slipped in before TLS',
    meaning:
      'More plain text followed the go-ahead, before the handshake. A client that takes it for part of the encrypted session can be deceived by anybody on the path (of the kind of CVE-2011-0411).',
    advice: [
      'ask from another network: if it is gone there, someone on the path added it',
      'update the server: it must send nothing between its go-ahead and the handshake',
    ],
  },
})
