/** One run of vitest, here or in the virtual machine, and the figures that it leaves. */
import {existsSync} from 'node:fs'
import {mkdir, readFile, readdir, rm} from 'node:fs/promises'
import {constants} from 'node:os'
import {spawn} from 'node:child_process'
import {whyNoMachine} from '../qemu/availability.mjs'
import {runInMachine} from '../qemu/machine.mjs'
import {cache, inRoot, projectNode, root} from '../set-up/paths.mjs'

const VITEST = inRoot('node_modules', 'vitest', 'vitest.mjs')
const REPORTER = inRoot('tools', 'test', 'reporter.mjs')
const RESULTS = `${cache}/test`

/** Runs the groups of `run` and returns one line of figures for each. Never rejects. */
export async function runGroups(run, filters) {
  const started = performance.now()
  const present = (
    await Promise.all(run.groups.map(async (name) => [name, await countFiles(name, filters)]))
  ).filter(([, files]) => files > 0)
  if (present.length === 0) return []
  const names = present.map(([name]) => name)
  const reason = run.machine ? whyNoMachine() : undefined
  if (reason) return present.map(([name, files]) => skippedGroup(name, files, reason))
  await rm(`${RESULTS}/${names[0]}.json`, {force: true})
  await mkdir(RESULTS, {recursive: true})
  // A missing snapshot is a failure: what nobody has looked at proves nothing.
  const args = [
    VITEST,
    'run',
    '--update=none',
    ...names.flatMap((name) => ['--project', name]),
    '--passWithNoTests',
  ]
  if (!process.stdout.isTTY) args.push('--no-color')
  args.push('--reporter=default', `--reporter=${REPORTER}`, ...filters)
  const execute = run.machine ? inMachine : here
  const status = await execute({args, name: names[0], limitMs: run.limitMs})
  return figures(names, status, performance.now() - started)
}

/** Test files of a group that the filters choose, as vitest does: by a part of their path. */
async function countFiles(name, filters) {
  const folder = inRoot('test', name)
  if (!existsSync(folder)) return 0
  const files = (await readdir(folder, {recursive: true})).map((file) => `${folder}/${file}`)
  const chosen = (file) => filters.length === 0 || filters.some((filter) => file.includes(filter))
  return files.filter((file) => /\.test\.tsx?$/.test(file) && chosen(file)).length
}

function skippedGroup(name, files, reason) {
  return {name, passed: 0, failed: 0, skipped: files, ms: 0, notes: [reason], whole: true}
}

function here({args, name, limitMs}) {
  const env = {...process.env, NETDRILL_TEST_RESULTS: `${RESULTS}/${name}.json`}
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {cwd: root, env, stdio: ['ignore', 'inherit', 'inherit']})
    const limit = setTimeout(() => child.kill('SIGKILL'), limitMs)
    child.on('close', (code, signal) => {
      clearTimeout(limit)
      resolve(code ?? 128 + constants.signals[signal])
    })
  })
}

async function inMachine({args, name, limitMs}) {
  const env = {
    PATH: process.env['PATH'],
    NETDRILL_IN_MACHINE: '1',
    NETDRILL_TEST_RESULTS: `/run/job/out/${name}.json`,
    ...(process.env['NETDRILL_KILLS'] ? {NETDRILL_KILLS: process.env['NETDRILL_KILLS']} : {}),
  }
  const result = await runInMachine([projectNode, ...args], {
    cwd: root,
    env,
    timeoutMs: limitMs,
    collect: RESULTS,
    say: (text) => process.stdout.write(`${text}\n`),
    onOutput: (_, bytes) => process.stdout.write(bytes),
  }).catch((error) => ({status: 125, console: error.message}))
  if (result.status >= 124) process.stdout.write(`${result.console}\n`)
  return result.status
}

/** The figures of each group; a run that left none, or failed without a failed test, counts as one failure. */
async function figures(names, status, ms) {
  const text = await readFile(`${RESULTS}/${names[0]}.json`, 'utf8').catch(() => undefined)
  if (!text) {
    const why =
      status === 137 || status === 124
        ? 'ran into its time limit'
        : `ended with status ${status} before its end`
    return [{name: names.join(', '), passed: 0, failed: 1, skipped: 0, ms, notes: [why]}]
  }
  const {projects, unhandled} = JSON.parse(text)
  const lines = names.flatMap((name) => (projects[name] ? [line(name, projects[name])] : []))
  if (lines.length === 1) lines[0].ms = ms
  const failed = lines.reduce((sum, one) => sum + one.failed, 0)
  if (lines.length > 0 && (unhandled > 0 || (status !== 0 && failed === 0))) {
    lines[0].failed += Math.max(unhandled, 1)
    lines[0].notes.push(
      unhandled > 0 ? `${unhandled} errors outside of tests` : `vitest ended with status ${status}`,
    )
  }
  return lines
}

function line(name, {passed, failed, skipped, reasons, ms}) {
  const notes = Object.entries(reasons).map(([reason, times]) =>
    times > 1 ? `${reason} (${times})` : reason,
  )
  return {name, passed, failed, skipped, ms, notes}
}
