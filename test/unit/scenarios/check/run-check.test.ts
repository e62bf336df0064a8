import {describe, expect, it} from 'vitest'
import type {CheckedTarget} from '../../../../src/core/check-result.ts'
import type {RunEvent} from '../../../../src/core/events.ts'
import type {Ports} from '../../../../src/core/ports.ts'
import {seededRandom} from '../../../../src/core/random.ts'
import {resolvePolicy} from '../../../../src/policies/resolve.ts'
import type {CheckTarget} from '../../../../src/scenarios/check/check-spec.ts'
import {type CheckRun, runCheck} from '../../../../src/scenarios/check/run-check.ts'
import {checkTarget} from '../../../support/check-runs.ts'
import {FakeNetwork} from '../../../support/fake-network.ts'
import {FakeClock} from '../../../support/fake-clock.ts'
import {type DialScript, scriptedDial} from '../../../support/scripted-dial.ts'

const REFUSED: DialScript = {after: 2, error: {code: 'ECONNREFUSED', syscall: 'connect', message: 'refused'}}
const UP: DialScript = {after: 3}

async function run(
  targets: readonly CheckTarget[],
  scripts: Record<string, DialScript>,
  more: Partial<CheckRun> & {readonly during?: (clock: FakeClock) => Promise<void>} = {},
) {
  const clock = new FakeClock()
  const dial = scriptedDial(clock, scripts)
  const events: RunEvent[] = []
  const order: string[] = []
  const {during = async () => {}, ...rest} = more
  const running = runCheck(
    {
      targets,
      concurrency: 32,
      wait: null,
      maxTime: 60_000,
      emit: (event) => events.push(event),
      onTarget: ({name}) => order.push(name),
      signal: new AbortController().signal,
      ...rest,
    },
    {clock, dial, random: seededRandom(1), network: new FakeNetwork()} as unknown as Ports,
  )
  let done = false
  void running
    .finally(() => {
      done = true
    })
    .catch(() => {})
  await clock.advance(0)
  await during(clock)
  for (let step = 0; step < 5000 && !done; step++) await clock.advance(50)
  const outcome = await running
  return {...outcome, dial, events, order, clock}
}

const at = (address: string, more: Parameters<typeof checkTarget>[1] = {}): CheckTarget =>
  checkTarget(`t-${address}`, {url: `tcp://${address}:80`, ...more})
const verdicts = (targets: readonly CheckedTarget[]): readonly string[] => targets.map(({verdict}) => verdict)

describe('runCheck', () => {
  it('gives results in the order of the document, whoever is first', async () => {
    const scripts = {'192.0.2.1': {after: 900}, '192.0.2.2': UP}
    const result = await run([at('192.0.2.1'), at('192.0.2.2')], scripts)
    expect(result.order).toEqual(['t-192.0.2.2', 't-192.0.2.1'])
    expect(result.targets.map(({name}) => name)).toEqual(['t-192.0.2.1', 't-192.0.2.2'])
    expect(result.clock.pending).toBe(0)
  })

  it('never probes more at a time than allowed', async () => {
    const addresses = Array.from({length: 9}, (_, index) => `192.0.2.${index + 1}`)
    const scripts = Object.fromEntries(addresses.map((address) => [address, {after: 100} as const]))
    const {dial} = await run(
      addresses.map((address) => at(address)),
      scripts,
      {concurrency: 2},
    )
    const starts = dial.requests.map((request) => request.at)
    expect(starts.every((start, index) => index < 2 || start >= (starts[index - 2] ?? 0) + 100)).toBe(true)
    expect(starts).toHaveLength(9)
  })

  it('gives a place away while a connection is only watched, so that the watching costs others no time', async () => {
    const addresses = Array.from({length: 8}, (_, index) => `192.0.2.${index + 1}`)
    const scripts = Object.fromEntries(addresses.map((address) => [address, {after: 2} as const]))
    const {duration, dial} = await run(
      addresses.map((address) => at(address)),
      scripts,
      {concurrency: 1},
    )
    const starts = dial.requests.map((request) => request.at)
    expect(starts).toEqual(addresses.map((_, index) => index * 2))
    expect(duration).toBeLessThan(100)
  })

  it('gives a place away between two samples and between two attempts', async () => {
    const {policy} = resolvePolicy('tunnel-client')
    const scripts = {'192.0.2.1': UP, '192.0.2.2': REFUSED, '192.0.2.3': UP}
    const targets = [
      at('192.0.2.1', {count: 3, interval: 10_000}),
      at('192.0.2.2', {policy}),
      at('192.0.2.3'),
    ]
    const {dial, targets: checked} = await run(targets, scripts, {concurrency: 1, maxTime: 30_000})
    expect(dial.requests.find(({address}) => address === '192.0.2.3')?.at).toBeLessThan(100)
    const regular = dial.requests.filter(({address}) => address === '192.0.2.1').map((request) => request.at)
    expect(regular).toEqual([0, 10_000, 20_000])
    expect(verdicts(checked)).toEqual(['pass', 'fail', 'pass'])
  })

  it('bounds an endless ladder by the longest time of a sample', async () => {
    const {policy} = resolvePolicy('tunnel-client')
    const result = await run([at('192.0.2.1', {policy})], {'192.0.2.1': REFUSED}, {maxTime: 30_000})
    expect(verdicts(result.targets)).toEqual(['fail'])
    expect(result.duration).toBeLessThanOrEqual(30_100)
    expect(result.targets[0]?.attempts).toBeGreaterThan(2)
  })

  it('waits for what fails, and probes only that again', async () => {
    const scripts: Record<string, DialScript> = {'192.0.2.1': UP, '192.0.2.2': REFUSED}
    const result = await run([at('192.0.2.1'), at('192.0.2.2')], scripts, {
      wait: 60_000,
      during: async (clock) => {
        await clock.advance(3500)
        scripts['192.0.2.2'] = UP
      },
    })
    expect(verdicts(result.targets)).toEqual(['pass', 'pass'])
    expect(result.targets.map(({checks}) => checks)).toEqual([1, 5])
    expect(result.targets[1]?.flaky).toBe(false)
    expect(result.duration).toBeLessThan(4600)
    const notices = result.events.filter((event) => event.type === 'notice')
    expect(notices.map(({text}) => text)).toEqual([expect.stringContaining('waiting for t-192.0.2.2')])
    expect(result.clock.pending).toBe(0)
  })

  it('waits for no member of a group that holds without it', async () => {
    const scripts: Record<string, DialScript> = {'192.0.2.1': UP, '192.0.2.2': REFUSED, '192.0.2.3': REFUSED}
    const targets = [1, 2, 3].map((last) => at(`192.0.2.${last}`, {groups: ['g']}))
    const members = targets.map(({name}) => name)
    const result = await run(targets, scripts, {
      wait: 60_000,
      groups: [{name: 'g', members, needed: 2, place: {file: 'n.yaml', line: 9, column: 3}}],
      during: async (clock) => {
        await clock.advance(3500)
        scripts['192.0.2.3'] = UP
      },
    })
    expect(verdicts(result.targets)).toEqual(['pass', 'fail', 'pass'])
    expect(result.duration).toBeLessThan(5600)
  })

  it('waits for as many passes in a row as it was asked for', async () => {
    const scripts: Record<string, DialScript> = {'192.0.2.1': UP}
    const result = await run([at('192.0.2.1')], scripts, {
      wait: 60_000,
      passes: 3,
      during: async (clock) => {
        await clock.advance(1500)
        scripts['192.0.2.1'] = REFUSED
        await clock.advance(1000)
        scripts['192.0.2.1'] = UP
      },
    })
    // Two passes, a failure that begins the count anew, three passes.
    expect(result.targets[0]).toMatchObject({verdict: 'pass', checks: 6})
    expect(result.clock.pending).toBe(0)
  })

  it('fails a target that did not pass often enough before the time was over', async () => {
    const result = await run([at('192.0.2.1')], {'192.0.2.1': UP}, {wait: 2500, passes: 9})
    expect(result.targets[0]).toMatchObject({
      verdict: 'fail',
      reason: {code: 'EXPECT_MISMATCH', text: 'passed 3 times in a row, and 9 were asked for'},
    })
  })

  it.each<[string, DialScript, string]>([
    ['refuses', REFUSED, 'TCP_REFUSED'],
    ['is silent beyond it', 'silent', 'ATTEMPT_TIMEOUT'],
  ])('gives up at the end of the wait for one that %s, with the last reason', async (_name, script, code) => {
    const target = at('192.0.2.1', {timeout: 60_000})
    const result = await run([target], {'192.0.2.1': script}, {wait: 5000})
    expect(result.targets[0]).toMatchObject({verdict: 'fail', reason: {code}})
    expect(result.duration).toBeGreaterThanOrEqual(4000)
    expect(result.duration).toBeLessThanOrEqual(5050)
    expect(result.clock.pending).toBe(0)
  })

  it('keeps what was measured when it is interrupted', async () => {
    const stop = new AbortController()
    const result = await run(
      [at('192.0.2.1'), at('192.0.2.2')],
      {'192.0.2.1': UP},
      {
        signal: stop.signal,
        during: async (clock) => {
          await clock.advance(1000)
          stop.abort(new Error('SIGINT received'))
        },
      },
    )
    expect(verdicts(result.targets)).toEqual(['pass', 'interrupted'])
    expect(result.clock.pending).toBe(0)
  })

  it('sends nothing when a target makes no sense, and shows where it stands', async () => {
    const wrong = checkTarget('wrong', {url: 'tcp://192.0.2.9'})
    await expect(run([at('192.0.2.1'), wrong], {'192.0.2.1': UP})).rejects.toMatchObject({
      problems: [{code: 'USAGE_INVALID', position: {file: 'netdrill.yaml', line: 3}}],
    })
  })
})
