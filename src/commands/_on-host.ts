/** The flag that runs a fault command on another host. */
import {Flags} from '@oclif/core'
import {runOnHost} from '../app/on-host.ts'
import {openPorts} from '../app/ports.ts'
import type {ExitCode} from '../core/exit-codes.ts'

export const onFlag = {
  on: Flags.string({
    summary: 'do it on that host, through OpenSSH; netdrill has to be there',
    helpValue: 'ssh://USER@HOST',
    env: 'NETDRILL_ON',
  }),
}

/** Gives the words of this command line to that host. A person at a terminal gets one there, unless JSON is wanted. */
export async function runThere(
  on: string,
  command: string | undefined,
  argv: readonly string[],
): Promise<ExitCode> {
  const json = argv.some((word) => word === '--json' || word === '--jsonl')
  const terminal = process.stdin.isTTY && process.stdout.isTTY && !json
  return runOnHost(on, {command: command ?? '', argv, terminal}, openPorts())
}
