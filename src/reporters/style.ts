/** Colours for text output, switched by the caller's decision alone: never by guessing about streams. */
import {Chalk, type ChalkInstance} from 'chalk'

export type StyleName = 'plain' | 'dim' | 'strong' | 'good' | 'warning' | 'bad' | 'accent' | 'fault'
export type Style = (name: StyleName, text: string) => string

/** The sixteen colours that every terminal has, in the reader's own palette. */
const BASIC = 1

const FORMATS: Readonly<Record<StyleName, (chalk: ChalkInstance) => ChalkInstance>> = {
  plain: (chalk) => chalk,
  dim: (chalk) => chalk.dim,
  strong: (chalk) => chalk.bold,
  good: (chalk) => chalk.green,
  warning: (chalk) => chalk.yellow,
  bad: (chalk) => chalk.red,
  accent: (chalk) => chalk.cyan,
  fault: (chalk) => chalk.magenta,
}

/** Returns the function that applies styles; without colour it returns every text as it is. */
export function chooseStyle(color: boolean): Style {
  if (!color) return (_name, text) => text
  const chalk = new Chalk({level: BASIC})
  return (name, text) => FORMATS[name](chalk)(text)
}
