/** Programs that say that they have put a fault in force and did not; whatever else they are asked they do. */
import {existsSync} from 'node:fs'
import {chmod, mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

/** Puts its rules in force but for what they do: packets are counted, and none is dropped, answered or changed. */
const NFT = `#!/bin/sh
case "$*" in
  *-f*) sed -E 's/counter (drop|reject.*|reset tcp option mptcp|masquerade.*)$/counter/' | exec REAL "$@" ;;
  *) exec REAL "$@" ;;
esac
`

/** Leaves links, addresses and routes alone when a fault asks for it, and does what a lab asks for. */
const IP = `#!/bin/sh
case "$*" in
  *-batch*)
    lines=$(cat)
    if printf '%s\\n' "$lines" | grep -qE ' down$|unreachable|prohibit|blackhole|^(address|addr) del'; then exit 0; fi
    printf '%s\\n' "$lines" | exec REAL "$@" ;;
  *) exec REAL "$@" ;;
esac
`

/** Closes no socket. */
const SS = `#!/bin/sh
case "$*" in *-K*|*--kill*) exit 0 ;; *) exec REAL "$@" ;; esac
`

/** Forgets no connection. */
const CONNTRACK = `#!/bin/sh
case "$*" in *-D*|*-F*) exit 0 ;; *) exec REAL "$@" ;; esac
`

/** Shapes nothing. */
const TC = `#!/bin/sh
case "$*" in *-batch*) exit 0 ;; *) exec REAL "$@" ;; esac
`

const LIARS = {nft: NFT, ip: IP, ss: SS, conntrack: CONNTRACK, tc: TC} as const

/** Which of them a fault of this kind would use; the others are made by netdrill itself. */
export const FAULTS_BY_TOOLS: readonly string[] = [
  'partition',
  'connection-limit',
  'mptcp',
  'nat-rebind',
  'link',
  'address',
  'route',
  'socket-kill',
]

/** Puts them into a folder to be searched first; those of which there is no real one are left out. */
export async function writeLiars(home: string): Promise<string> {
  const bin = join(home, 'bin')
  await mkdir(bin, {recursive: true})
  for (const [name, script] of Object.entries(LIARS)) {
    const real = findReal(name)
    if (real === undefined) continue
    await writeFile(join(bin, name), script.replaceAll('REAL', real))
    await chmod(join(bin, name), 0o755)
  }
  return bin
}

function findReal(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/bin', '/sbin', '/bin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}
