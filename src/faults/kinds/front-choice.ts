/** Keys that all fronts share: on which of those that fit the fault acts. */
import * as z from 'zod'
import type {FrontChoice, FrontEffect, ToxicEffect} from '../../core/proxy-effects.ts'
import {formatPercent} from '../../core/units.ts'
import {percentSchema} from '../../config/quantities.ts'
import type {ExpectedEffect} from '../fault.ts'
import {needProxy} from '../need-proxy.ts'
import type {Blueprint, Situation} from '../situation.ts'

export const choiceShape = {
  after: z.int().min(0).optional().describe('so many are spared before the fault begins'),
  first: z.int().min(1).optional().describe('it acts on so many and no more'),
  share: percentSchema.optional().describe('of those, so many are hit; drawn by the seed'),
}

/** One text or a list of them. */
export const listSchema = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
  .transform((given) => (typeof given === 'string' ? [given] : given))

export function choiceOf({after, first, share}: FrontChoice): FrontChoice {
  return {after, first, share}
}

/** Whether every one that fits is hit. */
export function hitsAll({after, first, share}: FrontChoice): boolean {
  return (after ?? 0) === 0 && first === undefined && (share ?? 1) === 1
}

function describeChoice({after, first, share}: FrontChoice): readonly string[] {
  return [
    ...(first === undefined ? [] : [`the first ${first}`]),
    ...(after === undefined || after === 0 ? [] : [`after ${after}`]),
    ...(share === undefined ? [] : [`${formatPercent(share)} of them`]),
  ]
}

export interface FrontWords {
  readonly what: readonly string[]
  readonly effect: ExpectedEffect
  readonly notes?: readonly string[]
  /** Beside the front itself. */
  readonly toxics?: readonly ToxicEffect[]
}

/** Throws exit 6 unless a proxy is there, which can become the front. */
export function planFront(
  front: FrontEffect,
  {what, effect, notes = [], toxics = []}: FrontWords,
  situation: Situation,
): Blueprint {
  const words = [...what, ...describeChoice(front.choice)].join(', ')
  needProxy(situation, words)
  return {
    backend: 'proxy',
    because: 'the proxy in front of the target speaks its protocol while the fault lasts',
    words,
    effect,
    warnings: [],
    notes,
    effects: [front, ...toxics],
  }
}
