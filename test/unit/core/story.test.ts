import {describe, expect, it} from 'vitest'
import {makeFailure} from '../../../src/core/codes/index.ts'
import type {FailureCode} from '../../../src/core/codes/index.ts'
import type {RunEvent} from '../../../src/core/events.ts'
import {emptyStory, foldStory} from '../../../src/core/story.ts'

function failed(at: number, code: FailureCode): RunEvent {
  const outcome = {
    status: 'failed',
    failure: makeFailure(code, 'what was seen'),
    partial: {phase: {}},
    took: 1,
  } as const
  return {at, type: 'sample', target: 'api', sample: {seq: 1, sentAt: at, outcome}}
}

/** The texts told, with their times. */
function tell(events: readonly RunEvent[]): readonly string[] {
  let story = emptyStory()
  return events.flatMap((event) => {
    story = foldStory(story, event)
    return story.told.map(({at, subject, text}) => `${at} ${subject}: ${text}`)
  })
}

describe('the story of a run', () => {
  it('tells a failure when it is new, when it changes, and again after a while', () => {
    const events = [
      failed(0, 'TCP_REFUSED'),
      failed(200, 'TCP_REFUSED'),
      failed(400, 'TCP_TIMEOUT'),
      failed(600, 'TCP_TIMEOUT'),
      failed(10_400, 'TCP_TIMEOUT'),
    ]
    expect(tell(events)).toEqual([
      '0 api: TCP_REFUSED: what was seen',
      '400 api: TCP_TIMEOUT: what was seen',
      '10400 api: TCP_TIMEOUT: what was seen',
    ])
  })

  it('calls a fault by the name in the document', () => {
    const fault = {
      id: 'f1',
      name: 'slow',
      kind: 'netem',
      summary: '100ms delay',
      backend: 'netem',
      at: 0,
      until: 9,
    }
    expect(
      tell([
        {at: 0, type: 'fault-added', fault},
        {at: 1, type: 'fault-applied', fault: 'f1', took: 3, until: 9, readback: ''},
        {at: 2, type: 'fault-failed', fault: 'f2', because: 'no such interface'},
      ]),
    ).toEqual(['1 slow: in force after 3ms: 100ms delay', '2 f2: could not be applied: no such interface'])
  })

  it('says loudly when the state from before is not back', () => {
    const [line] = tell([
      {at: 1, type: 'fault-removed', fault: 'f', took: 2, because: 'error', restored: false},
    ])
    expect(line).toContain('NOT back')
  })

  it('does not tell that a watch began or ended, once per target', () => {
    expect(
      tell([
        {at: 1, type: 'state-changed', target: 'a', from: 'idle', to: 'connecting', because: 'start'},
        {at: 2, type: 'state-changed', target: 'a', from: 'connected', to: 'disconnected', because: 'stop'},
      ]),
    ).toEqual([])
  })

  it('tells a wait that is long enough to notice', () => {
    const scheduled = (at: number, due: number): RunEvent => ({
      at,
      type: 'attempt-scheduled',
      target: 'api',
      attempt: 2,
      phase: 'gradual',
      due,
      because: '',
    })
    expect(tell([scheduled(0, 500), scheduled(0, 5000)])).toEqual(['0 api: attempt 2 (gradual) in 5s'])
  })

  it("removes what would drive the reader's terminal", () => {
    expect(tell([{at: 1, type: 'notice', level: 'error', code: null, text: 'a\u001B[2Jb\u0007'}])).toEqual([
      '1 : ab',
    ])
  })
})
