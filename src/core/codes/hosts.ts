import {problemTable} from './entry.ts'

/** What is wrong with another host on which a fault is to be put in force. */
export const HOST_PROBLEMS = problemTable({
  HOST_UNREACHABLE: {
    title: 'ssh does not reach the host',
    meaning: 'The name of the host has no address, or nothing answers at its port as an SSH server does.',
    advice: ['try it by hand: ssh -v USER@HOST true', 'netdrill diagnose tcp://HOST:22'],
  },
  HOST_KEY: {
    title: 'the key of the host is not known, or another one',
    meaning:
      'OpenSSH trusts only hosts whose key is in known_hosts, and netdrill answers no questions for you. A key that has changed may mean that somebody stands in between.',
    advice: [
      'log in once by hand and compare the key: ssh USER@HOST',
      'a host that was set up anew: ssh-keygen -R HOST, then log in once by hand',
    ],
  },
  HOST_LOGIN: {
    title: 'the host lets nobody in without a password',
    meaning: 'netdrill logs in with keys and agents only, and none of those that ssh offered is accepted.',
    advice: [
      'put your key there: ssh-copy-id USER@HOST',
      'a key with a passphrase has to be in the agent: ssh-add',
    ],
  },
  HOST_NETDRILL: {
    title: 'there is no netdrill on the host',
    meaning:
      'A fault on another host is planned, kept and undone by the netdrill there, and the shell there finds none in its PATH, or can not start it.',
    advice: ['install the same version there', 'try: ssh USER@HOST netdrill --version'],
  },
  HOST_VERSION: {
    title: 'the netdrill on the host is another one',
    meaning: 'Both sides have to mean the same by the same words, so both have to be of the same version.',
    advice: ['install the same version on both', 'compare: netdrill --version'],
  },
  HOST_LOST: {
    title: 'the connection to the host is lost',
    meaning:
      'The ssh connection over which a fault on another host is kept has ended or fallen silent. The netdrill there undoes the fault when it notices, after five seconds at most.',
    advice: [
      'look there: netdrill fault list --on ssh://USER@HOST',
      'netdrill fault recover --on ssh://USER@HOST',
    ],
  },
})
