import {useInput} from 'ink'
import {nameKeys} from '../key-names.ts'
import type {KeyName} from '../screen-state.ts'

/** Passes keys on; draws nothing. */
export function Keyboard({onKey}: {readonly onKey: (key: KeyName) => void}): null {
  useInput((input, key) => {
    for (const name of nameKeys(input, key)) onKey(name)
  })
  return null
}
