import {Errors} from '@oclif/core'
import {describe, expect, it} from 'vitest'
import {unknownCommand, usageProblem} from '../../../src/commands/_usage-problem.ts'

const KNOWN = ['check', 'drill:list', 'drill:run', 'probe:dns', 'probe:tcp']

describe('words that name no command', () => {
  it.each([
    {id: 'prob:tcp:x', message: 'there is no command "prob"', advice: 'did you mean netdrill probe?'},
    {
      id: 'probe:tpc:h:1',
      message: 'there is no command "probe tpc"',
      advice: 'did you mean netdrill probe tcp?',
    },
    {
      id: 'drill:frobnicate',
      message: 'there is no command "drill frobnicate"',
      advice: 'netdrill drill --help lists list, run',
    },
    {id: 'zzz', message: 'there is no command "zzz"', advice: 'netdrill --help lists check, drill, probe'},
  ])('$id: $message', ({id, message, advice}) => {
    const problem = unknownCommand(id, KNOWN)
    expect(problem).toMatchObject({code: 'USAGE_INVALID', message})
    expect(problem.advice).toContain(advice)
  })
})

describe('a complaint of the parser', () => {
  const complaint = (message: string, more: object): Errors.CLIError =>
    Object.assign(new Errors.CLIError(`${message}\nSee more help with --help`), more)

  it.each([
    {
      error: complaint('Nonexistent flag: --timout', {flags: ['--timout']}),
      message: 'there is no flag --timout',
      first: 'did you mean --timeout?',
    },
    {
      error: complaint('Nonexistent flag: -x', {flags: ['-x']}),
      message: 'there is no flag -x',
      first: 'add --help to see what the command takes',
    },
    {
      error: complaint('Missing 1 required arg', {args: [{name: 'target', description: 'a host'}]}),
      message: 'TARGET is missing',
      first: 'TARGET: a host',
    },
    {
      error: complaint('Unexpected argument: b', {args: ['b']}),
      message: 'Unexpected argument: b',
      first: 'add --help to see what the command takes',
    },
  ])('becomes "$message"', ({error, message, first}) => {
    const problem = usageProblem(error, ['timeout', 'json'])
    expect(problem).toMatchObject({code: 'USAGE_INVALID', message})
    expect(problem.advice?.[0]).toBe(first)
  })
})
