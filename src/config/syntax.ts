/** What is wrong with a text as YAML, in words that say what to change. */
import {Scalar, isScalar, visit} from 'yaml'
import {type Position, type Problem, UserError} from '../core/errors.ts'
import type {Told} from './check-text.ts'
import type {YamlSource} from './source.ts'

/**
 * Throws for the first real syntax error only, since those after it are mostly its consequences. Repeated keys don't
 * disturb the rest: they are returned, to be shown with everything else.
 */
export function checkSyntax(source: YamlSource): readonly Problem[] {
  const faults = [...source.document.errors, ...source.document.warnings]
  const repeated = repeatedKeys(source)
  const [broken] = faults
  if (!broken) return repeated
  const problem = syntaxProblem(broken, source)
  const before = repeated.filter((other) => (other.position?.line ?? 0) < (problem.position?.line ?? 0))
  throw new UserError([...before, problem])
}

type Fault = YamlSource['document']['errors'][number] | YamlSource['document']['warnings'][number]

/** Only keys that are plain values can be told to be the same. */
function repeatedKeys({document, positionAt}: YamlSource): readonly Problem[] {
  const problems: Problem[] = []
  visit(document, {
    Map(_, {items}) {
      const seen = new Set<unknown>()
      for (const {key} of items) {
        if (!isScalar(key)) continue
        if (seen.has(key.value)) problems.push(repeatedKey(key, positionAt))
        seen.add(key.value)
      }
    },
  })
  return problems
}

function repeatedKey({range}: Scalar, positionAt: YamlSource['positionAt']): Problem {
  const [start, end] = range ?? [0, 0]
  return {
    code: 'CONFIG_SYNTAX',
    message: 'the key is there twice',
    position: positionAt(start, end - start),
    advice: ['rename one, or remove it'],
  }
}

function syntaxProblem(fault: Fault, source: YamlSource): Problem {
  const [start, end] = fault.pos
  const position = source.positionAt(start, end - start)
  const conflict = /^(?:<{7}|={7}|>{7})( |$)/m.exec(source.text)
  if (conflict) {
    const message = 'a merge conflict was left in the document'
    return {
      code: 'CONFIG_SYNTAX',
      message,
      position: source.positionAt(conflict.index, 7),
      advice: ['resolve it'],
    }
  }
  const quote = fault.code === 'MISSING_CHAR' ? openQuote(source, start) : null
  if (quote) {
    const advice = ['write the same quote at its end']
    return {code: 'CONFIG_SYNTAX', message: 'the quote is not closed', position: quote, advice}
  }
  const {message, advice = []} = explain(fault, position)
  const reference = position.source?.includes('${') ? ['inside { } and [ ] a ${NAME} needs quotes'] : []
  return {code: 'CONFIG_SYNTAX', message, position, advice: [...reference, ...advice]}
}

/** Where the quoted text begins that goes on to `end`. */
function openQuote({document, positionAt}: YamlSource, end: number): Position | null {
  let found: Position | null = null
  visit(document, {
    Scalar(_, {type, range}) {
      const quoted = type === Scalar.QUOTE_DOUBLE || type === Scalar.QUOTE_SINGLE
      if (quoted && range && range[0] < end && range[1] >= end) found = positionAt(range[0], 1)
    },
  })
  return found
}

const QUOTE_IT = 'put the value in quotes'

function explain(fault: Fault, position: Position): Told {
  const first = fault.message.split('\n')[0] ?? ''
  const rest = position.source?.slice(position.column - 1) ?? ''
  switch (fault.code) {
    case 'TAB_AS_INDENT':
      return {
        message: 'a tab indents this line, and YAML takes spaces only',
        advice: ['replace it with spaces'],
      }
    case 'MULTIPLE_DOCS':
      return {
        message: 'a second document begins here',
        advice: ['one file holds one document: write two files'],
      }
    case 'BAD_ALIAS':
      return {message: first.startsWith('Unresolved') ? 'nothing has this anchor' : first}
    case 'BAD_SCALAR_START':
      return {message: `a value can't begin with ${rest[0] ?? 'this'}`, advice: [QUOTE_IT]}
    case 'BAD_DQ_ESCAPE':
      return {
        message: `${rest.slice(0, 2)} means nothing between double quotes`,
        advice: ['write \\\\ for a backslash, or use single quotes'],
      }
    case 'BAD_DIRECTIVE':
      return {message: `${rest.split(' ')[0] ?? 'this'} means nothing here`, advice: ['remove the line']}
    case 'TAG_RESOLVE_FAILED':
      return {
        message: `${rest.split(' ')[0] ?? 'this'} means nothing here`,
        advice: ['remove it: values have no tags'],
      }
    default:
      return structure(fault, first)
  }
}

function structure({code}: Fault, first: string): Told {
  if (/end with a [\]}]$/.test(first)) {
    const close = first.at(-1) ?? ''
    return {
      message: `a ${close} is missing before this`,
      advice: [`close what was opened with ${close === '}' ? '{' : '['}`],
    }
  }
  switch (code) {
    case 'BAD_INDENT':
      return {
        message: 'this line is indented differently from the ones it belongs to',
        advice: ['line it up'],
      }
    case 'BLOCK_AS_IMPLICIT_KEY':
      return first.includes('sequence')
        ? {
            message: 'a list begins where a key: value was expected',
            advice: ['write it under a key of its own'],
          }
        : {
            message: 'there is a second ": " in this value, or the next line is indented too far',
            advice: [QUOTE_IT, 'or line the next line up with this one'],
          }
    case 'MULTILINE_IMPLICIT_KEY':
    case 'MISSING_CHAR':
      return {message: 'a ":" is missing here', advice: ['write it as key: value']}
    case 'UNEXPECTED_TOKEN':
      if (/flow-(map|seq)-end/.test(first))
        return {message: 'this bracket closes nothing', advice: ['remove it']}
      return {
        message: 'this is not expected here',
        advice: ['a comma, a quote or a line break may be missing before it'],
      }
    default:
      return {message: first}
  }
}
