/** Gives tc the tables of recorded distributions, which it reads from files only. */
import {type NamedTable, renderDist} from './delay-table.ts'
import type {Files} from './ports.ts'

export interface TcTables {
  readonly files: Pick<Files, 'writePrivate' | 'remove'>
  readonly stateFolder: string
}

/**
 * Runs `call` with the environment in which tc finds the tables by their names: it looks for NAME.dist in TC_LIB_DIR, and there only, so
 * that its own are out of reach meanwhile. The files go again: the kernel has its copy then.
 */
export async function withTcTables<Result>(
  tables: readonly NamedTable[],
  {files, stateFolder}: TcTables,
  call: (env: Readonly<Record<string, string>>) => Promise<Result>,
): Promise<Result> {
  if (tables.length === 0) return call({})
  const folder = `${stateFolder}/distributions`
  const byPath = new Map(tables.map(({name, values}) => [`${folder}/${name}.dist`, values]))
  try {
    await Promise.all([...byPath].map(async ([path, values]) => files.writePrivate(path, renderDist(values))))
    return await call({TC_LIB_DIR: folder})
  } finally {
    await Promise.all([...byPath.keys()].map(async (path) => files.remove(path)))
  }
}
