import type {ExitCode} from '../exit-codes.ts'
import type {ProblemEntry} from './entry.ts'

/** What the exit codes mean; `explain 3` prints it. */
export const EXITS: Readonly<Record<ExitCode, ProblemEntry>> = {
  0: {
    title: 'passed',
    meaning: 'Everything that was asked for was measured, and every expectation was met.',
    advice: [],
  },
  1: {
    title: 'failed',
    meaning: 'A probe failed, an expectation was not met, or a drill did not see the recovery it demands.',
    advice: ['read the failure code in the output, then: netdrill explain CODE'],
  },
  2: {
    title: 'mistake in the command line or document',
    meaning:
      'Nothing was measured or changed: a flag, an argument or a document is not valid. The message says where.',
    advice: ['mend the place that the message shows', 'add --help to the command'],
  },
  3: {
    title: 'inconclusive',
    meaning:
      'The run ended in order, but proves nothing: the fault had no effect, the service was not steady before, or nothing could be measured.',
    advice: ['read the reasons in the verdict'],
  },
  4: {
    title: 'aborted, and undone',
    meaning: 'A signal, a stop condition or halt ended the drill early. Its faults were taken back.',
    advice: ['read the reason in the verdict'],
  },
  5: {
    title: 'leftovers remain',
    meaning: 'Something that a fault changed could not be put back. This outranks every other result.',
    advice: ['netdrill fault recover', 'netdrill fault list shows what remains'],
  },
  6: {
    title: 'this machine lacks something',
    meaning: 'A kernel facility, a right or a program is missing, so that this could not be done here.',
    advice: ['netdrill doctor lists what is missing and how to get it'],
  },
  7: {
    title: 'refused for safety',
    meaning:
      'A foreign queueing discipline, a lockout, too broad a scope, or halted faults: nothing was changed.',
    advice: ['read the code in the message, then: netdrill explain CODE'],
  },
  70: {
    title: 'internal error',
    meaning: 'A bug in netdrill, not in your network and not in what you typed.',
    advice: ['run again with --verbose and report what it prints'],
  },
  130: {
    title: 'interrupted',
    meaning: 'Ctrl-C (SIGINT) ended a probe, check or monitor; what was measured until then was printed.',
    advice: [],
  },
  143: {
    title: 'terminated',
    meaning: 'SIGTERM or SIGHUP ended a probe, check or monitor; what was measured until then was printed.',
    advice: [],
  },
}
