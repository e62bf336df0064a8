/** What every part of the screen is drawn from. */
import type {Millis} from '../core/units.ts'
import type {Look} from './look.ts'
import type {ScreenState} from './screen-state.ts'
import type {ViewState} from './view-state.ts'

export interface Frame {
  readonly view: ViewState
  readonly screen: ScreenState
  /** On the run's clock. */
  readonly now: Millis
  readonly columns: number
  readonly rows: number
  readonly look: Look
  /** False when there is no keyboard: the footer then doesn't speak of keys. */
  readonly hasKeys: boolean
}

/** The frozen view and time while paused. */
export function shownFrame(frame: Frame): Frame {
  const {frozen} = frame.screen
  return frozen ? {...frame, view: frozen.view, now: frozen.now} : frame
}
