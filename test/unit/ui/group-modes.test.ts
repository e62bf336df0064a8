import {describe, expect, it} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import type {GroupEvent, GroupMode} from '../../../src/core/group-events.ts'
import {UNICODE} from '../../../src/ui/glyphs.ts'
import {renderGroups} from '../../../src/ui/group-lines.ts'
import {type GroupView, foldGroups} from '../../../src/ui/group-view.ts'

const added = (mode: GroupMode): RunEvent & GroupEvent => ({
  at: 0,
  type: 'group-added',
  group: {name: 'uplink', mode, members: [{name: 'wifi', target: 'wifi'}], interval: 100},
})
const mode = (at: number, from: 'mptcp' | null, to: 'mptcp' | 'single'): RunEvent & GroupEvent => ({
  at,
  type: 'mode-changed',
  group: 'uplink',
  from,
  to,
  because: 'only wifi is left',
})

function show(events: readonly (RunEvent & GroupEvent)[]): readonly string[] {
  let groups: readonly GroupView[] = []
  for (const event of events) {
    if (event.type !== 'own-network' && event.type !== 'flapping') groups = foldGroups(groups, event)
  }
  const lines = renderGroups(groups, {targets: new Map(), now: 6000, glyphs: UNICODE})
  return lines.map((line) =>
    line
      .map(({text}) => text)
      .join('')
      .trim(),
  )
}

describe('the mode of a group on the terminal', () => {
  it('stands behind the state, and its last change with its cause below the paths', () => {
    const lines = show([added('auto'), mode(1000, null, 'mptcp'), mode(2000, 'mptcp', 'single')])
    expect(lines[0]).toContain('auto, now single, 0 switches')
    expect(lines[2]).toBe('mode mptcp → single 4s ago: only wifi is left')
  })

  it('is what the document says where it never changes', () => {
    expect(show([added('single')])).toHaveLength(2)
    expect(show([added('single')])[0]).toContain('single, 0 switches')
    expect(show([added('auto')])[0]).toContain('auto, 0 switches')
  })
})
