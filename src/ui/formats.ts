/** Short forms of quantities for table cells. */
import {type Millis, type Ratio, formatDuration} from '../core/units.ts'

/** `0:14`, `1:02:03`. */
export function formatClock(ms: Millis): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const two = (value: number): string => String(value).padStart(2, '0')
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`
}

/** Time to go: tenths below ten seconds, whole seconds above. */
export function formatCountdown(ms: Millis): string {
  if (ms <= 0) return '0.0s'
  return ms < 9950 ? `${(ms / 1000).toFixed(1)}s` : formatDuration(Math.ceil(ms / 1000) * 1000)
}

/** Time gone by in whole seconds, since tenths would only flicker. */
export function formatAge(ms: Millis): string {
  return formatDuration(Math.floor(Math.max(0, ms) / 1000) * 1000)
}

/** At most six characters: `0%`, `0.4%`, `33.3%`, `100%`. */
export function formatLoss(ratio: Ratio): string {
  const percent = ratio * 100
  if (percent === 0 || percent === 100) return `${percent}%`
  if (percent > 99.9) return '99.9%'
  return `${Math.max(0.1, percent).toFixed(1)}%`
}

/** Three significant digits and the unit. */
export function formatRtt(ms: Millis): string {
  return formatDuration(ms)
}
