/** The reference of all commands, from oclif's manifest. */

const HEADER = '<!-- Made by "npm run generate" from the commands; edit those. -->\n\n# Commands\n'

/** Markdown with a table of contents and a section per command, in the order of their names. */
export function renderCommands(manifest) {
  const commands = Object.values(manifest.commands)
    .filter((command) => !command.hidden)
    .sort((one, other) => (one.id < other.id ? -1 : 1))
  const contents = commands.map(
    (command) => `- [\`${nameOf(command)}\`](#${anchorOf(command)}): ${summaryOf(command)}`,
  )
  return `${[HEADER, ...contents, '', ...commands.map(section)].join('\n').trimEnd()}\n`
}

const nameOf = (command) => `netdrill ${command.id.replaceAll(':', ' ')}`

const anchorOf = (command) => nameOf(command).replaceAll(' ', '-')

const summaryOf = (command) => oneLine(command.summary ?? command.description ?? '')

function section(command) {
  const parts = [`## ${nameOf(command)}`, '', summaryOf(command), '', '```', usage(command), '```', '']
  if (command.summary && command.description) parts.push(command.description.trim(), '')
  const args = Object.values(command.args ?? {}).filter(({hidden}) => !hidden)
  if (args.length > 0) parts.push('| argument | meaning |', '|---|---|', ...args.map(argumentRow), '')
  const flags = Object.values(command.flags ?? {}).filter(({hidden}) => !hidden)
  if (flags.length > 0) parts.push('| flag | meaning |', '|---|---|', ...flags.map(flagRow), '')
  const examples = (command.examples ?? []).map((example) => exampleText(example, command))
  if (examples.length > 0) parts.push('Examples:', '', '```', ...examples, '```', '')
  return parts.join('\n')
}

function usage(command) {
  const args = Object.values(command.args ?? {}).filter(({hidden}) => !hidden)
  const words = args.map(({name, required}) => (required ? name.toUpperCase() : `[${name.toUpperCase()}]`))
  if (command.strict === false && words.length > 0) words.push('...')
  return [nameOf(command), ...words].join(' ')
}

const argumentRow = ({name, description, required}) =>
  row(`\`${name.toUpperCase()}\`${required ? '' : ' (optional)'}`, description)

function flagRow(flag) {
  const long = flag.allowNo ? `--[no-]${flag.name}` : `--${flag.name}`
  const short = flag.char ? `-${flag.char}, ` : ''
  const notes = flagNotes(flag)
  const text = oneLine(flag.summary ?? flag.description ?? '')
  return row(
    `\`${short}${long}${flagValue(flag)}\``,
    notes.length > 0 ? `${text} (${notes.join(', ')})` : text,
  )
}

function flagValue({type, options, helpValue}) {
  if (type !== 'option') return ''
  return ` ${options ? options.join('\\|') : (helpValue ?? 'VALUE')}`
}

function flagNotes({required, multiple, type, env, default: value}) {
  const notes = [
    required && 'required',
    multiple && 'repeatable',
    value !== undefined && type === 'option' && `default \`${value}\``,
    env && `\`${env}\``,
  ]
  return notes.filter(Boolean)
}

const row = (...cells) => `| ${cells.map((cell) => oneLine(cell ?? '')).join(' | ')} |`

const oneLine = (text) => text.trim().replaceAll(/\s+/g, ' ')

/** oclif fills these templates when it shows help; here they stand for the same words. */
function exampleText(example, command) {
  const text = typeof example === 'string' ? example : `# ${example.description}\n${example.command}`
  return text
    .replaceAll(/<%=\s*config\.bin\s*%>/g, 'netdrill')
    .replaceAll(/<%=\s*command\.id\s*%>/g, command.id.replaceAll(':', ' '))
}
