/** Words for what a target should do when it must not answer: each stands for a condition about the failure code. */

const WORDS: Readonly<Record<string, string>> = {
  /** The host answers, and says that nothing listens. */
  closed: 'code in [TCP_REFUSED, DNS_PORT_CLOSED, UDP_CLOSED]',
  /** Dropped in silence, or rejected with an ICMP message that says so. */
  filtered:
    'code in [TCP_TIMEOUT, PING_TIMEOUT, DNS_TIMEOUT, UDP_NO_REPLY, STUN_NO_REPLY, STUN_UDP_BLOCKED, NET_ADMIN_PROHIBITED]',
  nxdomain: 'code == DNS_NXDOMAIN',
  /** Connected, but no session came about, whoever refused it. */
  tls_rejected: 'stage == tls',
}

/** The condition that the word stands for. */
export function conditionOfWord(text: string): string | undefined {
  const word = text.trim()
  return Object.hasOwn(WORDS, word) ? WORDS[word] : undefined
}
