import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {makeFailure} from '../../src/core/codes/index.ts'
import type {ConnectionState, RunEvent} from '../../src/core/events.ts'
import {displayWidth} from '../../src/core/width.ts'
import {chooseLook} from '../../src/ui/look.ts'
import {initialScreen} from '../../src/ui/screen-state.ts'
import {emptyView, foldView} from '../../src/ui/view-state.ts'
import {makeFrame, renderFrame} from '../support/frames.tsx'

const STATES: readonly ConnectionState[] = [
  'idle',
  'connecting',
  'connected',
  'degraded',
  'suspect',
  'reconnecting',
  'exhausted',
  'failed',
  'disconnected',
]

const words = fc.constantFrom(
  'api',
  '東京-サーバー',
  '👨‍👩‍👧 family',
  'e\u0301\u0302',
  '\u001B]0;title\u0007x',
  'a\u202Eb\u200Bc',
  '🇩🇪',
  'x'.repeat(90),
  '',
  'ﾊﾞ한글नि',
)
const name = fc.oneof(words, fc.string({unit: 'grapheme', maxLength: 12}))
const target = fc.constantFrom('api', '東京-サーバー', '👨‍👩‍👧 family', 'x'.repeat(60), 'never-added')
const fault = fc.constantFrom('f1', 'f2', 'never-added')
const at = fc.integer({min: 0, max: 120_000})
const took = fc.double({min: 0, max: 5000, noNaN: true})

const event: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.record({
    at,
    type: fc.constant('target-added' as const),
    target: fc.record({
      name: target,
      url: name,
      kind: fc.constant('tcp'),
      role: fc.constantFrom('target' as const, 'control' as const),
      interval: fc.constantFrom(50, 1000),
      timeout: fc.constant(1000),
      policy: fc.option(name),
    }),
  }),
  fc.record({
    at,
    type: fc.constant('fault-added' as const),
    fault: fc.record({
      id: fault,
      name,
      kind: fc.constant('proxy'),
      summary: name,
      backend: name,
      at,
      until: at,
    }),
  }),
  fc.record({
    at,
    type: fc.constant('phase-started' as const),
    phase: fc.constantFrom('setup', 'baseline', 'inject', 'observe', 'recover', 'cleanup'),
    ends: fc.option(at),
  }),
  fc.record({
    at,
    type: fc.constant('sample' as const),
    target,
    sample: fc.record({
      seq: fc.nat(),
      sentAt: at,
      outcome: fc.oneof(
        fc.record({
          status: fc.constant('ok' as const),
          reading: fc.record({rtt: took, phase: fc.constant({})}),
          took,
        }),
        fc.record({
          status: fc.constant('failed' as const),
          failure: name.map((text) => makeFailure('TLS_CERT_NAME_MISMATCH', text)),
          partial: fc.constant({phase: {}}),
          took,
        }),
        fc.record({
          status: fc.constant('skipped' as const),
          because: fc.constant({code: 'CAPABILITY_MISSING' as const, text: 'no', advice: []}),
        }),
      ),
    }),
  }),
  fc.record({
    at,
    type: fc.constant('state-changed' as const),
    target,
    from: fc.constantFrom(...STATES),
    to: fc.constantFrom(...STATES),
    because: name,
  }),
  fc.record({
    at,
    type: fc.constant('attempt-scheduled' as const),
    target,
    attempt: fc.nat(),
    phase: name,
    due: at,
    because: name,
  }),
  fc.record({
    at,
    type: fc.constant('attempt' as const),
    target,
    attempt: fc.nat(),
    phase: name,
    took,
    failure: fc.option(name.map((text) => makeFailure('TCP_REFUSED', text))),
  }),
  fc.record({at, type: fc.constant('fault-applied' as const), fault, took, until: at, readback: name}),
  fc.record({
    at,
    type: fc.constant('fault-measured' as const),
    fault,
    proofs: fc.array(
      fc.record({
        what: name,
        asked: name,
        measured: name,
        verdict: fc.constantFrom('verified', 'out-of-tolerance', 'no-traffic', 'not-effective'),
      }),
      {maxLength: 4},
    ),
  }),
  fc.record({
    at,
    type: fc.constant('fault-removed' as const),
    fault,
    took,
    because: fc.constantFrom('ended', 'abort', 'expired', 'error'),
    restored: fc.boolean(),
  }),
  fc.record({at, type: fc.constant('fault-failed' as const), fault, because: name}),
  fc.record({at, type: fc.constant('abort-requested' as const), because: name}),
  fc.record({
    at,
    type: fc.constant('notice' as const),
    level: fc.constantFrom('info', 'warning', 'error'),
    code: fc.constant(null),
    text: name,
  }),
)

const screen = fc.record({
  pane: fc.constantFrom('overview' as const, 'detail' as const, 'help' as const),
  sort: fc.constantFrom(
    'document' as const,
    'state' as const,
    'loss' as const,
    'p95' as const,
    'name' as const,
  ),
  selected: fc.option(target),
  quitAsked: fc.boolean(),
})

describe('the screen', () => {
  it('never draws a line wider or a frame higher than the terminal, whatever happens', () => {
    fc.assert(
      fc.property(
        fc.array(event, {maxLength: 60}),
        fc.integer({min: 40, max: 200}),
        fc.integer({min: 12, max: 50}),
        fc.tuple(screen, fc.boolean(), fc.integer({min: 0, max: 150_000})),
        (events, columns, rows, [choice, unicode, now]) => {
          const view = events.reduce(foldView, emptyView())
          const look = chooseLook({unicode, color: false})
          const frame = makeFrame({view, now, columns, rows, look, screen: {...initialScreen(), ...choice}})
          const lines = renderFrame(frame).split('\n')
          expect(lines.length).toBeLessThanOrEqual(rows)
          for (const line of lines) expect(displayWidth(line)).toBeLessThan(columns)
          // oxlint-disable-next-line no-control-regex -- none may get through
          expect(lines.join('')).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202A-\u202E]/)
        },
      ),
      {numRuns: 60},
    )
  })

  it('shows every row of a table that fits, and the selected one of a table that does not', () => {
    const events = Array.from({length: 60}, (_, index): RunEvent => ({
      at: index,
      type: 'target-added',
      target: {
        name: `node-${index}`,
        url: 'tcp://h:1',
        kind: 'tcp',
        role: 'target',
        interval: 1000,
        timeout: 1000,
        policy: null,
      },
    }))
    const view = events.reduce(foldView, emptyView())
    const tall = renderFrame(makeFrame({view, now: 0, rows: 80}))
    for (let index = 0; index < 60; index++) expect(tall).toContain(`node-${index} `)
    const low = renderFrame(
      makeFrame({view, now: 0, rows: 24, screen: {...initialScreen(), selected: 'node-47'}}),
    )
    expect(low).toContain('▸ node-47')
    expect(low).toMatch(/\d+–\d+ of 60/)
  })
})
