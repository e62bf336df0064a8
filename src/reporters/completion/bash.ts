/** Completion for bash 3.2 and newer, without the bash-completion package. */
import {type CompletionSpec, type CompletionValue, nextWords, quoted, spellings} from './spec.ts'

/**
 * `=` and `:` end a word for bash, so `--flag=value` arrives in three. `-o default` completes file names where the
 * function gives nothing; older shells have no `compopt` to switch that off, and offer files in place of nothing.
 */
export function renderBashCompletion(spec: CompletionSpec): string {
  const {bin, commands, topics} = spec
  const values = commands.flatMap(({words, flags}) =>
    flags.flatMap((flag) =>
      flag.value === null
        ? []
        : [
            entry(
              spellings(flag).map((one) => `${words.join(' ')} ${one}`),
              flag.value,
            ),
          ],
    ),
  )
  const next = ['', ...topics.map(({name}) => name)].map((path) =>
    line(
      [path],
      `words ${nextWords(spec, path)
        .map(({name}) => name)
        .join(' ')}`,
    ),
  )
  const args = commands.map(({words, argument}) => entry([words.join(' ')], argument))
  const flags = commands.map(({words, flags: own}) =>
    line([words.join(' ')], own.flatMap(spellings).join(' ')),
  )
  return `# bash completion for ${bin}: eval "$(${bin} completion bash)"
_${bin}_flags() {
  case "$1" in
${flags.join('\n')}
    *) echo '--help --version' ;;
  esac
}
_${bin}_next() {
  case "$1" in
${[...next, ...args].join('\n')}
    *) echo none ;;
  esac
}
_${bin}_value() {
  case "$1" in
${values.join('\n')}
    *) return 1 ;;
  esac
}
${completer(spec)}complete -o default -F _${bin} ${bin}
`
}

function completer({bin, topics}: CompletionSpec): string {
  return `_${bin}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD - 1]}" path='' kind='' index word
  if [[ $current == '=' ]]; then
    current=''
  elif [[ $before == '=' ]]; then
    before="\${COMP_WORDS[COMP_CWORD - 2]}"
  fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    [[ $word == -* || $word == '=' ]] && continue
    case "$path" in
      '') path="$word" ;;
      ${topics.map(({name}) => name).join(' | ')}) path="$path $word" ;;
    esac
  done
  COMPREPLY=()
  kind="$(_${bin}_value "$path $before")" || {
    if [[ $current == -* ]]; then kind="words $(_${bin}_flags "$path")"; else kind="$(_${bin}_next "$path")"; fi
  }
  case "$kind" in
    words*)
      COMPREPLY=($(compgen -W "\${kind#words}" -- "$current"))
      compopt +o default 2>/dev/null
      ;;
    either*) COMPREPLY=($(compgen -W "\${kind#either}" -- "$current")) ;;
    none) compopt +o default 2>/dev/null ;;
    folders) COMPREPLY=($(compgen -d -- "$current")) ;;
  esac
  return 0
}
`
}

function entry(patterns: readonly string[], value: CompletionValue): string {
  return line(patterns, kindOf(value))
}

function line(patterns: readonly string[], text: string): string {
  return `    ${patterns.map(quoted).join(' | ')}) echo ${quoted(text)} ;;`
}

function kindOf(value: CompletionValue): string {
  return value.kind === 'words' ? `${value.files ? 'either' : 'words'} ${value.words.join(' ')}` : value.kind
}
