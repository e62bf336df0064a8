import {type Key, useInput} from 'ink'

/** Passes input on; draws nothing. */
export function Keyboard({onInput}: {readonly onInput: (input: string, key: Key) => void}): null {
  useInput(onInput)
  return null
}
