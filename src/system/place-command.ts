/** The door through which `app` and `system` reach the pure builder of commands for a place. */
export {inPlace, toolPath} from '../core/place-command.ts'
