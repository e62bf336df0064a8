import {Flags} from '@oclif/core'

/** Of every command that reads a drill. */
export const SET_FLAG = Flags.string({
  summary: 'set a variable of the document; repeatable',
  description:
    'drill validate names the variables. With a target=HOST:PORT of your own a bundled drill runs without its lab.',
  helpValue: 'NAME=VALUE',
  multiple: true,
  multipleNonGreedy: true,
})
