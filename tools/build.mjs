/** Bundles src into dist: one entry per command, shared chunks, minified; writes the metafile for the start-up gate. */
import {mkdir, readdir, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {build} from 'esbuild'

const root = new URL('..', import.meta.url).pathname

const files = await readdir(join(root, 'src/commands'), {recursive: true, withFileTypes: true})
const commands = files
  .filter((file) => file.isFile() && /\.tsx?$/.test(file.name) && !file.name.startsWith('_'))
  .map((file) => join(file.parentPath, file.name))

await rm(join(root, 'dist'), {recursive: true, force: true})
const result = await build({
  absWorkingDir: root,
  entryPoints: [
    ...commands,
    join(root, 'src/run.ts'),
    join(root, 'src/agent.ts'),
    join(root, 'src/guard.ts'),
  ],
  outbase: 'src',
  outdir: 'dist',
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.19',
  metafile: true,
  legalComments: 'none',
  loader: {'.yaml': 'text'},
  define: {'process.env.NODE_ENV': '"production"'},
  // typescript and ts-node: oclif looks for them in development; koffi brings its own binary.
  external: ['typescript', 'ts-node', 'koffi'],
  alias: {'react-devtools-core': join(root, 'tools/empty.mjs')},
  banner: {
    js: [
      "import {createRequire as __createRequire} from 'node:module'",
      "import {fileURLToPath as __toPath} from 'node:url'",
      "import {dirname as __dirnameOf} from 'node:path'",
      'const require = __createRequire(import.meta.url)',
      'const __filename = __toPath(import.meta.url)',
      'const __dirname = __dirnameOf(__filename)',
    ].join(';'),
  },
})
await mkdir(join(root, 'dist'), {recursive: true})
await writeFile(join(root, 'dist/meta.json'), JSON.stringify(result.metafile))
await import('./manifest.mjs')
