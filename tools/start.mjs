/** `npm start`: sets up what is missing, then runs the demo drill on the Node of the checkout. More arguments are passed on. */
import {isProjectNode} from './set-up/on-project-node.mjs'
import {inRoot, projectNode} from './set-up/paths.mjs'
import {setUpOrExplain} from './setup.mjs'

if (await setUpOrExplain()) {
  const argv = [inRoot('bin', 'run.js'), 'drill', 'run', 'demo', ...process.argv.slice(2)]
  if (isProjectNode()) {
    // No second process: signals come straight to the program.
    process.argv = [process.execPath, ...argv]
    await import('../bin/run.js')
  } else {
    const {handOver} = await import('../bin/hand-over.js')
    handOver(projectNode, argv)
  }
}
