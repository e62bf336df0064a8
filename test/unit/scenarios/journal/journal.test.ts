import {mkdtemp, readFile, rm, stat} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, expectTypeOf, it} from 'vitest'
import type * as z from 'zod'
import type {RunEvent} from '../../../../src/core/events.ts'
import {readJournal} from '../../../../src/scenarios/journal/reader.ts'
import type {journalLineSchema} from '../../../../src/scenarios/journal/schema.ts'
import {openJournal} from '../../../../src/scenarios/journal/writer.ts'
import {systemFiles} from '../../../../src/system/files.ts'

const started: RunEvent = {
  at: 0,
  type: 'run-started',
  run: {
    id: 'r',
    command: 'drill run',
    title: 't',
    version: '0',
    seed: 1,
    started: '',
    platform: '',
    backends: [],
  },
}
const notice = (text: string): RunEvent => ({at: 1, type: 'notice', level: 'info', code: null, text})

describe('journal', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'journal-'))
  })
  afterEach(async () => {
    await rm(folder, {recursive: true})
  })

  it('is private, keeps the order and reads back as it was written', async () => {
    const journal = await openJournal(systemFiles, join(folder, 'journals'), 'r')
    const events = [
      started,
      ...Array.from({length: 500}, (_, index) => notice(`n${index}`)),
      {at: 9, type: 'run-ended', journal: null} as const,
    ]
    for (const event of events) journal.write(event)
    await journal.close()
    const read = readJournal(journal.path, await readFile(journal.path, 'utf8'))
    expect(read.events).toEqual(events)
    expect(read).toMatchObject({complete: true, cut: false})
    expect((await stat(journal.path)).mode & 0o077).toBe(0)
    expect((await stat(join(folder, 'journals'))).mode & 0o077).toBe(0)
  })

  it('says that a run did not end and that its last line was cut', () => {
    const read = readJournal('j', `${JSON.stringify(started)}\n${JSON.stringify(notice('a'))}\n{"at":2,"ty`)
    expect(read.events).toHaveLength(2)
    expect(read).toMatchObject({complete: false, cut: true})
  })

  it.each([
    {name: 'no journal at all', text: 'hello\n', line: 1, message: 'this is no event of a run'},
    {
      name: 'an unknown event',
      text: `${JSON.stringify(started)}\n{"at":1,"type":"party"}\n`,
      line: 2,
      message: 'there are no events of type "party"',
    },
    {
      name: 'an unknown key',
      text: `${JSON.stringify({...started, extra: 1})}\n`,
      line: 1,
      message: expect.stringContaining('"extra"') as string,
    },
  ])('refuses $name with the line', ({text, line, message}) => {
    expect(() => readJournal('j', text)).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({
            code: 'JOURNAL_UNREADABLE',
            message,
            position: expect.objectContaining({line}),
          }),
        ],
      }),
    )
  })

  it('has a line in the schema for every event', () => {
    type InSchema = z.infer<typeof journalLineSchema>['type']
    expectTypeOf<RunEvent['type']>().toEqualTypeOf<InSchema>()
  })
})
