/** A finished drill as one JSON document. */
import type {BudgetUse} from '../core/budget-event.ts'
import type {RunEvent, RunInfo, TargetInfo} from '../core/events.ts'
import type {ExitCode, Verdict} from '../core/exit-codes.ts'
import type {AddedFault, Proof} from '../core/fault-events.ts'
import type {Figure} from '../core/figures.ts'

interface FaultResult extends AddedFault {
  readonly applied: boolean
  readonly removed: boolean
  readonly restored: boolean | null
  readonly proofs: readonly Proof[]
}

export interface DrillDocument {
  readonly schema: 'netdrill/drill/1'
  readonly run: RunInfo | null
  readonly verdict: Verdict | null
  readonly exit: ExitCode | null
  readonly reasons: readonly string[]
  readonly targets: readonly TargetInfo[]
  readonly faults: readonly FaultResult[]
  readonly figures: readonly Figure[]
  readonly expectations: readonly {
    readonly text: string
    readonly met: boolean | null
    readonly actual: string
  }[]
  readonly budgets: readonly BudgetUse[]
  readonly notices: readonly {readonly level: string; readonly code: string | null; readonly text: string}[]
  readonly journal: string | null
}

export function emptyDrillDocument(): DrillDocument {
  return {
    schema: 'netdrill/drill/1',
    run: null,
    verdict: null,
    exit: null,
    reasons: [],
    targets: [],
    faults: [],
    figures: [],
    expectations: [],
    budgets: [],
    notices: [],
    journal: null,
  }
}

/** Takes one event in; samples are left to the journal. */
export function foldDrillDocument(document: DrillDocument, event: RunEvent): DrillDocument {
  switch (event.type) {
    case 'run-started':
      return {...document, run: event.run}
    case 'target-added':
      return {...document, targets: [...document.targets, event.target]}
    case 'fault-added': {
      const fault: FaultResult = {...event.fault, applied: false, removed: false, restored: null, proofs: []}
      return {...document, faults: [...document.faults, fault]}
    }
    case 'fault-applied':
      return withFault(document, event.fault, {applied: true})
    case 'fault-measured':
      return withFault(document, event.fault, {proofs: event.proofs})
    case 'fault-removed':
      return withFault(document, event.fault, {removed: true, restored: event.restored})
    case 'expectation': {
      const {text, met, actual} = event
      return {...document, expectations: [...document.expectations, {text, met, actual}]}
    }
    case 'budget': {
      const {type: _type, at: _at, ...use} = event
      return {...document, budgets: [...document.budgets, use]}
    }
    case 'figures':
      return {...document, figures: event.figures}
    case 'notice': {
      const {level, code, text} = event
      return {...document, notices: [...document.notices, {level, code, text}]}
    }
    case 'verdict':
      return {...document, verdict: event.verdict, exit: event.exit, reasons: event.reasons}
    case 'run-ended':
      return {...document, journal: event.journal}
    default:
      return document
  }
}

function withFault(document: DrillDocument, id: string, change: Partial<FaultResult>): DrillDocument {
  return {
    ...document,
    faults: document.faults.map((fault) => (fault.id === id ? {...fault, ...change} : fault)),
  }
}
