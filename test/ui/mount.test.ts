import {describe, expect, it} from 'vitest'
import type {RunEvent} from '../../src/core/events.ts'
import {type MountedDrill, mountDrill} from '../../src/ui/mount.tsx'
import type {Urgency} from '../../src/ui/screen-state.ts'
import {FakeClock} from '../support/fake-clock.ts'
import {type Terminal, asStreams, makeTerminal, settle} from '../support/mount.ts'
import {readRun} from '../support/record-run.ts'
import {type EmulatedScreen, emulateScreen} from '../support/screen.ts'

const run = readRun()

/** At least the interval at which the mount draws. */
const REFRESH = 200

interface Session extends Terminal {
  readonly ui: MountedDrill
  readonly clock: FakeClock
  readonly aborts: Urgency[]
  readonly marks: () => number
  readonly screen: () => EmulatedScreen
  /** Delivers the events up to this time and moves the clock there. */
  play(until: number): Promise<void>
  /** Resolves with the screen when it shows `text`; the test's own timeout ends a wait in vain. */
  shows(text: string | RegExp): Promise<string>
  press(keys: string): Promise<void>
  resize(columns: number, rows: number): Promise<void>
}

async function open(columns = 100, rows = 30, events: readonly RunEvent[] = run): Promise<Session> {
  const terminal = makeTerminal(columns, rows)
  const {stdout, stdin} = terminal
  const clock = new FakeClock()
  let skipped = 0
  const aborts: Urgency[] = []
  let marks = 0
  const listeners = new Set<(event: RunEvent) => void>()
  const ui = await mountDrill({
    ...asStreams(terminal),
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    now: () => skipped + clock.now(),
    after: (ms, callback) => clock.after(ms, callback),
    onAbort: (urgency) => aborts.push(urgency),
    onMark: () => (marks += 1),
    unicode: true,
    color: false,
  })
  const waiting = [...events]
  const screen = (): EmulatedScreen => emulateScreen(stdout.writes.join(''), stdout.columns, stdout.rows)
  return {
    ...terminal,
    ui,
    clock,
    aborts,
    marks: () => marks,
    screen,
    play: async (until) => {
      while (waiting[0] && waiting[0].at <= until) {
        const event = waiting.shift()
        if (event) for (const listener of listeners) listener(event)
      }
      // One refresh is enough to see the end of a long wait.
      skipped = until - clock.now() - REFRESH
      await clock.advance(REFRESH)
    },
    shows: async (text) => {
      for (let seen = -1; ; await new Promise((resolve) => setImmediate(resolve))) {
        if (stdout.writes.length === seen) continue
        seen = stdout.writes.length
        const all = screen().lines.join('\n')
        if (typeof text === 'string' ? all.includes(text) : text.test(all)) return all
      }
    },
    press: async (keys) => {
      stdin.type(keys)
      await settle(terminal)
    },
    resize: async (width, height) => {
      stdout.columns = width
      stdout.rows = height
      stdout.emit('resize')
      await settle(terminal)
    },
  }
}

describe('the terminal', () => {
  it('is given back as it was', async () => {
    const {ui, stdin, stdout, clock, screen} = await open()
    expect(screen()).toMatchObject({isAlternate: true, isCursorShown: false})
    expect(stdin.isRaw).toBe(true)
    await ui.finish()
    expect(screen()).toMatchObject({isAlternate: false, isCursorShown: true})
    expect(stdin.isRaw).toBe(false)
    expect(stdout.listenerCount('resize')).toBe(0)
    expect(clock.pending).toBe(0)
    expect(await ui.ended).toBeNull()
    await ui.finish()
  })

  it('is given back when the display breaks, and the drill is not disturbed', async () => {
    const broken = {at: 1, type: 'fault-measured', fault: 'f1', proofs: null} as unknown as RunEvent
    const {ui, play, stdin, screen} = await open(80, 24, [broken])
    await play(10)
    expect(await ui.ended).toBeInstanceOf(Error)
    expect(screen()).toMatchObject({isAlternate: false, isCursorShown: true})
    expect(stdin.isRaw).toBe(false)
    await ui.finish()
  })

  it('shows the events as they come, and time going by between them', async () => {
    const {ui, play, shows} = await open()
    await play(12_900)
    await shows('reconnecting  TCP_REFUSED')
    await shows('#5 in 0.5s')
    await play(13_100)
    expect(await shows('#5 in 0.3s')).not.toContain('#5 in 0.5s')
    await ui.finish()
  })

  it.each([
    [40, 12],
    [200, 50],
    [60, 20],
  ])('can be resized to %i columns and %i rows', async (columns, rows) => {
    const {ui, play, resize, shows, screen} = await open()
    await play(12_900)
    await shows('TCP_REFUSED')
    await resize(columns, rows)
    await play(13_100)
    await shows(columns < 60 ? '↻ retry' : '↻ reconnecting')
    await shows('? help')
    const lines = screen().lines
    expect(lines).toHaveLength(rows)
    expect(lines[0]).toContain('netdrill')
    expect(lines.at(-1)).toContain('? help')
    expect(lines.filter((line) => line.includes('netdrill'))).toHaveLength(1)
    await ui.finish()
  })

  it('rewrites little: a second later only what has changed', async () => {
    const {ui, play, shows, stdout} = await open()
    await play(12_900)
    await shows('#5 in 0.5s')
    const before = stdout.writes.join('').length
    await play(13_100)
    await shows('#5 in 0.3s')
    expect(stdout.writes.join('').length - before).toBeLessThan(before / 4)
    await ui.finish()
  })
})

describe('keys', () => {
  it('freeze the display while the run goes on', async () => {
    const {ui, play, press, shows, screen} = await open()
    await play(12_900)
    await shows('#5 in 0.5s')
    await press(' ')
    await shows('PAUSED')
    await play(18_000)
    await shows('PAUSED 0:05')
    expect(screen().lines.join('\n')).toContain('#5 in 0.5s')
    await press('p')
    await shows(/api +● connected/)
    expect(screen().lines.join('\n')).not.toContain('PAUSED')
    await ui.finish()
  })

  it('select and show one target in detail', async () => {
    const {ui, play, press, shows} = await open()
    await play(12_900)
    await shows('▸ api')
    await press('\u001B[B')
    await shows('▸ web')
    await press('k')
    await shows('▸ api')
    await press('\r')
    await shows('connection refused by 127.0.0.1:41001')
    await press('q')
    expect(await shows('EVENTS')).toContain('▸ api')
    await ui.finish()
  })

  it('sort the table', async () => {
    const {ui, play, press, shows} = await open()
    await play(12_900)
    await shows('TCP_REFUSED')
    await press('s')
    await shows('sort: state')
    await press('ss')
    // Slowest first.
    expect(await shows('sort: p95')).toMatch(/web [^]*api [^]*control /)
    await ui.finish()
  })

  it('search among the targets, and show all again', async () => {
    const {ui, aborts, play, press, shows} = await open()
    await play(12_900)
    await shows('TCP_REFUSED')
    await press('/')
    await press('REF')
    await press('q')
    await shows('/REFq')
    await press('\u007F')
    expect(await shows(/\/REF[^q]*Enter keeps/)).not.toMatch(/web +● connected/)
    await press('\r')
    await shows(/\/REF {2}/)
    await press('\u001B')
    await shows(/web +● connected/)
    expect(aborts).toEqual([])
    await ui.finish()
  })

  it('search for words that come in one piece with their slash', async () => {
    const {ui, aborts, play, press, shows} = await open()
    await play(12_900)
    await shows('TCP_REFUSED')
    await press('/REFqa')
    await shows('/REFqa')
    expect(aborts).toEqual([])
    await ui.finish()
  })

  it('put marks into the run', async () => {
    const {ui, marks, play, press} = await open()
    await play(1000)
    await press('m')
    await press('m')
    expect(marks()).toBe(2)
    await ui.finish()
  })

  it('show help and leave it', async () => {
    const {ui, play, press, shows} = await open()
    await play(1000)
    await press('?')
    await shows('SIGNS')
    await press('?')
    expect(await shows('EVENTS')).not.toContain('SIGNS')
    await ui.finish()
  })

  it('abort in order, then at once', async () => {
    const {ui, play, press, shows, aborts} = await open()
    await play(12_900)
    await press('a')
    await shows('ABORTING')
    expect(aborts).toEqual(['orderly'])
    await press('a')
    await shows('UNDOING NOW')
    await press('a')
    expect(aborts).toEqual(['orderly', 'immediate'])
    await ui.finish()
  })

  it('abort on Ctrl-C, which sends no signal in raw mode', async () => {
    const {ui, press, shows, aborts} = await open()
    await press('\u0003')
    await shows('ABORTING')
    await press('\u0003')
    expect(aborts).toEqual(['orderly', 'immediate'])
    await ui.finish()
  })

  it('quit only when asked twice in a row', async () => {
    const {ui, press, shows, aborts, screen} = await open()
    await press('q')
    await shows('press q again to abort the drill')
    await press('x')
    await shows('? help')
    expect(screen().lines.join('\n')).not.toContain('press q again')
    await press('q')
    expect(aborts).toEqual([])
    await press('q')
    expect(aborts).toEqual(['orderly'])
    await ui.finish()
  })

  it('do nothing when they were pasted', async () => {
    const {ui, press, aborts} = await open()
    await press('aaaa')
    await press('abort')
    expect(aborts).toEqual([])
    await ui.finish()
  })

  it('are not offered where there is no keyboard', async () => {
    const terminal = makeTerminal(80, 24)
    const stdin = {isTTY: false} as unknown as NodeJS.ReadStream
    const ui = await mountDrill({
      ...asStreams(terminal),
      stdin,
      subscribe: () => () => undefined,
      now: () => 0,
      after: () => () => undefined,
      onAbort: () => undefined,
      unicode: true,
      color: false,
    })
    const {lines} = emulateScreen(terminal.stdout.writes.join(''), 80, 24)
    expect(lines.at(-1)).toContain('Ctrl-C aborts')
    await ui.finish()
  })
})
