/** Entry point of the guard process: `guard.js RUN`. */
import {argv} from 'node:process'
import {runGuard} from './app/guard.ts'

void runGuard(argv[2] ?? '')
