import {dirname, resolve} from 'node:path'
import type {ReadFile} from '../config/link-profiles/find.ts'
import type {Files} from '../core/ports.ts'

/** Reads what a document names, whose paths count from its own folder; null for what can't be read. A bundled one names nothing. */
export function readBeside(file: string, files: Pick<Files, 'readText'>): ReadFile {
  return async (path) => files.readText(resolve(dirname(file), path)).catch(() => null)
}
