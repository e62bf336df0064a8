import {readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {TRANSITIONS} from '../../../src/connections/machine.ts'
import {STATE_NAMES} from '../../../src/core/state-names.ts'
import {loadCheck} from '../../../src/scenarios/check/load-check.ts'

const page = readFileSync(new URL('../../../docs/health.md', import.meta.url), 'utf8')

describe('the documented states', () => {
  it('have every move of the machine in their diagram, and no other', () => {
    const drawn = [...page.matchAll(/^ {2}(\w+) --> (\w+): (.+)$/gm)].flatMap(([, from, to, signals = '']) =>
      signals.split(', ').map((signal) => `${from} ${signal} ${to}`),
    )
    const made = Object.entries(TRANSITIONS).flatMap(([from, row]) =>
      Object.entries(row).flatMap(([signal, to]) =>
        to === from || signal === 'stop' ? [] : [`${from} ${signal} ${to}`],
      ),
    )
    expect(drawn.toSorted()).toEqual(made.toSorted())
  })

  it('end in disconnected from each of them', () => {
    expect(Object.values(TRANSITIONS).map((row) => row.stop)).toEqual(
      Array.from({length: 9}, () => 'disconnected'),
    )
  })

  it('have the names of the three other programs in their table', () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \| (\w+) \| (\w+) \| (\w+) \|$/gm)].map((row) => row.slice(1))
    const names = Object.entries(STATE_NAMES).map(([state, one]) => [
      state,
      one.tunnel_client,
      one.webrtc_health,
      one.retry_framework,
    ])
    expect(rows).toEqual(names)
  })
})

it('has an example that is a valid document', async () => {
  const text = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? ''
  const loaded = await loadCheck([{file: 'docs/health.md', text}], {env: () => undefined, only: [], tags: []})
  expect(Object.keys(loaded.targets[0]?.watch.health ?? {})).toHaveLength(7)
})
