/** One `tc -force -batch` that tries every qdisc kind on the loopback device of a throw-away namespace. */

export const KERNEL_TRIALS = ['qdisc-netem', 'qdisc-tbf', 'qdisc-htb', 'qdisc-prio', 'qdisc-ingress'] as const
export type KernelTrial = (typeof KERNEL_TRIALS)[number]

const LINES: Readonly<Record<KernelTrial, string>> = {
  'qdisc-netem': 'qdisc add dev lo root handle 1: netem delay 1ms limit 10',
  'qdisc-tbf': 'qdisc add dev lo root handle 1: tbf rate 1mbit burst 10kb latency 10ms',
  'qdisc-htb': 'qdisc add dev lo root handle 1: htb',
  'qdisc-prio': 'qdisc add dev lo root handle 1: prio bands 4',
  'qdisc-ingress': 'qdisc add dev lo ingress',
}

/** Every trial takes two lines: the attempt, and its removal so that the next one finds the root free. */
export function trialBatch(): string {
  return KERNEL_TRIALS.map((trial) => `${LINES[trial]}\nqdisc del dev lo root\n`).join('')
}

/**
 * What the kernel answered to each trial; empty when it agreed. `tc -force` goes on after an error and names the
 * line (`Command failed -:3`) after the kernel's message.
 */
export function judgeTrials(stderr: string): ReadonlyMap<KernelTrial, string> {
  const failures = new Map<number, string>()
  let message = ''
  for (const line of stderr.split('\n')) {
    const failed = /^Command failed [^:]*:(\d+)/.exec(line)
    if (failed) {
      failures.set(Number(failed[1]), message || 'refused')
      message = ''
    } else if (line.trim() !== '' && !line.startsWith('Warning')) {
      message ||= line.trim().replace(/^Error: /, '')
    }
  }
  return new Map(KERNEL_TRIALS.map((trial, index) => [trial, failures.get(index * 2 + 1) ?? '']))
}

/** A program that asks the kernel for one thing, with its arguments. */
export type ProgramTrial = readonly [file: string, ...args: string[]]

export const PROGRAM_TRIALS = {
  conntrack: ['conntrack', '-L'],
  ifb: ['ip', 'link', 'add', 'ndifb', 'type', 'ifb'],
  bonding: ['ip', 'link', 'add', 'ndbond', 'type', 'bond'],
  'nft-egress': [
    'nft',
    'add table netdev ndegress; add chain netdev ndegress leaving { type filter hook egress device "lo" priority 0; }',
  ],
} as const satisfies Readonly<Record<string, ProgramTrial>>

/** For `node -e`: listens, has that socket ended by ss, and prints what ss still lists. */
export const KILL_TRIAL = `
const {spawnSync} = require('node:child_process')
const server = require('node:net').createServer().on('error', () => {})
server.listen(0, '::', () => {
  const port = 'sport = :' + server.address().port
  spawnSync('ss', ['-K', '-Hltn', port])
  process.stdout.write(spawnSync('ss', ['-Hltn', port]).stdout)
  process.exit(0)
})`
