/** Words for what a target should do when it must not answer: each stands for a condition about the failure code. */
import {suggest} from '../../core/text.ts'

const WORDS: Readonly<Record<string, string>> = {
  /** The host answers, and says that nothing listens. */
  closed: 'code in [TCP_REFUSED, DNS_PORT_CLOSED, UDP_CLOSED]',
  /** Dropped in silence, or rejected with an ICMP message that says so. */
  filtered:
    'code in [TCP_TIMEOUT, PING_TIMEOUT, DNS_TIMEOUT, UDP_NO_REPLY, STUN_NO_REPLY, STUN_UDP_BLOCKED, NET_ADMIN_PROHIBITED]',
  nxdomain: 'code == DNS_NXDOMAIN',
  /** The server itself refused the session, by an alert or by closing; what we refuse, such as its certificate, is none. */
  tls_rejected:
    'code in [TLS_ALERT, TLS_VERSION, TLS_NO_SHARED_CIPHER, TLS_CLIENT_CERT_REQUIRED, TLS_CLIENT_CERT_REJECTED, TLS_ALPN, TLS_SNI_UNKNOWN, TLS_CLOSED]',
}

/** The condition that the word stands for. */
export function conditionOfWord(text: string): string | undefined {
  const word = text.trim()
  return Object.hasOwn(WORDS, word) ? WORDS[word] : undefined
}

/** The word that was probably meant by a text that is a single word. */
export function nearWord(text: string): string | null {
  const word = text.trim()
  return /^[A-Za-z_-]{3,}$/.test(word) ? suggest(word.replaceAll('-', '_'), Object.keys(WORDS)) : null
}
