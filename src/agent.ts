/** Entry point of an agent process. */
import {startAgent} from './app/agent/start-agent.ts'

startAgent()
