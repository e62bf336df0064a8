/** A link profile from what was seen of a way, or why there is none. Pure. */
import {type Problem, UserError} from '../../core/errors.ts'
import {EXIT} from '../../core/exit-codes.ts'
import {scatterOf} from '../../core/delay-table.ts'
import type {LinkProfile} from '../../core/link-profile.ts'
import type {Ratio} from '../../core/units.ts'
import {type LossFit, fitLoss} from './fit-loss.ts'
import type {PathSeries} from './path-recorder.ts'

/**
 * A hundred answers place the median within a fifth of the deviation and show the slowest twentieth at all; fewer are a few numbers,
 * not a distribution.
 */
export const LEAST_ANSWERS = 100
/** More failures than these say that it was not the link that failed. */
const MOST_OTHERS: Ratio = 0.1

export interface RecordedProfile {
  readonly profile: LinkProfile
  readonly loss: LossFit
  readonly series: PathSeries
}

/** Throws PROFILE_SAMPLES (exit 3) where too little was seen. */
export function makeProfile(series: PathSeries): RecordedProfile {
  const {rtts, fates, duplicates, overtaken} = series
  const problem = problemOf(series)
  if (problem) throw new UserError(problem, EXIT.inconclusive)
  const {mean, jitter, table} = scatterOf(rtts)
  const loss = fitLoss(fates)
  const profile: LinkProfile = {
    rtt: Math.round(mean * 1000) / 1000,
    jitter,
    distribution: jitter === 0 ? 'uniform' : table,
    loss: loss.model,
    duplicate: Math.min(1, duplicates / rtts.length),
    keepOrder: overtaken === 0,
    up: null,
    down: null,
  }
  return {profile, loss, series}
}

function problemOf({rtts, fates, others, target}: PathSeries): Problem | null {
  const code = 'PROFILE_SAMPLES'
  const failed = [...others.values()].reduce((sum, count) => sum + count, 0)
  if (failed > MOST_OTHERS * fates.length) {
    const codes = [...others.keys()].join(', ')
    return {
      code,
      message: `${failed} of ${fates.length} samples of ${target.name} failed with ${codes}: that is no property of a link`,
      advice: ['record a target that answers; netdrill explain CODE tells what it was'],
    }
  }
  if (rtts.length >= LEAST_ANSWERS) return null
  return {
    code,
    message: `${rtts.length} answers from ${target.name} are too few for a link profile: it takes ${LEAST_ANSWERS}, and 1000 show what one in a hundred is like`,
    advice: ['take more, faster: --count 1000 --interval 20ms', 'a longer --timeout where answers come late'],
  }
}
