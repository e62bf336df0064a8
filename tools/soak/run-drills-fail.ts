/** `npm run soak -- drills-fail`: prints how each drill ended that was broken, and fails when one did not notice. */
import {parseArgs} from 'node:util'
import {NOT_HERE, type Tried, chooseAttempts, tryDrills} from './drills-fail.ts'

/** They wait most of the time; more at once take processor time from each other's probes. */
const AT_ONCE = '4'

/** The exit status. Words choose: a kind of attempt, or how the names of drills begin. */
export async function runDrillsFail(words: string[]): Promise<number> {
  const {values, positionals} = parseArgs({
    args: words,
    allowPositionals: true,
    options: {'at-once': {type: 'string', default: AT_ONCE}},
  })
  const attempts = chooseAttempts(positionals)
  if (attempts.length === 0) {
    process.stderr.write(`nothing is called ${positionals.join(', ')}\n`)
    return 2
  }
  process.stdout.write(`${attempts.length} drills to break, ${values['at-once']} at once\n\n`)
  const began = performance.now()
  const tried = await tryDrills({attempts, atOnce: Math.max(1, Number(values['at-once']))}, print)
  const bad = tried.filter(({complaint}) => complaint !== null)
  const left = tried.filter(({ended}) => ended.code === NOT_HERE)
  const minutes = ((performance.now() - began) / 60_000).toFixed(1)
  process.stdout.write(
    `\n${tried.length - left.length} tried in ${minutes} min, ${left.length} can't run here, ${bad.length} did not end as they should\n`,
  )
  return bad.length === 0 ? 0 : 1
}

function print({attempt: {kind, drill, what}, ended, complaint}: Tried): void {
  const mark = ended.code === NOT_HERE ? "can't run here" : complaint === null ? 'noticed' : 'NOT NOTICED'
  process.stdout.write(
    `${mark.padEnd(15)}${kind.padEnd(10)}${drill}: ${what} (${ended.seconds.toFixed(0)} s)\n`,
  )
  if (ended.code === NOT_HERE) return
  const lines = complaint === null ? ended.reasons : [complaint, ...ended.reasons]
  for (const line of lines) process.stdout.write(`${' '.repeat(15)}${line}\n`)
}
