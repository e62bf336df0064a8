/**
 * Who may import whom, and why. dependency-cruiser enforces these rules; a contract test plants `plant` (a file with one
 * forbidden import) for each and expects that rule to object. The map of the layers is docs/architecture.md.
 */
import type {IForbiddenRuleType, IRegularForbiddenRuleType} from 'dependency-cruiser'

export interface LayerRule {
  readonly name: string
  /** The reason, shown with every violation. */
  readonly comment: string
  readonly from: IRegularForbiddenRuleType['from']
  readonly to: IRegularForbiddenRuleType['to']
  /** Files, path to text, that break this rule. */
  readonly plant: Readonly<Record<string, string>>
}

/** Builtins that touch the machine. `node:net` is left out: its address functions are pure, and oxlint sees which names are imported. */
const MACHINE =
  'child_process|cluster|dgram|dns|dns/promises|fs|fs/promises|http|http2|https|os|readline|readline/promises'
const MORE_MACHINE = 'repl|sqlite|timers|timers/promises|tls|tty|v8|vm|worker_threads|perf_hooks'

const npm = (...names: readonly string[]): string => `node_modules/(${names.join('|')})(/|$)`
const layer = (...names: readonly string[]): string => `^src/(${names.join('|')})/`

/** Everything of src that isn't one of these folders. */
const notIn = (...names: readonly string[]): string => `^src/(?!(${names.join('|')})/)`

export const LAYER_RULES: readonly LayerRule[] = [
  {
    name: 'core-imports-only-core',
    comment: 'Everything else builds on these words; a word that knows its users could not be used alone.',
    from: {path: layer('core')},
    to: {path: notIn('core')},
    plant: {'src/core/planted.ts': "import '../config/index.ts'"},
  },
  {
    name: 'core-needs-no-package',
    comment: 'The vocabulary is loaded by every command and every agent, so it must cost nothing.',
    from: {path: layer('core')},
    to: {path: 'node_modules/'},
    plant: {'src/core/packaged.ts': "import 'yaml'"},
  },
  {
    name: 'documents-and-decisions-import-only-core',
    comment:
      'config, policies and advice are pure: what they decide can be tested, printed and simulated without a network.',
    from: {path: layer('config', 'policies', 'advice')},
    to: {path: notIn('core', 'config', 'policies', 'advice')},
    plant: {'src/policies/planted.ts': "import '../probes/index.ts'"},
  },
  {
    name: 'probes-faults-and-lab-stay-below-their-users',
    comment:
      'A probe or a fault works the same in a check, a watch and a drill because it knows none of them.',
    from: {path: layer('probes', 'faults', 'lab')},
    to: {path: notIn('core', 'config', 'policies', 'advice', 'probes', 'faults', 'lab')},
    plant: {'src/faults/planted.ts': "import '../scenarios/index.ts'"},
  },
  {
    name: 'engines-know-no-output',
    comment:
      'connections and scenarios emit events; who shows them, and which machine runs them, is decided by app.',
    from: {path: layer('connections', 'scenarios')},
    to: {path: '^src/(app|commands|reporters|ui|system)/|^src/[^/]+$'},
    plant: {'src/scenarios/planted.ts': "import '../reporters/index.ts'"},
  },
  {
    name: 'app-knows-no-command-line',
    comment: 'app serves any caller; flags are translated into requests before it sees them.',
    from: {path: layer('app')},
    to: {path: '^src/commands/|^src/[^/]+$'},
    plant: {'src/app/planted.ts': "import '../commands/index.ts'"},
  },
  {
    name: 'reporters-import-only-core',
    comment:
      'A reporter folds events into text; it works on a replayed journal, without what made the events.',
    from: {path: layer('reporters')},
    to: {path: notIn('core', 'reporters')},
    plant: {'src/reporters/planted.ts': "import '../scenarios/index.ts'"},
  },
  {
    name: 'ui-imports-only-core',
    comment:
      'The terminal view draws a view state folded from events; it can neither measure nor break anything.',
    from: {path: layer('ui')},
    to: {path: notIn('core', 'ui')},
    plant: {'src/ui/planted.ts': "import '../probes/index.ts'"},
  },
  {
    name: 'system-imports-only-core',
    comment: 'system implements the ports of core; what it does for whom is not its business.',
    from: {path: layer('system')},
    to: {path: notIn('core', 'system')},
    plant: {'src/system/planted.ts': "import '../config/index.ts'"},
  },
  {
    name: 'only-app-imports-system',
    comment: 'Everybody else gets the world passed in as ports; that is why tests need no mocks.',
    from: {path: notIn('app', 'system')},
    to: {path: layer('system')},
    plant: {'src/commands/reaching.ts': "import '../system/index.ts'"},
  },
  {
    name: 'no-cycles',
    comment: 'In a cycle no file can be understood, tested or loaded first. Types may refer to each other.',
    from: {path: '^src/'},
    to: {circular: true, viaOnly: {dependencyTypesNot: ['type-only']}},
    plant: {'src/advice/planted.ts': "import './other.ts'", 'src/advice/other.ts': "import './planted.ts'"},
  },
  {
    name: 'programs-http-and-ffi-only-in-system',
    comment:
      'Processes, HTTP and native code go through ports, so that they can be scripted in tests and are loaded on demand.',
    from: {path: '^src/', pathNot: layer('system')},
    to: {path: npm('execa', 'undici', 'koffi', '@opentelemetry')},
    plant: {'src/probes/planted.ts': "import 'execa'"},
  },
  {
    name: 'heavy-packages-on-demand',
    comment:
      'They cost 20 to 90 ms of every start; await import() at the point of use costs it only to those who need it.',
    from: {path: '^src/'},
    to: {
      path: npm('execa', 'undici', 'koffi', '@opentelemetry', '@prometheus-io'),
      dynamic: false,
      dependencyTypesNot: ['type-only'],
    },
    plant: {'src/system/eager.ts': "import 'undici'"},
  },
  {
    name: 'machine-only-in-system',
    comment:
      'Sockets, files, processes and clocks are reached through ports; else a test needs the real ones.',
    from: {path: '^src/', pathNot: `${layer('system')}|^src/lab/servers/`},
    to: {path: `^(node:)?(${MACHINE}|${MORE_MACHINE})$`, dependencyTypes: ['core']},
    plant: {'src/connections/planted.ts': "import 'node:fs'"},
  },
  {
    name: 'servers-touch-sockets-only',
    comment:
      'The exception for servers that reset, stall or truncate covers sockets, not files, processes and clocks.',
    from: {path: '^src/lab/servers/'},
    to: {
      path: '^(node:)?(child_process|fs|fs/promises|os|worker_threads|timers|timers/promises|perf_hooks)$',
      dependencyTypes: ['core'],
    },
    plant: {'src/lab/servers/planted.ts': "import 'node:child_process'"},
  },
  {
    name: 'ink-only-in-ui',
    comment: 'ink and react cost 90 ms and own the terminal; ui/mount.tsx is the only door to them.',
    from: {path: '^src/', pathNot: layer('ui')},
    to: {path: npm('ink', 'react', 'react-dom')},
    plant: {'src/reporters/inked.ts': "import 'ink'"},
  },
  {
    name: 'yaml-only-in-config',
    comment: 'Positions of mistakes survive only when one place reads documents.',
    from: {path: '^src/', pathNot: layer('config')},
    to: {path: npm('yaml', '@prometheus-io', '@lezer')},
    plant: {'src/app/reading.ts': "import 'yaml'"},
  },
  {
    name: 'schemas-below-app',
    comment:
      'A shape belongs to the thing it describes; output and adapters get values that were checked before.',
    from: {path: layer('core', 'reporters', 'ui', 'system', 'commands')},
    to: {path: npm('zod')},
    plant: {'src/system/shaping.ts': "import 'zod'"},
  },
  {
    name: 'oclif-only-in-commands',
    comment: 'Flags end where requests begin; the rest can be used without a command line.',
    from: {path: '^src/', pathNot: '^src/commands/|^src/run\\.ts$'},
    to: {path: npm('@oclif')},
    plant: {'src/app/parsing.ts': "import '@oclif/core'"},
  },
  {
    name: 'colours-only-in-views',
    comment: 'Text is coloured where it is shown; anywhere else escape codes would end up in files.',
    from: {path: '^src/', pathNot: layer('reporters', 'ui')},
    to: {path: npm('chalk')},
    plant: {'src/advice/coloured.ts': "import 'chalk'"},
  },
  {
    name: 'everything-resolves',
    comment: 'An import that leads nowhere escapes every other rule.',
    from: {path: '^src/'},
    to: {couldNotResolve: true},
    plant: {'src/lab/planted.ts': "import './nowhere.ts'"},
  },
]

/** The rule in the words of dependency-cruiser. */
export function forbiddenBy({name, comment, from, to}: LayerRule): IForbiddenRuleType {
  return {name, comment, severity: 'error', from, to} as IForbiddenRuleType
}
