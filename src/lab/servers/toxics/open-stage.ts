import {
  corruptStage,
  garbageStage,
  halfCloseStage,
  limitStage,
  resetStage,
  stallStage,
  timeoutStage,
  tlsStallStage,
} from './abrupt.ts'
import {BANDWIDTH, LATENCY, Paced, SLICER, SLOW_CLOSE} from './paced.ts'
import type {Stage, StageDoor} from './stage.ts'
import type {ToxicKind} from './toxic.ts'

const STAGES: Partial<Record<ToxicKind, (door: StageDoor) => Stage>> = {
  latency: (door) => new Paced(LATENCY, door),
  bandwidth: (door) => new Paced(BANDWIDTH, door),
  slicer: (door) => new Paced(SLICER, door),
  slow_close: (door) => new Paced(SLOW_CLOSE, door),
  timeout: timeoutStage,
  reset_peer: resetStage,
  limit_data: limitStage,
  half_close: halfCloseStage,
  stall: stallStage,
  tls_stall: tlsStallStage,
  corrupt: corruptStage,
  garbage: garbageStage,
}

/** The stage of a toxic; null when it acts on connections as a whole. */
export function openStage(kind: ToxicKind, door: StageDoor): Stage | null {
  return STAGES[kind]?.(door) ?? null
}
