/** What a terminal would show after the given output: enough of ECMA-48 for what ink writes. */

import {displayWidth} from '../../src/core/width.ts'

export interface EmulatedScreen {
  readonly lines: readonly string[]
  readonly isAlternate: boolean
  readonly isCursorShown: boolean
  /** The widest column that was written to, counted from 1. */
  readonly widest: number
}

// oxlint-disable-next-line no-control-regex -- escape sequences are the subject
const TOKEN = /\u001B\[([?<>=]*)([\d;]*)([A-Za-z])|\u001B.|[\s\S]/gu

/** Plays `output` on an empty screen. Throws on a sequence it doesn't know, so that nothing is passed over. */
export function emulateScreen(output: string, columns: number, rows: number): EmulatedScreen {
  const cells: string[][] = Array.from({length: rows}, () => [])
  const cursor = {x: 0, y: 0}
  const state = {isAlternate: false, isCursorShown: true, widest: 0}
  for (const [token, prefix = '', numbers = '', command] of output.matchAll(TOKEN)) {
    if (command === undefined) put(token, cells, cursor, state)
    else if (prefix === '?') setMode(numbers, command === 'h', state)
    else runCommand(command, numbers, cells, cursor)
    cursor.y = Math.min(rows - 1, Math.max(0, cursor.y))
    cursor.x = Math.min(columns, Math.max(0, cursor.x))
  }
  return {
    ...state,
    lines: cells.map((row) =>
      Array.from(row, (cell) => cell ?? ' ')
        .join('')
        .trimEnd(),
    ),
  }
}

interface Cursor {
  x: number
  y: number
}

function put(token: string, cells: string[][], cursor: Cursor, state: {widest: number}): void {
  if (token === '\r') cursor.x = 0
  else if (token === '\n') {
    cursor.x = 0
    cursor.y += 1
    if (cursor.y >= cells.length) {
      cells.shift()
      cells.push([])
    }
  } else if (token.startsWith('\u001B')) throw new Error(`unknown escape sequence ${JSON.stringify(token)}`)
  else {
    const row = cells[cursor.y] ?? []
    const wide = displayWidth(token)
    if (wide === 0) {
      row[cursor.x - 1] = (row[cursor.x - 1] ?? '') + token
      return
    }
    row[cursor.x] = token
    if (wide === 2) row[cursor.x + 1] = ''
    cursor.x += wide
    state.widest = Math.max(state.widest, cursor.x)
  }
}

function setMode(number: string, isOn: boolean, state: {isAlternate: boolean; isCursorShown: boolean}): void {
  if (number === '1049') state.isAlternate = isOn
  else if (number === '25') state.isCursorShown = isOn
  else if (number !== '2026') throw new Error(`unknown mode ${number}`)
}

function runCommand(command: string, numbers: string, cells: string[][], cursor: Cursor): void {
  const [first = 0, second = 0] = numbers.split(';').map(Number)
  const count = first || 1
  const moves: Readonly<Record<string, Partial<Cursor>>> = {
    A: {y: cursor.y - count},
    B: {y: cursor.y + count},
    C: {x: cursor.x + count},
    E: {x: 0, y: cursor.y + count},
    G: {x: count - 1},
    H: {y: count - 1, x: (second || 1) - 1},
  }
  const move = moves[command]
  if (move) Object.assign(cursor, move)
  else if (command === 'K' || command === 'J') erase(command, first, cells, cursor)
  else if (command !== 'm') throw new Error(`unknown command ${command}`)
}

function erase(command: 'K' | 'J', what: number, cells: string[][], cursor: Cursor): void {
  const row = cells[cursor.y] ?? []
  const isWhole = command === 'K' && what === 2
  if (what !== 0 && !isWhole) throw new Error(`unknown erasure ${command}${what}`)
  row.length = isWhole ? 0 : Math.min(row.length, cursor.x)
  if (command === 'J') for (let y = cursor.y + 1; y < cells.length; y++) cells[y] = []
}
