import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {OPERATORS, renderCondition} from '../../../src/config/conditions/condition.ts'
import {evaluateCondition} from '../../../src/config/conditions/evaluate.ts'
import {FIELD_NAMES, fieldKind} from '../../../src/config/conditions/fields.ts'
import {parseCondition} from '../../../src/config/conditions/parse.ts'
import {problemsIn} from '../../unit/config/support.ts'

const spaces = fc.constantFrom('', ' ', '   ', '\t')
const decimal = fc
  .tuple(fc.nat(99_999), fc.nat(999))
  .map(([whole, part]) => (part === 0 ? `${whole}` : `${whole}.${part}`))
const quoted = fc.string().map((text) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`)

function valueOf(field: string): fc.Arbitrary<string> {
  const kind = fieldKind(field)
  if (kind?.words) return fc.constantFrom(...kind.words)
  switch (kind?.type) {
    case 'duration':
    case 'seconds':
      return fc.tuple(decimal, fc.constantFrom('us', 'ms', 's', 'm', 'h')).map(([n, unit]) => n + unit)
    case 'ratio':
      return fc.nat(100).map((n) => `${n}%`)
    case 'size':
      return fc.tuple(decimal, fc.constantFrom('B', 'kB', 'KiB')).map(([n, unit]) => n + unit)
    case 'number':
      return decimal
    case 'boolean':
      return fc.constantFrom('true', 'false')
    default:
      return quoted
  }
}

const written = fc.constantFrom(...FIELD_NAMES).chain((field) => {
  const type = fieldKind(field)?.type
  const one = valueOf(field)
  const list = fc.array(one, {maxLength: 4}).map((items) => `[${items.join(', ')}]`)
  const single = type === 'text' || type === 'boolean' ? ['==', '!='] : ['==', '!=', '<', '<=', '>', '>=']
  const comparison =
    type === 'list' ? fc.tuple(fc.constantFrom('==', '!='), list) : fc.tuple(fc.constantFrom(...single), one)
  return fc.tuple(spaces, comparison, spaces, spaces).map(([a, [operator, value], b, c]) => ({
    text: `${a}${field}${b}${operator}${c}${value}${a}`,
    field,
    operator,
  }))
})

describe('a condition', () => {
  it('comes back the same after it was rendered, whatever the spaces', () => {
    fc.assert(
      fc.property(written, ({text, field, operator}) => {
        const condition = parseCondition(text)
        expect(condition).toMatchObject({field, operator})
        expect(parseCondition(renderCondition(condition))).toEqual(condition)
      }),
      {numRuns: 200},
    )
  })

  it('or any other text never throws anything but a UserError with a place inside the text', () => {
    const bits = fc.constantFrom(
      ...OPERATORS,
      ...FIELD_NAMES.slice(0, 20),
      '[',
      ']',
      '"',
      "'",
      ',',
      '\\',
      '/',
      '5ms',
      '1%',
      ' ',
      '.',
    )
    const text = fc.oneof(
      fc.string({unit: 'binary'}),
      fc.array(bits, {maxLength: 8}).map((list) => list.join('')),
    )
    const subjects = fc.option(fc.array(fc.string(), {maxLength: 3}), {nil: undefined})
    fc.assert(
      fc.property(text, subjects, (source, names) => {
        const found = problemsIn(() => parseCondition(source, names ? {subjects: names} : {}))
        const columns = found.map((problem) => problem.position?.column ?? 0)
        expect(columns.every((column) => column >= 1 && column <= source.length + 1)).toBe(true)
      }),
      {numRuns: 400},
    )
  })

  it('is either met, not met or unknown for any value, and its negation is the opposite', () => {
    const values = fc.oneof(
      fc.constant(undefined),
      fc.constant(null),
      fc.double(),
      fc.string(),
      fc.boolean(),
      fc.array(fc.string()),
    )
    const equalities = written.filter(({operator}) => operator === '==')
    fc.assert(
      fc.property(equalities, values, ({text}, value) => {
        const same = evaluateCondition(parseCondition(text), () => value).met
        const other = evaluateCondition(parseCondition(text.replace('==', '!=')), () => value).met
        expect(other).toBe(same === null ? null : !same)
      }),
    )
  })
})
