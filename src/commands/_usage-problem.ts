/** oclif's complaints about a command line in netdrill's words. */
import type {Errors} from '@oclif/core'
import type {Problem} from '../core/errors.ts'
import {suggest} from '../core/text.ts'

/** What the parser's errors carry beside their message; their classes are not exported. */
interface Details {
  readonly flags?: readonly string[]
  readonly args?: readonly ({readonly name: string; readonly description?: string} | string)[]
}

/** The problem that an error of the parser stands for. `flags` are the names that the command knows, without dashes. */
export function usageProblem(error: Errors.CLIError, flags: readonly string[]): Problem {
  const details = error as Details
  const help = 'add --help to see what the command takes'
  const unknown = details.flags?.[0]
  if (unknown !== undefined && error.message.startsWith('Nonexistent')) {
    const near = unknown.startsWith('--') ? suggest(unknown.slice(2), flags) : null
    const advice = [...(near === null ? [] : [`did you mean --${near}?`]), help]
    return {code: 'USAGE_INVALID', message: `there is no flag ${unknown}`, advice}
  }
  const missing = details.args?.flatMap((arg) => (typeof arg === 'string' ? [] : [arg])) ?? []
  if (missing.length > 0 && error.message.startsWith('Missing')) {
    const names = missing.map(({name}) => name.toUpperCase()).join(' and ')
    const what = missing.map(({name, description}) => `${name.toUpperCase()}: ${description ?? ''}`)
    return {code: 'USAGE_INVALID', message: `${names} is missing`, advice: [...what, help]}
  }
  return {
    code: 'USAGE_INVALID',
    message: error.message.replace(/\nSee more help with --help$/, ''),
    advice: [help],
  }
}

/** The problem of words that name no command. `id` holds the words joined by colons, `known` the ids of all commands. */
export function unknownCommand(id: string, known: readonly string[]): Problem {
  const words = id.split(':')
  const depth = words.findIndex((_, index) => !startsOne(words.slice(0, index + 1), known))
  const topic = words.slice(0, Math.max(0, depth))
  const wrong = words[Math.max(0, depth)] ?? id
  const choices = [
    ...new Set(
      known
        .filter((one) => topic.every((word, index) => one.split(':')[index] === word))
        .flatMap((one) => one.split(':')[topic.length] ?? []),
    ),
  ]
  const near = suggest(wrong, choices)
  const spelled = (...more: readonly string[]): string => ['netdrill', ...topic, ...more].join(' ')
  return {
    code: 'USAGE_INVALID',
    message: `there is no command "${[...topic, wrong].join(' ')}"`,
    advice: [
      ...(near === null ? [] : [`did you mean ${spelled(near)}?`]),
      `${spelled('--help')} lists ${choices.toSorted().join(', ')}`,
    ],
  }
}

function startsOne(words: readonly string[], known: readonly string[]): boolean {
  const start = words.join(':')
  return known.some((one) => one === start || one.startsWith(`${start}:`))
}
