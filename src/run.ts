/** The program proper: oclif takes over. Not awaited: a reader that goes away early must not turn into exit code 13. */
import {execute} from '@oclif/core'

void execute({dir: import.meta.url})
