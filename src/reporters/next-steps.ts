/** What a person can do after a drill that did not pass. */
import type {DrillFacts} from './drill-facts.ts'

/** Sentences, most likely helpful first; none after a pass. */
export function planNextSteps(facts: DrillFacts): readonly string[] {
  const {verdict} = facts.document
  switch (verdict) {
    case null:
    case 'error':
      return [
        'run it again with --verbose and report what it prints',
        'netdrill fault list shows whether a fault remains',
      ]
    case 'leftovers':
      return [
        'netdrill fault recover undoes what remains',
        'netdrill fault list shows it; compare by hand with tc qdisc show and nft list ruleset',
      ]
    case 'aborted':
      return ['run it again; nothing of it remains']
    case 'inconclusive':
      return inconclusiveSteps(facts)
    case 'fail':
      return failedSteps(facts)
    case 'pass':
      return []
  }
}

function failedSteps({document, failures}: DrillFacts): readonly string[] {
  const unmet = document.expectations.filter(({met}) => met === false).length
  const worst = [...failures.values()].toSorted((a, b) => b.count - a.count)[0]
  const explain = worst
    ? [
        `${worst.failure.code} was the most frequent failure (${worst.count} times, first on ${worst.target}): netdrill explain ${worst.failure.code}`,
      ]
    : []
  const compare =
    unmet > 0 ? ['compare the figures with the policy of the target: netdrill policy show NAME'] : []
  return [...explain, ...compare, ...journalStep(document.journal)]
}

function inconclusiveSteps({document, missed}: DrillFacts): readonly string[] {
  const unproven = document.faults.filter(
    ({proofs, applied}) =>
      !applied || proofs.length === 0 || proofs.some(({verdict}) => verdict !== 'verified'),
  )
  const names = [...new Set(unproven.map(({name}) => name))].join(', ')
  return [
    ...(unproven.length > 0
      ? [`look at what ${names} asked for and what was measured, and at its scope: netdrill drill show`]
      : []),
    ...(document.notices.some(({code}) => code === 'DRILL_BASELINE')
      ? ['the targets were not steady before the fault: check them with netdrill check first']
      : []),
    ...(missed > 0 ? [`${missed} probes could not be sent in time: try again on a less busy machine`] : []),
    'netdrill doctor shows what this machine can do',
    ...journalStep(document.journal),
  ]
}

function journalStep(journal: string | null): readonly string[] {
  return journal === null ? [] : ['the journal holds every sample and every event of the run']
}
