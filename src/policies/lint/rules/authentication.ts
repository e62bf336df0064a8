import {FAILURES, isFailureCode, makeFailure} from '../../../core/codes/index.ts'
import type {Policy, Strategy} from '../../policy.ts'
import {chooseStrategy} from '../../strategy.ts'
import type {LintRule} from '../finding.ts'
import {attemptsOf} from '../rungs.ts'

const CODES = Object.keys(FAILURES)
  .filter(isFailureCode)
  .filter((code) => FAILURES[code].category === 'authentication')

/** Credentials or certificates that were refused get no better by being shown again, and accounts get locked. */
export const authentication: LintRule = {
  code: 'LINT_AUTHENTICATION_RETRIED',
  check({policy}) {
    const retried = CODES.filter((code) => climbs(strategyOf(policy, code)))
    const [first] = retried
    if (first === undefined) return []
    const others = retried.length > 1 ? ` and ${retried.length - 1} more` : ''
    const endless = attemptsOf(policy) === Number.POSITIVE_INFINITY && policy.deadline === null
    return [
      {
        severity: endless ? 'error' : 'warning',
        key: policy.retryOn.some((name) => covers(name, retried)) ? 'retry_on' : 'strategies',
        reason: `authentication failures (${first}${others}) are retried${endless ? ' for ever' : ''}, which can lock an account and hides an attack`,
        fix: 'give authentication the strategy never, or once where a token can be refreshed',
      },
    ]
  },
}

function strategyOf(policy: Policy, code: (typeof CODES)[number]): Strategy {
  return chooseStrategy(policy, makeFailure(code, '')).strategy
}

function climbs(strategy: Strategy): boolean {
  return strategy !== 'never' && strategy !== 'once'
}

function covers(name: string, codes: readonly (typeof CODES)[number][]): boolean {
  return codes.some((code) =>
    [code, FAILURES[code].category, `authentication.${FAILURES[code].detail}`].includes(name),
  )
}
