/** A root qdisc that somebody configured, replaced for the time of a fault and put back as it was. */
import {mkdtempSync, readFileSync, readdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, afterEach, beforeEach, describe, expect, it} from 'vitest'
import {isUserError} from '../../../src/core/errors.ts'
import {DEVICE, FAR4, FAR6, FaultRig} from '../../support/fault-rig.ts'
import {runIn} from '../../support/namespaces.ts'
import {requireBundle, runProgram, startProgram} from '../../support/program.ts'

let rig: FaultRig
const folders: string[] = []

beforeEach(() => {
  rig = new FaultRig()
})
afterEach(async () => rig.close())
afterAll(() => {
  for (const folder of folders) rmSync(folder, {recursive: true, force: true})
})

const tc = (...words: readonly string[]): string => runIn(rig.pair.near, 'tc', words)

function configure(...lines: readonly string[]): void {
  for (const line of lines) tc(...line.replace('DEV', `dev ${DEVICE}`).split(' '))
}

/** Classes in two levels, odd rates, a limit below a class, and filters of both families in an order of their own. */
function theirs(): void {
  configure(
    'qdisc add DEV root handle 1: htb default 10 r2q 20',
    'class add DEV parent 1: classid 1:1 htb rate 800mbit ceil 900mbit',
    'class add DEV parent 1:1 classid 1:10 htb rate 500mbit prio 3',
    'class add DEV parent 1:1 classid 1:20 htb rate 50kbit ceil 333333bit burst 3000',
    'class add DEV parent 1: classid 1:30 htb rate 1500kbit quantum 3000',
    'qdisc add DEV parent 1:20 handle 20: tbf rate 1300kbit burst 10kb latency 70ms',
    'qdisc add DEV parent 1:30 handle 30: bfifo limit 20000',
    'filter add DEV parent 1: protocol ip prio 9 u32 match ip dst 192.0.2.1/32 match ip dport 80 0xffff flowid 1:20',
    'filter add DEV parent 1: protocol ip prio 9 u32 match ip dst 192.0.2.2/32 flowid 1:30',
    'filter add DEV parent 1: protocol ipv6 prio 6 u32 match ip6 dst 2001:db8::/64 flowid 1:20',
  )
}

/** All that tc tells, as JSON and with every detail, without counters. */
function everything(): string {
  const shows = [
    ['qdisc', 'show', 'dev', DEVICE],
    ['class', 'show', 'dev', DEVICE],
    ...['1:', '20:'].map((parent) => ['filter', 'show', 'dev', DEVICE, 'parent', parent]),
  ]
  const text = shows.flatMap((words) => [tc('-j', ...words), tc('-d', '-raw', ...words)]).join('\n')
  return text
    .replaceAll(/"refcnt":\d+,|"direct_packets_stat":\d+,/g, '')
    .replaceAll(/refcnt \d+|direct_packets_stat \d+/g, '')
}

const RATE = {kind: 'rate', rate: '10mbit', replace_root: true}

async function refusal(words: Parameters<FaultRig['apply']>[0]): Promise<string> {
  const error: unknown = await rig.apply(words).catch((thrown: unknown) => thrown)
  if (!isUserError(error)) throw error
  expect(error).toMatchObject({exit: 7, problems: [{code: 'FAULT_FOREIGN_QDISC'}]})
  return error.message
}

describe('a root with classes, a qdisc below them and filters', () => {
  it('is put back byte for byte, also after two faults that end in any order', async () => {
    theirs()
    const before = everything()
    const first = await rig.apply({...RATE, scope: {to: FAR4}})
    expect(first.asAsked).toBe(true)
    expect(tc('qdisc', 'show', 'dev', DEVICE)).not.toContain('htb 1:')
    expect(first.plan.warnings.join()).toContain('what htb 1: does on nd0 is off while the fault lasts')
    const second = await rig.apply({...RATE, scope: {to: FAR6}})
    expect(await first.remove()).toMatchObject({restored: true, differences: []})
    expect(tc('qdisc', 'show', 'dev', DEVICE)).toContain('6e64:')
    expect(await second.remove()).toMatchObject({restored: true, differences: []})
    expect(everything()).toBe(before)
  })

  it('is refused without the key, and the advice names the flag', async () => {
    theirs()
    const before = everything()
    const error: unknown = await rig
      .apply({kind: 'rate', rate: '1mbit', scope: {to: FAR4}})
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      exit: 7,
      problems: [
        {
          code: 'FAULT_FOREIGN_QDISC',
          advice: [expect.any(String), expect.stringContaining('--replace-root')],
        },
      ],
    })
    expect(everything()).toBe(before)
  })

  it('is named as not restored when somebody puts another one there meanwhile', async () => {
    theirs()
    const fault = await rig.apply({...RATE, scope: {to: FAR4}})
    tc('qdisc', 'replace', 'dev', DEVICE, 'root', 'handle', '7:', 'pfifo', 'limit', '99')
    const {restored, differences} = await fault.remove()
    expect(restored).toBe(false)
    expect(differences.join()).toContain('the root htb 1: is not as it was')
    expect(tc('qdisc', 'show', 'dev', DEVICE)).toContain('pfifo 7: root')
  })
})

describe('what can not be made again', () => {
  it.each([
    {
      what: 'a hash table of filters',
      lines: [
        'qdisc add DEV root handle 1: htb default 10',
        'class add DEV parent 1: classid 1:10 htb rate 1mbit',
        'filter add DEV parent 1: prio 5 handle 2: protocol ip u32 divisor 256',
      ],
      names: 'hash table of the filter of pref 5',
    },
    {
      what: 'a rate that tc shows rounded',
      lines: [
        'qdisc add DEV root handle 1: htb default 10',
        'class add DEV parent 1: classid 1:10 htb rate 123456789bit',
      ],
      names: 'class htb 1:10',
    },
    {
      what: 'a tbf with a peak rate',
      lines: ['qdisc add DEV root handle 1: tbf rate 1mbit burst 10kb limit 20kb peakrate 2mbit mtu 2000'],
      names: 'a tbf with a peak rate',
    },
  ])('is refused by name, and stays: $what', async ({lines, names}) => {
    configure(...lines)
    const before = everything()
    expect(await refusal({...RATE, scope: {to: FAR4}})).toContain(names)
    expect(everything()).toBe(before)
  })
})

function guardOf(state: string): number {
  const folder = join(state, 'netdrill/ledger')
  const [name = ''] = readdirSync(folder)
  return (JSON.parse(readFileSync(join(folder, name), 'utf8')) as {guard: {pid: number}}).guard.pid
}

describe('kill -9', () => {
  it.each([
    {who: 'of the program: the guard puts it back', guard: false},
    {who: 'of the program and of the guard: recover puts it back', guard: true},
  ])('$who', async ({guard}) => {
    requireBundle()
    theirs()
    const before = everything()
    const state = mkdtempSync(join(tmpdir(), 'netdrill-replace-'))
    folders.push(state)
    const env = {XDG_STATE_HOME: state}
    const program = startProgram(
      [
        ...['fault', 'apply', 'rate', '--rate', '1mbit', '--replace-root', '--for', '1m'],
        ...['--namespace', rig.pair.near, '--to', FAR4],
      ],
      {env},
    )
    await program.waitFor(/in force after/)
    expect(everything()).not.toBe(before)
    if (guard) process.kill(guardOf(state), 'SIGKILL')
    program.child.kill('SIGKILL')
    await program.result
    if (guard) await runProgram(['fault', 'recover'], {env})
    await expect.poll(everything, {timeout: 5000, interval: 50}).toBe(before)
    const again = await runProgram(['fault', 'recover'], {env})
    expect({code: again.code, stdout: again.stdout}).toEqual({code: 0, stdout: 'nothing to do\n'})
  })
})
