/** So many at a time, first come first served. */
export interface Slots {
  use<T>(work: () => Promise<T>): Promise<T>
}

export function makeSlots(limit: number): Slots {
  let free = limit
  const queue: (() => void)[] = []
  let head = 0
  const take = async (): Promise<void> => {
    if (free > 0) {
      free--
      return
    }
    await new Promise<void>((resolve) => queue.push(resolve))
  }
  const give = (): void => {
    const next = queue[head]
    if (!next) {
      free++
      return
    }
    // The array is never shifted: with 10,000 waiting that alone would take longer than a probe.
    head++
    next()
  }
  return {
    use: async (work) => {
      await take()
      try {
        return await work()
      } finally {
        give()
      }
    },
  }
}
