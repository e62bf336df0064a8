import type {Millis} from '../../core/units.ts'

interface Times {
  readonly due?: Millis
  readonly until?: Millis | null
}

/** The times of an event that are on the process's clock, moved to the run's clock, which begins at `origin`. */
export function onRunClock(event: object, origin: Millis): Times {
  const {due, until} = event as Times
  return {
    ...(due !== undefined && {due: due - origin}),
    ...(until !== undefined && untilOnRunClock({until}, origin)),
  }
}

export function untilOnRunClock(
  {until}: {readonly until: Millis | null},
  origin: Millis,
): {readonly until: Millis | null} {
  return {until: until === null ? null : until - origin}
}
