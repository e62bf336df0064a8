/** The scripts in the shells that they are for. */
import {execFileSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {type ProgramResult, runProgram} from '../../support/program.ts'

const folder = mkdtempSync(join(tmpdir(), 'netdrill-completion-'))
afterAll(() => rmSync(folder, {recursive: true}))

/** Gives what is offered for the last of the words, which is perhaps begun. */
type Complete = (script: string, words: readonly string[]) => readonly string[]

/** What bash does when the tabulator is pressed; `=` is a word of its own there. */
const bash: Complete = (script, words) => {
  const body =
    'source "$1"; shift; COMP_WORDS=(netdrill "$@"); COMP_CWORD=$#; _netdrill; printf "%s\\n" "${COMPREPLY[@]}"'
  const split = words.flatMap((word) => (/^--.*=/.test(word) ? word.split(/(=)/) : [word]))
  return linesOf(execFileSync('bash', ['--norc', '-c', body, 'bash', script, ...split], {cwd: folder}))
}

/** The functions of zsh that take what is found are replaced with ones that print it. */
const ZSH = `
autoload() { : }
compdef() { : }
compadd() { shift; print -l -- "$@" }
compset() { : }
_message() { : }
_files() { print -l -- *(N) }
_describe() { local list="\${@[-1]}" each; for each in "\${(@P)list}"; do print -r -- "\${each%%:*}"; done }
source "$1"; shift
words=(netdrill "$@"); CURRENT=$#words
_netdrill`
const zsh: Complete = (script, words) => {
  const last = (words.at(-1) ?? '').replace(/^--.*=/, '')
  const offered = linesOf(execFileSync('zsh', ['-f', '-c', ZSH, 'zsh', script, ...words], {cwd: folder}))
  return offered.filter((word) => word.startsWith(last))
}

const fish: Complete = (script, words) => {
  const body = 'source $argv[1]; complete -C "$argv[2]"'
  const options = {cwd: folder, env: {...process.env, HOME: folder}}
  const output = execFileSync(
    'fish',
    ['--no-config', '-c', body, script, ['netdrill', ...words].join(' ')],
    options,
  )
  return linesOf(output).map((line) => (line.split('\t')[0] ?? '').replace(/^--.*=/, ''))
}

function linesOf(output: Buffer): readonly string[] {
  return output
    .toString()
    .split('\n')
    .filter((line) => line !== '')
}

/** What is typed, what has to be offered, and what must not be. */
const CASES: readonly [typed: string, offered: string, not?: string][] = [
  ['che', 'check', 'drill'],
  ['drill r', 'replay report run', 'list'],
  ['drill run de', 'demo', 'partition'],
  ['drill show --json par', 'partition'],
  ['drill run my', 'my.yaml'],
  ['policy show tunnel', 'tunnel-client'],
  ['explain TCP_RE', 'TCP_REFUSED TCP_RESET', 'TCP_TIMEOUT'],
  ['fault plan part', 'partition'],
  ['schema j', 'journal'],
  ['completion ', 'bash fish zsh'],
  ['check --fail', '--fail-on-flaky', '--junit'],
  ['check --no-c', '--no-color'],
  ['check --junit my', 'my.yaml'],
  ['probe tcp --exit-style n', 'nagios netdrill', 'ping'],
  ['probe tcp --exit-style=na', 'nagios', 'netdrill'],
  ['probe ping -p tun', 'tunnel-client'],
]

describe.each([
  ['bash', bash],
  ['zsh', zsh],
  ['fish', fish],
] as const)('completion %s', (shell, complete) => {
  const script = join(folder, `script.${shell}`)
  let here = true
  let printed: ProgramResult | null = null
  beforeAll(async () => {
    writeFileSync(join(folder, 'my.yaml'), '')
    printed = await runProgram(['completion', shell])
    writeFileSync(script, printed.stdout)
    try {
      execFileSync(shell, ['--version'])
    } catch {
      here = false
    }
  })

  it('is a script without mistakes', (context) => {
    if (!here) return context.skip(`${shell} is not installed`)
    expect(printed).toMatchObject({code: 0, stderr: ''})
    expect(() => execFileSync(shell, ['-n', script])).not.toThrow()
  })

  it.for(CASES)('completes "%s" with %s', ([typed, words, not = ''], context) => {
    if (!here) return context.skip(`${shell} is not installed`)
    const found = complete(script, typed.split(' '))
    // File names are what bash adds by itself, after the function.
    const own = words.split(' ').filter((word) => shell !== 'bash' || !word.endsWith('.yaml'))
    expect(found).toEqual(expect.arrayContaining(own))
    expect(found).not.toContain(not)
  })

  it('offers no files where an address is asked for', (context) => {
    if (!here) return context.skip(`${shell} is not installed`)
    expect(complete(script, ['probe', 'tcp', 'my'])).toEqual([])
  })
})

it('is offered for shells that there is a script for only', async () => {
  const {code, stderr} = await runProgram(['completion', 'tcsh'])
  expect(code).toBe(2)
  expect(stderr).toContain('bash, zsh, fish')
})
