import {describe, expect, it} from 'vitest'
import {runProgram} from '../support/program.ts'

describe('a slip of the fingers', () => {
  it.each([
    {args: ['prob', 'tcp', 'x'], says: 'did you mean netdrill probe?'},
    {args: ['probe', 'tpc', '127.0.0.1:1'], says: 'did you mean netdrill probe tcp?'},
    {args: ['probe', 'tcp', '127.0.0.1:1', '--timout', '3s'], says: 'did you mean --timeout?'},
    {args: ['drill', 'run', 'lossy'], says: 'did you mean "lossy-link"?'},
    {args: ['probe', 'tcp'], says: 'TARGET is missing'},
  ])('$args: $says', async ({args, says}) => {
    const {code, stdout, stderr} = await runProgram(args)
    expect(stderr).toContain(says)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect({code, stdout}).toEqual({code: 2, stdout: ''})
  })
})
