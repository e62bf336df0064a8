/** Completion for fish 3 and newer. */
import {type CompletionFlag, type CompletionSpec, type CompletionValue, nextWords, quoted} from './spec.ts'

export function renderFishCompletion(spec: CompletionSpec): string {
  const {bin, commands, topics} = spec
  const complete = (path: string, ...rest: readonly string[]): string =>
    [`complete -c ${bin} -n "__${bin}_at ${path}"`, ...rest].filter((word) => word !== '').join(' ')
  const next = ['', ...topics.map(({name}) => name)].flatMap((path) =>
    nextWords(spec, path).map(({name, summary}) => complete(path, `-a ${name} -d ${quoted(summary)}`)),
  )
  const rest = commands.flatMap(({words, argument, flags}) => [
    ...argumentOf(argument).map((given) => complete(words.join(' '), given)),
    ...flags.map((flag) => complete(words.join(' '), flagOf(flag))),
  ])
  return `# fish completion for ${bin}: ${bin} completion fish | source
${condition(spec)}complete -c ${bin} -f
${complete('', `-l help -d 'how it is used'`)}
${complete('', `-l version -d 'the version'`)}
${[...next, ...rest].join('\n')}
`
}

function condition({bin, topics}: CompletionSpec): string {
  return `function __${bin}_at --description 'whether the command line is at this command'
    set -l typed (string match -v -- '-*' (commandline -opc)[2..])
    set -l depth (count $typed)
    switch (count $argv)
        case 0
            test $depth -eq 0
        case 1
            contains -- $argv[1] ${topics.map(({name}) => name).join(' ')}; and test $depth -ne 1; and return 1
            test $depth -ge 1; and test "$typed[1]" = $argv[1]
        case '*'
            test $depth -ge 2; and test "$typed[1..2]" = "$argv"
    end
end
`
}

function argumentOf(value: CompletionValue): readonly string[] {
  switch (value.kind) {
    case 'none':
      return []
    case 'files':
      return ['-F']
    case 'folders':
      return [`-a '(__fish_complete_directories)'`]
    case 'words':
      return [...(value.files ? ['-F'] : []), `-a ${quoted(value.words.join(' '))}`]
  }
}

function flagOf({name, short, summary, value}: CompletionFlag): string {
  const words = [`-l ${name}`, short === null ? '' : `-s ${short}`, `-d ${quoted(summary)}`]
  if (value !== null) words.push('-r', ...argumentOf(value))
  return words.filter((word) => word !== '').join(' ')
}
