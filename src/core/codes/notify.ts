import {failureTable} from './entry.ts'

/** Why somebody could not be told. They stand in notifications alone, never in the result of a probe. */
export const NOTIFY_FAILURES = failureTable({
  NOTIFY_REFUSED: {
    stage: 'receive',
    category: 'config',
    detail: 'receiver',
    blame: 'usage',
    retry: 'never',
    title: 'the receiver refused the message',
    meaning:
      'The server of a webhook answered with a status that says that the same message will never be accepted: 3xx, or 4xx but 408 and 429.',
    advice: [
      'check the URL and the headers of the receiver',
      'look at what the server says about its format',
    ],
  },
  NOTIFY_UNAVAILABLE: {
    stage: 'receive',
    category: 'resource',
    detail: 'receiver',
    blame: 'target',
    retry: 'ladder',
    title: 'the receiver does not take messages now',
    meaning: 'The server of a webhook answered with 408, 429 or 5xx, so the message is sent again later.',
    advice: ['check the server of the receiver', 'raise interval if it limits how often it is called'],
  },
  NOTIFY_COMMAND: {
    stage: 'send',
    category: 'config',
    detail: 'receiver',
    blame: 'local',
    retry: 'ladder',
    title: 'the command of a receiver failed',
    meaning:
      'The program that tells somebody ended with another exit code than 0, by a signal, or not in time.',
    advice: [
      'run it by hand with the same arguments and a message on standard input',
      'raise timeout if it is slow',
    ],
  },
  NOTIFY_NO_COMMAND: {
    stage: 'send',
    category: 'config',
    detail: 'receiver',
    blame: 'usage',
    retry: 'never',
    title: 'the command of a receiver is not there',
    meaning: 'The program that should tell somebody could not be started.',
    advice: ['name it with its full path', 'check that it may be executed'],
  },
})
