/** Set for a process that works in the place of another one, which passes signals on. */
export const HANDED_OVER = 'NETDRILL_HANDED_OVER'

/** Longer than the copies of one press need to arrive on a busy machine; who means "at once" presses a third time. */
const ONE_PRESS_MS = 250

/** True when something between us and the terminal passes signals on: npm does, and so does an older Node. */
export function haveDetours(env = process.env) {
  return Boolean(env.npm_lifecycle_event || env[HANDED_OVER])
}

/**
 * One Ctrl-C reaches us from the terminal and once more from everything that passes it on. A second press means "at once, without order",
 * so the copies must not count. Has to run before anything listens for a signal.
 */
export function countPressesOnce(now = () => performance.now()) {
  // oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
  const emit = process.emit
  const last = {}
  process.emit = function (event, ...rest) {
    if (event === 'SIGINT' || event === 'SIGTERM') {
      const at = now()
      if (at - (last[event] ?? -Infinity) < ONE_PRESS_MS) return true
      last[event] = at
    }
    return emit.call(this, event, ...rest)
  }
}
