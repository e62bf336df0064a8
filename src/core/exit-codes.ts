/** How the process ends. These numbers are a contract with scripts. */
export const EXIT = {
  pass: 0,
  fail: 1,
  usage: 2,
  inconclusive: 3,
  aborted: 4,
  leftovers: 5,
  capability: 6,
  refused: 7,
  internal: 70,
  interrupted: 130,
  terminated: 143,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export type Verdict = 'pass' | 'fail' | 'inconclusive' | 'aborted' | 'leftovers' | 'error'

/** Worst first: when several are true, the first one decides. */
export const VERDICT_PRECEDENCE: readonly Verdict[] = [
  'leftovers',
  'error',
  'aborted',
  'fail',
  'inconclusive',
  'pass',
]

/** Of a run that a signal ended, as shells tell it: 128 and the number; SIGHUP counts as SIGTERM. */
export function exitCodeOfSignal(signal: string): ExitCode {
  return signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated
}

const EXIT_OF: Readonly<Record<Verdict, ExitCode>> = {
  pass: EXIT.pass,
  fail: EXIT.fail,
  inconclusive: EXIT.inconclusive,
  aborted: EXIT.aborted,
  leftovers: EXIT.leftovers,
  error: EXIT.internal,
}

export function exitCodeOf(verdict: Verdict): ExitCode {
  return EXIT_OF[verdict]
}

/** The verdict that decides among several; `pass` for none. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict {
  return VERDICT_PRECEDENCE.find((verdict) => verdicts.includes(verdict)) ?? 'pass'
}
