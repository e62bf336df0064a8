/** Bundles src into dist: one entry per command, shared chunks, minified; then the metafile, licences and oclif's manifest. */
import {existsSync} from 'node:fs'
import {readdir} from 'node:fs/promises'
import {join, relative} from 'node:path'
import {build} from 'esbuild'
import {licenceTexts} from './build/licences.mjs'
import {writeManifest} from './build/manifest.mjs'
import {quickSort} from './build/quick-sort.mjs'
import {removeStale, writeFiles} from './build/output.mjs'
import {sourcesFingerprint, BUILD_STAMP} from './set-up/build.mjs'
import {inRoot, root} from './set-up/paths.mjs'

/** Programs that are started by themselves, and what the tools read out of the bundle. */
const PROGRAMS = [
  'src/run.ts',
  'src/commands/_unknown-command.ts',
  'src/agent.ts',
  'src/guard.ts',
  'src/holder.ts',
  'src/app/schemas.ts',
  'src/app/explain.ts',
]

const unused = inRoot('tools/build/oclif-parts.mjs')

const ALIASES = {
  // ink imports its development tools dynamically, which the bundler would follow.
  'react-devtools-core': inRoot('tools/build/empty.mjs'),
  'cli-spinners': unused,
  lilconfig: unused,
  minimatch: unused,
  semver: unused,
  tinyglobby: unused,
}

/** CommonJS packages inside the bundle expect what an ES module doesn't have. */
const COMMONJS_NAMES = [
  "import {createRequire as __createRequire} from 'node:module'",
  "import {fileURLToPath as __toPath} from 'node:url'",
  "import {dirname as __dirnameOf} from 'node:path'",
  'const require = __createRequire(import.meta.url)',
  'const __filename = __toPath(import.meta.url)',
  'const __dirname = __dirnameOf(__filename)',
].join(';')

async function bundle() {
  // Taken first: a source that changes while we build makes the bundle stale.
  const fingerprint = sourcesFingerprint()
  const {metafile, outputFiles} = await build({
    absWorkingDir: root,
    entryPoints: [...(await commandFiles()), ...PROGRAMS.filter((path) => existsSync(inRoot(path)))],
    outbase: 'src',
    outdir: 'dist',
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node22.19',
    metafile: true,
    legalComments: 'none',
    loader: {'.yaml': 'text'},
    define: {'process.env.NODE_ENV': '"production"'},
    // typescript and ts-node: oclif looks for them in development; koffi brings its own binary;
    // werift is for those who want WebRTC peers in labs, and twice as large as all of netdrill.
    external: ['typescript', 'ts-node', 'koffi', 'werift'],
    alias: ALIASES,
    plugins: [quickSort],
    banner: {js: COMMONJS_NAMES},
  })
  const files = new Map(outputFiles.map((file) => [file.path, file.contents]))
  files.set(inRoot('dist/meta.json'), JSON.stringify(metafile))
  files.set(inRoot('dist/licences.txt'), await licenceTexts(metafile))
  await writeFiles(files)
  await removeStale(inRoot('dist'), files)
  await writeManifest()
  await writeFiles(new Map([[BUILD_STAMP, fingerprint]]))
}

async function commandFiles() {
  const entries = await readdir(inRoot('src/commands'), {recursive: true, withFileTypes: true})
  const sources = entries.filter(
    (file) => file.isFile() && /\.tsx?$/.test(file.name) && !file.name.startsWith('_'),
  )
  return sources.map((file) => relative(root, join(file.parentPath, file.name)))
}

try {
  await bundle()
} catch (error) {
  // The bundler has said where and why; a stack trace of its insides would bury that.
  if (!error.errors) throw error
  process.exitCode = 1
}
