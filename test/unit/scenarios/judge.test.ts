import {describe, expect, it} from 'vitest'
import {parseCondition} from '../../../src/config/conditions/parse.ts'
import {type DrillEvidence, type JudgedCondition, judgeDrill} from '../../../src/scenarios/judge.ts'

const judged = (text: string, met: boolean | null): JudgedCondition => ({
  text,
  met,
  actual: met === null ? 'not measured' : 'it is 7',
  source: {text, during: 'drill', condition: parseCondition(text, {subjects: ['api']}), position: null},
})

const evidence = (part: Partial<DrillEvidence>): DrillEvidence => ({
  steady: [],
  expectations: [],
  budgets: [],
  targets: [],
  faults: [],
  aborted: null,
  ...part,
})

describe('judgeDrill', () => {
  const unmet = [judged('api.lost == 0', false)]
  const unknown = [judged('api.lost == 0', null)]
  const busy = {sent: 90, missed: 30}

  it.each([
    {name: 'a fail', part: {expectations: unmet, probes: busy}, verdict: 'fail', tells: true},
    {
      name: 'nothing to judge',
      part: {expectations: unknown, probes: busy},
      verdict: 'inconclusive',
      tells: true,
    },
    {name: 'a sick start', part: {steady: unknown, probes: busy}, verdict: 'inconclusive', tells: true},
    {
      name: 'a few late ones',
      part: {expectations: unmet, probes: {sent: 95, missed: 5}},
      verdict: 'fail',
      tells: false,
    },
    {name: 'a pass', part: {probes: busy}, verdict: 'pass', tells: false},
    {name: 'an abort', part: {aborted: 'a signal', probes: busy}, verdict: 'aborted', tells: false},
  ])('tells of a machine that was too busy with $name: $tells', ({part, verdict, tells}) => {
    const result = judgeDrill(evidence(part))
    expect(result.verdict).toBe(verdict)
    const told = result.reasons.filter((reason) =>
      reason.includes('30 of 120 probes could not be sent in time'),
    )
    expect(told).toHaveLength(tells ? 1 : 0)
  })
})
