/** From what the terminal sends to what the screen understands. */
import type {Key} from 'ink'
import {stripControl} from '../core/text.ts'
import type {KeyName, Typed} from './screen-state.ts'

const LETTERS: Readonly<Record<string, KeyName>> = {
  ' ': 'pause',
  p: 'pause',
  s: 'sort',
  k: 'up',
  j: 'down',
  g: 'first',
  G: 'last',
  d: 'detail',
  '1': 'targets',
  '2': 'groups',
  '3': 'alerts',
  '4': 'peers',
  '/': 'search',
  m: 'mark',
  a: 'abort',
  '?': 'help',
  h: 'help',
  q: 'quit',
}

const SPECIAL: readonly (readonly [SpecialKey, KeyName])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['home', 'first'],
  ['end', 'last'],
  ['return', 'detail'],
  ['tab', 'next-view'],
  ['escape', 'back'],
  ['backspace', 'back'],
]
type SpecialKey = 'upArrow' | 'downArrow' | 'home' | 'end' | 'return' | 'tab' | 'escape' | 'backspace'

/**
 * The keys in one piece of input. Two characters may have been typed fast; more is a paste, and pasted text must
 * not abort a drill.
 */
export function nameKeys(input: string, key: Key): readonly KeyName[] {
  if (key.ctrl) return [input === 'c' ? 'abort' : 'other']
  const special = SPECIAL.find(([flag]) => key[flag])
  if (special) return [special[1]]
  if (key.meta || input === '') return ['other']
  const letters = [...input]
  return letters.length > 2 ? ['other'] : letters.map((letter) => LETTERS[letter] ?? 'other')
}

/** The same piece of input while a filter is typed; null for keys that mean nothing there. Ctrl-C is not for here. */
export function nameTyped(input: string, key: Key): Typed | null {
  if (key.return) return {kind: 'accept'}
  if (key.escape) return {kind: 'cancel'}
  if (key.backspace || key.delete) return {kind: 'erase'}
  const text = key.ctrl || key.meta ? '' : stripControl(input)
  return text === '' ? null : {kind: 'text', text}
}
