/** What a start may load. The figures follow docs/testing.md; raising one needs a reason here. */

export interface Budget {
  readonly commands: RegExp
  readonly limitKb: number
  readonly why: string
}

/** The first that matches a command's name counts. oclif alone is 200 kB, yaml and zod 220. */
export const BUDGETS: readonly Budget[] = [
  {
    commands: /^dist\/(agent|guard)\.js$/,
    limitKb: 150,
    why: 'one is started per node of a lab, next to every run',
  },
  {commands: /^dist\/run\.js$/, limitKb: 220, why: 'every command pays for it'},
  {
    commands: /^drill run$/,
    limitKb: 1160,
    why: 'it reads every kind of document and profile, plans and measures faults here and on other hosts, and folds series for alerts that are notified',
  },
  {
    commands: /^(monitor|check)$/,
    limitKb: 960,
    why: 'it reads a document, whose schema holds every probe, policy, fault, lab, group, peer and alert, and runs it',
  },
  {
    commands: /^(drill (show|validate)|fault (plan|apply)|lab up|proxy)$/,
    limitKb: 830,
    why: 'it reads a document, whose schema holds every probe, policy, fault, lab, group, stream and peer',
  },
  {
    commands: /^(policy [\w-]+|init|schema|fault profiles)$/,
    limitKb: 700,
    why: 'it reads policies or profiles, which are documents',
  },
  {
    commands: /^drill (replay|report|diff)$/,
    limitKb: 560,
    why: "it checks every line of a journal against the journal's schema, which is zod, with streams and peers",
  },
  {
    commands: /^probe \w+$/,
    limitKb: 405,
    why: 'it names every failure code there is: 80 kB of texts for ten kinds of probes',
  },
  {
    commands: /^fault (list|clear|recover|halt|release)$/,
    limitKb: 390,
    why: 'it undoes all that faults do, limits, silent neighbours and carried links among it',
  },
  {commands: /^fault serve$/, limitKb: 430, why: 'it plans, does and undoes faults for another host'},
  {commands: /./, limitKb: 350, why: 'light commands answer at once'},
]

export interface Forbidden {
  readonly pattern: RegExp
  readonly why: string
  readonly except?: readonly string[]
}

export const FORBIDDEN: readonly Forbidden[] = [
  {
    pattern: /node_modules\/(ink|react|react-reconciler|yoga-layout)\//,
    why: 'the terminal view comes by await import() of ui/mount',
  },
  {pattern: /node_modules\/execa\//, why: 'system/exec imports it when the first program is run'},
  {pattern: /node_modules\/undici\//, why: 'it costs 54 ms; import it when the first request is made'},
  {pattern: /node_modules\/koffi\//, why: 'native code is loaded by those who need a special socket'},
  {
    pattern: /node_modules\/(@opentelemetry|@prometheus-io|@lezer)\//,
    why: 'only runs with metrics or alert rules need it',
  },
  {
    pattern: /node_modules\/zod\/v4\/locales\/(?!en\.)/,
    why: "import * as z from 'zod': the named export drags in all languages",
  },
  {pattern: /node_modules\/typescript\//, why: 'the bundle must not contain a compiler'},
]
