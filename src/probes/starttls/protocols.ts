/** Protocols that begin in plain text and change to TLS on request. */

export const STARTTLS_PROTOCOLS = [
  'smtp',
  'imap',
  'pop3',
  'ftp',
  'ldap',
  'xmpp',
  'postgres',
  'mysql',
  'nntp',
  'sieve',
] as const
export type StarttlsProtocol = (typeof STARTTLS_PROTOCOLS)[number]

/** The ports that IANA gives to the plain-text service. Mail programs submit to 587, which has to be named. */
export const STARTTLS_PORTS: Readonly<Record<StarttlsProtocol, number>> = {
  smtp: 25,
  imap: 143,
  pop3: 110,
  ftp: 21,
  ldap: 389,
  xmpp: 5222,
  postgres: 5432,
  mysql: 3306,
  nntp: 119,
  sieve: 4190,
}

export function isStarttlsProtocol(text: string): text is StarttlsProtocol {
  return STARTTLS_PROTOCOLS.some((protocol) => protocol === text)
}
