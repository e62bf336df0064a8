import {Args, Flags} from '@oclif/core'
import {listProfiles, recordJournal, showProfile} from '../../app/link-profiles.ts'
import {openPorts} from '../../app/ports.ts'
import {UserError} from '../../core/errors.ts'
import {profilesJson, renderProfiles} from '../../reporters/link-profiles.ts'
import {BaseCommand} from '../_base.ts'

export default class FaultProfiles extends BaseCommand {
  static override summary = 'list the kinds of links by name, show one, or record one from a journal'
  static override description = `A profile is taken by a netem fault (--profile), an entry of a drill's timeline and a link of a lab (profile: NAME).
Figures are of round trips: a fault adds them to one direction, a link of a lab half of them to each. What probes see
becomes a profile with probe --record FILE, or afterwards from the journal of a monitor or drill with --from.

Exit codes: 0 done, 2 mistake in the request, 3 too few samples for a profile.`
  static override examples = [
    '<%= config.bin %> fault profiles',
    {
      description: 'As a document to start from',
      command: '<%= config.bin %> fault profiles 3g > mine.yaml',
    },
    {
      description: 'What a monitor saw of one target last night',
      command: '<%= config.bin %> fault profiles --from night.jsonl --target office --record office.yaml',
    },
  ]
  static override args = {
    profile: Args.string({description: 'show this one: a name, or a file'}),
  }
  static override flags = {
    from: Flags.string({
      summary: 'make one from this journal',
      helpValue: 'FILE',
      dependsOn: ['record'],
    }),
    target: Flags.string({
      summary: 'the target in it (the first one by default)',
      helpValue: 'NAME',
      dependsOn: ['from'],
    }),
    record: Flags.string({
      summary: 'write it into this file; NAME.dist is a table for tc alone',
      helpValue: 'FILE',
      dependsOn: ['from'],
    }),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(FaultProfiles)
    const ports = openPorts(flags.seed)
    const {from, record, target = null} = flags
    if (from !== undefined && record !== undefined) {
      if (args.profile !== undefined) throw bothAsked(args.profile)
      const told = await recordJournal({journal: from, target, file: record}, ports)
      if (!flags.quiet) this.tell(told)
      return
    }
    if (args.profile === undefined) {
      const listed = listProfiles()
      this.print(flags.json ? profilesJson(listed) : renderProfiles(listed))
      return
    }
    const {listed, text} = await showProfile(args.profile, ports)
    this.print(flags.json ? profilesJson([listed]) : text)
  }
}

function bothAsked(name: string): UserError {
  return new UserError({code: 'USAGE_INVALID', message: `--from makes a profile: leave out ${name}`})
}
