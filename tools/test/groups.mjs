/** The groups of tests in the order in which they run; each is a vitest project and a folder of `test`. */

/**
 * `together`: runs at once with its neighbours. `machine`: runs in a virtual machine, which emulates a processor: beside other work it
 * starves, and drills in it prove nothing. A group has a limit so that nothing hangs a run.
 */
export const GROUPS = [
  {name: 'unit', together: 'fast', limitMs: 300_000},
  {name: 'property', together: 'fast', limitMs: 300_000},
  {name: 'golden', together: 'fast', limitMs: 300_000},
  {name: 'contract', together: 'fast', limitMs: 300_000},
  {name: 'ui', together: 'fast', limitMs: 300_000},
  {name: 'loopback', limitMs: 600_000},
  {name: 'cli', limitMs: 600_000},
  {name: 'drill', limitMs: 900_000},
  {name: 'kernel', limitMs: 1_200_000},
  {name: 'qemu', machine: true, limitMs: 1_200_000},
  {name: 'qemu-kill', machine: true, limitMs: 1_800_000},
]

/**
 * The chosen groups as runs: those that go together in one.
 * @param {readonly string[]} names none means all
 * @returns {{groups: string[], machine: boolean, limitMs: number}[]}
 */
export function planRuns(names) {
  const runs = new Map()
  for (const group of GROUPS.filter((one) => names.length === 0 || names.includes(one.name))) {
    const key = group.together ?? group.name
    const run = runs.get(key) ?? {
      groups: [],
      machine: group.machine === true,
      limitMs: group.limitMs,
    }
    run.groups.push(group.name)
    runs.set(key, run)
  }
  return [...runs.values()]
}
