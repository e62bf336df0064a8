/** Programs that report success and lie: never a fault that counts as real, never a leftover that nobody notices. */
import {describe, expect, it} from 'vitest'
import {isUserError} from '../../../src/core/errors.ts'
import type {ExecRequest, ExecResult} from '../../../src/core/ports.ts'
import {openFaultEngine} from '../../../src/faults/engine.ts'
import {makeFaultWorld, makeRequest} from '../../support/fault-world.ts'
import {SimulatedKernel} from '../../support/simulated-kernel.ts'

type Lie = 'does nothing' | 'changes nothing, shows the truth' | 'speaks another JSON' | 'removes nothing'

const SAYS_YES: ExecResult = {exitCode: 0, stdout: '', stderr: '', took: 0, timedOut: false, notFound: false}

const isChange = ({args, input}: ExecRequest): boolean => args[0] === 'delete' || input !== undefined
const isRemoval = ({args, input = ''}: ExecRequest): boolean => args[0] === 'delete' || / del /.test(input)

class LyingKernel extends SimulatedKernel {
  readonly #program: string
  readonly #lie: Lie

  constructor(program: string, lie: Lie) {
    super()
    this.#program = program
    this.#lie = lie
  }

  override async run(request: ExecRequest): Promise<ExecResult> {
    if (request.file !== this.#program) return super.run(request)
    switch (this.#lie) {
      case 'does nothing':
        return SAYS_YES
      case 'changes nothing, shows the truth':
        return isChange(request) ? SAYS_YES : super.run(request)
      case 'removes nothing':
        return isRemoval(request) ? SAYS_YES : super.run(request)
      case 'speaks another JSON': {
        const foreign = request.args.includes('-j') || request.args.includes('-s')
        return foreign
          ? {...SAYS_YES, stdout: '[{"metainfo": {"version": "99"}, "discs": []}]'}
          : super.run(request)
      }
    }
  }

  get clean(): boolean {
    return this.tables.size === 0 && [...this.devices.values()].every(({qdiscs}) => qdiscs.length === 0)
  }
}

const scope = {to: '10.0.0.2', port: 443}
const FAULTS = [
  {kind: 'partition', scope},
  {kind: 'partition', connections: 'established', scope},
  {kind: 'mtu', size: 1400, scope},
  {kind: 'connection-limit', max: 3, scope},
  {kind: 'mptcp', scope},
  {kind: 'rate', rate: '10mbit', scope},
  {kind: 'rate', rate: '10mbit', algorithm: 'htb', scope},
  {kind: 'netem', delay: '100ms', loss: '1%', scope},
]
const usesTc = (kind: string): boolean => kind === 'rate' || kind === 'netem'

interface Ending {
  /** Null: it was refused or failed. */
  readonly asAsked: boolean | null
  readonly restored: boolean
}

async function runWith(kernel: LyingKernel, words: (typeof FAULTS)[number]): Promise<Ending> {
  const world = makeFaultWorld({kernel})
  const engine = openFaultEngine(world.ports, {run: 'r1'})
  const request = await makeRequest('f', words)
  try {
    const fault = await engine.apply(await engine.plan(request), request.binding)
    const {restored} = await fault.remove()
    return {asAsked: fault.asAsked, restored}
  } catch (error) {
    if (!isUserError(error)) throw error
    return {asAsked: null, restored: error.exit !== 5}
  }
}

const CASES = FAULTS.flatMap((words) =>
  ['nft', ...(usesTc(words.kind) ? ['tc'] : [])].map((program) => ({program, words})),
)

describe.each(CASES)('with a lying $program, $words', ({program, words}) => {
  it.each<Lie>(['does nothing', 'changes nothing, shows the truth', 'speaks another JSON'])(
    'that %s the fault is not as asked, and what is left is told',
    async (lie) => {
      const kernel = new LyingKernel(program, lie)
      const {asAsked, restored} = await runWith(kernel, words)
      expect(asAsked).not.toBe(true)
      // Nothing is left, or it is said that something may be.
      expect(restored && !kernel.clean).toBe(false)
    },
  )

  it('that removes nothing is found out', async () => {
    const kernel = new LyingKernel(program, 'removes nothing')
    expect((await runWith(kernel, words)).restored).toBe(false)
    expect(kernel.clean).toBe(false)
  })

  it.each([0, 1, 2, 3])('that fails at its command %i leaves nothing', async (number) => {
    const kernel = new LyingKernel(program, 'speaks another JSON')
    kernel.failAt = number
    const {asAsked, restored} = await runWith(kernel, words)
    expect(asAsked).not.toBe(true)
    expect(restored && !kernel.clean).toBe(false)
  })
})
