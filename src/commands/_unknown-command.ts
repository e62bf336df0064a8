/** What oclif calls when the words name no command. */
import {Errors, type Hook} from '@oclif/core'
import {EXIT} from '../core/exit-codes.ts'
import {renderProblem} from '../reporters/problem.ts'
import {unknownCommand} from './_usage-problem.ts'

const hook: Hook.CommandNotFound = async ({id, config}) => {
  const known = config.commands.filter(({hidden}) => hidden !== true).map((command) => command.id)
  process.stderr.write(`${renderProblem(unknownCommand(id, known))}\n`)
  throw new Errors.ExitError(EXIT.usage)
}

export default hook
