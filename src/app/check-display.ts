/** Shows a check on stdout: lines in the order of the documents, one document, events, or one line for a monitor. */
import type {CheckResult, CheckedTarget} from '../core/check-result.ts'
import type {RunEvent} from '../core/events.ts'
import {stripControl} from '../core/text.ts'
import {type CheckHuman, checkHuman} from '../reporters/check/human.ts'
import {renderCheckJson} from '../reporters/check/json.ts'
import {renderCheckNagios} from '../reporters/check/nagios.ts'
import {renderJsonLine} from '../reporters/jsonl.ts'
import {systemTerminal} from '../system/terminal.ts'

export interface CheckDisplayRequest {
  readonly mode: 'text' | 'json' | 'jsonl' | 'nagios'
  readonly color: boolean
  readonly quiet: boolean
  readonly verbose: boolean
}

export interface CheckDisplay {
  show(event: RunEvent): void
  /** May come in any order; is printed in that of the documents. */
  target(target: CheckedTarget, index: number): void
  end(result: CheckResult): void
  /** For annotations: where nothing else is parsed. */
  aside(text: string): void
}

/** Logs are read side by side and in mails. */
const LOG_WIDTH = 80
const LEAST_WIDTH = 40
const WIDEST = 120

export function openCheckDisplay(
  request: CheckDisplayRequest,
  {names, onClosed}: {readonly names: readonly string[]; readonly onClosed: () => void},
): CheckDisplay {
  const {mode, quiet, verbose} = request
  const {stdout, stderr, color, unicode, columns} = systemTerminal({color: request.color})
  stdout.on('error', onClosed)
  const write = (text: string): void => {
    if (text !== '' && stdout.writable) stdout.write(text)
  }
  const tell = (text: string): void => {
    if (text !== '' && stderr.writable) stderr.write(text)
  }
  const width = stdout.isTTY ? Math.min(WIDEST, Math.max(LEAST_WIDTH, columns)) : LOG_WIDTH
  const human = checkHuman(names, {color, unicode, width, quiet, verbose})
  const inOrder = new InOrder((target) => write(human.target(target)))
  return {
    show: (event) => {
      if (mode === 'jsonl') write(renderJsonLine(event))
      else if (event.type === 'notice' && !quiet) tell(`${stripControl(event.text)}\n`)
    },
    target: (target, index) => {
      if (mode === 'text') inOrder.add(target, index)
    },
    end: (result) => write(renderEnd(mode, human, result)),
    aside: mode === 'text' ? write : tell,
  }
}

function renderEnd(mode: CheckDisplayRequest['mode'], human: CheckHuman, result: CheckResult): string {
  switch (mode) {
    case 'text':
      return human.end(result)
    case 'json':
      return renderCheckJson(result)
    case 'nagios':
      return renderCheckNagios(result)
    case 'jsonl':
      return ''
  }
}

class InOrder {
  readonly #print: (target: CheckedTarget) => void
  readonly #waiting = new Map<number, CheckedTarget>()
  #next = 0

  constructor(print: (target: CheckedTarget) => void) {
    this.#print = print
  }

  add(target: CheckedTarget, index: number): void {
    this.#waiting.set(index, target)
    for (let ready = this.#waiting.get(this.#next); ready; ready = this.#waiting.get(this.#next)) {
      this.#waiting.delete(this.#next)
      this.#next++
      this.#print(ready)
    }
  }
}
