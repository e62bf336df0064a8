import {ldapSteps, mysqlSteps, postgresSteps} from './binary.ts'
import type {DialogueContext, Step} from './dialogue.ts'
import {imapSteps, pop3Steps, sieveSteps, smtpSteps} from './mail.ts'
import {ftpSteps, nntpSteps, xmppSteps} from './others.ts'
import type {StarttlsProtocol} from './protocols.ts'

const STEPS: Readonly<Record<StarttlsProtocol, (context: DialogueContext) => readonly Step[]>> = {
  smtp: smtpSteps,
  imap: imapSteps,
  pop3: pop3Steps,
  ftp: ftpSteps,
  ldap: ldapSteps,
  xmpp: xmppSteps,
  postgres: postgresSteps,
  mysql: mysqlSteps,
  nntp: nntpSteps,
  sieve: sieveSteps,
}

/** The dialogue of a protocol: after its last step the handshake begins. */
export function planDialogue(protocol: StarttlsProtocol, context: DialogueContext): readonly Step[] {
  return STEPS[protocol](context)
}
