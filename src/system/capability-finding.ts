import {readFile, stat} from 'node:fs/promises'
import type {CapabilityReport} from '../core/capabilities.ts'
import {systemMptcp} from './mptcp-door.ts'

/** What a look at the machine has found. */
export interface Finding {
  readonly status: CapabilityReport['status']
  readonly found: string
}

export const present = (found: string): Finding => ({status: 'present', found})
export const missing = (found: string): Finding => ({status: 'missing', found})
export const unknown = (found: string): Finding => ({status: 'unknown', found})

export async function ffi(): Promise<Finding> {
  try {
    const {default: koffi} = await import('koffi')
    return present(`koffi ${koffi.version}`)
  } catch (error) {
    return missing(
      error instanceof Error && 'code' in error ? `koffi: ${String(error.code)}` : 'koffi does not load',
    )
  }
}

export async function mptcp(): Promise<Finding> {
  const lack = await systemMptcp.missing()
  return lack === null ? present('MPTCP sockets') : missing(lack.text)
}

/** Found, not loaded: it is large. */
export function webrtc(): Finding {
  try {
    import.meta.resolve('werift')
    return present('werift')
  } catch {
    return missing('werift is not installed')
  }
}

export async function effectiveRights(): Promise<bigint | null> {
  const status = await readText('/proc/self/status')
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(status ?? '')?.[1]
  return mask === undefined ? null : BigInt(`0x${mask}`)
}

export function hasBit(mask: bigint, bit: number): boolean {
  return ((mask >> BigInt(bit)) & 1n) === 1n
}

export async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return null
  }
}

export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}

export function firstLine(text: string): string {
  return (text.trim().split('\n')[0] ?? '').trim()
}
