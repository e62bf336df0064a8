import {describe, expect, it} from 'vitest'
import {renderCommands} from '../../tools/generate/commands.mjs'
import {GROUPS, planRuns} from '../../tools/test/groups.mjs'
import {renderSummary} from '../../tools/test/summary.mjs'

describe('the summary of a test run', () => {
  const lines = [
    {name: 'unit', passed: 12, failed: 1, skipped: 0, ms: 3400, notes: []},
    {name: 'kernel', passed: 5, failed: 0, skipped: 2, ms: 9000, notes: ['no netem in this kernel (2)']},
    {name: 'qemu', passed: 0, failed: 0, skipped: 3, ms: 0, notes: ['not root'], whole: true},
  ]

  it('ends with the sums alone on the last line', () => {
    expect(renderSummary(lines).trimEnd().split('\n').at(-1)).toBe('17 passed, 1 failed, 5 skipped')
  })

  it('says why tests were skipped', () => {
    expect(renderSummary(lines)).toMatch(/kernel .*\n.*note: no netem in this kernel \(2\)\n/)
    expect(renderSummary(lines)).toMatch(/qemu .*\n.*skipped: not root\n/)
  })
})

describe('the plan of a test run', () => {
  it('runs every group once, the parallel ones together', () => {
    const runs = planRuns([])
    expect(runs.flatMap(({groups}) => groups)).toEqual(GROUPS.map(({name}) => name))
    expect(runs[0]?.groups).toEqual(['unit', 'property', 'golden', 'contract', 'ui'])
    expect(runs.filter(({machine}) => machine).map(({groups}) => groups)).toEqual([['qemu'], ['qemu-kill']])
  })

  it('takes what was chosen, in its own order', () => {
    expect(planRuns(['kernel', 'unit']).map(({groups}) => groups)).toEqual([['unit'], ['kernel']])
  })
})

describe('the command reference', () => {
  const manifest = {
    commands: {
      'probe:tcp': {
        id: 'probe:tcp',
        summary: 'connect',
        args: {target: {name: 'target', required: true, description: 'what to probe'}},
        flags: {
          count: {
            name: 'count',
            char: 'c',
            type: 'option',
            summary: 'how many',
            default: 1,
            env: 'NETDRILL_COUNT',
          },
          format: {name: 'format', type: 'option', options: ['a', 'b'], summary: 'which'},
        },
        examples: ['<%= config.bin %> <%= command.id %> tcp://h:1'],
      },
      secret: {id: 'secret', hidden: true},
    },
  }

  it('shows arguments, flags with their variables, and examples as they are typed', () => {
    const text = renderCommands(manifest)
    expect(text).toContain('## netdrill probe tcp\n\nconnect\n')
    expect(text).toContain('netdrill probe tcp TARGET')
    expect(text).toContain('| `-c, --count VALUE` | how many (default `1`, `NETDRILL_COUNT`) |')
    expect(text).toContain('| `--format a\\|b` | which |')
    expect(text).toContain('\nnetdrill probe tcp tcp://h:1\n')
  })

  it('leaves out what is hidden', () => {
    expect(renderCommands(manifest)).not.toContain('secret')
  })
})
