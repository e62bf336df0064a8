/** What every command that reports to a CI job needs. */
import {relative, resolve} from 'node:path'
import type {Problem} from '../core/errors.ts'
import type {Host} from '../core/ports.ts'

export function isOnGithub(host: Pick<Host, 'env'>): boolean {
  return host.env('GITHUB_ACTIONS') === 'true'
}

/** Where the summary of a GitHub job is collected; empty anywhere else. */
export function jobSummaryFile(host: Pick<Host, 'env'>): string {
  return isOnGithub(host) ? (host.env('GITHUB_STEP_SUMMARY') ?? '') : ''
}

/** GitHub wants paths from the root of the repository, wherever the command was run; null for standard input. */
export function pathInWorkspace(file: string, host: Pick<Host, 'env'>): string | null {
  if (file === '-') return null
  const workspace = host.env('GITHUB_WORKSPACE') ?? ''
  if (workspace === '') return file
  const path = relative(workspace, resolve(file))
  return path.startsWith('..') ? file : path
}

/** A report that can't be written is told, and keeps no other from being written. */
export async function attemptReport(path: string, write: () => Promise<void>): Promise<readonly Problem[]> {
  try {
    await write()
    return []
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error)
    return [{code: 'CONFIG_FILE', message: `the report ${path} can not be written: ${because}`}]
  }
}
