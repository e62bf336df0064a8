import {Args} from '@oclif/core'
import {jsonSchemas} from '../app/schemas.ts'
import {UserError} from '../core/errors.ts'
import {suggest} from '../core/text.ts'
import {BaseCommand} from './_base.ts'

export default class Schema extends BaseCommand {
  static override summary = 'print a JSON Schema for editors'
  static override description = `An editor with a YAML language server completes and checks a document that begins with

    # yaml-language-server: $schema=netdrill.schema.json`
  static override examples = [
    '<%= config.bin %> schema > netdrill.schema.json',
    '<%= config.bin %> schema journal',
  ]
  static override args = {
    name: Args.string({
      description:
        'netdrill (the document), journal (one line of it), probe or diagnosis (what these print with --json)',
      default: 'netdrill',
    }),
  }

  async run(): Promise<void> {
    const {args} = await this.parse(Schema)
    const schemas: Readonly<Record<string, unknown>> = await jsonSchemas()
    const schema = schemas[`${args.name}.json`]
    if (schema) {
      this.print(JSON.stringify(schema, null, 2))
      return
    }
    const names = Object.keys(schemas).map((file) => file.replace(/\.json$/, ''))
    const near = suggest(args.name, names)
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `there is no schema "${args.name}"`,
      advice: near === null ? [`it can be ${names.join(', ')}`] : [`did you mean "${near}"?`],
    })
  }
}
