import type {KeptLink} from '../core/kept-links.ts'
import {type Millis, formatDuration} from '../core/units.ts'

/** What the plan says about a link of a kept lab. */
export function keptNotes({lab, link}: KeptLink, lasts: Millis): readonly string[] {
  return [
    `the lab ${lab} carries the link ${link}, and ends this by itself after ${formatDuration(lasts)}, whoever is still alive`,
    'several faults on this link act one after the other: delays add, losses combine as 1 - (1 - a)(1 - b), and the lowest rate holds',
  ]
}
