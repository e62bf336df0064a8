/**
 * `npm test`: sets up what is missing, runs every group of tests and ends with a table and one line of figures.
 * `--group NAME` (repeatable) chooses groups, `--require NAME` makes a skipped group a failure, other words choose test files.
 */
import {parseArgs} from 'node:util'
import {isReady} from './set-up/on-project-node.mjs'
import {bundle, setUpOrExplain} from './setup.mjs'
import {GROUPS, planRuns} from './test/groups.mjs'

/** Statuses of this tool: all passed, something failed, wrong words. */
const [PASSED, FAILED, USAGE] = [0, 1, 2]

async function main() {
  const {values, positionals} = parseArgs({
    options: {
      group: {type: 'string', multiple: true, default: []},
      require: {type: 'string', multiple: true, default: []},
    },
    allowPositionals: true,
  })
  const known = GROUPS.map(({name}) => name)
  const unknown = [...values.group, ...values.require].filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new TypeError(`no group ${unknown.join(', ')}; there are ${known.join(', ')}`)
  const runs = planRuns(values.group)
  const lines = await buildLines()
  const missing = await provideSystemPackages(runs.flatMap(({groups}) => groups))
  lines.push(...(await runAll(runs, positionals)))
  if (lines.length === 0) throw new TypeError(`no test file has ${positionals.join(' or ')} in its path`)
  return conclude(lines, values.require, missing)
}

/** One run after the other. */
async function runAll(runs, filters) {
  const {runGroups} = await import('./test/run-group.mjs')
  const lines = []
  for (const run of runs) lines.push(...(await runGroups(run, filters)))
  return lines
}

/** Brings the bundle up to date. A build that fails is a failure of the run, but most tests don't need the bundle. */
async function buildLines() {
  if (await setUpOrExplain([bundle])) return []
  return [{name: 'build', passed: 0, failed: 1, skipped: 0, ms: 0, notes: ['see the top of this output']}]
}

/** Installs what is missing where that is possible. Returns a line for the summary when something stays missing. */
async function provideSystemPackages(groups) {
  const {installPackages, missingPackages, whyNoInstallation} = await import('./test/system-packages.mjs')
  const names = await missingPackages(groups)
  if (names.length === 0) return undefined
  const reason = whyNoInstallation()
  if (reason) return `not installed, and ${reason}: ${names.join(' ')}`
  process.stdout.write(`installing ${names.join(' ')}\n`)
  const failure = await installPackages(names)
  return failure && `apt-get could not install ${names.join(' ')}: ${failure.split('\n').at(-1)}`
}

async function conclude(lines, required, missing) {
  const {renderSummary} = await import('./test/summary.mjs')
  for (const name of required) {
    const line = lines.find((one) => one.name === name)
    if (line && line.passed > 0) continue
    lines.push({
      name: `${name} required`,
      passed: 0,
      failed: 1,
      skipped: 0,
      ms: 0,
      notes: ['this run had to include it'],
    })
  }
  if (missing) process.stdout.write(`\nsystem packages ${missing}\n`)
  process.stdout.write(`\n${renderSummary(lines)}`)
  return lines.some(({failed}) => failed > 0) ? FAILED : PASSED
}

if (await isReady(import.meta.url)) {
  try {
    process.exitCode = await main()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = USAGE
  }
}
