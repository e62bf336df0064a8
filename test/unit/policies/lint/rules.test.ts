import {readFile, readdir} from 'node:fs/promises'
import {describe, expect, it} from 'vitest'
import {lint} from '../../../../src/app/policy-lint.ts'
import type {PolicyPorts} from '../../../../src/app/policies.ts'
import {LINT_RULES} from '../../../../src/policies/lint/rules/index.ts'
import type {LintView} from '../../../../src/reporters/policy-lint-view.ts'

const FOLDER = new URL('../../../fixtures/lint/', import.meta.url)
const ports: PolicyPorts = {
  files: {readText: async (path) => readFile(new URL(path, FOLDER), 'utf8')},
  host: {env: () => undefined},
}

async function findingsOf(file: string): Promise<LintView['findings']> {
  return (await lint({what: file, detection: null, failOn: 'error'}, ports)).findings
}

/** A policy with checks always has its detection time told. */
const ALWAYS_TOLD: Readonly<Record<string, readonly string[]>> = {
  LINT_CHECK_OVERLAP: ['LINT_DETECTION_TIME'],
  LINT_FALL_ONE: ['LINT_DETECTION_TIME'],
}

describe.each(LINT_RULES.map(({code}) => code))('%s', (code) => {
  const file = `${code.replace('LINT_', '').toLowerCase().replaceAll('_', '-')}.yaml`

  it('is the only one to fire for its fixture, once', async () => {
    const codes = (await findingsOf(file)).map((finding) => finding.code)
    expect(codes.toSorted()).toEqual([code, ...(ALWAYS_TOLD[code] ?? [])].toSorted())
  })

  it('gives a reason with figures or names, a fix, and the line to look at', async () => {
    const finding = (await findingsOf(file)).find((candidate) => candidate.code === code)
    if (!finding) throw new Error('it does not fire')
    expect(finding.reason.length).toBeGreaterThan(30)
    expect(finding.reason).not.toMatch(/\.$|undefined|NaN|Infinity/)
    expect(finding.fix).toMatch(/^[a-z]/)
    const line = finding.position?.source ?? ''
    const word = finding.key === null ? finding.policy : (finding.key.split('.').at(-1) ?? '')
    const said = {jitter: 'jitter', mode: 'jitter', timeout: 'timeout', reset: 'reset'}[word] ?? word
    const inherited = code === 'LINT_TIMEOUT_DEFAULT'
    expect(line).toContain(inherited ? finding.policy : said)
  })
})

describe('the rules', () => {
  it('find nothing in a sound policy', async () => {
    expect(await findingsOf('clean.yaml')).toEqual([])
  })

  it('have a fixture each, and none is left over', async () => {
    const names = (await readdir(FOLDER)).filter((name) => name !== 'clean.yaml')
    expect(names).toHaveLength(LINT_RULES.length)
  })

  it('have unique codes', () => {
    expect(new Set(LINT_RULES.map(({code}) => code)).size).toBe(LINT_RULES.length)
  })
})
