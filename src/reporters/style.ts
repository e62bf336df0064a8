/** Colours for text output, switched by the caller's decision alone: never by guessing about streams. */
import {styleText} from 'node:util'

export type StyleName = 'plain' | 'dim' | 'strong' | 'good' | 'warning' | 'bad' | 'accent' | 'fault'
export type Style = (name: StyleName, text: string) => string

type Format = Parameters<typeof styleText>[0]

const FORMATS: Readonly<Record<StyleName, Format | null>> = {
  plain: null,
  dim: 'dim',
  strong: 'bold',
  good: 'green',
  warning: 'yellow',
  bad: 'red',
  accent: 'cyan',
  fault: 'magenta',
}

/** Returns the function that applies styles; without colour it returns every text as it is. */
export function chooseStyle(color: boolean): Style {
  if (!color) return (_name, text) => text
  return (name, text) => {
    const format = FORMATS[name]
    return format === null || text === '' ? text : styleText(format, text, {validateStream: false})
  }
}
