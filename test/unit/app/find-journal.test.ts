import {describe, expect, it} from 'vitest'
import {parseSpeed} from '../../../src/app/drill-replay.ts'
import {findJournal} from '../../../src/app/find-journal.ts'
import type {Ports} from '../../../src/core/ports.ts'
import {readRun} from '../../support/record-run.ts'

const text = `${JSON.stringify(readRun()[0])}\n`

function portsWith(files: Readonly<Record<string, string>>): Pick<Ports, 'files' | 'host'> {
  const ports = {
    host: {stateFolder: '/state'},
    files: {
      readText: async (path: string) => files[path] ?? null,
      list: async (folder: string) =>
        Object.keys(files).flatMap((path) =>
          path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : [],
        ),
    },
  }
  return ports as unknown as Pick<Ports, 'files' | 'host'>
}

const stored = portsWith({
  '/state/journals/20270101T000000Z-a-1.jsonl': text,
  '/state/journals/20270102T000000Z-b-2.jsonl': text,
  '/state/journals/20270103T000000Z-b-2.html': 'a report',
  'here.jsonl': text,
  'other.txt': 'hello\n',
})

/** The text of a segment with one notice. */
function segmentText(number: number, notice: string): string {
  const head = JSON.parse(text.split('\n')[0] ?? '') as {run: object}
  const segment = number === 1 ? {} : {segment: {number, preamble: 1}}
  const first = {...head, run: {...head.run, ...segment}}
  const second = {at: number, type: 'notice', level: 'info', code: null, text: notice}
  return `${JSON.stringify(first)}\n${JSON.stringify(second)}\n`
}

const segmentFiles = {'./watch.0001.jsonl': segmentText(1, 'a'), './watch.0002.jsonl': segmentText(2, 'b')}

describe('finding a journal', () => {
  it.each([
    ['here.jsonl', 'here.jsonl'],
    ['20270101T000000Z-a-1', '/state/journals/20270101T000000Z-a-1.jsonl'],
    ['20270101T000000Z-a-1.jsonl', '/state/journals/20270101T000000Z-a-1.jsonl'],
    ['latest', '/state/journals/20270102T000000Z-b-2.jsonl'],
  ])('%s', async (name, file) => {
    expect(await findJournal(name, stored)).toMatchObject({file, complete: false, cut: false})
  })

  it.each([
    ['nowhere', 'CONFIG_FILE'],
    ['./20270101T000000Z-a-1', 'CONFIG_FILE'],
    ['other.txt', 'JOURNAL_UNREADABLE'],
  ])('says what is wrong with %s', async (name, code) => {
    await expect(findJournal(name, stored)).rejects.toMatchObject({problems: [{code}], exit: 2})
  })

  it.each([
    ['./watch', ['a', 'b']],
    ['./watch.jsonl', ['a', 'b']],
    ['./watch.0001.jsonl', ['a']],
    ['./watch.0002.jsonl', ['b']],
  ])('reads all segments by the name of the run, and one by its file: %s', async (name, texts) => {
    const {events} = await findJournal(name, portsWith({...segmentFiles, './watcher.0001.jsonl': text}))
    expect(events.flatMap((event) => (event.type === 'notice' ? [event.text] : []))).toEqual(texts)
  })

  it('takes the latest one with all of its segments', async () => {
    const files = Object.entries(segmentFiles).map(([path, content]) => [
      path.replace('./', '/state/journals/'),
      content,
    ])
    const {file, events} = await findJournal('latest', portsWith(Object.fromEntries(files)))
    expect(file).toBe('/state/journals/watch')
    expect(events).toHaveLength(3)
  })

  it('says that there is none yet', async () => {
    await expect(findJournal('latest', portsWith({}))).rejects.toThrow(
      'there is no journal in /state/journals yet',
    )
  })
})

describe('the speed of a replay', () => {
  it.each([
    ['4', 4],
    ['0.5', 0.5],
    ['max', 'max'],
  ])('%s', (given, speed) => {
    expect(parseSpeed(given)).toBe(speed)
  })

  it.each(['0', '-1', 'fast', '', '4x', '1e3', '100000'])('is not "%s"', (given) => {
    expect(() => parseSpeed(given)).toThrow('--speed takes a number from 0.1 to 1000, or max')
  })
})
