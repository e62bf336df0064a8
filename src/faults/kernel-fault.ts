/** Puts one compiled plan into the kernel and looks whether it is there. */
import type {PrivateSockets} from '../core/kept-links.ts'
import {HOST, type Place} from '../core/place.ts'
import type {Clock, ExecResult, Files} from '../core/ports.ts'
import {
  type Readback,
  type TableWhere,
  countRules,
  judgeClassRate,
  judgeLeaf,
  judgeTable,
  readLeafCounters,
  readTable,
} from './backends/readback.ts'
import {readNetwork} from './backends/network-state.ts'
import type {CompiledPlan} from './compile-plan.ts'
import {tableFamily} from './fault-tables.ts'
import type {FaultCounters, FaultPlan, Step} from './fault.ts'
import {countKept, keptEnd, readKept} from './kept-link.ts'
import type {LedgerJoint, UndoStep} from './ledger.ts'
import {judgeOffload} from './offload.ts'
import {readQdiscs} from './observe.ts'
import {type ExecAction, type Tools, tcBatch, whyFailed} from './tools.ts'
import {countTrace, readTrace} from './trace.ts'

/** The undo of all steps, last step first. The root goes only when no other fault needs it. */
export function undoSteps(plan: FaultPlan): readonly UndoStep[] {
  return plan.steps.toReversed().flatMap(({undo, shared, onHost, victim, minor, joint, offload}) =>
    undo.type === 'exec'
      ? [
          {
            action: forced(undo),
            onlyIfTreeUnused: shared === true,
            ...(onHost ? {onHost} : {}),
            ...(victim ? {victim} : {}),
            ...(minor === undefined ? {} : {minor}),
            ...(joint === undefined ? {} : {joint}),
            ...(offload ? {offload} : {}),
          },
        ]
      : [],
  )
}

/** A batch of undo lines goes on after a line that finds nothing to undo. */
function forced(action: ExecAction): ExecAction {
  return action.file === 'tc' && action.args[0] === '-batch'
    ? {...action, args: ['-force', ...action.args]}
    : action
}

export interface Done {
  /** What failed, in words; null when nothing did. */
  readonly failure: string | null
  /** Flows that the kernel was made to forget. */
  readonly forgotten: number
}

/** Runs the steps, neighbouring tc batches as one, up to the first that fails. */
export async function runSteps(tools: Tools, place: Place, plan: FaultPlan): Promise<Done> {
  let forgotten = 0
  for (const {action, onHost} of joinBatches(plan.steps)) {
    const result = await tools.run(onHost ? HOST : place, action)
    const failure = failureOf(result, action)
    forgotten += Number(/(\d+) flow entries have been deleted/.exec(result.stderr)?.[1] ?? 0)
    if (failure !== null) return {failure, forgotten}
  }
  return {failure: null, forgotten}
}

function failureOf(result: ExecResult, action: ExecAction): string | null {
  // conntrack ends with 1 when there was nothing to forget.
  if (action.file === 'conntrack' && result.exitCode === 1 && result.stderr.includes(' 0 flow entries'))
    return null
  return result.exitCode === 0 ? null : `${action.file} said: ${whyFailed(result, action.file)}`
}

interface Deed {
  readonly action: ExecAction
  readonly onHost: boolean
}

function joinBatches(steps: readonly Step[]): readonly Deed[] {
  const joined: Deed[] = []
  for (const {do: action, onHost = false} of steps) {
    if (action.type !== 'exec') continue
    const last = joined.at(-1)?.action
    if (last && isBatch(last) && isBatch(action)) {
      const tables = [...(last.tables ?? []), ...(action.tables ?? [])]
      const batch = tcBatch([...linesOf(last), ...linesOf(action)])
      joined[joined.length - 1] = {action: {...batch, ...(tables.length > 0 && {tables})}, onHost}
    } else {
      joined.push({action, onHost})
    }
  }
  return joined
}

function isBatch(action: ExecAction): boolean {
  return action.file === 'tc' && action.args.includes('-batch')
}

function linesOf(action: ExecAction): readonly string[] {
  return (action.input ?? '').split('\n').filter((line) => line !== '')
}

/** What is needed to look at what a fault does. */
export interface Watch {
  readonly tools: Tools
  readonly files: Files
  readonly clock: Clock
  readonly stateFolder: string
  /** What the steps of the act have reached. */
  readonly forgotten: number
  readonly sockets: PrivateSockets
}

/** What the kernel holds, against what was asked: the leaf, and the table that leads to it or blocks. */
export async function readBack(watch: Watch, compiled: CompiledPlan): Promise<Readback> {
  const {tools} = watch
  const end = keptEnd(compiled)
  if (end) return readKept(compiled, end, watch.sockets)
  const parts = await Promise.all([
    readShape(tools, compiled),
    readTables(tools, compiled),
    readChange(tools, compiled),
    readAct(watch, compiled),
  ])
  const all = parts.flat()
  return {asAsked: all.every((part) => part.asAsked), text: all.map((part) => part.text).join('; ')}
}

async function readAct(watch: Watch, {plan, blueprint}: CompiledPlan): Promise<readonly Readback[]> {
  return 'act' in blueprint ? [await readTrace({...watch, place: plan.place}, blueprint.act.trace)] : []
}

async function readShape(
  tools: Tools,
  {plan, shape, joints, situation}: CompiledPlan,
): Promise<readonly Readback[]> {
  if (shape === null) return []
  const {device} = shape
  const qdiscs = await readQdiscs(tools, plan.place, device)
  const leaves = [shape, ...joints].map(async ({minor, leaf}) => {
    const classes = await judgeClassRate(tools, {place: plan.place, device, minor}, leaf)
    return [judgeLeaf(qdiscs, minor, leaf), ...classes]
  })
  const {offload} = situation.device ?? {}
  const switched = offload ? [await judgeOffload(tools, plan.place, offload)] : []
  return [...(await Promise.all(leaves)).flat(), ...switched]
}

async function readTables(
  tools: Tools,
  {plan, table, situation, joints}: CompiledPlan,
): Promise<readonly Readback[]> {
  if (table === null) return []
  const tables = [{id: situation.id, table}, ...joints].map(async (one) =>
    judgeTable(
      await readTable(tools, plan.place, whichTable(one.id, situation.device)),
      countRules(one.table),
    ),
  )
  return Promise.all(tables)
}

function whichTable(id: string, device: CompiledPlan['situation']['device']): TableWhere {
  return {id, family: tableFamily(device)}
}

async function readChange(tools: Tools, {plan, blueprint}: CompiledPlan): Promise<readonly Readback[]> {
  if (blueprint.backend !== 'ip') return []
  const {device, gone, there} = blueprint.change
  const state = await readNetwork(tools, plan.place, device)
  if (state === null) return [{asAsked: false, text: 'ip does not say what is there'}]
  const shows = (start: string): boolean => state.lines.some((line) => line.startsWith(start))
  const wrong = [
    ...gone.filter(shows).map((line) => `${line} is still there`),
    ...there.filter((start) => !shows(start)).map((line) => `${line} is not there`),
  ]
  if (wrong.length > 0) return [{asAsked: false, text: wrong.join('; ')}]
  return [{asAsked: true, text: [...there, ...gone.map((line) => `no ${line}`)].join('; ')}]
}

/** Shaping counts in the leaf, blocking in the rules: there every packet that matches is affected. */
export async function readCounters(
  watch: Watch,
  compiled: CompiledPlan,
  joints: readonly LedgerJoint[],
): Promise<FaultCounters | null> {
  const {tools} = watch
  const {plan, shape, situation, blueprint, table} = compiled
  if ('act' in blueprint && table === null) {
    return countTrace({...watch, place: plan.place}, blueprint.act.trace)
  }
  const end = keptEnd(compiled)
  if (end) return countKept(end, situation.id, watch.sockets)
  // ip counts nothing: the read-back and the probes prove it.
  if (compiled.blueprint.backend === 'ip') return null
  const facts = await readTable(tools, plan.place, whichTable(situation.id, situation.device))
  if (shape === null) return facts && {matched: facts.packets, affected: facts.packets}
  const {device} = shape
  // What it shares with other faults is counted where both are.
  const counted = await Promise.all(
    [shape, ...joints].map(async ({minor, leaf}) =>
      readLeafCounters(tools, {place: plan.place, device, minor}, leaf),
    ),
  )
  const [own] = counted
  if (!own) return null
  const sum = (key: keyof FaultCounters): number =>
    counted.reduce((total, one) => total + (one?.[key] ?? 0), 0)
  return {matched: Math.max(facts?.packets ?? 0, sum('matched')), affected: sum('affected')}
}
