import {describe, expect, it} from 'vitest'
import {chooseTargets} from '../../../src/ui/choose-targets.ts'
import {type TargetView, newTargetView} from '../../../src/ui/target-view.ts'

const target = (name: string, more: Partial<TargetView> = {}): TargetView => ({
  ...newTargetView(name, 0),
  ...more,
})
const info = (url: string): TargetView['info'] => ({
  name: '',
  url,
  kind: 'tcp',
  role: 'target',
  interval: 1,
  timeout: 1,
  policy: null,
})

const TARGETS = [
  target('web', {state: 'connected', info: info('https://shop.example/')}),
  target('db-1', {state: 'reconnecting', last: {status: 'failed', code: 'TCP_REFUSED'}}),
  target('db-2', {state: 'connected'}),
]

describe('the targets of the table', () => {
  it.each([
    {filter: '', names: ['web', 'db-1', 'db-2']},
    {filter: 'DB', names: ['db-1', 'db-2']},
    {filter: 'db connected', names: ['db-2']},
    {filter: 'shop', names: ['web']},
    {filter: 'refused', names: ['db-1']},
    {filter: '  ', names: ['web', 'db-1', 'db-2']},
    {filter: 'nothing like this', names: []},
  ])('with the filter "$filter" are $names', ({filter, names}) => {
    expect(chooseTargets(TARGETS, {filter, sort: 'document'}).map(({name}) => name)).toEqual(names)
  })

  it('are filtered, then sorted', () => {
    expect(chooseTargets(TARGETS, {filter: 'db', sort: 'state'}).map(({name}) => name)).toEqual([
      'db-1',
      'db-2',
    ])
  })
})
