/** The only door to ink. Import it lazily (`await import`): it loads React and the layout engine. */
import {type Instance, type Key, render} from 'ink'
import type {RunEvent} from '../core/events.ts'
import type {Clock} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {DrillScreen} from './components/drill-screen.tsx'
import {Keyboard} from './components/keyboard.tsx'
import type {Frame} from './frame.ts'
import {chooseLook} from './look.ts'
import {nameKeys, nameTyped} from './key-names.ts'
import {
  type KeyResult,
  type ScreenState,
  type Urgency,
  decideKey,
  decideTyped,
  initialScreen,
} from './screen-state.ts'
import {type ViewState, emptyView, foldView} from './view-state.ts'

export interface MountOptions {
  /** A terminal: the caller has checked `isTTY`, `TERM` and `CI` and prints lines otherwise. */
  readonly stdout: NodeJS.WriteStream
  /** Keys work when this is a terminal; otherwise only signals can abort. */
  readonly stdin: NodeJS.ReadStream
  readonly stderr: NodeJS.WriteStream
  /** Calls the listener for every event from now on; events of before may be delivered at once. */
  readonly subscribe: (listener: (event: RunEvent) => void) => () => void
  /** The run's clock, on which `at` of the events counts. */
  readonly now: () => Millis
  readonly after: Clock['after']
  /** A key asked for it: at most once per urgency. In raw mode Ctrl-C is a key and sends no signal. */
  readonly onAbort: (urgency: Urgency) => void
  /** `q` during a watch. */
  readonly onQuit?: () => void
  /** `m`: the moment is worth a line in the log and the journal. */
  readonly onMark?: () => void
  /** The locale is UTF-8. */
  readonly unicode: boolean
  /** False under `NO_COLOR` or `--no-color`: no colours or other attributes are written. */
  readonly color: boolean
  /** The cost of each frame in milliseconds: layout and text, not React. */
  readonly onFrame?: (cost: Millis) => void
}

export interface MountedDrill {
  /**
   * Leaves the alternate screen, restores cursor and keyboard, and resolves when the terminal is the caller's
   * again. May be called at any time and repeatedly.
   */
  finish(): Promise<void>
  /** Resolves when the display has ended: null after `finish`, the error when it broke. The drill isn't concerned. */
  readonly ended: Promise<Error | null>
}

/** Calm to look at, and quick enough for countdowns. */
const REFRESH: Millis = 200
/** On a busy machine drawing takes at most about a tenth of the time. */
const SHARE = 10
/** Keys are answered at once, so ink itself must allow more than the refresh needs. */
const MOST_FRAMES_PER_SECOND = 20

/**
 * Shows a drill on the terminal's alternate screen until `finish` is called. Events are folded as they come and
 * drawn five times a second; a key is answered at once. Never ends the process, and handles no signals:
 *
 *     const {mountDrill} = await import('../ui/mount.tsx')
 *     const ui = await mountDrill({stdout, stdin, stderr, subscribe, now: () => clock.now() - origin, after, …})
 *     try {
 *       await runDrill(…)          // onAbort aborts its signal; SIGINT, SIGTERM and SIGHUP do the same
 *     } finally {
 *       await ui.finish()          // before anything is printed, also on an error
 *     }
 *     print(renderDrillSummary(…))  // stays in the scrollback
 *
 * When the process is ended without `finish`, ink restores the terminal from its exit hook.
 */
export async function mountDrill(options: MountOptions): Promise<MountedDrill> {
  const {stdout, stdin, stderr} = options
  const display = startDisplay(options)
  // Before ink's own listener, so that its first frame in the new size is already planned for it.
  stdout.prependListener('resize', display.draw)
  const instance = render(display.element(), {
    stdout,
    stdin,
    stderr,
    alternateScreen: true,
    incrementalRendering: true,
    interactive: true,
    maxFps: MOST_FRAMES_PER_SECOND,
    exitOnCtrlC: false,
    patchConsole: false,
    ...(options.onFrame ? {onRender: ({renderTime}) => options.onFrame?.(renderTime)} : {}),
  })
  display.start(instance)
  const stop = (): void => {
    display.stop()
    stdout.off('resize', display.draw)
  }
  const ended = instance.waitUntilExit().then(
    () => display.failure(),
    (error: unknown) => asError(error),
  )
  void ended.then(stop)
  await instance.waitUntilRenderFlush()
  return {
    ended,
    finish: async () => {
      stop()
      instance.unmount()
      await ended
    },
  }
}

interface Display {
  element(): React.ReactElement
  start(instance: Instance): void
  draw(this: void): void
  stop(): void
  failure(): Error | null
}

/** Holds the state outside React and draws it. */
function startDisplay(options: MountOptions): Display {
  const {stdout, stdin, now, after} = options
  const look = chooseLook(options)
  const hasKeys = stdin.isTTY && typeof stdin.setRawMode === 'function'
  let view = emptyView()
  let screen = initialScreen()
  let instance: Instance | null = null
  let failure: Error | null = null
  let cancel = (): void => undefined
  let unsubscribe = (): void => undefined

  const element = (): React.ReactElement => {
    const frame: Frame = {view, screen, now: now(), ...sizeOf(stdout), look, hasKeys}
    return (
      <>
        <DrillScreen frame={frame} />
        {hasKeys && <Keyboard onInput={onInput} />}
      </>
    )
  }
  const draw = (): void => instance?.rerender(element())
  const onInput = (input: string, key: Key): void => {
    for (const result of readInput(input, key, () => ({screen, view, now: now()}))) {
      screen = result.screen
      draw()
      tellCaller(result, options)
    }
  }
  const onEvent = (event: RunEvent): void => {
    try {
      view = foldView(view, event)
    } catch (error) {
      // A display that can't go on must not take the drill with it.
      failure ??= asError(error)
      instance?.unmount()
    }
  }
  const tick = (): void => {
    const began = now()
    draw()
    cancel = after(Math.max(REFRESH, (now() - began) * SHARE), tick)
  }
  return {
    element,
    draw,
    start: (mounted) => {
      instance = mounted
      unsubscribe = options.subscribe(onEvent)
      tick()
    },
    stop: () => {
      cancel()
      unsubscribe()
      cancel = unsubscribe = () => undefined
      instance = null
    },
    failure: () => failure,
  }
}

/** Terminals that don't tell their size are taken for the usual one. */
function sizeOf({columns, rows}: NodeJS.WriteStream): {readonly columns: number; readonly rows: number} {
  return {columns: columns > 0 ? columns : 80, rows: rows > 0 ? rows : 24}
}

/** What a piece of input does, key by key: each is decided on what the one before has made of the screen. */
function* readInput(
  input: string,
  key: Key,
  state: () => {readonly screen: ScreenState; readonly view: ViewState; readonly now: Millis},
): Generator<KeyResult> {
  const isInterrupt = key.ctrl && input === 'c'
  if (state().screen.typing && !isInterrupt) {
    const typed = nameTyped(input, key)
    if (typed) yield {screen: decideTyped(state().screen, typed), abort: null}
    return
  }
  // Typed fast, or on a busy machine, the slash and the words behind it come as one piece.
  if (input.length > 1 && input.startsWith('/') && !key.ctrl && !key.meta) {
    yield decideKey(state().screen, 'search', state())
    const typed = nameTyped(input.slice(1), key)
    if (typed) yield {screen: decideTyped(state().screen, typed), abort: null}
    return
  }
  for (const name of nameKeys(input, key)) yield decideKey(state().screen, name, state())
}

function tellCaller({abort, quit, mark}: KeyResult, options: MountOptions): void {
  if (abort) options.onAbort(abort)
  if (quit) options.onQuit?.()
  if (mark) options.onMark?.()
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
