/** Entry point of the holder process: `holder.js VERB ID`. */
import {argv} from 'node:process'
import {runHolder} from './app/holder.ts'

void runHolder(argv[2] ?? '', argv[3] ?? '')
