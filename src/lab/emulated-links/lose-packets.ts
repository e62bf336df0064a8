/** Which packets are lost, by each of the models that netem knows. */
import type {LinkLoss} from '../../core/link-effects.ts'
import type {Random} from '../../core/ports.ts'
import {type Draw, correlatedDraw} from './draws.ts'

/** Says of each packet in turn whether it is lost. */
export function lossOf(loss: LinkLoss, random: Random): () => boolean {
  switch (loss.model) {
    case 'random': {
      const draw = correlatedDraw(random, loss.correlation)
      return () => draw() < loss.chance
    }
    case 'gemodel':
      return gilbertElliott(loss, () => random.next())
    case 'state':
      return fourStates(loss, () => random.next())
  }
}

function gilbertElliott({p, r, badLoss, goodLoss}: Extract<LinkLoss, {model: 'gemodel'}>, draw: Draw) {
  let bad = false
  return () => {
    bad = bad ? draw() >= r : draw() < p
    return draw() < (bad ? badLoss : goodLoss)
  }
}

type State = 1 | 2 | 3 | 4

/** From state 4 it goes back to 1 at once: a packet lost alone. */
function fourStates({p13, p31, p32, p23, p14}: Extract<LinkLoss, {model: 'state'}>, draw: Draw) {
  let state: State = 1
  const next = (): State => {
    const drawn = draw()
    switch (state) {
      case 1:
        return drawn < p13 ? 3 : drawn < p13 + p14 ? 4 : 1
      case 2:
        return drawn < p23 ? 3 : 2
      case 3:
        return drawn < p31 ? 1 : drawn < p31 + p32 ? 2 : 3
      case 4:
        return 1
    }
  }
  return () => {
    state = next()
    return state === 3 || state === 4
  }
}
