import {readFile} from 'node:fs/promises'
import * as z from 'zod'
import {describe, expect, it} from 'vitest'
import {CAPABILITIES} from '../../src/core/capabilities.ts'
import {PROBE_KINDS, parseTargetUrl} from '../../src/core/target.ts'
import {PROBES, loadProbe} from '../../src/probes/registry.ts'

it('the registry knows every kind of the vocabulary', () => {
  expect(Object.keys(PROBES).toSorted()).toEqual([...PROBE_KINDS].toSorted())
})

describe.each(PROBE_KINDS.map((kind) => [kind] as const))('probe %s', (kind) => {
  it('says what it is', async () => {
    const probe = await loadProbe(kind)
    expect(probe.kind).toBe(kind)
    expect(probe.summary).toMatch(/^[a-z].*[^.]$/)
    expect(probe.summary.length).toBeLessThanOrEqual(80)
  })

  it('has an example that is a target of its kind', async () => {
    const {example} = await loadProbe(kind)
    expect(parseTargetUrl(example)).toMatchObject({ok: true, value: {kind}})
  })

  it('needs only what doctor knows', async () => {
    for (const need of (await loadProbe(kind)).needs) expect(CAPABILITIES).toContain(need)
  })

  it('has options with defaults, and refuses unknown ones', async () => {
    const {schema} = await loadProbe(kind)
    expect(schema.safeParse({}).success).toBe(true)
    expect(schema.safeParse({'no-such-option': 1}).success).toBe(false)
  })

  it('describes every option', async () => {
    const {schema} = await loadProbe(kind)
    const {properties = {}} = z.toJSONSchema(schema, {io: 'input', unrepresentable: 'any'})
    for (const [name, property] of Object.entries(properties)) {
      const described = typeof property === 'object' && (property.description ?? '') !== ''
      expect(described, `${kind}.${name} has no description`).toBe(true)
    }
  })

  it('has a command with examples', async () => {
    const source = await readFile(new URL(`../../src/commands/probe/${kind}.ts`, import.meta.url), 'utf8')
    expect(source).toContain('static override examples')
  })
})
