import {problemTable} from './entry.ts'

/** What `policy lint` finds: policies that are valid, and that an outage would show to be mistaken. */
export const LINT_FINDINGS = problemTable({
  LINT_ZERO_WAIT: {
    title: 'retries follow without a wait',
    meaning:
      'Each failure costs the target several attempts in the same moment: a fleet of clients multiplies an outage by that number.',
    advice: ['wait 100ms at least before each retry, with jitter'],
  },
  LINT_AUTHENTICATION_RETRIED: {
    title: 'refused credentials are shown again',
    meaning:
      'Credentials or certificates that were refused get no better by being shown again, and many servers lock accounts after a few tries.',
    advice: ['give authentication the strategy never, or once where a token can be refreshed'],
  },
  LINT_NO_JITTER: {
    title: 'no wait is spread',
    meaning:
      'Clients that failed together attempt again in the same moment, again and again, and can keep a server down that has recovered.',
    advice: [
      'set retry.jitter to {mode: width, factor: 0.2}, or to full for a large fleet',
      'netdrill policy simulate shows the difference',
    ],
  },
  LINT_ENDLESS: {
    title: 'it tries for ever without saying so',
    meaning:
      'There is no limit of attempts, no deadline, and no persistent phase that says that attempts go on for ever.',
    advice: ['set max_attempts or a deadline', 'use the phases of retry with persistent enabled'],
  },
  LINT_DEADLINE_CUTS: {
    title: 'the deadline comes before the last attempt',
    meaning:
      'Attempts or whole phases are written down and never made, since the deadline of the policy ends it before.',
    advice: ["raise the deadline, or leave out the attempts that don't fit"],
  },
  LINT_PHASE_UNREACHED: {
    title: 'a phase is never entered',
    meaning:
      'The limit of attempts, or a phase without end before it, keeps a later phase from ever being entered.',
    advice: ['raise max_attempts, end the phase before, or leave the later phase out'],
  },
  LINT_PERSISTENT_FASTER: {
    title: 'the persistent wait is the shorter one',
    meaning:
      'After it has waited longer and longer, the policy becomes impatient again, and stays so for the rest of the outage.',
    advice: ['raise the persistent interval to the last gradual wait or more'],
  },
  LINT_RESET_ON_SUCCESS: {
    title: 'one success starts the ladder over',
    meaning:
      'A server that recovers often accepts connections and drops them again; each of these starts over with short waits, so that growing ones are never reached.',
    advice: ['set reset to {after_stable: 30s}'],
  },
  LINT_RESET_NEVER: {
    title: 'nothing gives the ladder back',
    meaning: 'Attempts count over the whole life of a connection, so one that works ends exhausted one day.',
    advice: ['set reset to {after_stable: 30s}; reset_on_success: false means never'],
  },
  LINT_ALERT_UNREACHABLE: {
    title: 'an alert can not fire under this ladder',
    meaning:
      'The alert asks for more failures in its window than one connection can have there while the policy makes the attempts, so no outage raises it.',
    advice: [
      'ask for increase(…) of half of what is possible, or for a share of the attempts',
      'alert on time_since_last_success',
    ],
  },
  LINT_FALL_ONE: {
    title: 'a single lost check counts as down',
    meaning: 'One lost packet ends the connection and starts a ladder, although nothing is wrong.',
    advice: ['set health.fall to 2 or more'],
  },
  LINT_CHECK_OVERLAP: {
    title: 'checks overlap',
    meaning:
      'A check may last longer than the time until the next one, so that several wait at once, and beyond 64 some are left out.',
    advice: ['lower health.timeout to health.interval or less'],
  },
  LINT_DETECTION_TIME: {
    title: 'how long a silent loss stays unnoticed',
    meaning:
      'A loss that answers nothing is found after up to one interval, further checks until enough have failed, and the timeout of the last one.',
    advice: ['check more often, lower the timeout, or let fewer failures count as down'],
  },
  LINT_CAP_UNREACHED: {
    title: 'the longest wait is below the cap',
    meaning: 'The waits end before they have grown to the cap, so the cap changes nothing.',
    advice: ['lower it to the longest wait, or allow more attempts'],
  },
  LINT_MULTIPLIER_IDLE: {
    title: 'the multiplier makes no wait longer',
    meaning: 'All waits of the phase are the same, because of the cap or because there is only one.',
    advice: ['raise max_interval or the attempts, or set the multiplier to 1'],
  },
  LINT_ATTEMPTS_UNREACHED: {
    title: 'the phases end before max_attempts',
    meaning: 'The limit of attempts is above what the phases allow anyway.',
    advice: ['lower it, add attempts to a phase, or enable the persistent phase'],
  },
  LINT_CADENCE: {
    title: 'an attempt may take longer than its wait',
    meaning:
      'Against a target that answers nothing, the timeout of an attempt sets the pace and not the interval.',
    advice: ['shorten the timeout below the interval, or reckon with both together'],
  },
  LINT_TIMEOUT_DEFAULT: {
    title: 'nobody wrote an attempt timeout',
    meaning:
      'How long an attempt may take decides how fast a silent target is given up; here the default decides.',
    advice: ['set timeout to a few times the slowest good answer'],
  },
  LINT_SAME_SCHEDULE: {
    title: 'two policies attempt at the same times',
    meaning:
      'Two policies of a document make their attempts at the same times; perhaps one of them was meant to differ.',
    advice: ['use one policy for both, or let them differ'],
  },
})

export type LintCode = keyof typeof LINT_FINDINGS
