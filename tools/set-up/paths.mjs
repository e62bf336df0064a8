/** Where things of this checkout are. Node 18 and newer understand every file of this folder: it runs before anything is set up. */
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Inside the checkout; for files of this package only. */
export const inRoot = (...parts) => join(root, ...parts)

/** What needs no commit and no build survives here. */
export const cache = inRoot('.cache')

/** The Node that the package `node` brings; npm puts its folder first in PATH. */
export const projectNode = inRoot('node_modules', '.bin', 'node')
