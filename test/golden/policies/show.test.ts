import {describe, expect, it} from 'vitest'
import {listPolicies, viewPolicy} from '../../../src/app/policies.ts'
import {resolvePolicy} from '../../../src/policies/resolve.ts'
import {policyJson, renderPolicy, renderPolicyList} from '../../../src/reporters/policy.ts'

const ALL = {duration: 0, attempts: null}

describe('policy show', () => {
  it.each(listPolicies().map(({name}) => name))('%s', async (name) => {
    const view = viewPolicy(resolvePolicy(name), ALL)
    await expect(renderPolicy(view, true)).toMatchFileSnapshot(`${name}.golden`)
  })

  it('as JSON', async () => {
    const view = viewPolicy(resolvePolicy('webrtc'), ALL)
    await expect(`${policyJson([view])}\n`).toMatchFileSnapshot('webrtc-json.golden')
  })
})

describe('policy list', () => {
  it('with sources', async () => {
    await expect(renderPolicyList(listPolicies(), true)).toMatchFileSnapshot('list.golden')
  })
})
