/** A corpus of malformed documents: what a person reads for each is written down beside it, and read by people. */
import {readFileSync, readdirSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {isUserError} from '../../../src/core/errors.ts'
import {EXIT} from '../../../src/core/exit-codes.ts'
import {renderProblem} from '../../../src/reporters/problem.ts'
import {openPorts} from '../../../src/app/ports.ts'
import {openTarget} from '../../../src/scenarios/check/measure-target.ts'
import {loadCheck} from '../../../src/scenarios/check/load-check.ts'

const CORPUS = new URL('../../fixtures/config/malformed/', import.meta.url)
/** What is wrong with a URL for its kind shows when the probe is opened; nothing is sent by that. */
const PORTS = openPorts(1)
const ENV: Readonly<Record<string, string>> = {WORD: 'many', NUMBER: '3', SECRET: 'hunter two'}
const categories = readdirSync(CORPUS, {withFileTypes: true})
  .filter((entry) => entry.isDirectory())
  .map(({name}) => name)
const casesOf = (category: string): readonly string[] =>
  readdirSync(new URL(`${category}/`, CORPUS))
    .filter((file) => file.endsWith('.yaml'))
    .toSorted()

async function messageOf(category: string, file: string): Promise<string> {
  const text = readFileSync(new URL(`${category}/${file}`, CORPUS), 'utf8')
  try {
    const {targets} = await loadCheck([{file, text}], {env: (name) => ENV[name], only: [], tags: []})
    for (const target of targets) await (await openTarget(target, PORTS)).prober.close()
  } catch (error) {
    if (!isUserError(error)) throw error
    if (error.exit !== EXIT.usage) throw error
    return error.problems.map((problem) => renderProblem(problem)).join('\n')
  }
  throw new Error(`${category}/${file} was taken for a good document`)
}

describe('a malformed document', () => {
  it('is one of at least 200', () => {
    expect(categories.flatMap(casesOf).length).toBeGreaterThanOrEqual(200)
  })

  it.each(categories)('with a mistake in its %s gets the message that is written down', async (category) => {
    const messages: string[] = []
    for (const file of casesOf(category)) messages.push(await messageOf(category, file))
    await expect(`${messages.join('\n\n')}\n`).toMatchFileSnapshot(`malformed/${category}.txt`)
  })
})
