import {describe, expect, it} from 'vitest'
import {renderCondition} from '../../../src/config/conditions/condition.ts'
import {type FieldValue, evaluateCondition} from '../../../src/config/conditions/evaluate.ts'
import {FIELD_NAMES, fieldKind} from '../../../src/config/conditions/fields.ts'
import {parseCondition} from '../../../src/config/conditions/parse.ts'
import {evaluateExpectation} from '../../../src/config/conditions/schema.ts'
import {problemsIn} from './support.ts'

describe('parseCondition', () => {
  it.each([
    ['rtt.p95 < 50ms', {field: 'rtt.p95', operator: '<', value: 50}],
    ['rtt.p95<50ms', {field: 'rtt.p95', operator: '<', value: 50}],
    ['  loss   <=  1% ', {operator: '<=', value: 0.01}],
    ['ok == true', {type: 'boolean', value: true}],
    ['tls.days_left > 21', {type: 'number', value: 21}],
    ['dns.ttl >= 5m', {type: 'seconds', value: 300}],
    ['http.size < 4KiB', {type: 'size', value: 4096}],
    ['family in [4, 6]', {operator: 'in', value: [4, 6]}],
    ['code == TCP_REFUSED', {value: 'TCP_REFUSED'}],
    ['code == none', {value: null}],
    ['dns.answers == [10.0.0.1, "10.0.0.2"]', {type: 'list', value: ['10.0.0.1', '10.0.0.2']}],
    ['dns.answers == []', {value: []}],
    ['dns.flags has ad', {operator: 'has', value: 'ad'}],
    ['tcp.banner == "SSH 2.0 \\"x\\""', {value: 'SSH 2.0 "x"'}],
    ['tcp.banner matches ^SSH-2\\.0 .*$', {operator: 'matches', value: '^SSH-2\\.0 .*$'}],
    ['tcp.banner matches "^\\d+ ready"', {value: '^\\d+ ready'}],
    ['http.header.Content-Type == text/html', {field: 'http.header.Content-Type', type: 'text'}],
    ['states == [connected, degraded, connected]', {value: ['connected', 'degraded', 'connected']}],
    ['availability > 99.9%', {type: 'ratio'}],
  ] as const)('reads %s', (text, expected) => {
    expect(parseCondition(text)).toMatchObject({subject: null, ...expected})
  })

  it('splits the subject off', () => {
    const subjects = ['api', 'edge-2']
    expect(parseCondition('edge-2.rtt.p95 < 50ms', {subjects})).toMatchObject({
      subject: 'edge-2',
      field: 'rtt.p95',
    })
    expect(parseCondition('api.state == connected', {subjects})).toMatchObject({
      subject: 'api',
      field: 'state',
    })
  })

  it('understands a flag behind slashes', () => {
    expect(parseCondition('tcp.banner matches /^ssh/i').regexp?.flags).toBe('i')
  })

  it.each([
    ['', 1, 'the condition has no field'],
    ['rtt.p95', 8, 'the condition has no operator'],
    ['rtt.p95 <', 9, 'nothing follows <'],
    ['rtt.p95 < 50', 11, 'rtt.p95 is a duration, not "50" | write it with its unit, such as 50ms'],
    ['rtt.p95 < 5%', 11, 'rtt.p95 is a duration, not "5%"'],
    ['loss < 50ms', 8, 'loss is a percentage, not "50ms"'],
    ['loss < 0.05', 8, 'loss is a percentage, not "0.05" | write it with its unit, such as 0.05%'],
    ['attempts < 3s', 12, 'attempts is a number without a unit, not "3s"'],
    ['ok == yes', 7, 'ok is true or false, not "yes"'],
    ['rtt.p59 < 5ms', 1, 'unknown field "rtt.p59" | did you mean "rtt.p50"?'],
    ['zzzzzzzzz < 5ms', 1, 'unknown field "zzzzzzzzz"'],
    ['rtt.p95 = 5ms', 9, '"=" is not an operator | write == for equality'],
    ['rtt.p95 is 5ms', 9, '"is" is not an operator'],
    ['rtt.p95 =< 5ms', 9, '"=<" is not an operator'],
    ['ok < true', 4, "< can't be used with ok, which is true or false | it takes == !="],
    ['rtt.p95 matches 5', 9, "matches can't be used with rtt.p95, which is a duration"],
    ['code == TCP_REFUSD', 9, 'code is never "TCP_REFUSD" | did you mean "TCP_REFUSED"?'],
    ['state == conected', 10, 'state is never "conected" | did you mean "connected"?'],
    ['dns.answers has [a]', 17, 'has takes one value here'],
    ['dns.answers == a', 16, '== takes a list here | use has for one of its entries | write it as [a, b]'],
    ['code in TCP_REFUSED', 9, 'in takes a list here'],
    ['code == [TCP_REFUSED]', 9, '== takes one value here | use in for one of several'],
    ['family in [4, 6', 11, 'the list is not closed'],
    ['family in [4,, 6]', 14, 'a value is missing here'],
    ['address == "10.0.0.1', 12, 'the quote is not closed'],
    ['tcp.banner == SSH 2.0', 19, 'there is something behind the value'],
    ['ok == true and loss < 1%', 12, 'there is something behind the value'],
    ['tcp.banner matches (', 20, 'not a regular expression'],
  ])('refuses %j at column %i', (text, column, message) => {
    const [shown, at, source] = mistake(() => parseCondition(text, {from: '--expect'}))
    expect(shown).toContain(message)
    expect(at).toBe(column)
    expect(source).toBe(text)
  })

  it.each([
    [
      'apo.ok == true',
      'CONFIG_REFERENCE there is no "apo" to ask for | did you mean "api"? | known here: api',
    ],
    ['rtt.p95 < 5ms', 'CONFIG_REFERENCE "rtt.p95" of what? | write the name first, such as api.rtt.p95'],
    ['api == true', 'CONFIG_CONDITION which field of "api"?'],
    ['api.rtt.p59 < 1ms', 'CONFIG_CONDITION unknown field "rtt.p59"'],
  ])('with subjects refuses %s', (text, expected) => {
    expect(mistake(() => parseCondition(text, {subjects: ['api']}))[0]).toContain(expected)
  })

  it('knows every field that is documented', () => {
    expect(FIELD_NAMES.length).toBeGreaterThan(55)
    for (const name of FIELD_NAMES) expect(fieldKind(name)).not.toBeNull()
    expect(fieldKind('constructor')).toBeNull()
    expect(fieldKind('http.header.')).toBeNull()
  })
})

describe('evaluateCondition', () => {
  it.each<readonly [string, FieldValue, boolean | null]>([
    ['rtt.p95 < 50ms', 49.9, true],
    ['rtt.p95 < 50ms', 50, false],
    ['rtt.p95 <= 50ms', 50, true],
    ['rtt.p95 > 50ms', 62, true],
    ['rtt.p95 >= 50ms', 49, false],
    ['rtt.p95 < 50ms', undefined, null],
    ['rtt.p95 < 50ms', null, null],
    ['rtt.p95 < 50ms', Number.NaN, null],
    ['loss == 0%', 0, true],
    ['loss != 0%', 0.1, true],
    ['dns.ttl >= 5m', 300, true],
    ['ok == true', false, false],
    ['code == TCP_REFUSED', null, false],
    ['code != TCP_REFUSED', null, true],
    ['code == none', null, true],
    ['code in [TCP_REFUSED, TCP_TIMEOUT]', 'TCP_TIMEOUT', true],
    ['code in [TCP_REFUSED]', null, false],
    ['dns.answers has 10.0.0.1', ['10.0.0.1', '10.0.0.2'], true],
    ['dns.answers has 10.0.0.3', ['10.0.0.1'], false],
    ['dns.answers == [a, b]', ['a', 'b'], true],
    ['dns.answers == [a, b]', ['b', 'a'], false],
    ['dns.answers != [a, b]', ['a'], true],
    ['dns.answers matches ^10', ['192.0.2.1', '10.0.0.1'], true],
    ['tcp.banner has SSH', 'xSSHx', true],
    ['tcp.banner matches ^SSH', 'xSSH', false],
    ['states == [connected, degraded]', ['connected', 'degraded'], true],
  ])('%s with %j is %j', (text, actual, expected) => {
    expect(evaluateCondition(parseCondition(text), () => actual).met).toBe(expected)
  })

  it('asks for the field without the subject, and tells what it found', () => {
    const condition = parseCondition('api.rtt.p95 < 50ms', {subjects: ['api']})
    const result = evaluateCondition(condition, (field) => (field === 'rtt.p95' ? 62.4 : undefined))
    expect(result).toEqual({met: false, actual: 62.4, text: 'api.rtt.p95 < 50ms: it is 62.4ms'})
    expect(evaluateCondition(condition, () => undefined).text).toBe('api.rtt.p95 < 50ms: not measured')
  })

  it('of any takes one that is met, and stays unknown rather than false when one is unknown', () => {
    const any = [parseCondition('loss < 1%'), parseCondition('rtt.p95 < 50ms')]
    const judge = (loss: FieldValue, rtt: FieldValue): boolean | null =>
      evaluateExpectation({any}, (field) => (field === 'loss' ? loss : rtt)).met
    expect(judge(0.5, 10)).toBe(true)
    expect(judge(0.5, 60)).toBe(false)
    expect(judge(0.5, undefined)).toBe(null)
    expect(judge(0, undefined)).toBe(true)
  })
})

describe('renderCondition', () => {
  it.each([
    ['rtt.p95<50ms', 'rtt.p95 < 50ms'],
    ['  family   in  [4,6] ', 'family in [4,6]'],
  ])('%j becomes %j', (text, expected) => {
    expect(renderCondition(parseCondition(text))).toBe(expected)
  })
})

function mistake(work: () => unknown): readonly [string, number | undefined, string | undefined] {
  return (
    problemsIn(work).map(
      ({code, message, advice = [], position}) =>
        [[`${code} ${message}`, ...advice].join(' | '), position?.column, position?.source] as const,
    )[0] ?? ['', undefined, undefined]
  )
}
