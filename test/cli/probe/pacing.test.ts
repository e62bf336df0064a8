import {execFileSync} from 'node:child_process'
import {mkdtemp, readFile, readdir, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from 'vitest'
import type {MonitorStatus} from '../../../src/reporters/monitor-status.ts'
import {requireBundle, startProgram} from '../../support/program.ts'

/** As a machine does it that has no processor left for it. */
it('admits that it was not run in time', async () => {
  requireBundle()
  const running = startProgram(['probe', 'ping', '127.0.0.1', '-c', '40', '-i', '25ms', '-t', '1s'])
  await running.waitFor(/^ +4 /m)
  running.child.kill('SIGSTOP')
  await new Promise((resolve) => setTimeout(resolve, 250))
  running.child.kill('SIGCONT')
  const {code, signal, stdout} = await running.result
  expect({code, signal}).toEqual({code: 0, signal: null})
  // Such as 237ms; 1.2s on a machine that is busy besides.
  expect(stdout).toMatch(
    /pacing +netdrill itself ran up to (1[5-9]\d|[2-9]\d\d)ms late|ran up to [\d.]+s late/,
  )
})

it('has figures of its pace for programs', async () => {
  requireBundle()
  const running = startProgram(['probe', 'ping', '127.0.0.1', '-c', '3', '-i', '50ms', '--json'])
  const {stdout} = await running.result
  const result = JSON.parse(stdout) as Record<string, unknown>
  const figure = expect.any(Number) as number
  expect(result).toMatchObject({lost_in_a_row: 0, outage: 0, missed: figure, loop_lag_max: figure})
})

it('admits it of a watch as well, whose probing process was late', async () => {
  requireBundle()
  const folder = await mkdtemp(join(tmpdir(), 'pacing-'))
  try {
    const file = join(folder, 'net.yaml')
    const text = 'version: 1\ndefaults: {interval: 50ms, timeout: 1s}\ntargets: {here: "ping://127.0.0.1"}\n'
    await writeFile(file, text)
    const journal = join(folder, 'journal')
    const running = startProgram(['monitor', file, '--for', '3s', '--json', '--journal', journal])
    await appears(journal, /"type":"sample"/)
    const prober = childOf(running.child.pid)
    process.kill(prober, 'SIGSTOP')
    await new Promise((resolve) => setTimeout(resolve, 300))
    process.kill(prober, 'SIGCONT')
    const status = JSON.parse((await running.result).stdout) as MonitorStatus
    expect(status).toMatchObject({schema: 'netdrill/status/1', targets: [{name: 'here'}]})
    expect(status.loop_lag_max_seconds).toBeGreaterThanOrEqual(0.1)
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
})

/** Waits until a journal in this folder has such a line. */
async function appears(folder: string, line: RegExp): Promise<void> {
  for (;;) {
    const names = await readdir(folder).catch(() => [])
    const texts = await Promise.all(names.map(async (name) => readFile(join(folder, name), 'utf8')))
    if (texts.some((text) => line.test(text))) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** The agent: the only process that a watch without faults starts. */
function childOf(parent: number | undefined): number {
  const pids = execFileSync('ps', ['-o', 'pid=', '--ppid', String(parent)], {encoding: 'utf8'})
  return Number(pids.trim().split(/\s+/)[0])
}
