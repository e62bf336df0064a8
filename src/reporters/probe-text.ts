/** Pieces that the text reports about probes share. */
import {wrapToWidth} from '../core/width.ts'
import type {Blame} from '../core/failure.ts'
import type {Millis} from '../core/units.ts'
import type {Style, StyleName} from './style.ts'

export interface TextOptions {
  readonly style: Style
  /** Columns of the terminal, or a limit that keeps lines readable in a log. */
  readonly width: number
}

/** A round trip with its unit and about three digits: `0.065 ms`, `12.4 ms`, `1503 ms`. */
export function formatRtt(ms: Millis): string {
  return `${formatMs(ms)} ms`
}

export function formatMs(ms: Millis): string {
  if (ms < 10) return ms.toFixed(3)
  if (ms < 100) return ms.toFixed(2)
  return ms < 1000 ? ms.toFixed(1) : ms.toFixed(0)
}

export const BLAMED: Readonly<Record<Blame, string>> = {
  target: 'the target',
  path: 'the path to it',
  resolver: 'the resolver',
  local: 'this machine',
  usage: 'what was asked for',
  bug: 'netdrill',
}

export const LABEL_WIDTH = 9

/** `  label    text`, wrapped with the text's column kept; an empty label continues the one above. */
export function renderEntry(
  label: string,
  text: string,
  options: TextOptions,
  name: StyleName = 'plain',
): string[] {
  const indent = 2 + LABEL_WIDTH + 1
  const lines = wrapToWidth(text, Math.max(20, options.width - indent))
  return lines.map((line, index) => {
    const head = index === 0 ? label : ''
    return `  ${options.style('dim', head.padEnd(LABEL_WIDTH))} ${options.style(name, line)}`.trimEnd()
  })
}

/** The same for several texts under one label. */
export function renderEntries(label: string, texts: readonly string[], options: TextOptions): string[] {
  return texts.flatMap((text, index) => renderEntry(index === 0 ? label : '', text, options))
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}
