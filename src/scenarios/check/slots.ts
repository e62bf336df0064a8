/** So many measurements at a time, first come first served; who only waits for time to pass takes no place. */
export interface Slots {
  /** Resolves when a place is free, and takes it. */
  enter(): Promise<Stay>
}

/** Of one that has begun: it may step out while nothing is timed, and come back without queueing. */
export interface Stay {
  /** Gives the place back, if it has one. */
  rest(): void
  /**
   * Takes a place at once, even beyond the limit: a sample that is due can't be late because of others. Nobody new
   * is let in until the limit holds again.
   */
  resume(): void
  /** Ends the stay. */
  leave(): void
}

/**
 * For each place so many may have begun. All of them come back when they are due, so more would come back at once than
 * can be measured well: 16 places make 128 series, which are some hundred samples a second.
 */
const BEGUN_PER_PLACE = 8

/**
 * `turn` passes between two that enter: what has arrived meanwhile is looked at before the next one starts, so that
 * no reply waits behind a whole batch of starts.
 */
export function makeSlots(limit: number, turn: () => Promise<void> = async () => {}): Slots {
  const queue: (() => void)[] = []
  let head = 0
  let taken = 0
  let begun = 0
  let letting = false
  const letIn = async (): Promise<void> => {
    if (letting) return
    letting = true
    for (
      let next = queue[head];
      next && taken < limit && begun < limit * BEGUN_PER_PLACE;
      next = queue[head]
    ) {
      // The array is never shifted: with 10,000 waiting that alone would take longer than a probe.
      queue[head++] = done
      taken++
      begun++
      next()
      await turn()
    }
    letting = false
  }
  const makeStay = (): Stay => {
    let inside = true
    let staying = true
    const rest = (): void => {
      if (!inside) return
      inside = false
      taken--
      void letIn()
    }
    return {
      rest,
      leave: () => {
        if (staying) begun--
        staying = false
        rest()
        void letIn()
      },
      resume: () => {
        if (inside) return
        inside = true
        taken++
      },
    }
  }
  return {
    enter: async () => {
      await new Promise<void>((resolve) => {
        queue.push(resolve)
        void letIn()
      })
      return makeStay()
    },
  }
}

/** In place of who has been let in, so that it can be collected. */
function done(): void {}
