/** Completion for zsh 5 and newer. */
import {type CompletionSpec, type CompletionValue, nextWords, quoted, spellings} from './spec.ts'

export function renderZshCompletion(spec: CompletionSpec): string {
  const {bin, commands, topics} = spec
  const next = ['', ...topics.map(({name}) => name)].map((path) =>
    line([path], `next=(${nextWords(spec, path).map(described).join(' ')}); _describe command next`),
  )
  const args = commands.map(({words, argument}) => line([words.join(' ')], offer(argument)))
  const values = commands.flatMap(({words, flags}) =>
    flags.flatMap((flag) => {
      const patterns = spellings(flag).map((one) => `${words.join(' ')} ${one}`)
      return flag.value === null ? [] : [line(patterns, `${offer(flag.value)}; return`)]
    }),
  )
  const flags = commands.map(({words, flags: own}) =>
    line(
      [words.join(' ')],
      `flags=(${own.flatMap((flag) => spellings(flag).map((name) => described({name, summary: flag.summary}))).join(' ')})`,
    ),
  )
  return `#compdef ${bin}
# zsh completion for ${bin}: source <(${bin} completion zsh), or a file _${bin} in a folder of $fpath
_${bin}() {
${finder(spec)}  case "$place $before" in
${values.join('\n')}
  esac
  if [[ $current == -* ]]; then
    case "$place" in
${flags.join('\n')}
      *) flags=('--help:how it is used' '--version:the version') ;;
    esac
    _describe -o option flags
    return
  fi
  case "$place" in
${[...next, ...args].join('\n')}
  esac
}
if [[ \${funcstack[1]} == _${bin} ]]; then _${bin} "$@"; else compdef _${bin} ${bin}; fi
`
}

/** Where the cursor is: after which command, and after which flag. */
function finder({topics}: CompletionSpec): string {
  return `  local current="\${words[CURRENT]}" before="\${words[CURRENT - 1]}" place='' word
  local -a flags next
  for word in "\${(@)words[2,CURRENT - 1]}"; do
    [[ $word == -* ]] && continue
    case "$place" in
      '') place="$word" ;;
      ${topics.map(({name}) => name).join(' | ')}) place="$place $word" ;;
    esac
  done
  if [[ $current == --*=* ]]; then
    before="\${current%%=*}"
    compset -P '*='
    current="\${current#*=}"
  fi
`
}

function line(patterns: readonly string[], action: string): string {
  return `    ${patterns.map(quoted).join(' | ')}) ${action} ;;`
}

/** The first colon parts the word from what it means. */
function described({name, summary}: {readonly name: string; readonly summary: string}): string {
  return quoted(`${name}:${summary}`)
}

function offer(value: CompletionValue): string {
  switch (value.kind) {
    case 'none':
      return `_message 'a value'`
    case 'files':
      return '_files'
    case 'folders':
      return '_files -/'
    case 'words':
      return `compadd -- ${value.words.join(' ')}${value.files ? '; _files' : ''}`
  }
}
